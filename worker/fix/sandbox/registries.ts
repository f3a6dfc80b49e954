/** Where packages come from: all that a sandbox may reach while it is set up. None of them takes anything from strangers. */
export const REGISTRY_HOSTS = [
  "registry.npmjs.org",
  "registry.yarnpkg.com",
  "pypi.org",
  "files.pythonhosted.org",
  "proxy.golang.org",
  "sum.golang.org",
  "index.crates.io",
  "static.crates.io",
  "repo.packagist.org",
  "repo.maven.apache.org",
  "repo1.maven.org",
  "plugins.gradle.org",
];
