import type { SocketState } from "./socket";

const WORDS: Record<SocketState, { label: string; title: string }> = {
  open: { label: "Live", title: "Changes appear by themselves" },
  connecting: { label: "Connecting", title: "Connecting to the live feed" },
  waiting: { label: "Every 10 s", title: "The live feed is away; the page reloads itself" },
};

export function LiveMark({ state }: { state: SocketState }) {
  const { label, title } = WORDS[state];
  return (
    <span className={`live-mark live-${state}`} title={title}>
      {label}
    </span>
  );
}
