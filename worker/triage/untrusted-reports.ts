import type { Crash } from "../domain/feedback";

export type ShownReport = {
  source: string;
  title: string;
  body: string;
  crash: Pick<Crash, "type" | "message" | "frames"> | null;
};

/**
 * Reports as a marked block of untrusted text for a model. The marks cannot be forged: angle brackets of the reports are
 * replaced. `frames` and `body` (UTF-16 units) say how much of each is shown.
 */
export function untrustedReports(
  reports: readonly ShownReport[],
  shown: { frames: number; body: number },
): string {
  const blocks = reports.map((report, i) => {
    const { crash } = report;
    const lines = [
      `title: ${report.title}`,
      crash?.type || crash?.message ? `error: ${crash.type ?? ""}: ${crash.message ?? ""}` : "",
      ...(crash?.frames ?? [])
        .slice(0, shown.frames)
        .map((frame) => `  at ${frame.function ?? "?"} (${frame.module ?? frame.file ?? "?"})`),
      `text: ${report.body.slice(0, shown.body)}`,
    ].filter((line) => line !== "");
    return `<report number="${i + 1}" source="${report.source}">\n${harmless(lines.join("\n"))}\n</report>`;
  });
  return `<reports>\n${blocks.join("\n")}\n</reports>`;
}

function harmless(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›");
}
