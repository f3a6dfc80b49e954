import type { Crash, SourceKind } from "../../domain/feedback";

/** What a judge reads of a report. */
export type JudgedReport = { source: SourceKind; title: string; body: string; crash: Crash | null };

/** One problem or not, why, and what the answer cost. */
export type Judgement = { same: boolean; reason: string; microUsd: number };

/**
 * Says whether one focused fix would resolve both reports. `estimateMicroUsd` is an upper bound of the price, to be reserved before
 * the call. An adapter of an outside service throws `ForeignError`.
 */
export type Judge = {
  name: string;
  version: string;
  estimateMicroUsd(pair: readonly [JudgedReport, JudgedReport]): number;
  judge(pair: readonly [JudgedReport, JudgedReport]): Promise<Judgement>;
};
