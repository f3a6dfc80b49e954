import { describe, expect, it } from "vitest";
import { withoutSecrets } from "../../../worker/fix/run-log";

describe("what the log tells", () => {
  it("is without the installation's secrets, by their exact values", () => {
    const secrets = ["ghp_abcdef123456", "ghp_abcdef123456-longer", "short"];
    const text = "git: ghp_abcdef123456-longer, ghp_abcdef123456! and short words.";
    expect(withoutSecrets(text, secrets)).toBe("git: [secret], [secret]! and short words.");
  });

  it("is without the tokens of runs, which have a form of their own", () => {
    expect(withoutSecrets("KEY=scr_abc-123.def_456.ghi;", [])).toBe("KEY=[token];");
  });

  it("is as it was where there is no secret", () => {
    expect(withoutSecrets("npm test: 3 passed", ["a-key-that-is-not-there"])).toBe(
      "npm test: 3 passed",
    );
  });
});
