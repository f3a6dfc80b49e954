import { readLocalFile, type LocalFile } from "./local-file";
import { SAMPLE_REPO } from "./paths";
import type { LocalSecrets } from "./secrets";
import type { Addresses } from "./worker-settings";

const EMAIL = "you@localhost.test";

type SetUpReply = {
  project_id: string;
  sign_in_url: string;
  token: string | null;
  sources: Record<string, { id: string; url: string }>;
};

/** The first user, project and sources, by the same route that a deployment uses; and a fresh one-time sign-in link. */
export async function setUpInstallation(at: Addresses, secrets: LocalSecrets): Promise<LocalFile> {
  const known = await workingToken(at.api);
  const reply = await post<SetUpReply>(`${at.api}/set-up`, secrets.setupToken, {
    email: EMAIL,
    name: "You",
    project: { name: "Orders", github_repo: SAMPLE_REPO, approval_required: false },
    source_secrets: { sentry: secrets.sentrySecret, github: secrets.githubSecret },
    with_token: known === null,
  });
  const token = known ?? reply.token;
  const { sentry, github } = reply.sources;
  if (!token || !sentry || !github)
    throw new Error("The set-up answered without token or sources.");
  return {
    ...at,
    signInUrl: reply.sign_in_url,
    token,
    projectId: reply.project_id,
    repo: SAMPLE_REPO,
    sources: {
      sentry: { ...sentry, secret: secrets.sentrySecret },
      github: { ...github, secret: secrets.githubSecret },
    },
    pid: process.pid,
  };
}

/** Points the forge's webhook at this start's address. */
export async function connectForge(local: LocalFile, forgeToken: string): Promise<void> {
  const hooks = `${local.forge}/repos/${SAMPLE_REPO}/hooks`;
  const headers = { authorization: `Bearer ${forgeToken}` };
  const known = (await (await fetch(hooks, { headers })).json()) as { id: number }[];
  for (const { id } of known) await fetch(`${hooks}/${id}`, { method: "DELETE", headers });
  await post(hooks, forgeToken, {
    name: "web",
    active: true,
    events: [
      "issues",
      "issue_comment",
      "pull_request",
      "pull_request_review",
      "pull_request_review_comment",
      "check_run",
      "check_suite",
    ],
    config: {
      url: local.sources.github.url,
      content_type: "json",
      secret: local.sources.github.secret,
    },
  });
}

/** The token of an earlier start, if it is still good. */
async function workingToken(api: string): Promise<string | null> {
  const token = readLocalFile()?.token;
  if (!token) return null;
  const response = await fetch(`${api}/me`, { headers: { authorization: `Bearer ${token}` } });
  return response.ok ? token : null;
}

async function post<T>(url: string, token: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}
