import { env } from "cloudflare:workers";
import { hmacSha256Hex } from "../../worker/kit/signing";
import { call, GITHUB_SECRET, type TestProject } from "./api";
import type { ForgePull } from "./fix";

const REPOSITORY = {
  id: 7,
  name: "orders",
  full_name: "acme/orders",
  owner: { login: "acme", id: 1 },
};

/** One of GitHub's events about the sample repository, signed, to the project's GitHub source. */
export async function sendHook(
  project: TestProject,
  event: string,
  payload: Record<string, unknown>,
  secret = GITHUB_SECRET,
) {
  const sender = { login: "ann", id: 2, type: "User" };
  const body = JSON.stringify({ repository: REPOSITORY, sender, ...payload });
  return call("POST", `/ingest/github/${project.sources.github}`, {
    body,
    headers: {
      "x-github-event": event,
      "x-github-delivery": crypto.randomUUID(),
      "x-hub-signature-256": `sha256=${await hmacSha256Hex(secret, new TextEncoder().encode(body))}`,
    },
  });
}

/** GitHub's `pull_request.closed`. */
export function sendClosed(
  project: TestProject,
  { number, head: { ref } }: Pick<ForgePull, "number" | "head">,
  merged: boolean,
  secret?: string,
) {
  return sendPull(project, { number, ref, action: "closed", merged }, secret);
}

/** GitHub's `pull_request.reopened`. */
export function sendReopened(
  project: TestProject,
  { number, head: { ref } }: Pick<ForgePull, "number" | "head">,
) {
  return sendPull(project, { number, ref, action: "reopened", merged: false });
}

function sendPull(
  project: TestProject,
  pull: { number: number; ref: string; action: "closed" | "reopened"; merged: boolean },
  secret?: string,
) {
  const { number, ref, action, merged } = pull;
  const pull_request = {
    number,
    merged,
    state: action === "closed" ? "closed" : "open",
    draft: false,
    html_url: `${env.WORLD.forge}/acme/orders/pull/${number}`,
    head: { ref, sha: "a".repeat(40) },
  };
  return sendHook(project, "pull_request", { action, number, pull_request }, secret);
}
