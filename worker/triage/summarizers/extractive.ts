import { CLUSTER_SUMMARY_LIMIT, CLUSTER_TITLE_LIMIT } from "../../domain/cluster";
import { clusterTerms, specificWords, speaksFor, type ClusterTerms } from "./cluster-terms";
import { commonCrash, crashPhrase, crashPlace } from "./crash-phrase";
import { centralIndex } from "./diverse-members";
import { fitText } from "./fit-text";
import { capitalised, plainTitle, proseSentences } from "./report-prose";
import type { ClusterSummary, Summarizer, SummaryMember } from "./summarizer";

/** What a title is chosen from. `bonus` multiplies how well it speaks for the cluster. */
type Candidate = { text: string; bonus: number };

/** A phrase that had to be cut has often lost its end. */
const CUT_COUNTS = 0.75;
const SENTENCE_LIMIT = 240;
const LAST_RESORT = "Report without text";

/**
 * The summarizer that needs no model. The title is the phrase, among the members' titles, first sentences and their
 * common error, that says most of what the members have in common; the summary adds the sentences that say most of the
 * rest, and where the error is thrown. Deterministic; never throws.
 */
export const extractiveSummarizer: Summarizer = {
  name: "extractive",
  version: "1",
  summarize: async (members) => summarizeByExtract(members),
};

/** As `extractiveSummarizer`, without waiting. */
export function summarizeByExtract(members: readonly SummaryMember[]): ClusterSummary {
  const central = centralIndex(members);
  const terms = clusterTerms(
    members.map((member) => `${member.title}\n${member.body.slice(0, 4000)}`),
  );
  const title = bestTitle(members, central, terms);
  return { title, summary: summaryOf(members, central, terms, title) };
}

function bestTitle(
  members: readonly SummaryMember[],
  central: number,
  terms: ClusterTerms,
): string {
  const ranked = candidates(members, central)
    .map(({ text, bonus }) => {
      const isCut = text.length > CLUSTER_TITLE_LIMIT;
      return {
        text: fitText(text, CLUSTER_TITLE_LIMIT),
        bonus: isCut ? bonus * CUT_COUNTS : bonus,
      };
    })
    .filter(({ text }) => text !== "")
    .map((candidate) => ({ ...candidate, score: scoreOf(candidate, terms) }))
    .sort((x, y) => y.score - x.score);
  return ranked[0]?.text ?? LAST_RESORT;
}

function candidates(members: readonly SummaryMember[], central: number): Candidate[] {
  const found: Candidate[] = [];
  const common = commonCrash(members);
  if (common && common.share >= 0.5) {
    found.push({ text: crashPhrase(common.crash), bonus: common.crash.message ? 1.1 : 0.9 });
  }
  members.forEach((member, i) => {
    const isCentral = i === central ? 1.15 : 1;
    const title = plainTitle(member.title);
    if (title !== member.crash?.type) found.push({ text: title, bonus: isCentral });
    const [first, second] = proseSentences(member.body, 2);
    if (first) found.push({ text: plainTitle(first), bonus: 0.6 * isCentral });
    if (second) found.push({ text: plainTitle(second), bonus: 0.5 * isCentral });
  });
  return found;
}

/** Titles tell the problem, not the reporter: questions and "I" count less, and so do very short ones. */
function scoreOf({ text, bonus }: Candidate, terms: ClusterTerms): number {
  const isAboutReporter =
    /^(?:i|my|we|our|how (?:do|can|to)|can (?:i|you|someone)|why|is there|has any|anyone)\b/i.test(
      text,
    );
  const isShort = text.length < 12 || specificWords(text).length < 2;
  const base = speaksFor(terms, text) * bonus;
  return base * (isAboutReporter ? 0.7 : 1) * (isShort ? 0.5 : 1) + (text.length > 3 ? 1e-6 : 0);
}

function summaryOf(
  members: readonly SummaryMember[],
  central: number,
  terms: ClusterTerms,
  title: string,
): string {
  const crash = commonCrash(members)?.crash;
  const place = crash ? crashSentence(title, crashPhrase(crash), crashPlace(crash)) : "";
  const room = CLUSTER_SUMMARY_LIMIT - (place ? place.length + 1 : 0);
  const told = chooseSentences(members, central, terms, title, room);
  const parts = [...told, place].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(" ") : asSentence(fitText(title, CLUSTER_SUMMARY_LIMIT - 1));
}

/** Names what the title leaves out: the error, its place, or both. */
function crashSentence(title: string, phrase: string, place: string | null): string {
  const error = fitText(phrase, 120);
  const tellsError = title.includes(error.slice(0, 40));
  if (!place || title.includes(place)) return tellsError ? "" : asSentence(`Fails with ${error}`);
  if (tellsError) return asSentence(`Thrown in ${place.slice(0, 120)}`);
  return asSentence(`Fails with ${error} in ${place.slice(0, 80)}`);
}

/** The sentence that says most, then the one that says most of what is not yet said; both in full, or none. */
function chooseSentences(
  members: readonly SummaryMember[],
  central: number,
  terms: ClusterTerms,
  title: string,
  room: number,
): string[] {
  const said = new Set(specificWords(title));
  const pool = members.flatMap((member, i) =>
    proseSentences(member.body, 12).map((text, at) => ({
      text: asSentence(fitText(capitalised(text), SENTENCE_LIMIT)),
      weight:
        ((i === central ? 1.5 : 1) * (text.length > SENTENCE_LIMIT ? CUT_COUNTS : 1)) /
        (1 + at * 0.1),
    })),
  );
  const chosen: string[] = [];
  let left = room;
  while (chosen.length < 2) {
    const next = pool
      .filter(({ text }) => text.length <= left && !isKnown(text, said))
      .map(({ text, weight }) => ({ text, score: weight * speaksFor(terms, text) }))
      .sort((x, y) => y.score - x.score)[0];
    if (!next) break;
    chosen.push(next.text);
    left -= next.text.length + 1;
    for (const word of specificWords(next.text)) said.add(word);
  }
  return chosen;
}

/** Nothing new: fewer than a fifth of its specific words are unsaid. */
function isKnown(text: string, said: ReadonlySet<string>): boolean {
  const words = specificWords(text);
  const unsaid = words.filter((word) => !said.has(word));
  return unsaid.length === 0 || unsaid.length * 5 < words.length;
}

function asSentence(text: string): string {
  if (text === "") return "";
  return /[.!?。！？]$/u.test(text) ? text : `${text}.`;
}
