import type { ScrubRules } from "./scrub-rules";

/*
 * Every pattern begins behind a boundary and has bounded repetition, so that the time is linear in the text.
 */

/** `Authorization: Bearer …`: a header's line, or a quoted field. In prose ("authorization: it fails") nothing is cut. */
const AUTHORIZATION = new RegExp(
  "(?<![\\w-])((?:proxy-)?authorization[\"']?\\s{0,3}[:=]\\s{0,3})(?:" +
    [
      '"(?!\\[)[^"\\n]{1,4000}"',
      "'(?!\\[)[^'\\n]{1,4000}'",
      "digest [^\\n]{1,4000}",
      "(?:bearer|basic|token|negotiate|apikey|hawk|aws4-hmac-sha256) {1,3}[^\\s'\"[]{4,4000}",
      "[\\w.~+/=:-]{12,4000}(?=['\"\\s,;]|$)",
    ].join("|") +
    ")",
  "gi",
);
const AUTHORIZATION_VALUE =
  /(?<![\w-])(bearer|basic|digest|token) (?=[\w.~+/=-]{0,200}[\d=])[\w.~+/=-]{16,4000}/gi;
/** `Cookie: a=b; c=d`, and `"cookie": "…"`. */
const COOKIE =
  /(?<![\w-])((?:set-)?cookies?["']?\s{0,3}[:=]\s{0,3})(?:"(?!\[)[^"\n]{1,8000}"|'(?!\[)[^'\n]{1,8000}'|[\w.%-]{1,200}=[^\n'"]{0,8000})/gi;
/** A value assigned to a telling name: `password=…`, `"token": "…"`, `api_key: …1…`. That there is none stays to be seen. */
const SECRET = new RegExp(
  "(?<![A-Za-z0-9])((?:[a-z]{1,20}[_-]){0,3}(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|" +
    "auth[_-]?token|refresh[_-]?token|id[_-]?token|session[_-]?id|csrf[_-]?token|private[_-]?key|token|sentry_key)" +
    "[\"']?(?:=|:\\s{0,2}(?=[\"']|(?=[^\\s\"']{6})[^\\s\"']{0,60}\\d)))" +
    "(?![\"']?(?:\\[|null\\b|undefined\\b|true\\b|false\\b|none\\b|nil\\b))" +
    "(\"[^\"\\n]{4,2000}\"|'[^'\\n]{4,2000}'|[^\\s&;,\"'<>)\\]}[]{1,2000})",
  "gi",
);
const URL_PASSWORD = /(?<=:\/\/)[^\s:/@[\]]{0,200}:[^\s/@[\]]{1,500}@/g;

/** Forms that their makers gave to their keys, and JSON Web Tokens (RFC 7519). */
const TOKENS = new RegExp(
  "(?<![A-Za-z0-9_-])(?:" +
    [
      "gh[pousr]_[A-Za-z0-9]{20,255}",
      "github_pat_[A-Za-z0-9_]{22,255}",
      "glpat-[\\w-]{20,100}",
      "xox[abeoprs]-[\\w-]{10,250}",
      "(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,250}",
      "whsec_[A-Za-z0-9+/=]{16,250}",
      "sk-[A-Za-z0-9][\\w-]{18,250}",
      "(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
      "AIza[\\w-]{35}",
      "ya29\\.[\\w-]{20,500}",
      "SG\\.[\\w-]{16,64}\\.[\\w-]{16,128}",
      "npm_[A-Za-z0-9]{36}",
      "pypi-[\\w-]{32,250}",
      "sntry[su]_[\\w+/=-]{20,500}",
      "dop_v1_[0-9a-f]{32,128}",
      "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
      "hf_[A-Za-z0-9]{30,100}",
      "e2b_[0-9a-f]{32,128}",
      "eyJ[\\w-]{5,2000}\\.[\\w-]{5,4000}(?:\\.[\\w-]{0,2000})?",
    ].join("|") +
    ")",
  "g",
);

const EMAIL =
  /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.){1,8}([A-Za-z]{2,24}))(?![A-Za-z0-9-]|\.[A-Za-z0-9])/g;
/** `logo@2x.png`, `git@host:owner/name.git`, `pkg@next.js`: written like an address, and none. */
const FILE_ENDING =
  /^(?:png|jpe?g|gif|svg|webp|avif|ico|[cm]?[jt]sx?|s?css|less|json|html?|vue|svelte|map|java|kt|php|rb|go|cs|cpp|hpp|dll|exe|lock|tgz|gz|yml|yaml|txt|log)$/i;

const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\w)/g;
/** Words after which four numbers are a version, and programs that have such. */
const VERSION_WORD =
  /(?:\b(?:versions?|ver|release|build|rev|firmware|chrom(?:e|ium)|edge?|safari|firefox|opera|opr|brave|electron|android|ios|windows|macos|webview|internet|mobile|node|framework)[ :=/]{1,3}v?|\bv)$/i;
