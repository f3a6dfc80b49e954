import { tokenise } from "../embedders/lexical/words";

/**
 * How much each word says about a cluster: the share of reports that use it, so that what all tell counts most. Words are
 * stemmed.
 */
export type ClusterTerms = ReadonlyMap<string, number>;

/** Words that every report of every problem may use. */
const GENERIC = new Set(
  "bug error issue problem crash broken break fail failure fault work help urgent question except report app applic page try use user click happen unexpect wrong see version thing something fix bad weird strang stop occur caus result throw".split(
    " ",
  ),
);

export function clusterTerms(texts: readonly string[]): ClusterTerms {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of new Set(wordsOf(text))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  for (const [word, count] of counts) counts.set(word, count / texts.length);
  return counts;
}

/** The stemmed words of a text that are not merely generic. */
export function specificWords(text: string): string[] {
  return [...new Set(wordsOf(text))].filter((word) => !GENERIC.has(word) && !/^\d+$/.test(word));
}

function wordsOf(text: string): string[] {
  return tokenise(text).flatMap((token) => token.words);
}

/** How well a phrase speaks for the cluster: what its specific words say together, less for each idle word. 0 when it has none. */
export function speaksFor(terms: ClusterTerms, phrase: string): number {
  const words = specificWords(phrase);
  if (words.length === 0) return 0;
  const said = words.reduce((sum, word) => sum + (terms.get(word) ?? 0), 0);
  return said / Math.sqrt(words.length + 2);
}
