const number = new Intl.NumberFormat("en");

/** `1,204` */
export function formatCount(count: number): string {
  return number.format(count);
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** For narrow columns: `1,204`, and from ten thousand on `12.3K`. */
export function formatShort(count: number): string {
  return count < 10_000 ? formatCount(count) : compact.format(count);
}

/** `1 report`, `3 reports`, `1,204 reports` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `3 reports`, and where they stand for more events than that, `3 reports · 1,204 events`. */
export function reportsAndEvents(reports: number, events: number): string {
  const told = counted(reports, "report");
  return events > reports ? `${told} · ${counted(events, "event")}` : told;
}
