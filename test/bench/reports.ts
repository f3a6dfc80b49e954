import type { LabelledReport } from "../eval/dataset";
import { parseStackText } from "../../worker/domain/stack-text";
import { randomNumbers } from "./vectors";

const SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split(" ");
const WORDS = 4000;
/** Reports of one problem, on average. */
const ALIKE = 6;

/**
 * Made-up reports about made-up problems: each problem has some words of its own, a third of the reports have a stack trace, and all
 * use common words. The same for the same seed.
 */
export function madeUpReports(count: number, seed: number): LabelledReport[] {
  const random = randomNumbers(seed);
  const draw = (below: number): number => Math.floor(random() * below);
  const word = (): string => wordOf(Math.floor(WORDS * random() ** 3));
  const problems = Array.from({ length: Math.ceil(count / ALIKE) }, () => ({
    words: Array.from({ length: 14 }, word),
    frames: Array.from(
      { length: 6 },
      () => `${word()}.${word()} (src/${word()}/${word()}.ts:${1 + draw(400)}:7)`,
    ),
  }));
  return Array.from({ length: count }, (_, i) => {
    const problem = draw(problems.length);
    const { words, frames } = problems[problem]!;
    const own = words.filter(() => random() < 0.7);
    const common = Array.from({ length: 12 }, word);
    const stack =
      random() < 1 / 3
        ? `\nTypeError: ${own.slice(0, 4).join(" ")}\n    at ${frames.join("\n    at ")}`
        : "";
    const body = `${[...own, ...common].sort(() => random() - 0.5).join(" ")}${stack}`;
    return {
      id: `report-${String(i).padStart(7, "0")}`,
      source: "manual",
      title: own.slice(0, 6).join(" "),
      body,
      crash: parseStackText(body),
      createdAt: 1_700_000_000_000 + i * 60_000,
      group: String(problem),
    };
  });
}

function wordOf(at: number): string {
  let word = "";
  for (let rest = at + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    word += SYLLABLES[rest % SYLLABLES.length]!;
  }
  return word;
}
