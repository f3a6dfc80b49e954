import type { Severity } from "../../api.server";

const WORDS: Record<Severity, string> = {
  low: "Low severity",
  medium: "Medium severity",
  high: "High severity",
};
const BARS: Record<Severity, number> = { low: 1, medium: 2, high: 3 };

/** One to three bars: the number says it as well as the colour. */
export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <span className={`severity severity-${severity}`} title={WORDS[severity]}>
      <svg viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {[1, 2, 3].map((bar) => (
          <rect
            key={bar}
            className={bar <= BARS[severity] ? "is-on" : undefined}
            x={(bar - 1) * 4.5}
            y={10 - bar * 3}
            width="3"
            height={bar * 3}
            rx="0.75"
          />
        ))}
      </svg>
      <span className="visually-hidden">{WORDS[severity]}</span>
    </span>
  );
}
