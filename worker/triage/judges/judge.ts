import type { Crash, SourceKind } from "../../domain/feedback";

/** What a judge reads of a report. */
export type JudgedReport = { source: SourceKind; title: string; body: string; crash: Crash | null };

/** One problem or not, and why. */
export type Judgement = { same: boolean; reason: string };

/** Says whether one focused fix would resolve both reports. An adapter of an outside service throws `ForeignError`, and `budget_exceeded`. */
export type Judge = {
  name: string;
  version: string;
  judge(pair: readonly [JudgedReport, JudgedReport]): Promise<Judgement>;
};
