import type { ReactNode } from "react";
import { safeUrl } from "../lib/safe-url";
import { Icon } from "./icon";

/** A link that leaves the dashboard; nothing at all when the address is not plain http or https. */
export function OutLink({
  href,
  children,
}: {
  href: string | null | undefined;
  children?: ReactNode;
}) {
  const safe = safeUrl(href);
  if (!safe) return null;
  return (
    <a className="out-link" href={safe} target="_blank" rel="noreferrer noopener">
      {children}
      <Icon name="link" />
    </a>
  );
}
