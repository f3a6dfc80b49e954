import type { Evidence } from "../../domain/evidence";
import type { FollowUp } from "../../domain/pull";
import type { Guidance } from "../../domain/steering";
import { code, plain } from "./pull-text";

type Facts = {
  followUp: FollowUp;
  guidance: Guidance[];
  evidence: Evidence;
  headSha: string;
  spentMicroUsd: number;
};

/** The comment that a follow-up leaves on its pull request: what it answers, and what its tests show now. */
export function followUpText({
  followUp,
  guidance,
  evidence,
  headSha,
  spentMicroUsd,
}: Facts): string {
  const { comments, checks } = followUp;
  const authors = [...new Set(comments.map(({ author }) => author))].map((name) => code(name));
  const names = checks.map(({ name }) => code(name));
  return [
    `Soulcaster pushed ${code(headSha.slice(0, 7))}.`,
    "",
    ...(comments.length > 0
      ? [
          `- In answer to ${comments.length} comment${comments.length === 1 ? "" : "s"} of ${authors.join(", ")}`,
        ]
      : []),
    ...(names.length > 0 ? [`- For the failing checks ${names.join(", ")}`] : []),
    ...guidance.map(({ text, by }) => `- Told by ${plain(by)}: ${plain(text)}`),
    `- Evidence for the whole change: **${evidence.verdict}**. ${plain(evidence.because)}`,
    `- Model cost $${(spentMicroUsd / 1_000_000).toFixed(4)}; patch SHA-256 ${code(evidence.patchSha256)}`,
    "",
    "Comments of people who may not write to this repository were not read.",
  ].join("\n");
}
