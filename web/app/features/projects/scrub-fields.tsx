import type { ProjectView } from "../../api.server";

type Rule = keyof ProjectView["settings"]["scrub"];

/** Personal data that is taken out of reports before they are stored, and how it is called for people. */
export const SCRUB_LABELS: Record<Rule, string> = {
  email: "E-mail addresses",
  ip: "IP addresses",
  token: "Keys and tokens",
  card: "Payment cards",
  cookie: "Cookies",
  authorization: "Authorization headers",
  secret: "Values named as secret (password=…)",
};
export const SCRUB_NAMES = Object.keys(SCRUB_LABELS) as Rule[];

/** One box per kind; a ticked one is kept, so that a form without boxes keeps nothing. */
export function ScrubFields({ scrub }: { scrub: ProjectView["settings"]["scrub"] }) {
  return (
    <fieldset className="check-list">
      <legend>Personal data that is kept in reports</legend>
      {SCRUB_NAMES.map((name) => (
        <label key={name} className="check">
          <input type="checkbox" name="keep" value={name} defaultChecked={scrub[name] === false} />
          {SCRUB_LABELS[name]}
        </label>
      ))}
      <p className="faint">
        All else is taken out before a report is stored. Stack frames, error types and file names
        are never changed. A change counts for what comes in from then on, within a minute.
      </p>
    </fieldset>
  );
}
