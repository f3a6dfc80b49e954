import { attempt, unwrap, type connect } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import { SEVERITIES } from "./severities";

type Ledger = ReturnType<typeof connect>["ledger"];
type Place = { projectId: string; id: string };

/** The reports that were ticked. */
function picked(form: FormData): string[] {
  return form.getAll("feedback").map(String);
}

/** Moves, splits off or removes the ticked reports. A removal takes one report after the other. */
export async function regroup(ledger: Ledger, param: Place, form: FormData) {
  const ids = picked(form);
  const { clusters, feedback } = ledger.projects[":projectId"];
  const [id = "", ...also] = ids;
  const place = { projectId: param.projectId, id };
  return attempt(async () => {
    switch (oneOf(form, "intent", ["split", "move", "remove"] as const)) {
      case "split": {
        const json = { feedback_ids: ids };
        return unwrap(clusters[":id"].split.$post({ param, json }));
      }
      case "move": {
        const json = { cluster_id: clusterIn(text(form, "to")), also };
        return unwrap(feedback[":id"].move.$post({ param: place, json }));
      }
      case "remove": {
        for (const one of ids) {
          await unwrap(feedback[":id"].remove.$post({ param: { ...place, id: one } }));
        }
        return null;
      }
      case undefined:
        throw new Response(null, { status: 400 });
    }
  });
}

/** People paste a cluster's address as often as its id. */
export function clusterIn(typed: string): string {
  return /clusters\/([0-9a-f-]{36})/i.exec(typed)?.[1] ?? typed;
}

/** As `clusterIn`, for a report. */
function reportIn(typed: string): string {
  return /reports\/([0-9a-f-]{36})/i.exec(typed)?.[1] ?? typed;
}

/** Marks a report as a duplicate of the one whose address or id was typed. */
export async function markDuplicate(ledger: Ledger, param: Place, form: FormData) {
  const json = { of: reportIn(text(form, "of")) };
  return attempt(() =>
    unwrap(ledger.projects[":projectId"].feedback[":id"].duplicate.$post({ param, json })),
  );
}

export async function mergeInto(ledger: Ledger, param: Place, form: FormData) {
  const json = { into: clusterIn(text(form, "into")) };
  return attempt(() =>
    unwrap(ledger.projects[":projectId"].clusters[":id"].merge.$post({ param, json })),
  );
}

/** Undo, or the answer to a proposal. */
export async function decide(ledger: Ledger, projectId: string, form: FormData) {
  const { operations, proposals } = ledger.projects[":projectId"];
  const param = { projectId, id: text(form, "id") };
  return attempt(async () => {
    switch (oneOf(form, "intent", ["undo", "accept", "dismiss"] as const)) {
      case "undo":
        return { into: null, ...(await unwrap(operations[":id"].undo.$post({ param }))) };
      case "accept": {
        const done = await unwrap(proposals[":id"].accept.$post({ param }));
        return { into: done.kind === "merge" ? (done.clusters[1] ?? null) : null };
      }
      case "dismiss":
        await unwrap(proposals[":id"].dismiss.$post({ param }));
        return { into: null };
      case undefined:
        throw new Response(null, { status: 400 });
    }
  });
}

/** Saves the words of a cluster; only what was changed goes, so that the rest stays the machine's. */
export async function changeWords(ledger: Ledger, param: Place, form: FormData) {
  const changed = (name: string) => {
    const typed = text(form, name);
    return typed === text(form, `${name}_before`) ? undefined : typed;
  };
  const labels = changed("labels")
    ?.split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
  const assignee = changed("assignee");
  const severity = oneOf(form, "severity", SEVERITIES);
  const json = {
    title: changed("title"),
    summary: changed("summary"),
    severity: severity === text(form, "severity_before") ? undefined : severity,
    labels,
    assignee: assignee === "" ? null : assignee,
  };
  if (Object.values(json).every((value) => value === undefined)) return { ok: true as const };
  return attempt(() =>
    unwrap(ledger.projects[":projectId"].clusters[":id"].$patch({ param, json })),
  );
}

/** Ignores a cluster with a reason, until a day or a number of reports if they are given; or sets its status. */
export async function changeStatus(ledger: Ledger, param: Place, form: FormData) {
  const patch = ledger.projects[":projectId"].clusters[":id"].$patch;
  const status = oneOf(form, "status", ["new", "resolved"] as const);
  if (status) return attempt(() => unwrap(patch({ param, json: { status } })));
  const until = text(form, "until");
  const reports = text(form, "until_reports");
  const ignore = {
    reason: text(form, "reason"),
    ...(until ? { until: `${until}T00:00:00Z` } : {}),
    ...(reports ? { until_reports: Number(reports) } : {}),
  };
  return attempt(() => unwrap(patch({ param, json: { ignore } })));
}
