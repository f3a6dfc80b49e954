import { useEffect, useId, useState } from "react";
import { formatCount } from "../../lib/count";
import { Button } from "../../ui/button";
import { Notice, ProblemNotice } from "../../ui/notice";
import { Words } from "../../ui/words";
import { fileSize } from "./file-size";
import type { ImportRun, ImportState } from "./import-run";

type Props = { file: File; state: ImportState; run: ImportRun | null };

/** How far it is, what came of it so far, and the ways to stop it. */
export function ImportProgress({ file, state, run }: Props) {
  const id = useId();
  const paused = state.phase === "paused";
  return (
    <div className="stack">
      <div className="import-bar">
        <label htmlFor={id}>
          {paused ? "Paused: " : "Importing "}
          <Words>{file.name}</Words>
        </label>
        <progress id={id} max={Math.max(1, file.size)} value={state.bytesRead} />
        <p className="faint number">
          {fileSize(state.bytesRead)} of {fileSize(file.size)}
        </p>
      </div>
      <ImportCounts state={state} />
      {state.problem && state.waitingUntil ? (
        <Notice tone="plain">
          {state.problem.title}. Trying again <Countdown until={state.waitingUntil} />.
        </Notice>
      ) : null}
      {state.problem && !state.waitingUntil ? <ProblemNotice problem={state.problem} /> : null}
      <div className="form-actions">
        {paused ? (
          <Button type="button" look="primary" icon="run" onClick={() => run?.resume()}>
            {state.problem ? "Try again" : "Go on"}
          </Button>
        ) : (
          <Button type="button" icon="pause" onClick={() => run?.pause()}>
            Pause
          </Button>
        )}
        <Button type="button" look="quiet" icon="cross" onClick={() => run?.cancel()}>
          Cancel
        </Button>
      </div>
      <p className="faint">Keep this page open. What was sent stays when you cancel.</p>
    </div>
  );
}

/** What became of the lines. */
export function ImportCounts({ state }: { state: ImportState }) {
  const counts = [
    ["created", state.created],
    ["there already", state.duplicate],
    ["refused", state.refusedCount],
  ] as const;
  return (
    <dl className="import-counts">
      {counts.map(([word, count]) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd>{formatCount(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((until - now) / 1_000);
  return <>{seconds > 0 ? `in ${seconds} s` : "now"}</>;
}
