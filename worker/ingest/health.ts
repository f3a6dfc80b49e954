import type { ForeignError } from "../kit/foreign-error";

/** What went wrong with an outside service, in words that tell a person what to do. */
export function healthWords(error: ForeignError, service: "GitHub" | "Reddit", target: string) {
  switch (error.kind) {
    case "rate_limited": {
      const seconds = error.retryAfterSeconds;
      const wait = seconds === undefined ? "a while" : waitWords(seconds);
      return `${service} asked us to wait ${wait}. ${target} goes on by itself after that.`;
    }
    case "unauthorized":
      return service === "GitHub"
        ? `GitHub refused to show ${target}: check that GITHUB_TOKEN is valid and may read its issues.`
        : `Reddit refused to show ${target}: it is private or quarantined. Take it off the list, or ask its moderators.`;
    case "not_found":
      return service === "GitHub"
        ? `GitHub knows no ${target}: it was renamed or deleted, or GITHUB_TOKEN may not see it.`
        : `Reddit knows no ${target}: it is misspelt, banned or gone. Take it off the list.`;
    case "invalid_reply":
      return `${service} sent something that cannot be read for ${target}. Nothing was passed over; the next poll tries again.`;
    case "unavailable":
      return `${service} did not answer for ${target}. The next poll tries again.`;
  }
}

function waitWords(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
