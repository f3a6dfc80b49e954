import { NavLink } from "@remix-run/react";
import { formatCount } from "../lib/count";

type Tab = { to: string; label: string; count?: number; end?: boolean };

/** Tabs that are pages: each has its own address, and works without JavaScript. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <NavLink key={tab.to} to={tab.to} end={tab.end ?? false} prefetch="intent">
          {tab.label}
          {tab.count === undefined ? null : (
            <span className="tab-count">{formatCount(tab.count)}</span>
          )}
        </NavLink>
      ))}
    </nav>
  );
}
