import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { Words } from "../../ui/words";
import { ImportPreview } from "./import-preview";
import { ImportProgress } from "./import-progress";
import { ImportResult } from "./import-result";
import { useImport } from "./use-import";

const KINDS = ".csv,.tsv,.txt,.jsonl,.ndjson,.json,text/csv,application/x-ndjson";

/** From a file to its reports, in the browser: choose, look, send, read what came of it. */
export function ImportFlow({ base }: { base: string }) {
  const { stage, mapping, setMapping, choose, start, run } = useImport(
    `${base}/reports/import/batch`,
  );
  const again = () => void choose(undefined);
  switch (stage.kind) {
    case "choose":
      return (
        <Field
          label="File"
          hint="CSV or JSON Lines. It is read here, in pieces, and may be large."
          error={stage.fault ?? undefined}
        >
          {(wiring) => (
            <input
              {...wiring}
              type="file"
              accept={KINDS}
              onChange={(event) => void choose(event.target.files?.[0])}
            />
          )}
        </Field>
      );
    case "reading":
      return (
        <div className="form-actions">
          <output>
            Reading <Words>{stage.file.name}</Words> …
          </output>
          <Button type="button" look="quiet" onClick={again}>
            Cancel
          </Button>
        </div>
      );
    case "preview":
      return (
        <ImportPreview
          file={stage.file}
          preview={stage.preview}
          mapping={mapping}
          onMapping={setMapping}
          onStart={() => start(stage.file, mapping)}
          onBack={again}
        />
      );
    case "run":
      return stage.state.phase === "running" || stage.state.phase === "paused" ? (
        <ImportProgress file={stage.file} state={stage.state} run={run.current} />
      ) : (
        <ImportResult file={stage.file} state={stage.state} base={base} onAgain={again} />
      );
  }
}
