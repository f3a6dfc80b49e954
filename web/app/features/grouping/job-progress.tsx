import { Form } from "@remix-run/react";
import { counted, formatCount } from "../../lib/count";
import { Button } from "../../ui/button";

type Props = {
  /** The job, or the preview, which is one. */
  id: string;
  progress: { done: number; total: number } | null;
  mayCancel: boolean;
};

/** How far a job is that looks at every report, and the way to end it. */
export function JobProgress({ id, progress, mayCancel }: Props) {
  const { done, total } = progress ?? { done: 0, total: 0 };
  return (
    <div className="job-progress">
      <progress max={Math.max(1, total)} value={done} aria-label="Looked at" />
      <span>
        {formatCount(done)} of {counted(total, "report")} looked at.
      </span>
      {mayCancel ? (
        <Form method="post" preventScrollReset>
          <input type="hidden" name="id" value={id} />
          <Button look="quiet" icon="cross" name="intent" value="cancel">
            Cancel
          </Button>
        </Form>
      ) : null}
    </div>
  );
}
