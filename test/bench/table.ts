/** Milliseconds that each part of one round took, in the order of the parts. */
export type Parts = Record<string, number>;

/** Prints mean, median and maximum of each part over all rounds, in milliseconds. */
export function printTable(rounds: Parts[]): void {
  const names = Object.keys(rounds[0] ?? {});
  const width = Math.max(4, ...names.map((name) => name.length));
  console.log(`\n${"part".padEnd(width)}${["mean", "median", "max"].map(cell).join("")}   (ms)`);
  for (const name of names) {
    const times = rounds.map((round) => round[name]!);
    const shown = [mean(times), median(times), Math.max(...times)];
    console.log(name.padEnd(width) + shown.map((ms) => cell(ms.toFixed(0))).join(""));
  }
}

function cell(text: string): string {
  return text.padStart(10);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
