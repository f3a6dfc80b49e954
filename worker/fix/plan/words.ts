/** Words that say nothing about a place in the code. */
const COMMON = new Set(
  (
    "about after again all also and any are because been before but can cannot cant could crash crashed crashes did does " +
    "doesnt dont else error errors every failed fails fix for from get gets getting gives had has have help here how into " +
    "issue its just like line message more not now one only open our out page please problem properties property read " +
    "reading report see seems set should show shows since some src still test tests than that the their them then there " +
    "they this time try trying type typeerror undefined null use user users using was what when where which while will " +
    "with without work working works would you your index main app lib util utils helper helpers"
  ).split(" "),
);

const LONGEST_TEXT = 20_000;

/** The words of a name or a path: `quoteShipping`, `quote-shipping.test.js` → `quote`, `shipping`. Lower case. */
export function splitIdentifier(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2 && !COMMON.has(word));
}

/** The telling words of a text, without endings for number: `coupons` and `coupon` are one word. */
export function wordsOf(text: string): Set<string> {
  return new Set(splitIdentifier(text.slice(0, LONGEST_TEXT)).map(stem));
}

/** Cuts the usual endings of English nouns, so that `deliveries` finds `delivery`. */
export function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !word.endsWith("ss")) return word.slice(0, -1);
  return word;
}

/** The identifiers that people quote in reports: `quoteShipping`, `max_count`, `order.total`, but no plain words. */
export function identifiersIn(text: string, longest = LONGEST_TEXT): Set<string> {
  const found = new Set<string>();
  for (const [word] of text.slice(0, longest).matchAll(/[A-Za-z_$][\w$]{2,60}/g)) {
    if (/[a-z0-9][A-Z]/.test(word) || /[A-Za-z]_[A-Za-z]/.test(word)) found.add(word);
  }
  return found;
}
