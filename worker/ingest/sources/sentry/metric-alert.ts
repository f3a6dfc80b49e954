import { BODY_LIMIT, cleanText, TITLE_LIMIT } from "../../../domain/feedback";
import { malformed } from "../json";
import { definedOnly, firstText, httpUrl, listOf, momentOf, recordOf, textOf } from "../loose";
import type { Loose } from "../loose";
import type { Mapped } from "../source";
import { issueIdOf } from "./links";

const TEXT_LIMIT = 500;
const LEVELS: Record<string, string> = { critical: "fatal", warning: "warning" };

/**
 * Maps a `metric_alert` webhook. `critical` and `warning` are one report per incident, under `metric_alert:{id}` (an
 * organisation's incidents count from 1; a source belongs to one organisation); `resolved` closes it.
 */
export function mapMetricAlert(data: Loose, action: string, now: number, sentAt: unknown): Mapped {
  const alert = recordOf(data.metric_alert);
  const id = issueIdOf(alert.id);
  if (!id) throw malformed("data.metric_alert.id", "An alert's id is missing.");
  const externalId = `metric_alert:${id}`;
  if (action === "resolved") {
    const change = { action: "resolved" as const, detail: null, by: null };
    return {
      kind: "change",
      externalId,
      change: { ...change, at: momentOf(now, sentAt, alert.date_closed) },
    };
  }
  const level = LEVELS[action];
  if (!level) return { kind: "ignored", reason: cleanText(`metric_alert.${action}`, 80) };
  const rule = recordOf(alert.alert_rule);
  const name = firstText(data.description_title, alert.title, rule.name) ?? "Metric alert";
  const measured = [firstText(rule.aggregate), firstText(rule.query)]
    .filter(Boolean)
    .join(" where ");
  const body = [firstText(data.description_text) ?? name, measured].filter(Boolean).join("\n");
  return {
    kind: "feedback",
    items: [
      {
        source: "sentry",
        external_id: externalId,
        title: cleanText(name, TITLE_LIMIT),
        body: cleanText(body, BODY_LIMIT),
        raw_text: cleanText(`${name}\n${body}`, BODY_LIMIT),
        metadata: definedOnly({
          url: httpUrl(data.web_url),
          environment: cut(rule.environment),
          project: cut(listOf(alert.projects)[0]),
          rule: cut(rule.name),
          level,
          metric_alert: definedOnly({
            id,
            aggregate: cut(rule.aggregate),
            query: cut(rule.query),
            dataset: cut(rule.dataset),
          }),
        }),
        created_at: momentOf(now, alert.date_started, alert.date_detected, alert.date_created),
      },
    ],
  };
}

function cut(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : cleanText(text, TEXT_LIMIT) || undefined;
}
