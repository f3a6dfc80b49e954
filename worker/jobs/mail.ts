import type { Deps } from "../deps";
import { receiveMail } from "../ingest/receive-mail";

/** A mail of Cloudflare Email Routing. What we refuse, the sender's server is told; a failure of ours lets it try again. */
export async function handleMail(message: ForwardableEmailMessage, deps: Deps): Promise<void> {
  const { from, to, rawSize: size, raw } = message;
  const outcome = await receiveMail(deps, { from, to, size, raw });
  if (outcome.kind === "refused") message.setReject(outcome.reason);
}
