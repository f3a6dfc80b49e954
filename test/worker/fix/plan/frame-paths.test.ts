import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StackFrame } from "../../../../worker/domain/feedback";
import { mapFrames, pathFinder } from "../../../../worker/fix/plan/frame-paths";

const PATHS = [
  "src/shipping.js",
  "src/ui/cart.tsx",
  "src/index.js",
  "packages/api/src/index.js",
  "packages/web/src/index.js",
  "my app/größe.js",
  "node_modules/left-pad/index.js",
];
const find = pathFinder(PATHS);

describe("a frame's path finds the repository's file:", () => {
  test.each([
    ["a plain path", "src/shipping.js", "src/shipping.js"],
    ["an absolute path", "/srv/app/src/shipping.js", "src/shipping.js"],
    ["a file address", "file:///srv/app/src/shipping.js", "src/shipping.js"],
    ["Sentry's app address", "app:///src/shipping.js", "src/shipping.js"],
    ["webpack", "webpack:///./src/shipping.js?1f2e", "src/shipping.js"],
    ["webpack with a name", "webpack://orders/./src/shipping.js", "src/shipping.js"],
    ["webpack in development", "webpack-internal:///./src/shipping.js", "src/shipping.js"],
    ["a web address", "https://shop.example/src/shipping.js?v=3#x", "src/shipping.js"],
    ["a place left at the end", "/srv/src/shipping.js:16:41", "src/shipping.js"],
    ["Windows", "C:\\build\\src\\shipping.js", "src/shipping.js"],
    ["a Windows file address", "file:///C:/build/src/shipping.js", "src/shipping.js"],
    ["a bare name that is the only one", "shipping.js", "src/shipping.js"],
    ["an escaped path", "file:///srv/my%20app/gr%C3%B6%C3%9Fe.js", "my app/größe.js"],
    ["a longer match among several", "/srv/packages/web/src/index.js", "packages/web/src/index.js"],
    ["a build folder", "/srv/packages/api/dist/index.js", "packages/api/src/index.js"],
  ])("%s", (_name, file, path) => {
    expect(find(file)).toEqual({ path, exact: true });
  });

  test("a built file finds its source, but lines cannot be trusted", () => {
    expect(find("/srv/app/dist/ui/cart.js")).toEqual({ path: "src/ui/cart.tsx", exact: false });
  });

  test.each([
    ["an installed package", "/srv/node_modules/left-pad/index.js"],
    ["the runtime", "node:internal/process/task_queues"],
    ["no file", "<anonymous>"],
    ["an unknown file", "/srv/app/src/other.js"],
    ["a bare name that several files bear", "index.js"],
    ["a broken escape", "file:///srv/%E0%A4%A.js"],
    ["an empty path", ""],
    ["a path without end", `${"a/".repeat(5_000)}shipping.js`],
  ])("%s finds none", (_name, file) => {
    expect(find(file)).toBeNull();
  });

  test("whatever a report says, only files of the tree are found", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom(...PATHS)), (file) => {
        const match = find(file);
        if (match) expect(PATHS).toContain(match.path);
      }),
    );
  });
});

test("frames of the application's own code come before others", () => {
  const frame = (file: string, in_app: boolean): StackFrame => ({
    file,
    in_app,
    function: null,
    module: null,
    line: 1,
    column: null,
  });
  const frames = [
    frame("src/shipping.js", false),
    frame("src/ui/cart.tsx", true),
    frame("gone.js", true),
  ];
  expect(mapFrames(frames, find).map(({ match }) => match.path)).toEqual(["src/ui/cart.tsx"]);
  expect(mapFrames(frames.slice(0, 1), find).map(({ match }) => match.path)).toEqual([
    "src/shipping.js",
  ]);
});
