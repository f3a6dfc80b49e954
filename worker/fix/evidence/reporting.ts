import { PYTEST, runnerOf, type TestRunner } from "./runners";
import { segmentsOf, type Segment } from "./shell-words";

/** A command that writes its results by test where we look for them. */
export type Reporting = { command: string; unittest: boolean };

/** Scripts of a package.json by name. */
export type Scripts = Record<string, string>;

/** Where a report is to be written. `printed`: it is among all else that the command prints. */
export type NewPlace = (printed: boolean) => string;

const DEPTH = 5;
const BINARIES =
  'export PATH="$PWD/node_modules/.bin:$PWD/../../node_modules/.bin:$PWD/vendor/bin:$PATH"';

/**
 * A test command with the words that make its runners write reports. One that starts a single script of package.json stays so; of a
 * longer line the parts are run as npm would run them. A command without a runner that we know is left alone, and its output is kept.
 */
export function reporting(
  command: string,
  scripts: Scripts,
  place: NewPlace,
  programs: string,
): Reporting {
  const asked = new Asking(scripts, place, programs);
  const single = asked.single(command);
  if (single) return { command: single, unittest: asked.unittest };
  const segments = segmentsOf(command);
  const expanded = segments && asked.expand(segments, 0);
  if (expanded && asked.found > 0)
    return { command: `${BINARIES}\n${expanded}`, unittest: asked.unittest };
  return {
    command: `export ${PYTEST.env!(place(false))}\n(${command}\n) | tee ${place(true)}`,
    unittest: false,
  };
}

class Asking {
  found = 0;
  unittest = false;

  constructor(
    private readonly scripts: Scripts,
    private readonly place: NewPlace,
    private readonly programs: string,
  ) {}

  /** `npm test`, where that is one runner in the end: it is started by npm itself, with more words. */
  single(command: string, depth = 0): string | null {
    const [segment, ...others] = segmentsOf(command) ?? [];
    const called = segment && others.length === 0 ? this.delegate(segment) : null;
    if (!called || called.words !== "") return null;
    const text = this.scripts[called.name]!;
    const [inner, ...more] = segmentsOf(text) ?? [];
    if (!inner || more.length > 0) return null;
    if (this.delegate(inner)) return depth < DEPTH ? this.single(inner.text, depth + 1) : null;
    const runner = runnerOf(inner.words)?.runner;
    if (!runner || runner.around || /NODE_OPTIONS/.test(text)) return null;
    const report = this.place(runner.output === true);
    const words = runner.words?.(report) ?? "";
    const isNode = words.startsWith("--test-reporter");
    const env = isNode ? `NODE_OPTIONS='${words}' ` : runner.env ? `${runner.env(report)} ` : "";
    const join = /^\s*npm\b/.test(segment!.text) ? " -- " : " ";
    const behind = words && !isNode ? `${join}${words}` : "";
    const tee = runner.output ? ` | tee ${report}` : "";
    return `${env}${segment!.text.trim()}${behind}${tee}`;
  }

  /** Puts the words into each runner of a line, and into the scripts that it calls. */
  expand(segments: Segment[], depth: number): string {
    return segments
      .map((segment) => `${this.one(segment, depth)}${segment.operator && ` ${segment.operator} `}`)
      .join("");
  }

  private one(segment: Segment, depth: number): string {
    const called = this.delegates(segment);
    if (called.length > 0 && depth < DEPTH) {
      const texts = called.flatMap(({ name, words }) =>
        [
          this.scripts[`pre${name}`],
          `${this.scripts[name]} ${words}`,
          this.scripts[`post${name}`],
        ].filter((text) => text !== undefined),
      );
      const inner = texts.map((text) => segmentsOf(text));
      if (inner.every((one) => one !== null))
        return `(${inner.map((one) => this.expand(one, depth + 1)).join(" && ")})`;
    }
    const found = runnerOf(segment.words);
    return found ? this.asked(segment, found) : segment.text.trim();
  }

  private asked(
    { words, text }: Segment,
    { runner, at, unittest }: { runner: TestRunner; at: number; unittest: boolean },
  ): string {
    this.found += 1;
    const report = this.place(runner.output === true);
    const { end } = words[at]!;
    if (unittest) {
      this.unittest = true;
      const program = text.slice(0, words[at - 2]!.end);
      return `${program.trim()} ${this.programs}/unittest-tap.py ${report}${text.slice(end)}`;
    }
    const more = runner.words?.(report);
    const command = `${text.slice(0, end)}${more ? ` ${more}` : ""}${text.slice(end)}`.trim();
    const env = runner.env ? `export ${runner.env(report)}; ` : "";
    const whole = runner.around ? runner.around(command, report) : command;
    return `${env}${whole}${runner.output ? ` | tee ${report}` : ""}`;
  }

  /** The scripts that a command calls, by `npm run`, `yarn`, `pnpm`, or `npm-run-all`. */
  private delegates(segment: Segment): { name: string; words: string }[] {
    const [program, ...rest] = segment.words.map(({ text }) => text);
    if (/^(?:npm-run-all\d?|run-s|run-p)$/.test(program ?? "")) {
      const names = rest
        .filter((word) => !word.startsWith("-"))
        .flatMap((word) => this.named(word));
      return names.map((name) => ({ name, words: "" }));
    }
    const one = this.delegate(segment);
    return one ? [one] : [];
  }

  private delegate({ words }: Segment): { name: string; words: string } | null {
    const texts = words
      .map(({ text }) => text)
      .filter((text) => !/^(?:-s|--silent|--if-present)$/.test(text));
    const [program, first, second] = texts;
    if (!/^(?:npm|pnpm|yarn|bun)$/.test(program ?? "") || first === undefined) return null;
    const isRun = /^run(?:-script)?$/.test(first);
    const name = isRun ? second : first === "t" ? "test" : first;
    if (name === undefined || !Object.hasOwn(this.scripts, name)) return null;
    // npm knows only these without `run`.
    if (program === "npm" && !isRun && !/^(?:test|start)$/.test(name)) return null;
    const more = texts.slice(isRun ? 3 : 2);
    if (program === "npm" && more.length > 0 && more[0] !== "--") return null;
    return { name, words: more.filter((word, index) => index > 0 || word !== "--").join(" ") };
  }

  private named(pattern: string): string[] {
    const plain = pattern.replace(/^["']|["']$/g, "");
    if (!plain.includes("*")) return Object.hasOwn(this.scripts, plain) ? [plain] : [];
    const [head = "", tail = ""] = plain.split(/\*+/);
    return Object.keys(this.scripts).filter((name) => name.startsWith(head) && name.endsWith(tail));
  }
}
