import { formatCount } from "../../lib/count";
import { Button, ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Words } from "../../ui/words";
import type { Refused } from "./batches";
import { downloadText } from "./download";
import { ImportCounts } from "./import-progress";
import type { ImportState } from "./import-run";
import { refusedCsv } from "./refused-csv";

const SHOWN = 100;

type Props = { file: File; state: ImportState; base: string; onAgain: () => void };

/** How an import ended: the counts, and each refused line with its reason. */
export function ImportResult({ file, state, base, onAgain }: Props) {
  return (
    <div className="stack">
      <Ending file={file} state={state} />
      <ImportCounts state={state} />
      <div className="form-actions">
        <ButtonLink look="primary" to={`${base}/reports?source=manual`}>
          See the reports
        </ButtonLink>
        <Button type="button" look="quiet" onClick={onAgain}>
          Import another file
        </Button>
      </div>
      {state.refused.length > 0 ? <RefusedLines state={state} name={file.name} /> : null}
    </div>
  );
}

function Ending({ file, state }: Pick<Props, "file" | "state">) {
  if (state.phase === "broken") {
    return <Notice tone="bad">The rest of the file was not imported. {state.broken}</Notice>;
  }
  if (state.phase === "cancelled") {
    return <Notice tone="plain">Cancelled. What had been sent by then stays.</Notice>;
  }
  return (
    <Notice tone="good">
      <Words>{file.name}</Words> is imported to its end. New reports are grouped now.
    </Notice>
  );
}

function RefusedLines({ state, name }: { state: ImportState; name: string }) {
  return (
    <section className="stack" aria-labelledby="refused-title">
      <div className="import-refused-head">
        <h3 id="refused-title">Refused lines</h3>
        <Button
          type="button"
          icon="down"
          onClick={() => downloadText(`${name}.refused.csv`, refusedCsv(state.refused))}
        >
          Download as CSV
        </Button>
      </div>
      <div className="table-scroll">
        <table className="import-table">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Why</th>
              <th scope="col">It begins with</th>
            </tr>
          </thead>
          <tbody>
            {state.refused.slice(0, SHOWN).map((one) => (
              <RefusedLine key={one.line} one={one} />
            ))}
          </tbody>
        </table>
      </div>
      <More state={state} />
    </section>
  );
}

function RefusedLine({ one }: { one: Refused }) {
  return (
    <tr>
      <th scope="row" className="number">
        {one.line}
      </th>
      <td>
        <bdi>{one.reason}</bdi>
      </td>
      <td className="faint">
        <Words>{one.text}</Words>
      </td>
    </tr>
  );
}

function More({ state: { refused, refusedCount } }: { state: ImportState }) {
  if (refusedCount <= SHOWN) return null;
  const shown = Math.min(SHOWN, refused.length);
  return (
    <p className="faint">
      The first {formatCount(shown)} of {formatCount(refusedCount)}. The download has{" "}
      {refused.length === refusedCount ? "all" : `the first ${formatCount(refused.length)}`}.
    </p>
  );
}
