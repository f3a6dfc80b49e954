/** The arrows of the house (DESIGN: index, http, jobs → ingest, triage, fix, projects → store → domain; anyone → kit). */
const rooms = ["ingest", "triage", "fix", "projects"];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      severity: "error",
      from: {},
      to: { circular: true, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "domain-knows-only-domain",
      severity: "error",
      from: { path: "^worker/domain/" },
      to: { path: "^worker/", pathNot: "^worker/(domain|kit)/" },
    },
    {
      name: "kit-knows-nothing-of-us",
      severity: "error",
      from: { path: "^worker/kit/" },
      to: { path: "^worker/", pathNot: "^worker/kit/" },
    },
    {
      name: "store-knows-domain",
      severity: "error",
      from: { path: "^worker/store/" },
      to: { path: "^worker/", pathNot: "^worker/(store|domain|kit)/" },
    },
    ...rooms.map((room) => ({
      name: `${room}-stays-in-its-room`,
      severity: "error",
      from: { path: `^worker/${room}/` },
      to: { path: "^worker/", pathNot: `^worker/(${room}|store|domain|kit)/` },
    })),
    {
      name: "only-entries-know-http-and-jobs",
      severity: "error",
      from: { path: "^worker/", pathNot: "^worker/(index\\.ts|env\\.ts|http/|jobs/)" },
      to: { path: "^worker/(http|jobs)/" },
    },
    {
      name: "deps-is-known-by-entries-only",
      severity: "error",
      from: { path: "^worker/", pathNot: "^worker/(index\\.ts|http/|jobs/|deps\\.ts)" },
      to: { path: "^worker/deps\\.ts$" },
    },
    {
      name: "web-sees-types-of-the-worker-only",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^worker/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "one-door-from-web-to-worker",
      severity: "error",
      from: { path: "^web/", pathNot: "^web/app/api\\.server\\.ts$" },
      to: { path: "^worker/" },
    },
    {
      name: "worker-never-imports-tests-or-web",
      severity: "error",
      from: { path: "^(worker|web)/" },
      to: { path: "^test/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "test/world/sample|web/build|worker/triage/kernel/assembly" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".mjs", ".js"] },
  },
};
