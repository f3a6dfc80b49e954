import { describe, expect, test } from "vitest";
import { readReview } from "../../../../worker/fix/stages/review";

const CHANGE = {
  files: [
    { path: "src/a.js", oldMode: "100644", mode: "100644", sha: "0", status: "modified" as const },
  ],
};

function read(...findings: object[]) {
  return readReview(JSON.stringify({ findings }), CHANGE);
}

describe("the review of a change", () => {
  test("tells what must change from what a reviewer should know", () => {
    const blocking = { blocking: true, path: "src/a.js", line: 3, problem: "It hides\nthe error." };
    const note = { blocking: false, path: null, line: null, problem: "A caller could be told." };
    expect(read(blocking, note)).toEqual({
      blocking: ["src/a.js:3: It hides the error."],
      notes: ["A caller could be told."],
    });
    expect(read()).toEqual({ blocking: [], notes: [] });
  });

  test("keeps a finding about a file that was not touched, without the file", () => {
    const finding = { blocking: true, path: "../x", line: -1, problem: "Look elsewhere." };
    expect(read(finding).blocking).toEqual(["Look elsewhere."]);
  });

  test("is bounded in number and length", () => {
    const many = Array.from({ length: 90 }, () => ({
      blocking: true,
      path: null,
      line: null,
      problem: "x".repeat(9_000),
    }));
    expect(read(...many).blocking).toHaveLength(20);
    expect(read(...many).blocking[0]).toHaveLength(500);
  });

  test.each(["", "It looks good to me!", "[]", '{"findings":[{"problem":"x"}]}'])(
    "is none where the answer is %j",
    (answer) => {
      expect(() => readReview(answer, CHANGE)).toThrow();
    },
  );
});
