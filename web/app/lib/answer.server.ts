import { data } from "@remix-run/cloudflare";
import type { PageProblem } from "./problem";

/** What an action hands to its page, with the status of its problem, if there is one. */
export function answer<T extends { problem?: PageProblem }>(body: T) {
  return data(body, { status: body.problem?.status ?? 200 });
}
