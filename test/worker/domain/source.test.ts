import { describe, expect, it } from "vitest";
import { filteredBy, mayWrite, SourceSettings } from "../../../worker/domain/source";

describe("a source's filters", () => {
  it.each([
    [{}, { environment: "dev", level: "debug" }, null],
    [{ environments: [] }, { environment: "dev" }, null],
    [{ environments: ["Production"] }, { environment: "production" }, null],
    [{ environments: ["production"] }, { environment: "dev" }, "environment"],
    [{ environments: ["production"] }, {}, null],
    [{ levels: ["error"] }, { level: "ERROR" }, null],
    [{ levels: ["error"] }, { level: "info" }, "level"],
    [
      { environments: ["a"], levels: ["error"] },
      { environment: "b", level: "info" },
      "environment",
    ],
  ])("%j and a report of %j", (settings, metadata, expected) => {
    expect(filteredBy(metadata, settings as SourceSettings)).toBe(expected);
  });
});

describe("who may write", () => {
  it.each([
    [undefined, "anybody@x.example", true],
    [["ann@x.example"], "Ann@X.example", true],
    [["@x.example"], "ann@x.example", true],
    [["@x.example"], "ann@y.x.example", false],
    [["@x.example"], "ann@x.example.evil", false],
    [["@x.example"], '"@x.example"@evil.example', false],
    [["@x.example"], "", false],
    [["@x.example"], "x.example", false],
  ])("with %j, %j: %j", (allowed_senders, address, expected) => {
    expect(mayWrite(address, { allowed_senders })).toBe(expected);
  });

  it("is a list of addresses and domains, nothing else", () => {
    const parse = (one: string) => SourceSettings.safeParse({ allowed_senders: [one] }).success;
    expect(["ann@x.example", " @X.example "].map(parse)).toEqual([true, true]);
    expect(["ann", "@", "a b@x.example", "Ann <ann@x.example>", ""].map(parse)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
