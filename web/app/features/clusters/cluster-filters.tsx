import { Link, useSearchParams } from "@remix-run/react";
import type { StatsView } from "../../api.server";
import { formatCount } from "../../lib/count";
import { CLUSTER_LOOKS, CLUSTER_STATUSES } from "./cluster-badge";

export const CLUSTER_SORTS = ["last_seen", "first_seen", "count"] as const;
const SORT_WORDS: Record<(typeof CLUSTER_SORTS)[number], string> = {
  last_seen: "Last seen",
  first_seen: "Newest",
  count: "Most reports",
};

/** The filters are links: each view has an address, and the counts say what waits behind it. */
export function ClusterFilters({ counts }: { counts: StatsView["clusters_by_status"] }) {
  const [search] = useSearchParams();
  const status = search.get("status");
  const grouped = search.get("show") === "grouped";
  const sort = search.get("sort") ?? "last_seen";
  const shown = CLUSTER_STATUSES.filter((one) => one === status || (counts[one] ?? 0) > 0);
  return (
    <div className="filters">
      <nav aria-label="By status" className="chips">
        <Chip to={withParam(search, "status", null)} on={!status} label="All" />
        {shown.map((one) => (
          <Chip
            key={one}
            to={withParam(search, "status", one)}
            on={one === status}
            label={CLUSTER_LOOKS[one].label}
            count={counts[one] ?? 0}
          />
        ))}
      </nav>
      <nav aria-label="By size" className="chips">
        <Chip to={withParam(search, "show", null)} on={!grouped} label="Singles too" />
        <Chip to={withParam(search, "show", "grouped")} on={grouped} label="Grouped only" />
      </nav>
      <nav aria-label="Order" className="chips">
        {CLUSTER_SORTS.map((one) => (
          <Chip
            key={one}
            to={withParam(search, "sort", one === "last_seen" ? null : one)}
            on={one === sort}
            label={SORT_WORDS[one]}
          />
        ))}
      </nav>
    </div>
  );
}

function Chip(props: { to: string; on: boolean; label: string; count?: number }) {
  return (
    <Link className="chip" to={props.to} aria-current={props.on ? "true" : undefined} replace>
      {props.label}
      {props.count === undefined ? null : (
        <span className="chip-count">{formatCount(props.count)}</span>
      )}
    </Link>
  );
}

function withParam(search: URLSearchParams, name: string, value: string | null): string {
  const next = new URLSearchParams(search);
  next.delete("cursor");
  if (value === null) next.delete(name);
  else next.set(name, value);
  return `?${next}`;
}
