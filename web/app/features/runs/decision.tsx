import { Form } from "@remix-run/react";
import type { RunView } from "../../api.server";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import { isAgent } from "./run-badge";
import { SentenceField, useBusy } from "./steer-forms";

type Props = { run: RunView; mayRaise: boolean; maySteer: boolean };

/** Why a run was paused, what it has used, and what may be done: go on, higher limits, a sentence, its patch, or an end. */
export function Decision({ run, mayRaise, maySteer }: Props) {
  const { pause, used, limits } = run;
  if (!pause) return null;
  return (
    <section className="decision" aria-label="Decision">
      <h3>
        <Words>{pause.text}</Words>
      </h3>
      <p className="faint">
        Paused <Time at={pause.at} />. Its sandbox is gone, its work is kept
        {run.artifact_url ? ": the patch above can be downloaded." : "; no file was changed yet."}
      </p>
      {used && limits ? (
        <dl className="use">
          <Use label="Minutes" used={used.minutes} limit={limits.minutes} />
          <Use label="Model calls" used={used.turns} limit={limits.turns} />
          <Use label="Dollars" used={dollars(used.micro_usd)} limit={dollars(limits.micro_usd)} />
        </dl>
      ) : null}
      {maySteer ? (
        <>
          <GoOn run={run} mayRaise={mayRaise} />
          <OtherWays run={run} />
        </>
      ) : (
        <p className="faint">Your role may watch this run but not decide about it.</p>
      )}
    </section>
  );
}

function Use({ label, used, limit }: { label: string; used: number; limit: number }) {
  return (
    <div data-full={used >= limit || undefined}>
      <dt>{label}</dt>
      <dd>
        {used} of {limit}
      </dd>
    </div>
  );
}

function GoOn({ run, mayRaise }: Omit<Props, "maySteer">) {
  const busy = useBusy("resume");
  const agent = isAgent(run.runner);
  return (
    <Form method="post" className="stack" preventScrollReset>
      <input type="hidden" name="run" value={run.id} />
      {agent ? (
        <SentenceField
          label="Tell the agent something (optional)"
          hint="It gets this before the plan, and goes on from the last patch."
        />
      ) : null}
      {mayRaise && run.limits ? (
        <div className="field-triple">
          <Limit label="Minutes" name="minutes" now={run.limits.minutes} />
          <Limit label="Model calls" name="turns" now={run.limits.turns} />
          <Limit label="Dollars" name="usd" now={dollars(run.limits.micro_usd)} step={0.01} />
        </div>
      ) : (
        <p className="faint">An approver may raise the limits.</p>
      )}
      <div className="form-actions">
        <Button look="primary" icon="run" name="intent" value="resume" busy={busy}>
          Go on
        </Button>
      </div>
    </Form>
  );
}

type LimitProps = { label: string; name: string; now: number; step?: number };

function Limit({ label, name, now, step = 1 }: LimitProps) {
  return (
    <Field label={label}>
      {(wiring) => (
        <>
          <input type="hidden" name={`${name}_now`} value={now} />
          <input
            {...wiring}
            className="short-input"
            name={name}
            type="number"
            min={step}
            step={step}
            defaultValue={now}
          />
        </>
      )}
    </Field>
  );
}

function OtherWays({ run }: Pick<Props, "run">) {
  const taking = useBusy("take-patch");
  const ending = useBusy("cancel");
  return (
    <Form method="post" className="form-actions" preventScrollReset>
      <input type="hidden" name="run" value={run.id} />
      {run.artifact_url ? (
        <Button icon="check" name="intent" value="take-patch" busy={taking}>
          Take the patch as it is
        </Button>
      ) : null}
      <Button look="danger" name="intent" value="cancel" busy={ending}>
        Give up
      </Button>
    </Form>
  );
}

function dollars(microUsd: number): number {
  return Math.round(microUsd / 10_000) / 100;
}
