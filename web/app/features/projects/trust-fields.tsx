import type { ProjectView } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Field } from "../../ui/field";

type Settings = ProjectView["settings"];
type Trusted = NonNullable<Settings["trusted_sources"]>[number];

const SOURCE_LABELS: Record<Trusted, string> = {
  sentry: "Sentry’s webhooks",
  github: "GitHub issues",
  manual: "What people of this project enter, and the API",
};
export const TRUSTABLE = Object.keys(SOURCE_LABELS) as Trusted[];

/** How a review bot is called, in words. */
const WAYS = {
  none: "Nobody",
  comment: "A bot, by a comment",
  reviewer: "A reviewer, by name",
} as const;
export type ReviewWay = keyof typeof WAYS;
export const REVIEW_WAYS = Object.keys(WAYS) as ReviewWay[];

/** What was chosen and typed, or is set. */
export type TypedTrust = { trusted: readonly Trusted[]; way: ReviewWay; called: string };

export function typedTrustOf({ trusted_sources, review_request }: Settings): TypedTrust {
  const trusted = trusted_sources ?? [];
  if (!review_request) return { trusted, way: "none", called: "" };
  return "comment" in review_request
    ? { trusted, way: "comment", called: review_request.comment }
    : { trusted, way: "reviewer", called: review_request.reviewer };
}

type Props = { values: TypedTrust; problem: PageProblem | undefined };

/** Whose reports need no approval, and who else is asked to look at a draft. */
export function TrustFields({ values, problem }: Props) {
  return (
    <>
      <fieldset className="check-list">
        <legend>Sources whose reports need no approval of the plan</legend>
        {TRUSTABLE.map((kind) => (
          <label key={kind} className="check">
            <input
              type="checkbox"
              name="trusted"
              value={kind}
              defaultChecked={values.trusted.includes(kind)}
            />
            {SOURCE_LABELS[kind]}
          </label>
        ))}
        <p className="faint">
          Counts where every report of a problem comes from these, and a person must approve
          otherwise. Anyone may write an issue in a public repository; what came by an SDK’s key is
          never trusted.
        </p>
      </fieldset>
      <div className="field-pair">
        <Field label="Also asked to review each draft">
          {(wiring) => (
            <select {...wiring} name="review_way" defaultValue={values.way}>
              {REVIEW_WAYS.map((way) => (
                <option key={way} value={way}>
                  {WAYS[way]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label="Its comment or name"
          hint="The comment that calls it (@review-bot review), or its login."
          error={faultOf(problem, "settings.review_request")}
        >
          {(wiring) => (
            <input
              {...wiring}
              name="review_called"
              maxLength={500}
              placeholder="@review-bot review"
              defaultValue={values.called}
            />
          )}
        </Field>
      </div>
    </>
  );
}
