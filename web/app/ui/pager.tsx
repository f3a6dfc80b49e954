import { Link, useSearchParams } from "@remix-run/react";

/** To the next page of a list, and back to its beginning; filters stay. Nothing when there is one page. */
export function Pager({ next }: { next: string | null }) {
  const [search] = useSearchParams();
  const onward = new URLSearchParams(search);
  const first = new URLSearchParams(search);
  first.delete("cursor");
  if (next) onward.set("cursor", next);
  if (!next && !search.has("cursor")) return null;
  return (
    <nav className="pager" aria-label="Pages">
      {search.has("cursor") ? <Link to={`?${first}`}>First page</Link> : <span />}
      {next ? (
        <Link to={`?${onward}`} rel="next">
          Next
        </Link>
      ) : null}
    </nav>
  );
}
