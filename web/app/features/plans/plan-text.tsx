import type { PlanView } from "../../api.server";
import { Badge } from "../../ui/badge";
import { Notice } from "../../ui/notice";
import { Prose } from "../../ui/prose";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";

/** A plan to read: what is thought to be wrong, where, and what will be done about it. */
export function PlanText({ plan }: { plan: PlanView }) {
  return (
    <div className="plan">
      <p className="plan-version">
        <span>Version {plan.version}</span>
        {plan.approved_at ? (
          <Badge tone="good" icon="check">
            Approved
          </Badge>
        ) : (
          <Badge tone="quiet" icon="clock">
            Not approved
          </Badge>
        )}
        <span className="faint">
          <Time at={plan.created_at} />
          {plan.base_sha ? (
            <>
              {" "}
              at <code>{plan.base_sha.slice(0, 7)}</code>
            </>
          ) : null}
        </span>
      </p>
      {plan.notice ? (
        <Notice tone="plain">
          <Words>{plan.notice}</Words>
        </Notice>
      ) : null}
      <p className="plan-summary" dir="auto">
        <Prose>{plan.summary}</Prose>
      </p>
      <Lines title="Hypotheses" lines={plan.hypotheses} />
      {plan.candidate_files.length > 0 ? (
        <section>
          <h3>Files</h3>
          <ul className="plan-files">
            {plan.candidate_files.map((file) => (
              <li key={`${file.path}:${file.line}`}>
                <code>
                  {file.path}
                  {file.line === null ? "" : `:${file.line}`}
                </code>
                <span dir="auto">
                  <Prose>{file.reason}</Prose>
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Lines title="Steps" lines={plan.steps} numbered />
      <Lines title="Validation" lines={plan.validation} />
    </div>
  );
}

function Lines(props: { title: string; lines: string[]; numbered?: boolean }) {
  if (props.lines.length === 0) return null;
  const List = props.numbered ? "ol" : "ul";
  return (
    <section>
      <h3>{props.title}</h3>
      <List className="plan-lines">
        {props.lines.map((line, at) => (
          <li key={at} dir="auto">
            <Prose>{line}</Prose>
          </li>
        ))}
      </List>
    </section>
  );
}
