import { describe, expect, it } from "vitest";
import { checkOwnSettings } from "./worker-settings";

describe("the settings of the person who types npm start", () => {
  it.each([
    ["CLUSTERING_METHOD", "astrology"],
    ["CLUSTERING_SIM_THRESHOLD", "1.5"],
    ["CLUSTERING_MIN_CLUSTER_SIZE", "0"],
    ["CLUSTERING_TRUNCATE_BODY_CHARS", "many"],
    ["CLUSTERING_EMBEDDER", "tea leaves"],
    ["RUN_BUDGET_USD", "much"],
  ])("stop the start when %s is %s, and it is named", (name, value) => {
    expect(() => checkOwnSettings({ [name]: value })).toThrow(name);
  });

  it("may be left out, or good", () => {
    expect(() => checkOwnSettings({})).not.toThrow();
    expect(() => checkOwnSettings({ CLUSTERING_SIM_THRESHOLD: "0.8" })).not.toThrow();
  });
});
