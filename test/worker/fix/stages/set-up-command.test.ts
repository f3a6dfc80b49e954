import { describe, expect, it } from "vitest";
import { setUpCommands } from "../../../../worker/fix/stages/set-up-command";

const TOOLS = { venv: "/t/venv", node: "/t/node" };
const VENV = "python3 -m venv --system-site-packages /t/venv && . /t/venv/bin/activate && ";

function commands(files: Record<string, string>, folder = "") {
  return setUpCommands({ folder, read: async (path) => files[path] ?? null }, TOOLS);
}

const NPM = "npm ci --ignore-scripts --no-audit --no-fund";

describe("what a repository's manifests ask for", () => {
  it("is nothing where nothing has to be fetched", async () => {
    expect(await commands({})).toEqual([]);
    expect(await commands({ "package.json": "{}", "go.mod": "module a\n\ngo 1.22\n" })).toEqual([]);
    expect(
      await commands({ "pyproject.toml": "[project]\nname = 'a'\ndependencies = []\n" }),
    ).toEqual([]);
    expect(await commands({ "package.json": "[broken", "composer.json": "null" })).toEqual([]);
  });

  it("is npm's locked set, found in the folder or above it, and never runs a script", async () => {
    expect(await commands({ "package-lock.json": "{}" })).toEqual([NPM]);
    expect(await commands({ "web/package-lock.json": "{}" }, "web")).toEqual([`cd web && ${NPM}`]);
    expect(await commands({ "package-lock.json": "{}" }, "packages/a")).toEqual([NPM]);
    const loose = { "package.json": JSON.stringify({ devDependencies: { jest: "29" } }) };
    expect(await commands(loose)).toEqual([
      "npm install --ignore-scripts --no-audit --no-fund --no-package-lock",
    ]);
  });

  it.each([
    ["lockfileVersion: '9.0'", "{}", "pnpm@9"],
    ["lockfileVersion: '6.0'", "{}", "pnpm@8"],
    ["lockfileVersion: 5.4", "{}", "pnpm@7"],
    ["lockfileVersion: '9.0'", '{"packageManager":"pnpm@10.1.2+sha512.abc"}', "pnpm@10.1.2"],
  ])("is pnpm's, of the version that wrote %s with %s", async (lock, manifest, spec) => {
    const [command] = await commands({ "pnpm-lock.yaml": lock, "package.json": manifest });
    expect(command).toBe(
      `npm install --global --prefix /t/node --no-audit --no-fund ${spec} && pnpm install --frozen-lockfile --ignore-scripts --reporter=append-only`,
    );
  });

  it("is yarn's, the old one or the new one, from the repository's own copy where it has one", async () => {
    const [old] = await commands({ "yarn.lock": "# yarn lockfile v1\n" });
    expect(old).toContain("yarn@1.22.22 && yarn install --frozen-lockfile --ignore-scripts");
    const [fresh] = await commands({ "yarn.lock": "__metadata:\n  version: 8\n" });
    expect(fresh).toContain("@yarnpkg/cli-dist@4 && YARN_ENABLE_SCRIPTS=0");
    const [own] = await commands({
      "yarn.lock": "__metadata:\n",
      ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.1.0.cjs\n",
    });
    expect(own).toBe(
      "YARN_ENABLE_SCRIPTS=0 YARN_ENABLE_TELEMETRY=0 node .yarn/releases/yarn-4.1.0.cjs install --immutable",
    );
  });

  it("takes no word of the repository into the shell but as a word", async () => {
    const [command] = await commands({
      "yarn.lock": "__metadata:\n",
      "package.json": '{"packageManager":"yarn@1; rm -rf /"}',
      ".yarnrc.yml": "yarnPath: a;rm\n",
    });
    expect(command).not.toContain("rm");
    const [inFolder] = await commands({ "a b/go.mod": "require x.y/z v1.0.0\n" }, "a b");
    expect(inFolder).toMatch(/^cd 'a b' && /);
  });

  it("is Python's, in an environment of its own", async () => {
    expect(
      await commands({ "requirements.txt": "flask\n", "requirements-dev.txt": "pytest\n" }),
    ).toEqual([`${VENV}pip install -q -r requirements.txt -r requirements-dev.txt`]);
    const project =
      "[project]\nname = 'a'\ndependencies = ['flask']\n\n[project.optional-dependencies]\ndocs = ['x']\ntest = ['pytest']\n";
    expect(await commands({ "pyproject.toml": project })).toEqual([
      `${VENV}pip install -q -e '.[test]'`,
    ]);
    expect(await commands({ "setup.py": "setup(install_requires=['x'])" })).toEqual([
      `${VENV}pip install -q -e .`,
    ]);
    expect((await commands({ "poetry.lock": "x", "pyproject.toml": "" }))[0]).toContain(
      "poetry install",
    );
    expect((await commands({ "uv.lock": "x", "pyproject.toml": "" }))[0]).toContain(
      "uv sync --frozen",
    );
  });

  it("is each language's", async () => {
    const files = {
      "go.mod": "module a\n\nrequire (\n\tgithub.com/x/y v1.2.3\n)\n",
      "Cargo.toml": "",
      "composer.json": '{"require":{"php":">=8","acme/x":"1"}}',
      "pom.xml": "",
    };
    const words = (await commands(files)).map((command) => command.split(" ").slice(-3).join(" "));
    expect(words).toEqual([
      "go mod download",
      "cargo fetch",
      "--no-scripts --no-plugins --prefer-dist",
      "-Dtest=NoTestHasThisName -DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false",
    ]);
  });
});
