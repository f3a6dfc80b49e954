import type { ActionFunctionArgs } from "@remix-run/cloudflare";
import { z } from "zod";
import { connect, unwrap } from "../api.server";

/** The API judges each item; here only that it is a batch. */
const BatchBody = z.object({ items: z.array(z.looseObject({})).min(1).max(500) });

/**
 * Takes a batch of the import page and answers what became of each item, in its order. A refusal of the API is handed on
 * with its `Retry-After`.
 */
export async function action({ request, context, params }: ActionFunctionArgs) {
  const body = BatchBody.safeParse(await request.json().catch(() => null));
  if (!body.success) return Response.json(NO_BATCH, { status: 400 });
  const { feedback } = connect({ request, context, isPage: false });
  const key = request.headers.get("idempotency-key");
  const { results } = await unwrap(
    feedback.projects[":projectId"].feedback.$post(
      { param: { projectId: params.projectId! }, json: body.data },
      key ? { headers: { "idempotency-key": key } } : {},
    ),
  );
  return Response.json({
    results: results.map(({ status, errors = [] }) => ({
      status: status === "updated" ? "duplicate" : status,
      reason: status === "refused" ? reasonOf(errors) : null,
    })),
  });
}

const NO_BATCH = {
  status: 400,
  code: "invalid_input",
  title: "The request is not valid",
  detail: "A batch of 1 to 500 items is expected.",
  requestId: null,
  errors: [],
};

function reasonOf(errors: { path: string; message: string }[]): string {
  const told = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return told.join("; ") || "Refused.";
}
