import type { ChangedFile } from "../../domain/evidence";
import { isTestFile } from "../evidence/patch-files";
import { readDiff, type FileDiff } from "./diff";

const FILE_LIMIT = 50;
const LINE_LIMIT = 2_000;

/** What no fix may touch: continuous integration, deployment, and git's own files. */
const CLOSED_PATHS = [
  /^\.github\//i,
  /(?:^|\/)(?:\.gitlab-ci|\.travis|\.drone|\.appveyor|appveyor|azure-pipelines|bitbucket-pipelines|cloudbuild|codemagic)\.ya?ml$/i,
  /^\.(?:circleci|buildkite|woodpecker|gitlab|teamcity|semaphore|husky)\//i,
  /(?:^|\/)Jenkinsfile(?:\.|$)/i,
  /^\.gitmodules$/i,
  /^\.gitattributes$/i,
  /(?:^|\/)\.git(?:\/|$)/i,
  /(?:^|\/)Dockerfile$/i,
  /(?:^|\/)Dockerfile\.(?!md$)[^/]+$/i,
  /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i,
  /(?:^|\/)(?:Procfile|fly\.toml|vercel\.json|netlify\.toml|wrangler\.(?:toml|jsonc?)|serverless\.ya?ml|render\.yaml|app\.ya?ml|skaffold\.yaml|Chart\.yaml)$/i,
  /\.tf(?:vars)?$/i,
  /(?:^|\/)(?:k8s|kubernetes|helm|terraform|ansible)\//i,
  /(?:^|\/)\.env(?:\.|$)/i,
];

/** Lock files, and what must change with them, in the same folder. */
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
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY/,
];

const SKIPPED = [
  /\b(?:it|test|describe|context|suite|specify)\.(?:skip|only|todo|fixme)\b/,
  /\b(?:xit|xdescribe|xtest|fit|fdescribe)\s*\(/,
  /\bskip:\s*(?:true|["'`])/,
  /@(?:pytest\.mark\.(?:skip|skipif|xfail)|unittest\.(?:skip|skipIf|expectedFailure)|Disabled|Ignore)\b/,
  /\bpytest\.skip\(|\bself\.skipTest\(|\bt\.Skip(?:f|Now)?\(|\bmarkTest(?:Skipped|Incomplete)\(|#\[ignore/,
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
  const paths = new Set(changes.map((change) => change.path));
  for (const change of changes)
    for (const reason of ofFile(change, paths, pathPrefix)) reasons.add(reason);
  let lines = 0;
  for (const diff of readDiff(changes, patch)) {
    lines += diff.added.length + diff.removed.length;
    for (const reason of ofDiff(diff)) reasons.add(reason);
  }
  if (lines > LINE_LIMIT) reasons.add(`it changes more than ${LINE_LIMIT} lines`);
  return [...reasons];
}

function ofFile(change: ChangedFile, paths: Set<string>, pathPrefix: string | null): string[] {
  const { path, mode, oldMode, status } = change;
  const shown = JSON.stringify(path);
  const reasons: string[] = [];
  if (CLOSED_PATHS.some((closed) => closed.test(path))) reasons.push(`${shown} may not be changed`);
  if (pathPrefix && !path.startsWith(`${pathPrefix}/`))
    reasons.push(`${shown} is outside ${pathPrefix}`);
  if (mode === "120000" || oldMode === "120000") reasons.push(`${shown} is a symbolic link`);
  if (mode === "160000" || oldMode === "160000") reasons.push(`${shown} is a submodule`);
  if (status === "deleted" && isTestFile(path)) reasons.push(`it deletes the test ${shown}`);
  if (!manifestOf(path, paths)) reasons.push(`${shown} changes without its manifest`);
  return reasons;
}

function manifestOf(path: string, paths: Set<string>): boolean {
  const at = path.lastIndexOf("/") + 1;
  const name = path.slice(at);
  if (!Object.hasOwn(LOCKS, name)) return true;
  return LOCKS[name]!.some((manifest) => paths.has(path.slice(0, at) + manifest));
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
