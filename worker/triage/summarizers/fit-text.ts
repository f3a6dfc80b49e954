/** Words that cannot end a phrase. */
const DANGLING =
  /\s+(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|but|if|when|while|because|that|which|is|are|was|were|as|than|not|no|into|after|before|via|it|its|my|your|i|we|so)$/i;

/**
 * The text in at most `limit` units: whole, or cut after a clause, or after a word; never inside a word, unless the whole
 * text is one word, which is cut between characters. Nothing dangles at the end: no punctuation, no "of the".
 */
export function fitText(text: string, limit: number): string {
  const whole = text.replace(/\s+/g, " ").trim();
  if (whole.length <= limit) return trimmedEnd(whole);
  const room = whole.slice(0, limit + 1);
  const clause = Math.max(
    ...[", ", "; ", " - ", " – ", " — ", ". ", " ("].map((end) => room.lastIndexOf(end)),
  );
  if (clause >= limit * 0.6) return trimmedEnd(room.slice(0, clause));
  const space = room.lastIndexOf(" ");
  if (space >= limit * 0.3) return trimmedEnd(withoutDangling(room.slice(0, space)));
  return trimmedEnd(cutBetweenCharacters(whole, limit));
}

function withoutDangling(text: string): string {
  let kept = text;
  while (DANGLING.test(kept)) kept = kept.replace(DANGLING, "");
  return kept;
}

/** Trailing punctuation goes; a bracket or quote that closes stays. */
function trimmedEnd(text: string): string {
  const trimmed = text.replace(/[\s.,;:!?…\-–—。、，！？]+$/u, "");
  const open = trimmed.lastIndexOf("(");
  const isUnclosed = open > trimmed.length / 2 && !trimmed.slice(open).includes(")");
  return isUnclosed ? trimmed.slice(0, open).trimEnd() : trimmed;
}

function cutBetweenCharacters(text: string, limit: number): string {
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(
    text.slice(0, limit * 2),
  );
  let kept = "";
  for (const { segment } of segments) {
    if (kept.length + segment.length > limit) break;
    kept += segment;
  }
  return kept;
}
