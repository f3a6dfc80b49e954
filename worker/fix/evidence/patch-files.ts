const TEST_FOLDER = /(?:^|\/)(?:tests?|__tests__|specs?|testing)\//i;
const TEST_NAME =
  /(?:[._-](?:test|spec)s?\.[cm]?[jt]sx?|(?:^|\/)test_[^/]*\.py|_test\.(?:py|go|rb|exs|dart|c|cc|cpp)|_spec\.rb|(?:Test|Tests|IT)\.(?:java|kt|scala|cs|php|swift))$/;

/** Whether a path of the repository is a test, or belongs to tests. */
export function isTestFile(path: string): boolean {
  return TEST_NAME.test(path) || TEST_FOLDER.test(path);
}

const CONFIGURATION = [
  /(?:^|\/)package\.json$/,
  /(?:^|\/)(?:vitest|vite|jest|karma|playwright|cypress|ava|babel|wallaby|wdio|nyc)\.(?:config|conf|setup|workspace)\.[^/]+$/,
  /(?:^|\/)\.(?:mocharc|taprc|nycrc|c8rc|babelrc|swcrc|npmrc|noderc)[^/]*$/,
  /(?:^|\/)(?:setup[-_.]?tests?|tests?[-_.]?setup|test[-_.]?helper|spec_helper|rails_helper|bootstrap)\.[^/]+$/i,
  /(?:^|\/)(?:tests?|__tests__|specs?)\/(?:global-?)?(?:setup|preload|bootstrap)[^/]*$/i,
  /(?:^|\/)(?:conftest\.py|pytest\.ini|tox\.ini|setup\.cfg|setup\.py|pyproject\.toml|noxfile\.py|sitecustomize\.py|usercustomize\.py|[^/]+\.pth)$/,
  /(?:^|\/)(?:phpunit\.xml[^/]*|composer\.json|Rakefile|\.rspec|Makefile|GNUmakefile|justfile|Taskfile\.ya?ml)$/,
  /(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|gradle\.properties|junit-platform\.properties)$/,
  /(?:^|\/)(?:Cargo\.toml|build\.rs|go\.mod|\.cargo\/config(?:\.toml)?|deno\.jsonc?|bunfig\.toml)$/,
  /(?:^|\/)node_modules\//,
];

/**
 * Whether a path decides how tests are run: configuration, scripts, preloads. `script` is the text of the base's own test command:
 * a file that it names counts too.
 */
export function isTestConfiguration(path: string, script: string): boolean {
  if (CONFIGURATION.some((pattern) => pattern.test(path))) return true;
  const words = script.split(/[\s'"=;&|()]+/).map((word) => word.replace(/^\.\//, ""));
  return words.includes(path);
}
