import type { ReactNode } from "react";
import type { PageProblem } from "../lib/problem";
import { Icon } from "./icon";

type Tone = "good" | "bad" | "plain";

/** A sentence about what just happened or what is the case; announced when it appears. */
export function Notice({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={tone === "good" ? "check" : tone === "bad" ? "alert" : "clock"} />
      <div>{children}</div>
    </div>
  );
}

/** Why the API refused, in its own words, with the id under which its log has the request. */
export function ProblemNotice({ problem }: { problem: PageProblem }) {
  return (
    <Notice tone="bad">
      <strong>{problem.title}.</strong> {problem.detail}
      {problem.requestId ? <span className="request-id">Request {problem.requestId}</span> : null}
    </Notice>
  );
}
