import { describe, expect, it } from "vitest";
import type { ChangedFile } from "../../../../worker/domain/evidence";
import { scopeFlags } from "../../../../worker/fix/stages/flags";
import { checkScope } from "../../../../worker/fix/stages/scope";

function file(path: string, mode = "100644", oldMode = mode): ChangedFile {
  return { path, mode, oldMode, sha: "a".repeat(40), status: "modified" };
}

/** One section of git's diff for each file, in their order. */
function diff(...bodies: string[]): string {
  return bodies
    .map((body) => `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n${body}\n`)
    .join("");
}

const PATCH = diff("-one\n+two");

describe("the scope of a change", () => {
  it("lets an ordinary change through", () => {
    expect(checkScope([file("src/a.js"), file("test/a.test.js")], PATCH, null)).toEqual([]);
    expect(checkScope([file("bin/run", "100755")], PATCH, null)).toEqual([]);
  });

  it.each([
    ".github/workflows/ci.yml",
    ".GITHUB/workflows/ci.yml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    ".gitmodules",
    ".gitattributes",
    "vendor/.git/hooks/pre-commit",
    ".git",
    "Dockerfile",
    "deploy/Dockerfile",
    "docker-compose.prod.yml",
    ".env",
    "config/.env.production",
  ])("refuses %s", (path) => {
    expect(checkScope([file(path)], PATCH, null)).toEqual([
      `${JSON.stringify(path)} may not be changed`,
    ]);
  });

  it.each([".github-notes.md", "src/git/config.js", "src/environment.js", "Dockerfile.md"])(
    "does not mistake %s for a closed path",
    (path) => {
      expect(checkScope([file(path)], PATCH, null)).toEqual([]);
    },
  );

  it("stays inside the project's folder, and a neighbour with a longer name is outside", () => {
    expect(checkScope([file("shop/src/a.js")], PATCH, "shop")).toEqual([]);
    expect(checkScope([file("shop-admin/a.js")], PATCH, "shop")).toEqual([
      '"shop-admin/a.js" is outside shop',
    ]);
  });

  it("refuses links and submodules, also where one was before", () => {
    expect(checkScope([file("a", "120000")], PATCH, null)[0]).toContain("symbolic link");
    expect(checkScope([file("a", "100644", "120000")], PATCH, null)[0]).toContain("symbolic link");
    expect(checkScope([file("a", "160000")], PATCH, null)[0]).toContain("submodule");
  });

  it("refuses binary files and what is too large to review", () => {
    expect(
      checkScope([file("a.png")], "diff --git a/x b/x\nGIT binary patch\nliteral 3", null),
    ).toEqual(["it contains a binary file"]);
    const many = Array.from({ length: 51 }, (_, n) => file(`src/${n}.js`));
    expect(checkScope(many, PATCH, null)).toEqual(["it touches more than 50 files"]);
    const long = diff(Array.from({ length: 2_001 }, () => "+line").join("\n"));
    expect(checkScope([file("a.js")], long, null)).toEqual(["it changes more than 2000 lines"]);
  });

  it("names each reason once", () => {
    const twice = checkScope([file(".env"), file(".env")], PATCH, null);
    expect(twice).toHaveLength(1);
  });

  it.each([
    "Jenkinsfile",
    ".buildkite/pipeline.yml",
    "azure-pipelines.yml",
    "infra/main.tf",
    "deploy/k8s/pod.yaml",
    "vercel.json",
    "Dockerfile.prod",
    ".husky/pre-commit",
  ])("refuses %s, which builds or deploys", (path) => {
    expect(checkScope([file(path)], PATCH, null)[0]).toContain("may not be changed");
  });

  it("refuses a lock file without its manifest, and only then", () => {
    const lock = file("web/package-lock.json");
    expect(checkScope([lock], PATCH, null)).toEqual([
      '"web/package-lock.json" changes without its manifest',
    ]);
    expect(checkScope([file("package.json"), lock], PATCH, null)).toHaveLength(1);
    expect(checkScope([file("web/package.json"), lock], PATCH, null)).toEqual([]);
  });

  it("refuses to take tests away: deleted, skipped, or fewer than before", () => {
    const test = file("test/a.test.js");
    expect(checkScope([{ ...test, status: "deleted" }], "", null)[0]).toContain("deletes the test");
    for (const line of [
      "+it.skip('x', f)",
      "+  test.only(",
      "+xit(",
      "+{ skip: true }",
      "+@Disabled",
    ])
      expect(checkScope([test], diff(line), null), line).toEqual(['"test/a.test.js" skips tests']);
    expect(checkScope([test], diff('-test("a", f)\n-test("b", f)\n+test("c", f)'), null)).toEqual([
      '"test/a.test.js" loses tests',
    ]);
    expect(checkScope([test], diff('-test("a", f)\n+test("b", f)'), null)).toEqual([]);
    expect(checkScope([file("src/a.js")], diff("+x.skip(1); list.only(2)"), null)).toEqual([]);
  });

  it.each([
    "+const key = 'AKIAIOSFODNN7EXAMPLE'",
    `+token: ghp_${"a".repeat(36)}`,
    "+-----BEGIN RSA PRIVATE KEY-----",
    `+sk_live_${"a1".repeat(10)}`,
  ])("refuses what looks like a secret: %s", (line) => {
    expect(checkScope([file("src/a.js")], diff(line), null)[0]).toContain("looks like a secret");
    expect(checkScope([file("src/a.js")], diff(line.replace("+", "-")), null)).toEqual([]);
  });
});

describe("the flags of a change", () => {
  it("name new dependencies, endpoints and configuration, file by file", () => {
    const files = [
      file("package.json"),
      file("src/app.js"),
      file("config/app.yaml"),
      file("src/b.js"),
    ];
    const patch = diff(
      '-    "hono": "4.0.0",\n+    "hono": "4.1.0",\n+    "left-pad": "^1.0.0"\n+  "name": "shop"',
      '+app.post("/admin", f)',
      "+debug: true",
      "+const map = routes.get(x)",
    );
    expect(scopeFlags(files, patch)).toEqual([
      "New or changed dependencies in package.json: hono, left-pad",
      "Configuration: package.json",
      "A new endpoint or listener in src/app.js",
      "Configuration: config/app.yaml",
    ]);
  });

  it("are none for an ordinary fix", () => {
    expect(scopeFlags([file("src/a.js"), file("test/a.test.js")], diff("+a()", "+b()"))).toEqual(
      [],
    );
  });
});
