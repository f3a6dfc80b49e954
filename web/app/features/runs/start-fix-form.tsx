import { Form, Link, useNavigation } from "@remix-run/react";
import type { ClusterStatus, PlanView } from "../../api.server";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { RUNNER_LABELS, RUNNER_NAMES } from "./run-badge";

/** The statuses from which a fix may start; the API has the last word. */
const STARTABLE: ClusterStatus[] = ["new", "failed", "regressed", "pr_opened"];

type Props = {
  status: ClusterStatus;
  plan: PlanView | null;
  repository: string | null;
  approvalRequired: boolean;
  mayStart: boolean;
  mayApprove: boolean;
  settings: string;
};

/** *Generate fix*, and what pressing it means for this person and this plan. */
export function StartFixForm(props: Props) {
  const busy = useNavigation().formData?.get("intent") === "start-fix";
  const again = props.status === "pr_opened";
  if (!STARTABLE.includes(props.status)) return null;
  if (!props.mayStart) {
    return <p className="faint">Your role may read this plan but not start a fix.</p>;
  }
  if (!props.repository) {
    return (
      <Notice tone="plain">
        A fix needs a repository. <Link to={props.settings}>Name it in the settings</Link>.
      </Notice>
    );
  }
  return (
    <Form method="post" className="start-fix" preventScrollReset>
      <input type="hidden" name="version" value={props.plan?.version ?? ""} />
      <Button
        look={again ? "plain" : "primary"}
        icon="run"
        name="intent"
        value="start-fix"
        busy={busy}
      >
        {again ? "Generate another fix" : "Generate fix"}
      </Button>
      <label className="inline-label">
        Runner
        <select name="runner" defaultValue="">
          <option value="">Automatic</option>
          {RUNNER_NAMES.map((name) => (
            <option key={name} value={name}>
              {RUNNER_LABELS[name]}
            </option>
          ))}
        </select>
      </label>
      <p className="start-note">{meaning(props)}</p>
    </Form>
  );
}

/** What will happen, in a sentence. */
function meaning({ plan, mayApprove, approvalRequired, repository }: Props): string {
  const end = `and opens a draft pull request on ${repository}.`;
  if (!plan) return `Makes a plan first, works by it in a locked sandbox, ${end}`;
  if (plan.approved_at) return `Works by version ${plan.version}, which is approved, ${end}`;
  if (mayApprove)
    return `Approves version ${plan.version} of the plan, works by it in a locked sandbox, ${end}`;
  if (approvalRequired)
    return `The run waits until an approver has approved version ${plan.version}.`;
  return `Works by version ${plan.version} in a locked sandbox, ${end}`;
}
