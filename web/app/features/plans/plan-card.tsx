import { Form, useNavigation } from "@remix-run/react";
import type { PlanView } from "../../api.server";
import type { PageProblem } from "../../lib/problem";
import { Button, ButtonLink } from "../../ui/button";
import { Card } from "../../ui/card";
import { draftOf, type PlanDraft } from "./plan-draft";
import { PlanForm } from "./plan-form";
import { PlanText } from "./plan-text";

type Props = {
  plan: PlanView | null;
  editing: boolean;
  /** What was typed, when saving was refused. */
  draft: PlanDraft | undefined;
  problem: PageProblem | undefined;
  mayEdit: boolean;
  mayApprove: boolean;
  /** Whether a run waits for the approval. */
  awaited: boolean;
};

export function PlanCard(props: Props) {
  const { plan, editing, draft, problem, mayEdit, mayApprove, awaited } = props;
  if (!plan) return <NoPlan mayEdit={mayEdit} />;
  if (editing && mayEdit) {
    return (
      <Card title="Edit the plan" id="plan">
        <PlanForm draft={draft ?? draftOf(plan)} newest={plan.version} problem={problem} />
      </Card>
    );
  }
  return (
    <Card
      title="Plan"
      id="plan"
      actions={
        <>
          {mayApprove && !plan.approved_at ? (
            <ApproveForm version={plan.version} awaited={awaited} />
          ) : null}
          {mayEdit ? (
            <ButtonLink look="quiet" icon="manual" to="?edit=1">
              Edit
            </ButtonLink>
          ) : null}
        </>
      }
    >
      <PlanText plan={plan} />
    </Card>
  );
}

function ApproveForm({ version, awaited }: { version: number; awaited: boolean }) {
  const busy = useNavigation().formData?.get("intent") === "approve";
  return (
    <Form method="post" preventScrollReset>
      <input type="hidden" name="version" value={version} />
      <Button
        look={awaited ? "primary" : "quiet"}
        icon="check"
        name="intent"
        value="approve"
        busy={busy}
      >
        Approve version {version}
      </Button>
    </Form>
  );
}

function NoPlan({ mayEdit }: { mayEdit: boolean }) {
  const busy = useNavigation().formData?.get("intent") === "make-plan";
  return (
    <Card title="Plan" id="plan">
      <p className="faint">
        There is no plan yet. It is made from the reports and from the repository at a pinned
        commit.
      </p>
      {mayEdit ? (
        <Form method="post" preventScrollReset>
          <Button icon="plus" name="intent" value="make-plan" busy={busy}>
            Make a plan
          </Button>
        </Form>
      ) : null}
    </Card>
  );
}
