/**
 * What may be scrubbed, each rule on its own: mail addresses; IPv4 and IPv6; keys and tokens of known forms; payment
 * cards; `Cookie` and `Set-Cookie`; `Authorization`; values assigned to a telling name (`password=…`).
 */
export const SCRUB_RULES = [
  "email",
  "ip",
  "token",
  "card",
  "cookie",
  "authorization",
  "secret",
] as const;
export type ScrubRule = (typeof SCRUB_RULES)[number];
export type ScrubRules = Readonly<Record<ScrubRule, boolean>>;

/** Everything is scrubbed unless a project says otherwise. */
export const DEFAULT_SCRUB_RULES: ScrubRules = {
  email: true,
  ip: true,
  token: true,
  card: true,
  cookie: true,
  authorization: true,
  secret: true,
};
