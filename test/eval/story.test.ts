import { describe, expect, test } from "vitest";
import type { NewFeedback } from "../../worker/domain/feedback";
import { DEFAULT_GROUPING } from "../../worker/domain/grouping";
import { parseStackText } from "../../worker/domain/stack-text";
import { mapSentry } from "../../worker/ingest/sources/sentry/map";
import { createLexicalEmbedder } from "../../worker/triage/embedders/lexical/lexical-embedder";
import { emptyIdfTable } from "../../worker/triage/embedders/lexical/idf";
import { githubIssues, manualReports, sentryDeliveries } from "../world/story";
import type { LabelledReport } from "./dataset";
import { EvalProject } from "./project";

const NOW = Date.UTC(2026, 10, 5, 12);

function sentryReports(): LabelledReport[] {
  return sentryDeliveries.flatMap((delivery) => {
    const headers = new Headers(
      delivery.resource ? { "sentry-hook-resource": delivery.resource } : {},
    );
    const body = new TextEncoder().encode(JSON.stringify(delivery.body(NOW)));
    const mapped = mapSentry({ headers, body }, NOW);
    const items: NewFeedback[] = mapped.kind === "feedback" ? mapped.items : [];
    return items.map(({ title, body: text, metadata, created_at, external_id }) => ({
      id: `${delivery.bug}/sentry/${external_id}`,
      source: "sentry" as const,
      title,
      body: text,
      crash: metadata.crash ?? null,
      createdAt: created_at,
      group: delivery.bug,
    }));
  });
}

function told(source: "github" | "manual", reports: typeof manualReports): LabelledReport[] {
  return reports.map(({ bug, title, body, minutesAgo }, i) => ({
    id: `${bug}/${source}/${i}`,
    source,
    title,
    body,
    crash: parseStackText(body),
    createdAt: NOW - minutesAgo * 60_000,
    group: bug,
  }));
}

describe("the story that a local start plays", () => {
  test("ends with each crash in one cluster with everything that pastes or quotes it, and no two crashes in one", async () => {
    const reports = [
      ...sentryReports(),
      ...told("github", githubIssues),
      ...told("manual", manualReports),
    ];
    reports.sort((x, y) => x.createdAt - y.createdAt);
    const idf = emptyIdfTable();
    const embedder = createLexicalEmbedder(idf);
    const project = await EvalProject.open({ grouping: DEFAULT_GROUPING, embedder, idf });
    for (const report of reports) {
      await project.embed([report]);
      await project.place([report.id]);
    }
    const labels = project.labels();
    const clustersOf = (group: string, tells: (report: LabelledReport) => boolean) =>
      new Set(
        reports.filter((one) => one.group === group && tells(one)).map(({ id }) => labels.get(id)),
      );
    const isCrash = (report: LabelledReport) => report.source === "sentry" || report.crash !== null;
    const quotes = (report: LabelledReport) =>
      isCrash(report) || /Cannot (?:read properties|destructure)/.test(report.body);
    const bugs = [...new Set(reports.filter(isCrash).map(({ group }) => group))].filter(
      (bug) => bug !== "other",
    );
    expect(bugs.filter((bug) => clustersOf(bug, quotes).size > 1)).toEqual([]);
    const homes = bugs.flatMap((bug) => [...clustersOf(bug, isCrash)]);
    expect(new Set(homes).size).toBe(homes.length);
  });
});
