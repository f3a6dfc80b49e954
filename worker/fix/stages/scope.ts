import type { ChangedFile } from "../../domain/evidence";
import { isTestFile } from "../evidence/patch-files";
import { readDiff, type FileDiff } from "./diff";

const FILE_LIMIT = 50;
const LINE_LIMIT = 2_000;

/** What no fix may touch: continuous integration, deployment, hooks, who may review, credentials, and git's own files. */
const CLOSED_PATHS = [
  /(?:^|\/)\.(?:github|gitea|forgejo)(?:\/|$)/,
  /(?:^|\/)(?:\.gitlab-ci|\.travis|\.drone|\.woodpecker|\.cirrus|\.appveyor|appveyor|azure-pipelines[^/]*|bitbucket-pipelines|cloudbuild[^/]*|codemagic|buildspec[^/]*|circle|wercker|screwdriver|\.build|\.mergify|\.pre-commit-config|lefthook)\.ya?ml$/,
  /^\.(?:circleci|buildkite|woodpecker|gitlab|teamcity|semaphore|husky|githooks|azure-pipelines|azuredevops|builds|tekton|harness|ebextensions|elasticbeanstalk|platform|deploy)\//,
  /(?:^|\/)Jenkinsfile(?:\.|$)/,
  /(?:^|\/)CODEOWNERS$/,
  /(?:^|\/)\.git(?:modules|attributes)$/,
  /(?:^|\/)(?:\.git[. ]*|git~\d)(?:\/|$)/,
  /(?:^|\/)(?:Docker|Container)file$/,
  /(?:^|\/)(?:Docker|Container)file\.(?!md$)[^/]+$|\.dockerfile$/,
  /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/,
  /(?:^|\/)(?:Procfile|Vagrantfile|Tiltfile|fly\.toml|vercel\.json|now\.json|netlify\.toml|firebase\.json|railway\.(?:json|toml)|wrangler\.(?:toml|jsonc?)|serverless\.(?:ya?ml|json|[jt]s)|render\.ya?ml|app\.ya?ml|amplify\.ya?ml|skaffold\.ya?ml|kustomization\.ya?ml|helmfile\.ya?ml|Chart\.ya?ml|Pulumi[^/]*\.ya?ml|cdk\.json)$/,
  /\.(?:tf|tfvars|tf\.json|bicep)$/,
  /(?:^|\/)(?:k8s|kubernetes|helm|terraform|ansible)\//,
  /^(?:deploy|deployments?)\//,
  /(?:^|\/)(?:\.env(?:\.|$)|\.netrc$|\.pypirc$)/,
].map((pattern) => new RegExp(pattern.source, "i"));

/** Control, bidirectional and invisible characters, and the other system's separator: a reviewer cannot read such a name. */
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/u;

/** Lock files, and what must change with them, in the same folder or, for a workspace, inside it. */
const LOCKS: Record<string, string[]> = {
  "package-lock.json": ["package.json"],
  "npm-shrinkwrap.json": ["package.json"],
  "yarn.lock": ["package.json"],
  "pnpm-lock.yaml": ["package.json"],
  "bun.lock": ["package.json"],
  "bun.lockb": ["package.json"],
  "poetry.lock": ["pyproject.toml"],
  "uv.lock": ["pyproject.toml"],
  "Pipfile.lock": ["Pipfile"],
  "Cargo.lock": ["Cargo.toml"],
  "go.sum": ["go.mod"],
  "composer.lock": ["composer.json"],
  "Gemfile.lock": ["Gemfile"],
  "deno.lock": ["deno.json", "deno.jsonc"],
  "gradle.lockfile": ["build.gradle", "build.gradle.kts"],
  "mix.lock": ["mix.exs"],
  "pubspec.lock": ["pubspec.yaml"],
};

const SECRETS = [
  /\bscr_[A-Za-z0-9_-]{20,}/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  /\bgithub_pat_[A-Za-z0-9_]{30,}/,
  /\bglpat-[A-Za-z0-9_-]{20}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\b(?:sk|rk)_live_[A-Za-z0-9]{16,}/,
  /\bsk-[A-Za-z0-9_-]{32,}/,
  /\bAIza[A-Za-z0-9_-]{35}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bpypi-AgEI[A-Za-z0-9_-]{20,}/,
  /\bSG\.[\w-]{20,}\.[\w-]{30,}/,
  /\bhooks\.slack\.com\/services\/T\w+\/B\w+\/\w{16,}/,
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY/,
];

