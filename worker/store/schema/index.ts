/** Times are epoch milliseconds. migrations/README.md says for each table its keys, indexes, and who is authoritative. */
export * from "./projects";
export * from "./sources";
export * from "./feedback";
export * from "./clusters";
export * from "./runs";
