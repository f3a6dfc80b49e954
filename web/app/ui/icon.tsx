/** 16 by 16 line icons, drawn for this dashboard. Decorative: the words beside them say what they mean. */
const PATHS = {
  inbox: "M2.5 9.5 4.2 3.5h7.6l1.7 6v3h-11zM2.5 9.5h3l1 1.5h3l1-1.5h3",
  report: "M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3M5.8 8.5h4.4M5.8 10.8h4.4",
  run: "M5 3.2v9.6L12.5 8z",
  plug: "M6 2.5v3M10 2.5v3M4.5 5.5h7V8a3.5 3.5 0 0 1-7 0zM8 11.5v2",
  settings: "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.5v3M6 9.5v3",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  check: "m3.5 8.5 3 3 6-7",
  cross: "m4 4 8 8M12 4l-8 8",
  copy: "M5.5 5.5h7v7h-7zM10.5 3.5h-7v7",
  pull: "M4.5 5.8v7.7M4.5 5.8a1.6 1.6 0 1 0 0-3.3 1.6 1.6 0 0 0 0 3.3M11.5 10.2a1.6 1.6 0 1 0 0 3.3 1.6 1.6 0 0 0 0-3.3m0 0V5.6a1.5 1.5 0 0 0-1.5-1.5H7.5m1.7-1.8L7.4 4.1l1.8 1.8",
  link: "M9.5 3.5h3v3M12.5 3.5 7 9M7 4.5H3.5v8h8V9",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6",
  screen: "M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13",
  out: "M9 3.5H3.5v9H9M7 8h6.5M11 5.5 13.5 8 11 10.5",
  down: "M8 2.5v8M4.5 7 8 10.5 11.5 7M3 13.5h10",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3l2 1.5",
  dot: "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
  alert: "M8 2.8 14 13H2zM8 6.5V9M8 11v.2",
  pause: "M5.8 4v8M10.2 4v8",
  back: "M4 5.5 2 7.5l2 2M2 7.5h7.5a3 3 0 0 1 0 6H7",
  eye: "M1.8 8S4 4 8 4s6.2 4 6.2 4S12 12 8 12 1.8 8 1.8 8M8 6.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2",
  sentry: "M3 12.5h2.4A5 5 0 0 0 3.9 9.9L8 3l5 9.5h-2.6M6 6.4a8 8 0 0 1 3 6.1",
  github:
    "M5 5.8v4.4M5 5.8a1.6 1.6 0 1 0 0-3.3 1.6 1.6 0 0 0 0 3.3M5 10.2a1.6 1.6 0 1 0 0 3.3 1.6 1.6 0 0 0 0-3.3m0 0c0-2 6-1.2 6-4.4m0 0a1.6 1.6 0 1 0 0-3.3 1.6 1.6 0 0 0 0 3.3",
  reddit:
    "M3 8.8c0-2.2 2.2-3.8 5-3.8s5 1.6 5 3.8-2.2 4.2-5 4.2-5-2-5-4.2M8 5l.8-2.5 2.4.6M6 8.5v.2M10 8.5v.2M6.2 10.6c1 .8 2.6.8 3.6 0",
  email: "M2.5 4h11v8.5h-11zM2.5 4.5 8 9l5.5-4.5",
  manual: "m3 13 .7-3L10.5 3.2l2.3 2.3L6 12.3z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
