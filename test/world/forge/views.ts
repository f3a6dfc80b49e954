import { iso, nodeId, type Forge, type Json, type Login } from "./forge";
import type { GitCommit, GitPerson } from "./git/commits";
import type { FileChange } from "./git/compare";
import type { TreeEntry } from "./git/objects";
import type { LabelRecord, RepoState } from "./state";

/** A path with each part encoded and the slashes kept. */
export function encodePath(value: string): string {
  return value.split("/").map(encodeURIComponent).join("/");
}

export function apiUrl(forge: Forge, repo: RepoState): string {
  return `${forge.origin}/repos/${repo.owner}/${repo.name}`;
}

export function htmlUrl(forge: Forge, repo: RepoState): string {
  return `${forge.origin}/${repo.owner}/${repo.name}`;
}

/** GitHub's "simple user". A login that is no longer configured is shown as a plain user. */
export function userView(forge: Forge, login: string): Json {
  const known = forge.findLogin(login);
  const id = known?.id ?? 1;
  return {
    login,
    id,
    node_id: nodeId("User", id),
    avatar_url: `${forge.origin}/avatars/${encodeURIComponent(login)}.svg`,
    gravatar_id: "",
    url: `${forge.origin}/users/${encodeURIComponent(login)}`,
    html_url: `${forge.origin}/${encodeURIComponent(login)}`,
    type: known?.type ?? "User",
    site_admin: false,
  };
}

export function association(repo: RepoState, forge: Forge, login: string): string {
  if (login === repo.owner) return "OWNER";
  const permission = forge.findLogin(login)?.permission;
  return permission === "admin" || permission === "write" ? "COLLABORATOR" : "NONE";
}

export function permissionsView(login: Login | undefined): Json {
  const admin = login?.permission === "admin";
  const push = admin || login?.permission === "write";
  return { admin, maintain: admin, push, triage: push, pull: true };
}

export function repoView(forge: Forge, repo: RepoState): Json {
  const open = repo.issues.filter((issue) => issue.state === "open").length;
  const url = apiUrl(forge, repo);
  return {
    id: repo.id,
    node_id: nodeId("Repository", repo.id),
    name: repo.name,
    full_name: `${repo.owner}/${repo.name}`,
    private: false,
    owner: userView(forge, repo.owner),
    html_url: htmlUrl(forge, repo),
    description: null,
    fork: false,
    url,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    archive_url: `${url}/{archive_format}{/ref}`,
    git_url: `${htmlUrl(forge, repo)}.git`,
    clone_url: `${htmlUrl(forge, repo)}.git`,
    created_at: iso(repo.createdAt),
    updated_at: iso(repo.pushedAt),
    pushed_at: iso(repo.pushedAt),
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    forks_count: 0,
    language: null,
    has_issues: true,
    archived: false,
    disabled: false,
    open_issues_count: open,
    license: null,
    visibility: "public",
    default_branch: repo.defaultBranch,
  };
}

export function personView(person: GitPerson): Json {
  return { name: person.name, email: person.email, date: iso(person.time * 1000) };
}

/** The git data API's commit. */
export function gitCommitView(forge: Forge, repo: RepoState, commit: GitCommit): Json {
  const url = apiUrl(forge, repo);
  return {
    sha: commit.sha,
    node_id: nodeId(`Commit${repo.id}`, parseInt(commit.sha.slice(0, 8), 16)),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${htmlUrl(forge, repo)}/commit/${commit.sha}`,
    author: personView(commit.author),
    committer: personView(commit.committer),
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: parentsView(forge, repo, commit),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null },
  };
}

function parentsView(forge: Forge, repo: RepoState, commit: GitCommit): Json[] {
  return commit.parents.map((sha) => ({
    sha,
    url: `${apiUrl(forge, repo)}/commits/${sha}`,
    html_url: `${htmlUrl(forge, repo)}/commit/${sha}`,
  }));
}

function loginByEmail(forge: Forge, email: string): Json | null {
  const login = forge.logins.find((one) => one.email === email);
  return login ? userView(forge, login.login) : null;
}

/** The repository API's commit, without files. */
export function commitView(forge: Forge, repo: RepoState, commit: GitCommit): Json {
  const url = apiUrl(forge, repo);
  return {
    sha: commit.sha,
    node_id: nodeId(`Commit${repo.id}`, parseInt(commit.sha.slice(0, 8), 16)),
    commit: {
      author: personView(commit.author),
      committer: personView(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: "unsigned", signature: null, payload: null },
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${htmlUrl(forge, repo)}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: loginByEmail(forge, commit.author.email),
    committer: loginByEmail(forge, commit.committer.email),
    parents: parentsView(forge, repo, commit),
  };
}

/** One changed file of a pull request, a commit or a comparison. */
export function fileView(forge: Forge, repo: RepoState, file: FileChange, head: string): Json {
  const at = encodePath(file.filename);
  const web = htmlUrl(forge, repo);
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${web}/blob/${head}/${at}`,
    raw_url: `${web}/raw/${head}/${at}`,
    contents_url: `${apiUrl(forge, repo)}/contents/${at}?ref=${head}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousFilename === undefined ? {} : { previous_filename: file.previousFilename }),
  };
}

export function treeEntryView(forge: Forge, repo: RepoState, entry: TreeEntry): Json {
  const kind = entry.type === "tree" ? "trees" : "blobs";
  return {
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size === null ? {} : { size: entry.size }),
    ...(entry.type === "commit" ? {} : { url: `${apiUrl(forge, repo)}/git/${kind}/${entry.sha}` }),
  };
}

export function labelView(forge: Forge, repo: RepoState, label: LabelRecord): Json {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${apiUrl(forge, repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}
