import { describe, expect, it } from "vitest";
import { checkScope, type ChangedFile } from "../../../../worker/fix/stages/scope";

function file(path: string, mode = "100644", oldMode = mode): ChangedFile {
  return { path, mode, oldMode, status: "modified" };
}

const PATCH = ["--- a/src/a.js", "+++ b/src/a.js", "-one", "+two"].join("\n");

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
    expect(checkScope([file("a.png")], "GIT binary patch\nliteral 3", null)).toEqual([
      "it contains a binary file",
    ]);
    const many = Array.from({ length: 51 }, (_, n) => file(`src/${n}.js`));
    expect(checkScope(many, PATCH, null)).toEqual(["it touches more than 50 files"]);
    const long = Array.from({ length: 2_001 }, () => "+line").join("\n");
    expect(checkScope([file("a.js")], long, null)).toEqual(["it changes more than 2000 lines"]);
  });

  it("names each reason once", () => {
    const twice = checkScope([file(".env"), file(".env")], PATCH, null);
    expect(twice).toHaveLength(1);
  });
});
