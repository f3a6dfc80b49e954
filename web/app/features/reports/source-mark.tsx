import type { SourceKind } from "../../api.server";
import { Icon } from "../../ui/icon";

/** The names of the sources: total, so that a new source does not compile without its name. */
export const SOURCE_NAMES: Record<SourceKind, string> = {
  sentry: "Sentry",
  github: "GitHub",
  reddit: "Reddit",
  manual: "Manual",
  email: "E-mail",
};

export const SOURCE_KINDS = Object.keys(SOURCE_NAMES) as SourceKind[];

/** A source's sign, with its name beside it or, where space is short, for assistive technology only. */
export function SourceMark({ kind, named = true }: { kind: SourceKind; named?: boolean }) {
  return (
    <span className="source-mark" title={named ? undefined : SOURCE_NAMES[kind]}>
      <Icon name={kind} />
      <span className={named ? undefined : "visually-hidden"}>{SOURCE_NAMES[kind]}</span>
    </span>
  );
}
