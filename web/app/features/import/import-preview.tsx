import { formatCount } from "../../lib/count";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Words } from "../../ui/words";
import { fileSize } from "./file-size";
import { assignRole, isUsable, ROLE_NAMES, ROLES, type ColumnRole, type Mapping } from "./mapping";
import { FORMAT_NAMES, type Preview } from "./table";

type Props = {
  file: File;
  preview: Preview;
  mapping: Mapping;
  onMapping: (mapping: Mapping) => void;
  onStart: () => void;
  onBack: () => void;
};

const CELL_LIMIT = 140;

/** The first rows as text, and above each column what it stands for. */
export function ImportPreview({ file, preview, mapping, onMapping, onStart, onBack }: Props) {
  const usable = isUsable(mapping);
  return (
    <div className="stack import-preview">
      <p className="section-note">
        <Words>{file.name}</Words>: {FORMAT_NAMES[preview.format]}, {fileSize(file.size)},{" "}
        {formatCount(preview.columns.length)} {preview.columns.length === 1 ? "column" : "columns"}.
        Say what each column is. These are the first rows.
      </p>
      {/* Scrolls sideways, so it must take the focus for those who use the keyboard. */}
      <section
        className="table-scroll import-scroll"
        aria-label="The first rows"
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region
        tabIndex={0}
      >
        <table className="import-table">
          <thead>
            <tr>
              <th scope="col">Line</th>
              {preview.columns.map((column) => (
                <th key={column} scope="col">
                  <Words>{column}</Words>
                  <select
                    aria-label={`What “${column}” is`}
                    value={mapping[column]}
                    onChange={(event) =>
                      onMapping(assignRole(mapping, column, event.target.value as ColumnRole))
                    }
                  >
                    {ROLES.map((role) => (
                      <option key={role} value={role}>
                        {ROLE_NAMES[role]}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row) => (
              <tr key={row.line}>
                <th scope="row" className="number">
                  {row.line}
                </th>
                {"fault" in row ? (
                  <td colSpan={preview.columns.length} className="import-fault">
                    {row.fault}
                  </td>
                ) : (
                  preview.columns.map((column) => (
                    <td key={column} className={mapping[column] === "none" ? "faint" : undefined}>
                      <Words>{shown(row.cells[column])}</Words>
                    </td>
                  ))
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <ul className="import-notes">
        <li>
          The same <b>own id</b> is the same report: importing a file again doubles nothing. Without
          one, the text itself is the id.
        </li>
        <li>
          <b>Reported at</b> is ISO 8601, or seconds or milliseconds since 1970. What cannot be read
          as a time counts as now.
        </li>
      </ul>
      {usable ? null : <Notice tone="plain">Choose a column as the title or as the report.</Notice>}
      <div className="form-actions">
        <Button type="button" look="primary" disabled={!usable} onClick={onStart}>
          Import this file
        </Button>
        <Button type="button" look="quiet" onClick={onBack}>
          Choose another file
        </Button>
      </div>
    </div>
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > CELL_LIMIT ? `${text.slice(0, CELL_LIMIT)}…` : text;
}
