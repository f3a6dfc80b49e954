import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  call,
  makeProject,
  reportsOf,
  sourcesOf,
  type TestProject,
  type TestSource,
} from "../../builders/api";
import { mail, type MailParts } from "../../builders/mail";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";

async function addMail(project: TestProject, settings = {}): Promise<TestSource> {
  const { status, json, text } = await call("POST", "/projects/~/sources", {
    token: project.token,
    body: { kind: "email", name: "Support", settings },
  });
  expect(status, text).toBe(201);
  return json as unknown as TestSource;
}

/** Hands a mail to the Worker as Email Routing does; answers the words with which it was refused, or null. */
async function deliver(
  to: string,
  parts: MailParts | Uint8Array<ArrayBuffer> = { text: "It fails" },
  over: { from?: string; rawSize?: number } = {},
): Promise<string | null> {
  const bytes = parts instanceof Uint8Array ? parts : mail(parts);
  let rejected: string | null = null;
  const message = {
    from: "ann@customer.example",
    to,
    headers: new Headers(),
    raw: new Blob([bytes]).stream(),
    rawSize: bytes.length,
    setReject: (reason: string) => void (rejected = reason),
    forward: async () => ({ messageId: "" }),
    reply: async () => ({ messageId: "" }),
    ...over,
  };
  await worker.email(message, env as unknown as Env);
  return rejected;
}

async function dropped(project: TestProject) {
  return (await sourcesOf(project)).find((one) => one.channel === "mail")?.dropped;
}

describe("a project's mail address", () => {
  it("is unguessable, and the only one", async () => {
    const project = await makeProject();
    const { mail_address } = await addMail(project);
    expect(mail_address).toMatch(/^p-[0-9a-f]{32}@in\.example\.com$/);
    const second = await call("POST", "/projects/~/sources", {
      token: project.token,
      body: { kind: "email", name: "Second" },
    });
    expect(second).toMatchObject({ status: 409, json: { code: "conflict" } });
  });

  it("makes a report of a mail, once, by its Message-ID", async () => {
    const project = await makeProject();
    const { mail_address } = await addMail(project);
    const parts = {
      subject: "Re: Checkout is broken",
      text: "The total is empty.\nWrite me: ann@customer.example\n\nOn Sun, 1 Mar 2026, Shop wrote:\n> Hello",
      attachments: [{ name: "screen.png", type: "image/png", base64: "iVBORw0KGgo=" }],
    };
    expect(await deliver(mail_address!, parts)).toBeNull();
    expect(await deliver(mail_address!.toUpperCase().replace("@", "+tag@"), parts)).toBeNull();
    const reports = await reportsOf(project);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      source: "email",
      external_id: "abc-1@customer.example",
      title: "Checkout is broken",
      body: "The total is empty.\nWrite me: [email]",
      metadata: { author: "Ann Lee", attachments: ["screen.png"] },
    });
    expect(JSON.stringify(reports[0])).not.toContain("ann@");
  });

  it("refuses an unknown address, another project's channel, and what is too large", async () => {
    const project = await makeProject();
    const { mail_address } = await addMail(project);
    expect(await deliver("p-unknown@in.example.com")).toBe("There is no such address.");
    const dsn = (await sourcesOf(project)).find((one) => one.channel === "dsn")!;
    const key = new URL(dsn.dsn!).username;
    expect(await deliver(`${key}@in.example.com`)).toBe("There is no such address.");
    const told = await deliver(mail_address!, { text: "x" }, { rawSize: 11 * 1024 * 1024 });
    expect(told).toContain("10 MB at most");
    const lied = new Uint8Array(11 * 1024 * 1024).fill(0x61);
    expect(await deliver(mail_address!, lied, { rawSize: 10 })).toContain("10 MB at most");
    expect(await dropped(project)).toEqual({ too_large: 2 });
    expect(await reportsOf(project)).toHaveLength(0);
  });

  it("drops what machines write, tells nobody, and counts it", async () => {
    const project = await makeProject();
    const { mail_address } = await addMail(project);
    const text = "I am away until Monday";
    const answers = [
      await deliver(mail_address!, { text, headers: { "Auto-Submitted": "auto-replied" } }),
      await deliver(mail_address!, { text }, { from: "" }),
      await deliver(mail_address!, { text }, { from: "<>" }),
      await deliver(mail_address!, { text, from: "MAILER-DAEMON@mx.example" }),
    ];
    expect(answers).toEqual([null, null, null, null]);
    expect(await dropped(project)).toEqual({ automatic_mail: 4 });
    expect(await reportsOf(project)).toHaveLength(0);
  });

  it("takes mail from known senders only, where the source says so", async () => {
    const project = await makeProject();
    const allowed_senders = ["@customer.example", "bob@other.example"];
    const { mail_address } = await addMail(project, { allowed_senders });
    const from = (address: string, id: string) => ({ text: "x", from: address, id: `<${id}>` });
    const refusal = "This address takes mail from known senders only.";
    expect(await deliver(mail_address!, from("Ann <ANN@customer.example>", "1"))).toBeNull();
    expect(await deliver(mail_address!, from("bob@other.example", "2"))).toBeNull();
    expect(await deliver(mail_address!, from("eve@other.example", "3"))).toBe(refusal);
    expect(await deliver(mail_address!, from("eve@customer.example.evil", "4"))).toBe(refusal);
    const forged = { "Authentication-Results": "mx.cloudflare.net; dkim=none; dmarc=fail" };
    const pretended = { ...from("ann@customer.example", "5"), headers: forged };
    expect(await deliver(mail_address!, pretended)).toBe(refusal);
    expect(await dropped(project)).toEqual({ sender: 3 });
    expect(await reportsOf(project)).toHaveLength(2);
  });

  it("moves when it is rotated, and is tried by a test mail", async () => {
    const project = await makeProject();
    const before = await addMail(project, { allowed_senders: ["@customer.example"] });
    const { json } = await call("POST", `/projects/~/sources/${before.id}/rotate`, {
      token: project.token,
    });
    const after = json as unknown as TestSource;
    expect(await deliver(before.mail_address!)).toBe("There is no such address.");
    expect(await deliver(after.mail_address!)).toBeNull();
    const tested = await call("POST", `/projects/~/sources/${before.id}/test`, {
      token: project.token,
    });
    expect(tested.status, tested.text).toBe(200);
    const titles = (await reportsOf(project)).map((one) => one.title);
    expect(titles.sort()).toEqual(["Checkout is broken", "Test event from Soulcaster"]);
  });

  it("is stored once when the same mail comes five times at once", async () => {
    const project = await makeProject();
    const { mail_address } = await addMail(project);
    await Promise.all(Array.from({ length: 5 }, () => deliver(mail_address!)));
    const rows = await env.DB.prepare("SELECT count(*) AS n FROM feedback").first<{ n: number }>();
    expect(rows?.n).toBe(1);
  });
});
