import { Link } from "@remix-run/react";

/** Many reports run together into one point; beside it, the name. Leads to `to`. */
export function Wordmark({ to }: { to: string }) {
  return (
    <Link className="wordmark" to={to}>
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <path d="M3 7c8 0 10 9 18 9M3 16h18M3 25c8 0 10-9 18-9" />
        <circle cx="25" cy="16" r="5.6" />
      </svg>
      Soulcaster
    </Link>
  );
}
