import { Form } from "@remix-run/react";
import type { OperationView } from "../../api.server";
import { counted } from "../../lib/count";
import { Button } from "../../ui/button";
import { Time } from "../../ui/time";
import { deciderOf } from "./decision-words";

const WORDS: Record<OperationView["kind"], string> = {
  merge: "Merged",
  split: "Split",
  move: "Moved",
  remove: "Removed",
  duplicate: "Marked as duplicate",
  change: "Edited",
  regroup: "Grouped anew",
  undo: "Undone",
};

type Props = { operation: OperationView; mayUndo: boolean };

/** One thing that was done to a cluster, and the way back. */
export function OperationEntry({ operation, mayUndo }: Props) {
  const { kind, reports, undone_by: undone } = operation;
  return (
    <li>
      <span>
        {WORDS[kind]}
        {reports > 0 ? `: ${counted(reports, "report")}` : ""}, by {deciderOf(operation.actor)},{" "}
        <Time at={operation.created_at} />
        {undone ? " (undone)" : ""}
      </span>
      {mayUndo && kind !== "undo" && !undone ? (
        <Form method="post" preventScrollReset>
          <input type="hidden" name="id" value={operation.id} />
          <Button icon="back" name="intent" value="undo">
            Undo
          </Button>
        </Form>
      ) : null}
    </li>
  );
}
