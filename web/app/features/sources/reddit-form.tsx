import { Form, useNavigation } from "@remix-run/react";
import type { RedditConfigView } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { ProblemNotice } from "../../ui/notice";
import { SORT_WORDS, SORTS } from "./reddit-sorts";

/** What a person may set; text areas have one entry per line. */
export type RedditValues = {
  subreddits: string;
  keywords: string;
  interval: string;
  sorts: readonly string[];
};

export function redditValues(config: RedditConfigView): RedditValues {
  return {
    subreddits: config.subreddits.join("\n"),
    keywords: config.keywords.join("\n"),
    interval: String(config.interval_minutes),
    sorts: config.sorts,
  };
}

type Props = { values: RedditValues; isFallback: boolean; problem: PageProblem | undefined };

/** Which subreddits are polled, how often, and for what. */
export function RedditForm({ values, isFallback, problem }: Props) {
  const busy = useNavigation().formData?.get("intent") === "reddit";
  return (
    <Form method="post" className="stack" preventScrollReset>
      {problem ? <ProblemNotice problem={problem} /> : null}
      <div className="field-pair">
        <Field
          label="Subreddits"
          hint={
            isFallback
              ? "One per line. These are the installation’s; what you save here is this project’s own."
              : "One per line. An empty list polls nothing."
          }
          error={faultOf(problem, "subreddits")}
        >
          {(wiring) => (
            <textarea
              {...wiring}
              name="subreddits"
              rows={6}
              defaultValue={values.subreddits}
              placeholder="shopapp"
            />
          )}
        </Field>
        <Field
          label="Keywords"
          hint="One per line. A post or comment must speak of one; an empty list takes everything."
          error={faultOf(problem, "keywords")}
        >
          {(wiring) => (
            <textarea {...wiring} name="keywords" rows={6} defaultValue={values.keywords} />
          )}
        </Field>
      </div>
      <div className="field-pair">
        <Field
          label="Minutes between polls"
          hint="1 to 60."
          error={faultOf(problem, "interval_minutes")}
        >
          {(wiring) => (
            <input
              {...wiring}
              name="interval"
              type="number"
              min={1}
              max={60}
              required
              defaultValue={values.interval}
            />
          )}
        </Field>
        <Field label="Posts" hint="Comments are always read." error={faultOf(problem, "sorts")}>
          {({ id, ...wiring }) => (
            <div {...wiring} id={id} role="group" className="chips" aria-label="Sorts of posts">
              {SORTS.map((sort) => (
                <label key={sort} className="check chip">
                  <input
                    type="checkbox"
                    name="sorts"
                    value={sort}
                    defaultChecked={values.sorts.includes(sort)}
                  />{" "}
                  {SORT_WORDS[sort]}
                </label>
              ))}
            </div>
          )}
        </Field>
      </div>
      <div className="form-actions">
        <Button look="primary" name="intent" value="reddit" busy={busy}>
          Save Reddit’s settings
        </Button>
      </div>
    </Form>
  );
}
