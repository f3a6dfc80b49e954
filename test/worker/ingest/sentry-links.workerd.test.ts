import { describe, expect, it } from "vitest";
import { hmacSha256Hex } from "../../../worker/kit/signing";
import {
  call,
  makeProject,
  reportsOf,
  SENTRY_SECRET,
  sourcesOf,
  untilClustered,
  type TestProject,
} from "../../builders/api";
import {
  commentHook,
  eventAlert,
  issueHook,
  legacyHook,
  metricAlertHook,
  webhookEvent,
} from "../../builders/sentry";

const ISSUE = "issue:1117540176";
const EVENT_ID = "e4874d664c3540c1a32eab185f12c5ab";

async function send(project: TestProject, resource: string, payload: unknown, at = 1767225600) {
  const body = JSON.stringify(payload);
  const answer = await call("POST", `/ingest/sentry/${project.sources.sentry}`, {
    body,
    headers: {
      "sentry-hook-resource": resource,
      "sentry-hook-timestamp": String(at),
      "sentry-hook-signature": await hmacSha256Hex(SENTRY_SECRET, new TextEncoder().encode(body)),
    },
  });
  expect(answer.status, answer.text).toBe(202);
  return answer.json as unknown as { outcome: string; feedback_ids: string[]; reason: string };
}

const hooks = {
  issue: (project: TestProject) => send(project, "issue", issueHook("created")),
  alert: (project: TestProject) => send(project, "event_alert", eventAlert()),
  error: (project: TestProject) =>
    send(project, "error", { action: "created", data: { error: webhookEvent() } }),
};

describe("an issue and its first event", () => {
  it.each([
    ["issue first", ["issue", "alert", "error"]],
    ["event first", ["alert", "issue", "error"]],
    ["issue last", ["error", "alert", "issue"]],
    ["each twice", ["issue", "issue", "alert", "issue", "alert"]],
  ] as [string, (keyof typeof hooks)[]][])("are one report (%s)", async (_name, order) => {
    const project = await makeProject();
    const ids = new Set<string>();
    for (const name of order)
      for (const id of (await hooks[name](project)).feedback_ids) ids.add(id);
    const reports = await reportsOf(project);
    expect(reports).toHaveLength(1);
    expect([...ids]).toEqual([reports[0]!.id]);
    expect(reports[0]).toMatchObject({
      external_id: EVENT_ID,
      metadata: { issue_id: "1117540176", short_id: "SHOP-1A", event_id: EVENT_ID },
    });
    expect(reports[0]!.metadata.crash?.frames).toHaveLength(4);
  });

  it("are one report when they come at once", async () => {
    const project = await makeProject();
    const { issue, alert, error } = hooks;
    const all = [issue, alert, error, alert, issue, error, issue, alert];
    const answers = await Promise.all(all.map((hook) => hook(project)));
    const reports = await reportsOf(project);
    expect(reports.map((one) => one.external_id)).toEqual([EVENT_ID]);
    expect(new Set(answers.flatMap((one) => one.feedback_ids))).toEqual(new Set([reports[0]!.id]));
  });

  it("stay one report in one cluster when the event comes after the issue was placed", async () => {
    const project = await makeProject();
    await hooks.issue(project);
    await untilClustered(project);
    await hooks.alert(project);
    await untilClustered(project);
    const [report, ...others] = await reportsOf(project);
    expect(others).toEqual([]);
    expect(report).toMatchObject({ external_id: EVENT_ID, unclustered: false });
    const { json } = await call("GET", "/clusters", { token: project.token });
    expect((json as unknown as { items: unknown[] }).items).toHaveLength(1);
  });

  it("leave further events of the issue reports of their own, unless they are the same crash", async () => {
    const project = await makeProject();
    await hooks.issue(project);
    await hooks.alert(project);
    const other = { event_id: "f".repeat(32), fingerprint: ["other"] };
    await send(project, "event_alert", eventAlert(webhookEvent(other)));
    const same = eventAlert(webhookEvent({ event_id: "e".repeat(32) }));
    expect(await send(project, "event_alert", same)).toMatchObject({ outcome: "counted" });
    await hooks.issue(project);
    expect((await reportsOf(project)).map((one) => one.external_id).sort()).toEqual([
      EVENT_ID,
      "f".repeat(32),
    ]);
  });

  it("are not joined across projects", async () => {
    const mine = await makeProject("me@example.com");
    const theirs = await makeProject("them@example.com");
    await hooks.issue(mine);
    await hooks.alert(theirs);
    expect((await reportsOf(mine)).map((one) => one.external_id)).toEqual([ISSUE]);
    expect((await reportsOf(theirs)).map((one) => one.external_id)).toEqual([EVENT_ID]);
  });
});

