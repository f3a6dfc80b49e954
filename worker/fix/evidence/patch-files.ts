const TEST_FOLDER = /(?:^|\/)(?:tests?|__tests__|specs?|testing)\//i;
const TEST_NAME =
  /(?:(?:^|[./_-])(?:test|spec)s?\.[cm]?[jt]sx?|(?:^|\/)test_[^/]*\.py|(?:^|\/)tests\.py|_test\.(?:py|go|rb|exs|dart|c|cc|cpp)|_spec\.rb|(?:Test|Tests|IT)\.(?:java|kt|scala|cs|php|swift))$/;

/** A program that starts the tests, by its name. */
const STARTS_TESTS = /(?:^|\/)(?:run|start|launch)[-_.]?(?:all[-_.]?)?(?:tests?|specs?)\.[^/]+$/i;

/** Whether a path of the repository is a test, or belongs to tests. */
export function isTestFile(path: string): boolean {
  return !STARTS_TESTS.test(path) && (TEST_NAME.test(path) || TEST_FOLDER.test(path));
}

const CONFIGURATION = [
  STARTS_TESTS,
  /(?:^|\/)(?:package\.json|pnpm-workspace\.yaml|lerna\.json|nx\.json|turbo\.json|project\.json)$/,
  /(?:^|\/)(?:tsconfig|jsconfig)[^/]*\.json$/,
  /(?:^|\/)(?:\.yarn|\.mvn|gradle|__mocks__)\/|(?:^|\/)(?:mvnw|gradlew|\.pnp\.[cm]?js|\.yarnrc\.yml|\.pnpmfile\.cjs)$/,
  /(?:^|\/)(?:\.nvmrc|\.node-version|\.python-version|\.tool-versions|rust-toolchain(?:\.toml)?)$/,
  /(?:^|\/)(?:vitest|vite|jest|karma|playwright|cypress|ava|babel|wallaby|wdio|nyc)\.(?:config|conf|setup|workspace)\.[^/]+$/,
  /(?:^|\/)\.(?:mocharc|taprc|nycrc|c8rc|babelrc|swcrc|npmrc|noderc)[^/]*$/,
  /(?:^|\/)(?:setup[-_.]?tests?|tests?[-_.]?setup|test[-_.]?helper|spec_helper|rails_helper|bootstrap)\.[^/]+$/i,
  /(?:^|\/)(?:tests?|__tests__|specs?)\/(?:global-?)?(?:setup|preload|bootstrap)[^/]*$/i,
  /(?:^|\/)(?:conftest\.py|pytest\.ini|tox\.ini|setup\.cfg|setup\.py|pyproject\.toml|noxfile\.py|requirements[^/]*\.(?:txt|in)|Pipfile|manage\.py|sitecustomize\.py|usercustomize\.py|[^/]+\.pth)$/,
  /(?:^|\/)(?:phpunit\.xml[^/]*|composer\.json|Rakefile|\.rspec|Makefile|GNUmakefile|justfile|Taskfile\.ya?ml)$/,
  /(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|gradle\.properties|junit-platform\.properties)$/,
  /(?:^|\/)(?:Cargo\.toml|build\.rs|go\.(?:mod|sum|work|work\.sum)|Cargo\.lock|\.cargo\/config(?:\.toml)?|deno\.jsonc?|bunfig\.toml)$/,
  /(?:^|\/)node_modules\//,
];

/**
 * Whether a path decides how tests are run: configuration, scripts, preloads. `steering` are the files that the base's own scripts
 * and configuration name.
 */
export function isTestConfiguration(path: string, steering: readonly string[]): boolean {
  return (
    CONFIGURATION.some((pattern) => pattern.test(path)) ||
    steering.some((name) => name === path || path.endsWith(`/${name}`))
  );
}
