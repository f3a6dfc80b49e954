import { Form, useNavigation } from "@remix-run/react";
import type { RunView } from "../../api.server";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { Words } from "../../ui/words";
import { ORIGIN_LABELS, ORIGINS } from "./run-origins";

type Props = { run: RunView };

/** Which of the forms of a run's panel is under way. */
export function useBusy(intent: string): boolean {
  return useNavigation().formData?.get("intent") === intent;
}

/** *Pause*, while the run is at work or in the queue. */
export function PauseForm({ run }: Props) {
  const busy = useBusy("pause");
  return (
    <Form method="post" preventScrollReset>
      <input type="hidden" name="run" value={run.id} />
      <Button icon="pause" name="intent" value="pause" busy={busy || run.asked === "pause"}>
        {run.asked === "pause" ? "Pausing" : "Pause"}
      </Button>
    </Form>
  );
}

/** A sentence that the agent of a working run gets before all else. */
export function RedirectForm({ run }: Props) {
  const busy = useBusy("redirect");
  return (
    <details className="steer">
      <summary>Tell the agent something</summary>
      <Form method="post" className="stack" preventScrollReset key={run.guidance.length}>
        <input type="hidden" name="run" value={run.id} />
        <SentenceField
          label="It comes before the plan"
          hint="The agent is stopped and starts again with it, on what it has done so far."
          required
        />
        <div className="form-actions">
          <Button name="intent" value="redirect" busy={busy}>
            Tell it
          </Button>
        </div>
      </Form>
    </details>
  );
}

/** What people have told the agent of this run. */
export function Guidance({ run }: Props) {
  if (run.guidance.length === 0) return null;
  return (
    <ul className="guidance" aria-label="What the agent was told">
      {run.guidance.map((one) => (
        <li key={one.at}>
          <Words>{one.by}</Words>: <Words>{one.text}</Words>
        </li>
      ))}
    </ul>
  );
}

/** An ended run that has left a patch, once more, as a new attempt. */
export function RetryForm({ run }: Props) {
  const busy = useBusy("retry");
  return (
    <Form method="post" className="steer-line" preventScrollReset>
      <input type="hidden" name="run" value={run.id} />
      <Button icon="back" name="intent" value="retry" busy={busy}>
        Try again
      </Button>
      <label className="inline-label">
        <span className="visually-hidden">Where it begins</span>
        <select name="from" defaultValue="work">
          {ORIGINS.map((origin) => (
            <option key={origin} value={origin}>
              {ORIGIN_LABELS[origin]}
            </option>
          ))}
        </select>
      </label>
    </Form>
  );
}

/** What reviewers and checks say of the open pull request, and one click to act on it. */
export function FollowUpForm({ run }: Props) {
  const busy = useBusy("follow-up");
  const { changes_requested = [], commented = [], failing = [] } = run.review ?? {};
  const wanted = changes_requested.length > 0 || failing.length > 0;
  return (
    <section className="decision" aria-label="Follow-up">
      {wanted ? (
        <Notice tone="bad">
          <Said names={changes_requested} verb="asked for changes" />{" "}
          <Said names={failing} verb={failing.length > 1 ? "fail" : "fails"} />
        </Notice>
      ) : null}
      {commented.length > 0 ? (
        <p className="faint">
          <Said names={commented} verb="commented" />
        </p>
      ) : null}
      <Form method="post" className="stack" preventScrollReset>
        <input type="hidden" name="run" value={run.id} />
        <details className="steer">
          <summary>Add a word of your own</summary>
          <SentenceField label="It comes before the comments" />
        </details>
        <div className="form-actions">
          <Button
            look={wanted ? "primary" : "plain"}
            icon="pull"
            name="intent"
            value="follow-up"
            busy={busy}
          >
            Follow up on the pull request
          </Button>
        </div>
        <p className="start-note">
          An agent goes on with this branch. It reads the comments of people who may write to the
          repository, and the checks that fail; nobody else’s words reach it.
        </p>
      </Form>
    </section>
  );
}

function Said({ names, verb }: { names: string[]; verb: string }) {
  if (names.length === 0) return null;
  return (
    <span>
      <Words>{names.join(", ")}</Words> {verb}.
    </span>
  );
}

type SentenceProps = { label: string; hint?: string; required?: true };

/** A sentence for an agent. */
export function SentenceField({ label, hint, required }: SentenceProps) {
  return (
    <Field label={label} hint={hint}>
      {(wiring) => (
        <textarea {...wiring} name="text" rows={2} maxLength={2000} required={required} />
      )}
    </Field>
  );
}
