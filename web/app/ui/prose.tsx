const CODE = /`([^`\n]{1,300})`/;

/** A sentence in which `backticks` mark code. All else is plain text: plans may come from a model. */
export function Prose({ children }: { children: string }) {
  // Split by a pattern with one group: every second piece is what stood between backticks.
  return children
    .split(CODE)
    .map((piece, at) => (at % 2 === 1 ? <code key={at}>{piece}</code> : piece));
}