const SKIPPED = [
  /\b(?:it|test|describe|context|suite|specify|bench)(?:\.\w+)*\.(?:skip|only|todo|fixme|skipIf|runIf|failing|fails)\b/,
  /\b(?:xit|xdescribe|xtest|xcontext|xspecify|fit|fdescribe)\s*[(.]/,
  /\b(?:skip|todo):\s*(?:true|!|process\.|["'`])/,
  /\b(?:this|t|ctx|context)\.(?:skip|todo)\s*\(/,
  /\bpytest\.mark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)\(|\bSkipTest\b|\bself\.skipTest\(/,
  /@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b|@(?:Disabled\w*|Ignore)\b|\bAssum(?:e|ptions)\.assume/,
  /\bt\.Skip(?:f|Now)?\(|^\/\/(?:go:build| \+build)\b|\bmarkTest(?:Skipped|Incomplete)\(|#\[ignore|#\[cfg\(any\(\)\)\]/,
];

const TEST_BEGINS =
  /^\s*(?:(?:it|test|specify)(?:\.each)?\s*\(|(?:async )?def test_|func Test[A-Z]|@(?:Parameterized)?Test\b|#\[(?:tokio::)?test\]|public function test)/;

/**
 * Reasons to refuse a change, in words; empty when it is in scope. Pure. A change stays inside the project's folder, in
 * ordinary text files, within the limits of size, and takes no test away.
 */
export function checkScope(
  changes: readonly ChangedFile[],
  patch: string,
  pathPrefix: string | null,
): string[] {
  const reasons = new Set<string>();
  if (changes.length > FILE_LIMIT) reasons.add(`it touches more than ${FILE_LIMIT} files`);
  const diffs = readDiff(changes, patch);
  if (!diffs) reasons.add("its diff cannot be read file by file");
  const filled = (diffs ?? []).filter(({ added, removed }) => added.length + removed.length > 0);
  const paths = filled.map(({ file }) => file.path);
  for (const change of changes)
    for (const reason of ofFile(change, paths, pathPrefix)) reasons.add(reason);
  let lines = 0;
  for (const diff of diffs ?? []) {
    lines += diff.added.length + diff.removed.length;
    for (const reason of ofDiff(diff)) reasons.add(reason);
  }
  if (lines > LINE_LIMIT) reasons.add(`it changes more than ${LINE_LIMIT} lines`);
  return [...reasons];
}

function ofFile(change: ChangedFile, paths: string[], pathPrefix: string | null): string[] {
  const { path, mode, oldMode, status } = change;
  const shown = JSON.stringify(path);
  const reasons: string[] = [];
  if (CLOSED_PATHS.some((closed) => closed.test(path))) reasons.push(`${shown} may not be changed`);
  if (UNREADABLE.test(path)) reasons.push(`${shown} has a name that cannot be read at sight`);
  if (path.startsWith("/") || path.split("/").includes(".."))
    reasons.push(`${shown} is outside the repository`);
  if (pathPrefix && !path.startsWith(`${pathPrefix}/`))
    reasons.push(`${shown} is outside ${pathPrefix}`);
  if (mode === "120000" || oldMode === "120000") reasons.push(`${shown} is a symbolic link`);
  if (mode === "160000" || oldMode === "160000") reasons.push(`${shown} is a submodule`);
  if (status === "deleted" && isTestFile(path)) reasons.push(`it deletes the test ${shown}`);
  if (!hasManifest(path, paths)) reasons.push(`${shown} changes without its manifest`);
  return reasons;
}

function hasManifest(path: string, paths: string[]): boolean {
  const at = path.lastIndexOf("/") + 1;
  const folder = path.slice(0, at);
  const lock = Object.keys(LOCKS).find(
    (name) => name.toLowerCase() === path.slice(at).toLowerCase(),
  );
  if (lock === undefined) return true;
  return paths.some(
    (one) => one.startsWith(folder) && LOCKS[lock]!.includes(one.slice(one.lastIndexOf("/") + 1)),
  );
}

function ofDiff({ file, added, removed, binary }: FileDiff): string[] {
  const shown = JSON.stringify(file.path);
  const reasons: string[] = [];
  if (binary) reasons.push("it contains a binary file");
  if (added.some((line) => SECRETS.some((secret) => secret.test(line))))
    reasons.push(`${shown} holds what looks like a secret`);
  if (!isTestFile(file.path)) return reasons;
  if (added.some((line) => SKIPPED.some((skipped) => skipped.test(line))))
    reasons.push(`${shown} skips tests`);
  const begins = (lines: string[]) => lines.filter((line) => TEST_BEGINS.test(line)).length;
  if (file.status === "modified" && begins(removed) > begins(added))
    reasons.push(`${shown} loses tests`);
  return reasons;
}
