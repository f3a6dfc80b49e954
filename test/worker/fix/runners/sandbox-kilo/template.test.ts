import { readFileSync } from "node:fs";
import path from "node:path";
import { Template } from "e2b";
import { expect, test } from "vitest";
import {
  KILOCODE_VERSION,
  kilocodeTemplate,
} from "../../../../../worker/fix/runners/sandbox-kilo/template/template";

test("the template bakes in the Kilocode CLI that is tested here, and fails to build without it", () => {
  const dockerfile = Template.toDockerfile(kilocodeTemplate);
  expect(dockerfile).toMatch(/^FROM node:22/);
  expect(dockerfile).toContain(`npm install -g @kilocode/cli@${KILOCODE_VERSION}`);
  expect(dockerfile.trimEnd().endsWith("kilo --version")).toBe(true);
  expect(dockerfile).toMatch(/apt-get install[^\n]*\bgit\b/);
  const fetched = readFileSync(
    path.join(import.meta.dirname, "../../../../world/kilo/fetch.ts"),
    "utf8",
  );
  expect(fetched).toContain(`VERSION = "${KILOCODE_VERSION}"`);
});
