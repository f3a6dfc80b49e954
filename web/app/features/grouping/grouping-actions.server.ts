import { attempt, unwrap, type connect } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import { METHODS } from "./methods";

type Api = ReturnType<typeof connect>;
type Place = { projectId: string };

/** Begins a preview of the line and the strategy that were chosen. */
export async function preview({ whatIfs }: Api, param: Place, form: FormData) {
  const json = {
    threshold: Number(text(form, "threshold")),
    method: oneOf(form, "method", METHODS),
  };
  return attempt(() => unwrap(whatIfs.projects[":projectId"]["what-ifs"].$post({ param, json })));
}

/** Does what a preview found. */
export async function apply({ whatIfs }: Api, param: Place, form: FormData) {
  const place = { ...param, id: text(form, "id") };
  const one = whatIfs.projects[":projectId"]["what-ifs"][":id"];
  return attempt(() => unwrap(one.apply.$post({ param: place })));
}

/** Decides everything anew by the present settings, or embeds anew what another embedder has read. */
export async function startJob({ clusters }: Api, param: Place, kind: "recluster" | "reembed") {
  const jobs = clusters.projects[":projectId"]["cluster-jobs"];
  return attempt(() => unwrap(jobs.$post({ param, json: { kind } })));
}

/** Ends a job of any kind. What it has placed stays. */
export async function cancelJob(
  { clusters }: Pick<Api, "clusters">,
  param: Place & { id: string },
) {
  const jobs = clusters.projects[":projectId"]["cluster-jobs"];
  return attempt(() => unwrap(jobs[":id"].$patch({ param, json: { status: "cancelled" } })));
}

export async function undo({ ledger }: Api, param: Place, form: FormData) {
  const place = { ...param, id: text(form, "id") };
  const { operations } = ledger.projects[":projectId"];
  return attempt(() => unwrap(operations[":id"].undo.$post({ param: place })));
}
