import { quoted } from "../evidence/shell-words";

/** What is asked of the base: paths are relative to the repository's root. */
export type Manifests = {
  /** The project's folder; empty for the root. */
  folder: string;
  read(path: string): Promise<string | null>;
};

/** Where what is installed for the tests alone lies: on the PATH of every later command, and out of the repository. */
export type Tools = { venv: string; node: string };

const NODE_LOCKS = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"];
const REQUIREMENTS = [
  "requirements.txt",
  "requirements-dev.txt",
  "requirements-test.txt",
  "requirements/dev.txt",
  "requirements/test.txt",
  "dev-requirements.txt",
  "test-requirements.txt",
];

/**
 * What the repository's manifests ask for, as lines for bash in the repository's root, one for each language; none where there is
 * nothing to install. Locked versions where there is a lock file; install scripts of packages never run.
 */
export async function setUpCommands(base: Manifests, tools: Tools): Promise<string[]> {
  const found = await Promise.all([
    nodeSetUp(base, tools),
    pythonSetUp(base, tools),
    goSetUp(base),
    simpleSetUp(base, "Cargo.toml", "cargo fetch"),
    phpSetUp(base),
    simpleSetUp(base, "pom.xml", MAVEN),
  ]);
  return found.filter((command) => command !== null);
}

/** Fetches the plugins too, by running them on no test. */
const MAVEN =
  "mvn -B -ntp -q test -Dtest=NoTestHasThisName -DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false";

