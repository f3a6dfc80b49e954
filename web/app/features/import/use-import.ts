import { useCallback, useEffect, useRef, useState } from "react";
import { batchesOf } from "./batches";
import { UnreadableFile } from "./decode";
import { startImport, type ImportRun, type ImportState } from "./import-run";
import { guessMapping, type Mapping } from "./mapping";
import { sendBatch } from "./send-batch";
import { previewOf, readRows, type Preview } from "./table";
import { wait } from "./wait";

export type ImportStage =
  | { kind: "choose"; fault: string | null }
  | { kind: "reading"; file: File }
  | { kind: "preview"; file: File; preview: Preview }
  | { kind: "run"; file: File; state: ImportState };

/** Where a person stands with a file: chosen, looked at, sent. `address` takes the batches. */
export function useImport(address: string) {
  const [stage, setStage] = useState<ImportStage>({ kind: "choose", fault: null });
  const [mapping, setMapping] = useState<Mapping>({});
  const run = useRef<ImportRun | null>(null);
  const chosen = useRef<File | null>(null);
  const isLive = stage.kind === "run" && ["running", "paused"].includes(stage.state.phase);
  useLeaveWarning(isLive);
  useEffect(() => () => run.current?.cancel(), []);

  const choose = useCallback(async (file: File | undefined) => {
    chosen.current = file ?? null;
    if (!file) return setStage({ kind: "choose", fault: null });
    setStage({ kind: "reading", file });
    try {
      const preview = await previewOf(file);
      if (chosen.current !== file) return;
      setMapping(guessMapping(preview.columns));
      setStage({ kind: "preview", file, preview });
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      if (chosen.current === file) setStage({ kind: "choose", fault: error.message });
    }
  }, []);

  const start = useCallback(
    (file: File, mapping: Mapping) => {
      const key = crypto.randomUUID();
      run.current = startImport({
        batches: batchesOf(readRows(file), mapping),
        send: (batch, number, signal) =>
          sendBatch(address, batch.items, `import-${key}-${number}`, signal),
        wait,
        now: Date.now,
        changed: (state) => setStage({ kind: "run", file, state }),
      });
    },
    [address],
  );

  return { stage, mapping, setMapping, choose, start, run };
}

function useLeaveWarning(isLive: boolean): void {
  useEffect(() => {
    if (!isLive) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isLive]);
}
