import { describe, expect, it } from "vitest";
import { DomainError } from "../../worker/domain/errors";
import { refuseWrongSettings, settingsOf, wrongSettings, type Env } from "../../worker/env";

const GOOD = { SEALING_KEY: "0123456789abcdef0123456789abcdef" };

function settings(values: Record<string, unknown>) {
  return settingsOf({ ...GOOD, ...values } as unknown as Env);
}

describe("the settings", () => {
  it("need only a sealing key, and have safe defaults for the rest", () => {
    expect(settings({})).toMatchObject({
      APP_ENV: "production",
      GITHUB_API_URL: "https://api.github.com",
      CODING_AGENT_RUNNER: "auto",
      SANDBOX_RUNNERS: "all",
      RUN_BUDGET_USD: 5,
      REDDIT_API_URL: "https://oauth.reddit.com",
      REDDIT_SUBREDDITS: [],
    });
  });

  it.each([
    ["SEALING_KEY", "too short"],
    ["SEALING_KEY", undefined],
    ["APP_ENV", "staging"],
    ["PUBLIC_API_URL", "not a url"],
    ["SANDBOX_GATEWAY_URL", "gateway"],
    ["GITHUB_REPO", "no-slash"],
    ["CODING_AGENT_RUNNER", "magic"],
    ["SANDBOX_RUNNERS", "some"],
    ["RUN_BUDGET_USD", "-1"],
    ["RUN_BUDGET_USD", "much"],
    ["DAILY_BUDGET_USD", "1e9"],
    ["VECTOR_BACKEND", "pinecone"],
    ["CLUSTERING_METHOD", "astrology"],
    ["CLUSTERING_EMBEDDER", "tea leaves"],
    ["CLUSTERING_SIM_THRESHOLD", "1.5"],
    ["CLUSTERING_MIN_CLUSTER_SIZE", "0"],
    ["CLUSTERING_TRUNCATE_BODY_CHARS", "ten"],
  ])("name %s when its value is %j", (name, value) => {
    const failure = failureOf(() => settings({ [name]: value }));
    expect(failure.code).toBe("misconfigured");
    expect(failure.detail).toContain(`Setting ${name}:`);
    if (value && value.length > 5) expect(failure.detail).not.toContain(value);
  });

  it("stop the start where one is wrong, naming every such one and no value, but not where one is missing", () => {
    expect(() => refuseWrongSettings({})).not.toThrow();
    expect(() => refuseWrongSettings({ DB: {}, CLUSTERING_METHOD: "centroid" })).not.toThrow();
    const wrong = wrongSettings({ CLUSTERING_METHOD: "astrology", CLUSTERING_SIM_THRESHOLD: "7" });
    expect(wrong.map((line) => line.split(":")[0])).toEqual([
      "Setting CLUSTERING_METHOD",
      "Setting CLUSTERING_SIM_THRESHOLD",
    ]);
    expect(wrong.join()).not.toContain("astrology");
    const failure = failureOf(() => refuseWrongSettings({ CLUSTERING_METHOD: "astrology" }));
    expect(failure.detail).toContain("Setting CLUSTERING_METHOD");
  });

  it("take an empty string for a setting that is not set", () => {
    const read = settings({ GITHUB_TOKEN: "  ", E2B_API_URL: "", GEMINI_API_KEY: "" });
    expect(read.GITHUB_TOKEN).toBeUndefined();
    expect(read.E2B_API_URL).toBeUndefined();
    expect(read.GEMINI_API_KEY).toBeUndefined();
  });

  it("read subreddits however they are separated, and name one that is none", () => {
    const read = settings({ REDDIT_SUBREDDITS: " r/Alpha, beta\ngamma,alpha " });
    expect(read.REDDIT_SUBREDDITS).toEqual(["alpha", "beta", "gamma"]);
    const failure = failureOf(() => settings({ REDDIT_SUBREDDITS: "alpha,not-a-name!" }));
    expect(failure.detail).toContain("Setting REDDIT_SUBREDDITS.1: must be a subreddit's name");
  });

  it("drop the slash at the end of an address", () => {
    expect(settings({ PUBLIC_API_URL: "https://api.example.com//" }).PUBLIC_API_URL).toBe(
      "https://api.example.com",
    );
  });

  it("are parsed once for one environment", () => {
    const env = { ...GOOD } as unknown as Env;
    expect(settingsOf(env)).toBe(settingsOf(env));
  });
});

function failureOf(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
