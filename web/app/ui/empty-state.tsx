import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

/** Says which case it is and what to do next. */
export function EmptyState(props: { icon: IconName; title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={props.icon} />
      <h2>{props.title}</h2>
      <div className="empty-body">{props.children}</div>
    </div>
  );
}