async function nodeSetUp(base: Manifests, tools: Tools): Promise<string | null> {
  const lock = await findUp(base, NODE_LOCKS);
  if (!lock) {
    const manifest = jsonOf(await base.read(inside(base.folder, "package.json")));
    const wanted = ["dependencies", "devDependencies", "optionalDependencies"].some(
      (key) => Object.keys(recordOf(manifest[key])).length > 0,
    );
    const command = "npm install --ignore-scripts --no-audit --no-fund --no-package-lock";
    return wanted ? at(base.folder, command) : null;
  }
  const text = (await base.read(inside(lock.folder, lock.name))) ?? "";
  const manifest = jsonOf(await base.read(inside(lock.folder, "package.json")));
  const asked = String(manifest["packageManager"] ?? "");
  if (lock.name === "pnpm-lock.yaml") {
    const version = versionOf(asked, "pnpm") ?? pnpmFor(text);
    const install = "pnpm install --frozen-lockfile --ignore-scripts --reporter=append-only";
    return at(lock.folder, `${withTool(`pnpm@${version}`, tools)} && ${install}`);
  }
  if (lock.name === "yarn.lock") {
    const settings = (await base.read(inside(lock.folder, ".yarnrc.yml"))) ?? "";
    const kept = /^yarnPath:\s*["']?([\w./-]+)/m.exec(settings)?.[1];
    if (!text.includes("__metadata:")) {
      const install = "yarn install --frozen-lockfile --ignore-scripts --non-interactive";
      return at(lock.folder, `${withTool("yarn@1.22.22", tools)} && ${install}`);
    }
    const version = versionOf(asked, "yarn") ?? "4";
    const get = kept ? "" : `${withTool(`@yarnpkg/cli-dist@${version}`, tools)} && `;
    const yarn = kept ? `node ${quoted(kept)}` : "yarn";
    return at(
      lock.folder,
      `${get}YARN_ENABLE_SCRIPTS=0 YARN_ENABLE_TELEMETRY=0 ${yarn} install --immutable`,
    );
  }
  return at(lock.folder, "npm ci --ignore-scripts --no-audit --no-fund");
}

/** A package manager of the repository's own version, beside node's packages and not among them. */
function withTool(spec: string, { node }: Tools): string {
  return `npm install --global --prefix ${node} --no-audit --no-fund ${spec}`;
}

function versionOf(packageManager: string, name: string): string | null {
  return new RegExp(`^${name}@(\\d+(?:\\.\\d+){0,2})`).exec(packageManager)?.[1] ?? null;
}

/** The pnpm that writes such a lock file. */
function pnpmFor(lock: string): string {
  const version = Number(/^lockfileVersion:\s*["']?(\d+)/m.exec(lock)?.[1] ?? 9);
  return version >= 9 ? "9" : version >= 6 ? "8" : "7";
}

/**
 * An environment of its own, which sees the sandbox's packages too. What a lock file of poetry or uv says is installed by them;
 * else requirements files, and the project itself with the extras that testing usually needs.
 */
async function pythonSetUp(base: Manifests, { venv }: Tools): Promise<string | null> {
  const project = await base.read(inside(base.folder, "pyproject.toml"));
  const legacy = await base.read(inside(base.folder, "setup.py"));
  const [uv, poetry] = await Promise.all(
    ["uv.lock", "poetry.lock"].map((name) => base.read(inside(base.folder, name))),
  );
  const lists = [];
  for (const name of REQUIREMENTS)
    if ((await base.read(inside(base.folder, name)))?.trim()) lists.push(`-r ${name}`);
  const isPackage = legacy !== null || /^\[(?:project|build-system)\]/m.test(project ?? "");
  const steps: string[] = [];
  if (uv !== null) {
    steps.push("pip install -q uv");
    steps.push(
      `UV_PROJECT_ENVIRONMENT=${venv} uv sync --frozen --all-extras --all-groups --inexact`,
    );
  } else if (poetry !== null) {
    steps.push("pip install -q poetry", "poetry install --no-interaction --all-extras");
  } else {
    if (lists.length > 0) steps.push(`pip install -q ${lists.join(" ")}`);
    if (isPackage && needsInstall(project, legacy))
      steps.push(`pip install -q -e ${editable(project)}`);
  }
  if (steps.length === 0) return null;
  const enter = `python3 -m venv --system-site-packages ${venv} && . ${venv}/bin/activate`;
  return at(base.folder, [enter, ...steps].join(" && "));
}

/** A project without dependencies is tested where it lies: nothing has to be fetched to build it. */
function needsInstall(project: string | null, legacy: string | null): boolean {
  if (/^\s*(?:dependencies|dynamic)\s*=\s*\[\s*[^\s\]]/m.test(project ?? "")) return true;
  if (/^\[project\.(?:optional-dependencies|scripts|entry-points)/m.test(project ?? ""))
    return true;
  return /\b(?:install_requires|extras_require|entry_points|ext_modules)\s*=/.test(legacy ?? "");
}

function editable(project: string | null): string {
  const block =
    /^\[project\.optional-dependencies\]\n((?:(?!^\[).*\n?)*)/m.exec(project ?? "")?.[1] ?? "";
  const extras = [...block.matchAll(/^["']?([\w.-]+)["']?\s*=/gm)].map((match) => match[1]!);
  const wanted = extras.filter((name) =>
    /^(?:tests?|testing|dev|develop|development|all)$/.test(name),
  );
  return wanted.length > 0 ? `'.[${wanted.join(",")}]'` : ".";
}

async function goSetUp(base: Manifests): Promise<string | null> {
  const manifest = await base.read(inside(base.folder, "go.mod"));
  return manifest && /^\s*(?:require\b|[\w./-]+ v\d)/m.test(manifest)
    ? at(base.folder, "GOFLAGS=-mod=mod GOTOOLCHAIN=local go mod download")
    : null;
}

async function phpSetUp(base: Manifests): Promise<string | null> {
  const manifest = jsonOf(await base.read(inside(base.folder, "composer.json")));
  const names = ["require", "require-dev"].flatMap((key) => Object.keys(recordOf(manifest[key])));
  return names.some((name) => name.includes("/"))
    ? at(base.folder, "composer install --no-interaction --no-scripts --no-plugins --prefer-dist")
    : null;
}

async function simpleSetUp(
  base: Manifests,
  manifest: string,
  command: string,
): Promise<string | null> {
  return (await base.read(inside(base.folder, manifest))) === null
    ? null
    : at(base.folder, command);
}

/** The nearest folder, from the project's up to the root, with one of these files. */
async function findUp(
  { folder, read }: Manifests,
  names: string[],
): Promise<{ folder: string; name: string } | null> {
  const parts = folder === "" ? [] : folder.split("/");
  for (let depth = parts.length; depth >= 0; depth--) {
    const here = parts.slice(0, depth).join("/");
    for (const name of names)
      if ((await read(inside(here, name))) !== null) return { folder: here, name };
  }
  return null;
}

function inside(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function at(folder: string, command: string): string {
  return folder === "" ? command : `cd ${quoted(folder)} && ${command}`;
}

function jsonOf(text: string | null): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