describe("what happens to an issue", () => {
  it("is written into all of its reports", async () => {
    const project = await makeProject();
    await hooks.alert(project);
    const other = { event_id: "f".repeat(32), fingerprint: ["other"] };
    await send(project, "event_alert", eventAlert(webhookEvent(other)));
    const known = await send(project, "issue", issueHook("resolved"), 1767225700);
    expect(known.outcome).toBe("changed");
    for (const report of await reportsOf(project)) {
      expect(report).toMatchObject({
        state: "closed",
        metadata: { source_state: { name: "resolved", at: 1767225700_000, by: "colleen" } },
      });
    }
    await send(project, "issue", issueHook("unresolved", { substatus: "regressed" }), 1767225800);
    const team = { assignedTo: { type: "team", id: "1", name: "cart-team" } };
    await send(project, "issue", issueHook("assigned", team), 1767225900);
    await send(project, "issue", issueHook("archived"), 1767226000);
    for (const report of await reportsOf(project)) {
      expect(report).toMatchObject({
        state: "open",
        metadata: { source_state: { name: "ignored" }, assigned: { to: "cart-team" } },
      });
    }
  });

  it("is not undone by older news that comes late, nor by the report itself coming again", async () => {
    const project = await makeProject();
    await hooks.alert(project);
    await send(project, "issue", issueHook("resolved"), 1767225800);
    await send(project, "issue", issueHook("unresolved"), 1767225700);
    await hooks.issue(project);
    await send(project, "event_alert", eventAlert(webhookEvent({ culprit: "x", message: "new" })));
    expect((await reportsOf(project))[0]).toMatchObject({
      state: "closed",
      metadata: { source_state: { name: "resolved" } },
    });
  });

  it("is passed over when no report of it is here", async () => {
    const project = await makeProject();
    const answer = await send(project, "issue", issueHook("resolved"));
    expect(answer).toMatchObject({ outcome: "ignored", reason: "the report is not known here" });
  });

  it("may be a comment: written, changed, removed, and without anybody's address", async () => {
    const project = await makeProject();
    await hooks.alert(project);
    const said = { comment: "Ask bob@example.com" };
    await send(project, "comment", commentHook("created", said), 1767225700);
    const comments = async () => (await reportsOf(project))[0]!.metadata["comments"];
    expect(await comments()).toEqual({
      88: { text: "Ask [email]", at: 1767225700_000, by: "colleen" },
    });
    await send(project, "comment", commentHook("updated"), 1767225800);
    expect(await comments()).toMatchObject({ 88: { text: "It happens on every second order" } });
    await send(project, "comment", commentHook("deleted"), 1767225900);
    expect(await comments()).toEqual({});
  });
});

describe("a metric alert", () => {
  it("is one report per incident, which its end closes", async () => {
    const project = await makeProject();
    await send(project, "metric_alert", metricAlertHook("warning"));
    await send(project, "metric_alert", metricAlertHook("critical"));
    await send(project, "metric_alert", metricAlertHook("resolved"));
    const reports = await reportsOf(project);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ external_id: "metric_alert:1241", state: "closed" });
  });
});

describe("a source", () => {
  it("remembers that its integration was removed in Sentry", async () => {
    const project = await makeProject();
    const gone = { action: "deleted", data: { installation: { uuid: "x" } } };
    await send(project, "installation", gone);
    const source = (await sourcesOf(project)).find((one) => one.id === project.sources.sentry);
    expect(source?.last_error).toContain("removed in Sentry");
  });

  it("holds back other environments and levels, and counts them", async () => {
    const project = await makeProject();
    const settings = { environments: ["staging"], levels: ["fatal"] };
    const path = `/projects/~/sources/${project.sources.sentry}`;
    await call("PATCH", path, { token: project.token, body: { settings } });
    expect(await hooks.alert(project)).toMatchObject({
      outcome: "ignored",
      reason: "filtered by environment",
    });
    expect(await hooks.issue(project)).toMatchObject({ reason: "filtered by level" });
    const source = (await sourcesOf(project)).find((one) => one.id === project.sources.sentry);
    expect(source?.dropped).toEqual({ environment: 1, level: 1 });
    expect(await reportsOf(project)).toHaveLength(0);
    const wrong = await call("PATCH", path, {
      token: project.token,
      body: { settings: { levels: ["loud"] } },
    });
    expect(wrong).toMatchObject({ status: 400, json: { code: "invalid_input" } });
  });
});

describe("the older plugin, which signs nothing", () => {
  it("is let in by the secret in its address, and by nothing else", async () => {
    const project = await makeProject();
    const at = `/ingest/sentry/${project.sources.sentry}`;
    const body = JSON.stringify(legacyHook());
    for (const query of ["", "?token=", "?token=wrong", `?secret=${SENTRY_SECRET}`]) {
      expect((await call("POST", `${at}${query}`, { body })).status, query).toBe(401);
    }
    const wrongly = { "sentry-hook-signature": "0".repeat(64) };
    const signed = await call("POST", `${at}?token=${SENTRY_SECRET}`, { body, headers: wrongly });
    expect(signed.status).toBe(401);
    const answer = await call("POST", `${at}?token=${SENTRY_SECRET}`, { body });
    expect(answer.status, answer.text).toBe(202);
    expect((await reportsOf(project))[0]).toMatchObject({ external_id: EVENT_ID });
  });
});
