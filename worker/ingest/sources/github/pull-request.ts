import { z } from "zod";
import type { Delivery } from "../source";
import { parsePayload } from "./payload";

/** A pull request that was closed, merged or not, or opened again. `headBranch` is a branch of the head's own repository. */
export type PullRequestMoved = {
  number: number;
  merged: boolean;
  reopened: boolean;
  url: string;
  headBranch: string;
  headSha: string;
  repository: { id: number | null; fullName: string };
};

const Payload = z.looseObject({
  action: z.enum(["closed", "reopened"]),
  repository: z.looseObject({ id: z.number().nullish(), full_name: z.string() }),
  pull_request: z.looseObject({
    number: z.number().int().positive(),
    merged: z.boolean().nullish(),
    // Not `httpUrl`: that wants a host name with dots, and a code host of one's own may be an address.
    html_url: z.url({ protocol: /^https?$/ }),
    head: z.looseObject({ ref: z.string(), sha: z.string() }),
  }),
});

/**
 * Reads the delivery of a pull request that was closed or opened again; a merge is a closing with `merged`. Null for every other event
 * and action, and for a body of another shape. Throws `malformed_body` when the body is no JSON.
 */
export function mapPullRequest(delivery: Delivery): PullRequestMoved | null {
  if (delivery.headers.get("x-github-event") !== "pull_request") return null;
  const parsed = Payload.safeParse(parsePayload(delivery));
  if (!parsed.success) return null;
  const { action, repository, pull_request: pull } = parsed.data;
  return {
    number: pull.number,
    merged: pull.merged === true,
    reopened: action === "reopened",
    url: pull.html_url,
    headBranch: pull.head.ref,
    headSha: pull.head.sha,
    repository: { id: repository.id ?? null, fullName: repository.full_name },
  };
}
