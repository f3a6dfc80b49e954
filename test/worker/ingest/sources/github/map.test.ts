import examples from "@octokit/webhooks-examples";
import { describe, expect, it } from "vitest";
import { mapGithub, mapPullRequest } from "../../../../../worker/ingest/sources/github/map";
import { OWN_MARKER } from "../../../../../worker/ingest/sources/github/issue";
import { delivery, githubHook } from "../../../../builders/deliveries";

type Payload = Record<string, unknown> & { action: string };
const NOW = Date.UTC(2026, 5, 1);

function examplesOf(event: string): Payload[] {
  const found = (examples as { name: string; examples: unknown[] }[]).find(
    (each) => each.name === event,
  );
  return (found?.examples ?? []) as Payload[];
}

function example(event: string, action: string): Payload {
  return structuredClone(examplesOf(event).find((each) => each.action === action)!);
}

function withIssue(action: string, over: Record<string, unknown>): Payload {
  const payload = example("issues", action);
  return { ...payload, issue: { ...(payload.issue as object), ...over } };
}

const CHANGES: Record<string, string> = {
  deleted: "deleted",
  transferred: "transferred",
};

describe("GitHub's own examples", () => {
  const issues = examplesOf("issues");

  it("are there", () => {
    expect(issues.length).toBeGreaterThan(20);
  });

  it.each(issues.map((payload, index) => [index, payload.action, payload] as const))(
    "issues #%i (%s) are mapped",
    (_index, action, payload) => {
      const mapped = mapGithub(githubHook("issues", payload), NOW);
      const issue = payload.issue as { number: number; title: string; user: { login: string } };
      const { full_name } = payload.repository as { full_name: string };
      if (["opened", "edited", "closed", "reopened", "labeled", "unlabeled"].includes(action)) {
        expect(mapped).toMatchObject({
          kind: "feedback",
          items: [
            {
              external_id: `${full_name}#${issue.number}`,
              title: issue.title,
              metadata: { author: issue.user.login },
            },
          ],
        });
      } else if (CHANGES[action]) {
        expect(mapped).toMatchObject({
          kind: "change",
          externalId: `${full_name}#${issue.number}`,
          change: { action: CHANGES[action] },
        });
      } else {
        const reason = "pull_request" in issue ? "pull request" : `issues.${action}`;
        expect(mapped).toMatchObject({ kind: "ignored", reason });
      }
    },
  );

  it("of every other event are ignored, by name", () => {
    for (const { name, examples: payloads } of examples as {
      name: string;
      examples: Payload[];
    }[]) {
      if (name === "issues") continue;
      for (const payload of payloads) {
        const reason = payload.action ? `${name}.${payload.action}` : name;
        expect(mapGithub(githubHook(name, payload), NOW)).toEqual({ kind: "ignored", reason });
      }
    }
  });
});

