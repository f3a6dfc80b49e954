import { env } from "cloudflare:workers";
import { call, untilClustered, type TestProject } from "./api";

/** Two problems, each in three people's words. */
export const INVOICE = [
  "Invoice PDF is empty",
  "Empty invoice PDF",
  "Invoice PDF download is empty",
];
export const LOGIN = ["Login page hangs", "Login page hangs forever", "The login page hangs"];

/** Adds reports with these titles and waits until they are in clusters. Returns their ids. */
export async function add(project: TestProject, titles: readonly string[]): Promise<string[]> {
  const body = titles.map((title) => ({ title, body: `${title}, every time I try it.` }));
  await call("POST", "/feedback", { token: project.token, body });
  await untilClustered(project);
  const { results } = await env.DB.prepare("SELECT id, title FROM feedback").all<{
    id: string;
    title: string;
  }>();
  return titles.map((title) => results.find((row) => row.title === title)!.id);
}

/** Which cluster each report is in. */
export async function places(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare("SELECT id, cluster_id FROM feedback").all<{
    id: string;
    cluster_id: string;
  }>();
  return Object.fromEntries(results.map((row) => [row.id, row.cluster_id]));
}

/** Of each report's ledger rows the newest: where it is, if the ledger is true. */
export async function placesByLedger(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare(
    `SELECT feedback_id AS id, cluster_id FROM grouping_decisions AS row WHERE revision =
      (SELECT max(revision) FROM grouping_decisions WHERE feedback_id = row.feedback_id)`,
  ).all<{ id: string; cluster_id: string }>();
  return Object.fromEntries(results.map((row) => [row.id, row.cluster_id]));
}
