/**
 * Whether a text speaks of one of the keywords: each is found where a word begins, in any case, so that `bug` finds “Bugs”
 * and not “debug”; curly apostrophes are straight ones. An empty list finds everything.
 */
export function speaksOf(keywords: readonly string[], text: string): boolean {
  if (keywords.length === 0) return true;
  const plain = plainText(text);
  return keywords.some((keyword) => wordBegins(plain, plainText(keyword).trim()));
}

function wordBegins(text: string, keyword: string): boolean {
  if (keyword === "") return false;
  for (let at = text.indexOf(keyword); at >= 0; at = text.indexOf(keyword, at + 1)) {
    if (at === 0 || !LETTER.test(text.slice(at - 1, at)) || !LETTER.test(keyword[0]!)) return true;
  }
  return false;
}

const LETTER = /[\p{L}\p{N}]/u;

function plainText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/\s+/g, " ");
}