describe("an issue", () => {
  it("that is opened keeps what is known", () => {
    const mapped = mapGithub(githubHook("issues", example("issues", "opened")), NOW);
    expect(mapped).toMatchObject({
      kind: "feedback",
      items: [
        {
          source: "github",
          external_id: "Codertocat/Hello-World#1",
          title: "Spelling error in the README file",
          created_at: Date.UTC(2019, 4, 15, 15, 20, 18),
          metadata: {
            url: "https://github.com/Codertocat/Hello-World/issues/1",
            author: "Codertocat",
            labels: ["bug"],
            number: 1,
            repository: "Codertocat/Hello-World",
            repository_id: 186853002,
            state: "open",
          },
        },
      ],
    });
  });

  it("with a stack trace in its body has a crash", () => {
    const body =
      "It breaks:\r\n```\r\nTypeError: x is undefined\r\n    at f (/app/a.js:3:1)\r\n```";
    expect(mapGithub(githubHook("issues", withIssue("opened", { body })), NOW)).toMatchObject({
      items: [
        { metadata: { crash: { type: "TypeError", frames: [{ file: "/app/a.js", line: 3 }] } } },
      ],
    });
  });

  it.each([null, "", undefined])("with the body %j and no title is still a report", (body) => {
    expect(
      mapGithub(githubHook("issues", withIssue("opened", { body, title: null })), NOW),
    ).toMatchObject({
      items: [{ title: "(no title)", body: "", raw_text: "(no title)" }],
    });
  });

  it.each([
    ["pull request", { pull_request: { url: "https://api.github.com/x" } }],
    ["written by a bot", { user: { login: "dependabot[bot]", type: "Bot" } }],
    ["our own", { body: `A fix.\n${OWN_MARKER}` }],
  ])("that is %s is ignored", (reason, over) => {
    expect(mapGithub(githubHook("issues", withIssue("opened", over)), NOW)).toEqual({
      kind: "ignored",
      unwanted: true,
      reason,
    });
  });

  it("that is closed is told as it now is: closed, and why", () => {
    const payload = {
      ...withIssue("reopened", {
        state: "closed",
        state_reason: "not_planned",
        closed_at: "2026-03-01T10:00:00Z",
      }),
      action: "closed",
    };
    expect(mapGithub(githubHook("issues", payload), NOW)).toMatchObject({
      kind: "feedback",
      items: [
        {
          external_id: "Codertocat/Hello-World#1",
          state: "closed",
          metadata: { state: "closed", state_reason: "not_planned" },
        },
      ],
    });
  });

  it("that is transferred says where to", () => {
    const mapped = mapGithub(githubHook("issues", example("issues", "transferred")), NOW);
    expect(mapped).toMatchObject({
      change: { action: "transferred", to: expect.stringMatching(/^\S+\/\S+#\d+$/) },
    });
  });

  it("may come as a form", () => {
    const json = example("issues", "opened");
    const form = new URLSearchParams({ payload: JSON.stringify(json) }).toString();
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-github-event": "issues",
    };
    expect(mapGithub(delivery(form, headers), NOW)).toEqual(
      mapGithub(githubHook("issues", json), NOW),
    );
  });

  it.each([
    [
      "issue.number",
      (payload: Payload) => ({ ...payload, issue: { ...(payload.issue as object), number: "x" } }),
    ],
    ["issue", (payload: Payload) => ({ ...payload, issue: undefined })],
    [
      "repository.full_name",
      (payload: Payload) => ({ ...payload, repository: { full_name: "x" } }),
    ],
    ["action", (payload: Payload) => ({ ...payload, action: 3 })],
  ])("with a fault in %s is refused by that path", (path, spoil) => {
    expect(() => mapGithub(githubHook("issues", spoil(example("issues", "opened"))), NOW)).toThrow(
      expect.objectContaining({
        code: "malformed_body",
        extra: { faults: [expect.objectContaining({ path })] },
      }),
    );
  });

  it("without the event's header is refused", () => {
    expect(() => mapGithub(delivery(example("issues", "opened")), NOW)).toThrow(
      expect.objectContaining({ code: "malformed_body" }),
    );
  });
});

describe("mapPullRequest", () => {
  it("reads a closed pull request, and whether it was merged", () => {
    const payload = example("pull_request", "closed");
    const pull = payload.pull_request as Record<string, unknown> & { head: { sha: string } };
    expect(mapPullRequest(githubHook("pull_request", payload))).toMatchObject({
      number: pull.number,
      merged: pull.merged,
      url: pull.html_url,
      headSha: pull.head.sha,
    });
    const merged = { ...payload, pull_request: { ...pull, merged: true } };
    expect(mapPullRequest(githubHook("pull_request", merged))?.merged).toBe(true);
  });

  it("answers null for everything else", () => {
    expect(mapPullRequest(githubHook("issues", example("issues", "opened")))).toBeNull();
    expect(
      mapPullRequest(githubHook("pull_request", example("pull_request", "opened"))),
    ).toBeNull();
    expect(mapPullRequest(githubHook("pull_request", { action: "closed" }))).toBeNull();
  });
});
