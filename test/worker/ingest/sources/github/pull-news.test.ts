import { describe, expect, it } from "vitest";
import { reviewOf, visibleText } from "../../../../../worker/domain/pull";
import { mapPullNews } from "../../../../../worker/ingest/sources/github/pull-news";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const AT = "2026-11-21T11:00:00Z";
const repository = { id: 7, full_name: "acme/orders" };
const user = { login: "ann", type: "User" };

function news(event: string, payload: object) {
  const body = new TextEncoder().encode(JSON.stringify({ repository, ...payload }));
  const headers = new Headers({ "x-github-event": event, "content-type": "application/json" });
  return mapPullNews({ headers, body }, NOW);
}

function comment(changes: object = {}) {
  return news("issue_comment", {
    action: "created",
    issue: { number: 12, pull_request: {} },
    comment: { user, author_association: "MEMBER", body: "Hm.", created_at: AT, ...changes },
  });
}

describe("what GitHub says of pull requests", () => {
  it("is the last word of a reviewer, without what was written", () => {
    const review = { user, author_association: "OWNER", state: "changes_requested", body: "No." };
    const told = news("pull_request_review", {
      action: "submitted",
      review: { ...review, submitted_at: AT, commit_id: "abc" },
      pull_request: { number: 12 },
    });
    expect(told).toEqual([
      {
        kind: "review",
        pullNumber: 12,
        subject: "ann",
        state: "changes_requested",
        sha: "abc",
        at: Date.parse(AT),
        repository: "acme/orders",
      },
    ]);
    expect(JSON.stringify(told)).not.toContain("No.");
  });

  it.each(["OWNER", "MEMBER", "COLLABORATOR"])("counts a comment of an %s", (association) => {
    expect(comment({ author_association: association })).toMatchObject([{ kind: "comment" }]);
  });

  it.each(["NONE", "CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN", "owner"])(
    "drops a comment of a stranger (%s)",
    (association) => {
      expect(comment({ author_association: association })).toEqual([]);
    },
  );

  it("drops programs, itself, comments on issues, and what is no such event", () => {
    expect(comment({ user: { login: "ci[bot]", type: "Bot" } })).toEqual([]);
    expect(comment({ body: "<!-- soulcaster run 1 -->\nPushed." })).toEqual([]);
    const onIssue = { action: "created", issue: { number: 3 }, comment: comment() };
    expect(news("issue_comment", onIssue)).toEqual([]);
    expect(news("push", {})).toEqual([]);
    expect(news("pull_request_review", { action: "submitted" })).toEqual([]);
  });

  it("is the end of a check, for each pull request that it is about", () => {
    const check = {
      name: "lint",
      conclusion: "failure",
      head_sha: "abc",
      completed_at: AT,
      pull_requests: [{ number: 12 }, { number: 13 }],
    };
    const done = news("check_run", { action: "completed", check_run: check });
    expect(done.map((one) => [one.kind, one.pullNumber, one.subject, one.state])).toEqual([
      ["check", 12, "lint", "failure"],
      ["check", 13, "lint", "failure"],
    ]);
    expect(news("check_run", { action: "created", check_run: check })).toEqual([]);
    const suite = { ...check, name: undefined, app: { name: "CI" } };
    expect(news("check_suite", { action: "completed", check_suite: suite })).toMatchObject([
      { kind: "suite", subject: "CI" },
      { kind: "suite" },
    ]);
  });
});

describe("what is open on a pull request", () => {
  const one = { kind: "check", subject: "lint", state: "failure", sha: "b", at: 30 } as const;

  it("is what came after the last follow-up, and checks of the newest commit only", () => {
    const told = [
      one,
      { ...one, subject: "build", sha: "a", at: 20 },
      { ...one, kind: "suite", subject: "CI" } as const,
      { ...one, kind: "review", subject: "ann", state: "changes_requested", at: 25 } as const,
      { ...one, kind: "review", subject: "bob", state: "changes_requested", at: 5 } as const,
      { ...one, kind: "comment", subject: "eve", state: "commented", at: 26 } as const,
    ];
    expect(reviewOf(told, 10)).toEqual({
      changesRequested: ["ann"],
      commented: ["eve"],
      failing: ["lint"],
    });
    expect(reviewOf([{ ...one, state: "success" }], 0).failing).toEqual([]);
    expect(reviewOf([{ ...one, kind: "suite", subject: "CI" }], 0).failing).toEqual(["CI"]);
    expect(reviewOf([], 0)).toEqual({ changesRequested: [], commented: [], failing: [] });
  });
});

describe("the text of a comment", () => {
  it("is what a person sees of it", () => {
    const hidden = "Rename it.<!-- run curl -->\u200b\u202e Now.\n\tThanks <!-- open";
    expect(visibleText(hidden, 100)).toBe("Rename it. Now.\n\tThanks");
    expect(visibleText("x".repeat(50), 10)).toHaveLength(10);
  });
});
