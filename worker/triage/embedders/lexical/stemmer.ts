/**
 * A light stem for English: plurals, `-ing`, `-ed`, `-ation`, a final `-e`, and the doubled consonant that these leave.
 * Two forms of a word should meet; that the stem is a word is no aim. Words of other scripts come back unchanged.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const base = withoutEnding(singular(word));
  return base.length > 3 && base.endsWith("e") ? base.slice(0, -1) : base;
}

function singular(word: string): string {
  if (!word.endsWith("s") || word.endsWith("ss") || word.endsWith("us") || word.endsWith("is")) {
    return word;
  }
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:[sxz]|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

function withoutEnding(word: string): string {
  if (word.endsWith("ication") && word.length > 9) return `${word.slice(0, -7)}y`;
  for (const ending of ["ization", "ations", "ation", "ing", "ed"]) {
    if (!word.endsWith(ending)) continue;
    const base = word.slice(0, -ending.length);
    if (base.length < 3 || !/[aeiouy]/.test(base)) return word;
    return undoubled(ending === "ization" ? `${base}iz` : base);
  }
  if (word.endsWith("ly") && word.length > 5) return word.slice(0, -2);
  return word.endsWith("y") && word.length > 4 ? `${word.slice(0, -1)}i` : word;
}

function undoubled(base: string): string {
  return /([bdgklmnprt])\1$/.test(base) ? base.slice(0, -1) : base;
}
