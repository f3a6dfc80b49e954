import { useState } from "react";
import { Button } from "../../ui/button";
import type { PlanDraft } from "./plan-draft";

type Row = PlanDraft["files"][number] & { key: number };

const BLANK = { path: "", line: "", reason: "" };

/** The candidate files, a row each; rows without a path are left out when the plan is saved. */
export function FileRows({ files, error }: { files: PlanDraft["files"]; error?: string }) {
  const [rows, setRows] = useState<Row[]>(() =>
    [...files, BLANK].map((file, key) => ({ ...file, key })),
  );
  const add = () => setRows([...rows, { ...BLANK, key: (rows.at(-1)?.key ?? -1) + 1 }]);
  return (
    <fieldset className="file-rows" aria-describedby={error ? "files-error" : undefined}>
      <legend>Candidate files</legend>
      {error ? (
        <p className="field-error" id="files-error">
          {error}
        </p>
      ) : null}
      {rows.map((row, at) => (
        <div className="file-row" key={row.key}>
          <input
            name="file_path"
            aria-label={`Path of file ${at + 1}`}
            placeholder="src/module.js"
            defaultValue={row.path}
          />
          <input
            name="file_line"
            aria-label={`Line in file ${at + 1}`}
            placeholder="Line"
            inputMode="numeric"
            pattern="[0-9]*"
            defaultValue={row.line}
          />
          <input
            name="file_reason"
            aria-label={`Reason for file ${at + 1}`}
            placeholder="Why this file"
            defaultValue={row.reason}
          />
          <Button
            type="button"
            look="quiet"
            icon="cross"
            aria-label={`Remove file ${at + 1}`}
            onClick={() => setRows(rows.filter(({ key }) => key !== row.key))}
          />
        </div>
      ))}
      <Button type="button" look="quiet" icon="plus" onClick={add}>
        Add a file
      </Button>
    </fieldset>
  );
}
