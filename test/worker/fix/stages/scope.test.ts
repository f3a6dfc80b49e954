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
    const two = diff("-one\n+two", "-three\n+four");
    expect(checkScope([file("src/a.js"), file("test/a.test.js")], two, null)).toEqual([]);
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
    expect(checkScope(many, diff(...many.map(() => "+a")), null)).toEqual([
      "it touches more than 50 files",
    ]);
    const long = diff(Array.from({ length: 2_001 }, () => "+line").join("\n"));
    expect(checkScope([file("a.js")], long, null)).toEqual(["it changes more than 2000 lines"]);
  });

  it.each(["src/\u202ea.js", "src/a\u200b.js", "src/a\n.js", "src\\a.js", ".g\u200cit/config"])(
    "refuses a name that hides what it is: %j",
    (path) => {
      expect(checkScope([file(path)], PATCH, null)[0]).toContain("cannot be read at sight");
    },
  );

  it.each(["/etc/passwd", "../a.js", "src/../../a.js"])(
    "refuses %s, outside the repository",
    (path) => {
      expect(checkScope([file(path)], PATCH, null)).toEqual([
        `${JSON.stringify(path)} is outside the repository`,
      ]);
    },
  );

  it("refuses a diff of another number of files, empty ones and cut ones too", () => {
    for (const patch of ["", PATCH + PATCH, "garbage"])
      expect(checkScope([file("a.js")], patch, null)).toEqual([
        "its diff cannot be read file by file",
      ]);
  });

  it.each(["\r", "\u2028", "\u2029", "\v", "\f", "\u0085"])(
    "sees a secret behind a line that looks like a new file after %j",
    (end) => {
      const hidden = `+a${end}diff --git a/y b/y${end}@@ -1 +1 @@`;
      const files = [file("src/a.js"), file("src/b.js")];
      const patch = diff(hidden, "+-----BEGIN PRIVATE KEY");
      expect(checkScope(files, patch, null)[0]).toContain(
        '"src/b.js" holds what looks like a secret',
      );
    },
  );

  it("names each reason once", () => {
    const twice = checkScope([file(".env"), file(".env")], diff("+a", "+b"), null);
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
    "packages/a/.github/workflows/ci.yml",
    ".GitHub/CODEOWNERS",
    "docs/CODEOWNERS",
    "azure-pipelines-release.yaml",
    ".azure-pipelines/build.yml",
    ".cirrus.yml",
    ".gitea/workflows/a.yml",
    "buildspec.yml",
    ".pre-commit-config.yaml",
    "api.dockerfile",
    "Containerfile",
    "serverless.ts",
    "deploy/run.sh",
    "main.tf.json",
    ".git./config",
    "GIT~1/config",
    ".netrc",
  ])("refuses %s, which builds or deploys", (path) => {
    expect(checkScope([file(path)], PATCH, null)[0]).toContain("may not be changed");
  });

  it("refuses a lock file without its manifest, and only then", () => {
    const lock = file("web/package-lock.json");
    expect(checkScope([lock], PATCH, null)).toEqual([
      '"web/package-lock.json" changes without its manifest',
    ]);
    const check = (manifest: ChangedFile, body = "+a") =>
      checkScope([manifest, lock], diff(body, "+b"), null);
    expect(check(file("package.json"))).toHaveLength(1);
    expect(check(file("web/package.json"))).toEqual([]);
    // One lock file for a whole workspace.
    expect(check(file("web/packages/cart/package.json"))).toEqual([]);
    // A new mode is no change of what it asks for.
    expect(check(file("web/package.json", "100755", "100644"), "")).toHaveLength(1);
  });

  it("refuses to take tests away: deleted, skipped, or fewer than before", () => {
    const test = file("test/a.test.js");
    expect(checkScope([{ ...test, status: "deleted" }], PATCH, null)[0]).toContain(
      "deletes the test",
    );
    for (const line of [
      "+it.skip('x', f)",
      "+  test.only(",
      "+xit(",
      "+{ skip: true }",
      "+@Disabled",
      "+it.concurrent.only('x', f)",
      "+  it.skipIf(process.env.CI)('x', f)",
      "+    this.skip();",
      "+  t.skip('later');",
      "+pytestmark = pytest.mark.skip",
      "+@unittest.skipUnless(False, 'x')",
      "+        raise unittest.SkipTest('x')",
      "+\tt.Skip()",
      "+//go:build never",
      "+    #[ignore]",
      "+        $this->markTestSkipped();",
    ])
      expect(checkScope([test], diff(line), null), line).toEqual(['"test/a.test.js" skips tests']);
    expect(checkScope([test], diff('-test("a", f)\n-test("b", f)\n+test("c", f)'), null)).toEqual([
      '"test/a.test.js" loses tests',
    ]);
    expect(checkScope([test], diff('-test("a", f)\n+test("b", f)'), null)).toEqual([]);
    expect(checkScope([test], diff('-test("a", f)\n+// test("a", f)'), null)).toHaveLength(1);
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

  it("show changed lines of existing tests, new programs and new routes by file", () => {
    const route = { ...file("app/admin/route.ts"), status: "added" as const };
    const files = [file("test/a.test.js"), file("run.sh", "100755", "100644"), route];
    expect(scopeFlags(files, diff("-assert(1)\n+assert(2)", "+a", "+b"))).toEqual([
      "Lines of existing tests are changed or gone: test/a.test.js",
      "Made executable: run.sh",
      "A new endpoint: app/admin/route.ts",
    ]);
  });

  it("are none for an ordinary fix", () => {
    expect(scopeFlags([file("src/a.js"), file("test/a.test.js")], diff("+a()", "+b()"))).toEqual(
      [],
    );
  });
});
