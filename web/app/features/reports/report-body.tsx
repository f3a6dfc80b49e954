import type { FeedbackItem } from "../../api.server";
import { OutLink } from "../../ui/out-link";
import { CrashFrames } from "./crash-frames";
import { SOURCE_NAMES } from "./source-mark";

/** A report's text as text, its crash, and the way back to where it came from. */
export function ReportBody({ item }: { item: FeedbackItem }) {
  const { metadata } = item;
  const facts = [
    ["Author", metadata.author],
    ["Environment", metadata.environment],
    ["Release", metadata.release],
    ["Culprit", metadata.culprit],
  ].filter((fact): fact is [string, string] => typeof fact[1] === "string" && fact[1] !== "");
  return (
    <div className="report-body">
      {facts.length > 0 ? (
        <dl className="facts-line">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {metadata.crash ? <CrashFrames crash={metadata.crash} /> : null}
      {item.body ? (
        <div className="report-text" dir="auto">
          {item.body}
        </div>
      ) : (
        <p className="faint">This report has no text beyond its title.</p>
      )}
      <p className="report-links">
        <OutLink href={metadata.url}>Open in {SOURCE_NAMES[item.source]}</OutLink>
      </p>
    </div>
  );
}