/** `Chrome/` of a user agent; `localhost/10.0.0.1` begins small. */
const PRODUCT = /\b[A-Z][\w.]{0,30}\/$/;
/** `group.of:artifact:` of a build tool. */
const COORDINATE = /\.[\w-]{1,30}:[\w.-]{1,30}:$/;
/** `name@`, `>=`, `name-`: packages and files. */
const BEFORE_VERSION = /(?:\w@|[=<>~]=|[\^~]|[\w)]-)$/;

const IPV6 =
  /(?<![\w:.])(?=[0-9A-Fa-f:.]{0,45}\d)(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/g;

const CARD = /(?<![\w.-])[2-6]\d(?:[ -]?\d){10,17}(?![\w-]|\.\d)/g;

/** A replacement may uncover another at its side (`10.0.0.1::1`); more rounds than this are made up. */
const ROUNDS = 4;

/** Scrubs text of which no line is a stack frame. */
export function scrubProse(prose: string, rules: ScrubRules): string {
  let text = prose;
  for (let round = 0; round < ROUNDS; round++) {
    const before = text;
    text = scrubOnce(before, rules);
    if (text === before) break;
  }
  return text;
}

function scrubOnce(prose: string, rules: ScrubRules): string {
  let text = prose;
  if (rules.authorization) {
    text = text.replace(AUTHORIZATION, "$1[authorization]");
    text = text.replace(AUTHORIZATION_VALUE, "$1 [authorization]");
  }
  if (rules.cookie) text = text.replace(COOKIE, "$1[cookie]");
  if (rules.token) text = text.replace(TOKENS, "[token]");
  if (rules.secret) {
    text = text.replace(URL_PASSWORD, "[secret]@");
    text = text.replace(SECRET, "$1[secret]");
  }
  if (rules.email) text = text.replace(EMAIL, mailOr);
  if (rules.card) text = text.replace(CARD, (found) => (isCard(found) ? "[card]" : found));
  if (rules.ip) {
    text = text.replace(IPV6, (found) => (isIpv6(found) ? "[ip]" : found));
    text = text.replace(IPV4, (found, at: number, whole: string) =>
      isIpv4(found, whole.slice(Math.max(0, at - 40), at)) ? "[ip]" : found,
    );
  }
  return text;
}

function mailOr(found: string, _host: string, ending: string, at: number, whole: string): string {
  if (FILE_ENDING.test(ending)) return found;
  const isRemote = found.startsWith("git@") && whole[at + found.length] === ":";
  return isRemote ? found : "[email]";
}

function isIpv4(found: string, before: string): boolean {
  if (found.split(".").some((part) => Number(part) > 255)) return false;
  if (before.endsWith("/")) return before.endsWith("//") || !PRODUCT.test(before);
  if (before.endsWith(":") && COORDINATE.test(before)) return false;
  return !BEFORE_VERSION.test(before) && !VERSION_WORD.test(before);
}

/** RFC 4291: eight groups, or fewer with one `::`. `10:30:15`, `std::min` and `f64::e` are none. */
function isIpv6(found: string): boolean {
  const groups = found.split("::");
  if (groups.length > 2 || /^[fiu]\d+::/.test(found) || found === "::") return false;
  const parts = groups.flatMap((side) => (side ? side.split(":") : []));
  const count = parts.length + (parts.at(-1)?.includes(".") ? 1 : 0);
  if (parts.some((part) => part === "")) return false;
  return groups.length === 2 ? count < 8 : count === 8;
}

/** A number that a card maker gives out, with a right check digit (Luhn, ISO/IEC 7812-1). */
function isCard(found: string): boolean {
  const digits = found.replace(/[ -]/g, "");
  const maker =
    /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14})$/;
  if (!maker.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
