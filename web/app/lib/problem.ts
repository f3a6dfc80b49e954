/** An error of the API, as a page can show it: no cause, but the id under which the log has it. */
export type PageProblem = {
  status: number;
  code: string;
  title: string;
  detail: string;
  requestId: string | null;
  /** Faults by field: `path` is dotted, as in the request's JSON. */
  errors: { path: string; message: string }[];
};

/** What an action hands to its page when the API refused: the page shows it beside the form, text kept. */
export type Refusal = { ok: false; problem: PageProblem };

/** The message for one field of a form, or undefined. A fault inside a list belongs to the list's field. */
export function faultOf(problem: PageProblem | undefined, field: string): string | undefined {
  return problem?.errors.find(({ path }) => path === field || path.startsWith(`${field}.`))
    ?.message;
}

/** Whether a value, caught or decoded from a thrown reply, is one of ours. */
export function isPageProblem(value: unknown): value is PageProblem {
  return (
    typeof value === "object" &&
    value !== null &&
    "title" in value &&
    typeof value.title === "string" &&
    "detail" in value &&
    typeof value.detail === "string" &&
    "errors" in value &&
    Array.isArray(value.errors)
  );
}
