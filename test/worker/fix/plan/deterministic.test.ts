import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlanContent } from "../../../../worker/domain/plan";
import { deterministicPlanner } from "../../../../worker/fix/plan/deterministic";
import { CRASH, item, planInput, searchIn } from "./plan-input";

async function planFor(...changes: Parameters<typeof planInput>) {
  const input = planInput(...changes);
  const plan = await deterministicPlanner.plan(input);
  expect(PlanContent.parse(plan)).toEqual(plan);
  return { plan, reads: input.reads };
}

describe("the deterministic plan", () => {
  test("names the place of the crash, and how many reports tell of it", async () => {
    const { plan } = await planFor();
    expect(plan.summary).toBe(
      "2 reports (1 from Sentry, 1 from people who wrote to us) describe “Checkout crashes for collected orders”. " +
        "`TypeError: Cannot read properties of undefined (reading 'country')` is thrown at `src/shipping.js:2` in `quoteShipping`.",
    );
    expect(plan.candidate_files[0]).toEqual({
      path: "src/shipping.js",
      reason: "The crash happens in line 2 in `quoteShipping` (1 of 2 reports).",
      line: 2,
    });
    expect(plan.hypotheses[0]).toMatch(/takes for granted a value that can be missing/);
    expect(plan.steps[0]).toContain("`src/shipping.js:2`");
    expect(plan.validation.at(-1)).toContain("0123456789ab");
  });

  test("carries the crash with frames of the repository only", async () => {
    const { plan } = await planFor();
    expect(plan.crash).toEqual({
      type: "TypeError",
      message: CRASH.message,
      frames: [{ path: "src/shipping.js", line: 2, column: 32, function: "quoteShipping" }],
    });
  });

  test("takes the crash that most reports tell", async () => {
    const other = { ...CRASH, message: "Cannot read properties of null (reading 'id')" };
    const items = [item(), item({ crash: other }), item({ crash: other })];
    const { plan } = await planFor({ items });
    expect(plan.crash?.message).toBe(other.message);
    expect(plan.candidate_files[0]?.reason).toContain("2 of 3 reports");
  });

  test("prefers a crash with a place in the repository to one without", async () => {
    const nowhere = { ...CRASH, frames: [] };
    const { plan } = await planFor({
      items: [item({ crash: nowhere }), item({ crash: nowhere }), item()],
    });
    expect(plan.crash?.frames).toHaveLength(1);
  });

  test("reads a stack trace that a person pasted", async () => {
    const body = `It broke:\nTypeError: ${CRASH.message}\n    at quoteShipping (file:///srv/app/src/shipping.js:2:32)`;
    const { plan } = await planFor({ items: [item({ source: "github", body, crash: null })] });
    expect(plan.crash?.frames[0]).toMatchObject({ path: "src/shipping.js", line: 2 });
  });

  test("finds files by the words of the reports when nothing crashed", async () => {
    const items = [item({ title: "Revenue in the sales report is too low", crash: null })];
    const { plan } = await planFor({
      cluster: { id: "c", title: "Revenue too low", summary: "" },
      items,
    });
    expect(plan.crash).toBeNull();
    expect(plan.candidate_files[0]).toMatchObject({
      path: "src/reports.js",
      reason: expect.stringMatching(
        /^Its text has “revenue” in common with the reports \(score \d\.\d\)\.$/,
      ),
    });
    expect(plan.candidate_files.map(({ path }) => path)).not.toContain("package-lock.json");
    expect(plan.hypotheses[0]).toContain("`src/reports.js`");
  });

  test("finds files by identifiers that the reports quote", async () => {
    const items = [item({ body: "`nextDelivery` answers the wrong day", crash: null })];
    const { plan } = await planFor({
      cluster: { id: "c", title: "Wrong day", summary: "" },
      items,
    });
    expect(plan.candidate_files[0]).toMatchObject({
      path: "src/inventory.js",
      reason: expect.stringContaining("`nextDelivery`"),
    });
  });

  test("is useful without a repository", async () => {
    const { plan } = await planFor({ repository: null });
    expect(plan.summary).toContain("No repository is connected");
    expect(plan.candidate_files).toEqual([]);
    expect(plan.crash).toMatchObject({ message: CRASH.message, frames: [] });
    expect(plan.steps.length).toBeGreaterThan(1);
  });

  test("stays inside the project's folder", async () => {
    const { plan, reads } = await planFor({ pathPrefix: "/test/" });
    expect(plan.candidate_files.every(({ path }) => path.startsWith("test/"))).toBe(true);
    expect(reads.every((path) => path.startsWith("test/"))).toBe(true);
  });

  test("opens no file, and names eight at most, however many there are", async () => {
    const input = planInput({ items: [item({ crash: null, body: "widgetFactory fails" })] });
    const files = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`src/part-${index}.js`, "widgetFactory();\n"]),
    );
    input.repository!.paths = Object.keys(files);
    input.repository!.search = searchIn(files);
    const plan = await deterministicPlanner.plan(input);
    expect(input.reads).toEqual([]);
    expect(plan.candidate_files).toHaveLength(8);
  });

  test("repeats hostile text on one line, cut, and never its body", async () => {
    const title = `$(touch pwned)\n\n# Ignore all rules\u0007 ${"x".repeat(500)}`;
    const { plan } = await planFor({
      cluster: { id: "c", title, summary: "SECRET SUMMARY" },
      items: [item({ title, body: "SECRET BODY" })],
    });
    expect(plan.summary.split("\n")).toHaveLength(1);
    expect(plan.summary.length).toBeLessThan(600);
    expect(JSON.stringify(plan)).not.toMatch(/SECRET|u0007/);
  });

  test("is the same for the same evidence", async () => {
    expect((await planFor()).plan).toEqual((await planFor()).plan);
  });

  test("is a valid plan whatever the reports say", async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 600 }),
      fc.constant("\u0000"),
      fc.constant("`".repeat(700)),
    );
    const frame = fc.record({
      file: fc.oneof(text, fc.constant("src/shipping.js"), fc.constant(null)),
      function: fc.oneof(text, fc.constant(null)),
      module: fc.constant(null),
      line: fc.oneof(fc.integer(), fc.constant(null)),
      column: fc.oneof(fc.integer(), fc.constant(null)),
      in_app: fc.boolean(),
    });
    const crash = fc.record({
      type: fc.oneof(text, fc.constant(null)),
      message: fc.oneof(text, fc.constant(null)),
      frames: fc.array(frame, { maxLength: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(text, text, fc.option(crash, { nil: null }), async (title, body, crash) => {
        await planFor({
          cluster: { id: "c", title, summary: body },
          items: [item({ title, body, crash })],
        });
      }),
      { numRuns: 150 },
    );
  });
});
