import type { ProjectView } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import { REVIEW_WAYS, TRUSTABLE, type TypedTrust } from "./trust-fields";

type OfTrust = Pick<ProjectView["settings"], "trusted_sources" | "review_request">;

/** Whom to trust and whom to ask, as it was typed. */
export function typedTrust(form: FormData): TypedTrust {
  const ticked = form.getAll("trusted");
  return {
    trusted: TRUSTABLE.filter((kind) => ticked.includes(kind)),
    way: oneOf(form, "review_way", REVIEW_WAYS) ?? "none",
    called: text(form, "review_called"),
  };
}

/** The same as the API takes it. */
export function trust(form: FormData): OfTrust {
  const { trusted, way, called } = typedTrust(form);
  return {
    trusted_sources: trusted.length === 0 ? undefined : [...trusted],
    review_request:
      way === "none" ? undefined : way === "comment" ? { comment: called } : { reviewer: called },
  };
}
