import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

export type Tone = "quiet" | "accent" | "good" | "warn" | "bad";

type Props = { tone: Tone; icon?: IconName; pulse?: boolean; children: ReactNode };

/** A status in words, with a shape beside the colour: never colour alone. */
export function Badge({ tone, icon, pulse = false, children }: Props) {
  return (
    <span className={`badge badge-${tone}${pulse ? " is-pulsing" : ""}`}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </span>
  );
}
