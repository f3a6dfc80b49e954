import type { Crash, SourceKind } from "../../domain/feedback";
import type { PlannedCrash } from "../../domain/plan";
import { parseStackText } from "../../domain/stack-text";
import { mapFrames, pathFinder, type MappedFrame } from "./frame-paths";
import type { PlanInput, PlanItem } from "./planner";

const MOST_ITEMS = 50;
const MOST_FRAMES = 20;

/** What the reports of a cluster say together. */
export type Evidence = {
  total: number;
  bySource: { source: SourceKind; count: number }[];
  /** The error that most reports name; frames are those of the repository only, crash site first. */
  type: string | null;
  message: string | null;
  frames: PlannedCrash["frames"];
  /** How many reports name this error. */
  crashReports: number;
  /** Files named by stack traces of other errors in the cluster, or whose lines cannot be trusted. */
  otherPaths: string[];
  /** All text of the reports, for matching words only. */
  text: string;
};

type Seen = { crash: Crash; mapped: MappedFrame[]; count: number };

/** Gathers the evidence of a cluster against the paths of the repository (none when there is no repository). */
export function gatherEvidence(input: PlanInput, paths: string[]): Evidence {
  const items = input.items.slice(0, MOST_ITEMS);
  const seen = crashesOf(items, paths);
  const main = mostTelling(seen);
  const exact = main ? main.mapped.filter(({ match }) => match.exact) : [];
  const frames = exact.flatMap(plannedFrame).slice(0, MOST_FRAMES);
  const known = new Set(frames.map((frame) => frame.path));
  const named = seen.flatMap(({ mapped }) => mapped.slice(0, 3).map(({ match }) => match.path));
  return {
    total: items.length,
    bySource: countSources(items),
    type: main ? oneLine(main.crash.type, 200) : null,
    message: main ? oneLine(main.crash.message, 1_000) : null,
    frames,
    crashReports: main?.count ?? 0,
    otherPaths: [...new Set(named)].filter((path) => !known.has(path)),
    text: [
      input.cluster.title,
      input.cluster.summary,
      ...items.flatMap(({ title, body }) => [title, body]),
    ].join("\n"),
  };
}

/** The different crashes of the reports, each with the number of reports that tell it. */
function crashesOf(items: PlanItem[], paths: string[]): Seen[] {
  const find = pathFinder(paths);
  const seen = new Map<string, Seen>();
  for (const item of items) {
    const crash = item.crash ?? parseStackText(item.body);
    if (!crash) continue;
    const mapped = mapFrames(crash.frames, find);
    const top = mapped[0];
    const key = JSON.stringify([crash.type, crash.message, top?.match.path, top?.frame.line]);
    const same = seen.get(key);
    if (same) same.count += 1;
    else seen.set(key, { crash, mapped, count: 1 });
  }
  return [...seen.values()];
}

/** The crash with a place in the repository comes first, then the one that most reports tell. */
function mostTelling(seen: Seen[]): Seen | null {
  const ranked = seen.toSorted(
    (one, other) =>
      Number(hasPlace(other)) - Number(hasPlace(one)) ||
      Number(other.crash.message !== null) - Number(one.crash.message !== null) ||
      other.count - one.count,
  );
  return ranked[0] ?? null;
}

function hasPlace({ mapped }: Seen): boolean {
  return mapped.some(({ match, frame }) => match.exact && (frame.line ?? 0) > 0);
}

function plannedFrame({ frame, match }: MappedFrame): PlannedCrash["frames"] {
  if (frame.line === null || frame.line < 1 || match.path.length > 500) return [];
  const column = frame.column !== null && frame.column > 0 ? frame.column : null;
  return [{ path: match.path, line: frame.line, column, function: oneLine(frame.function, 300) }];
}

function countSources(items: PlanItem[]): { source: SourceKind; count: number }[] {
  const counts = new Map<SourceKind, number>();
  for (const { source } of items) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts]
    .map(([source, count]) => ({ source, count }))
    .toSorted((one, other) => other.count - one.count);
}

/** One line without control characters, cut with an ellipsis; `null` stays `null`, and blank becomes `null`. */
export function oneLine(text: string | null, limit: number): string | null {
  const line = (text ?? "").replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (line === "") return null;
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
