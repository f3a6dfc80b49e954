import { describe, expect, it } from "vitest";
import { scrubFeedback } from "../../../../../worker/domain/scrub";
import { mapMail } from "../../../../../worker/ingest/sources/email/map";
import { mail, type MailParts } from "../../../../builders/mail";

const NOW = Date.UTC(2026, 5, 1);

async function reportOf(parts: MailParts | Uint8Array) {
  const raw = parts instanceof Uint8Array ? parts : mail(parts);
  const mapped = await mapMail({ returnPath: "ann@customer.example", raw }, NOW);
  if (mapped.kind !== "report") throw new Error("This was taken for an automatic mail.");
  return mapped;
}

describe("a mail", () => {
  it("becomes a report with its subject, its writer's own text, and all of it as raw text", async () => {
    const text = "The total is empty.\n\nOn 1 Mar 2026, Shop wrote:\n> Hello";
    const headers = { "In-Reply-To": "<first@shop.example>" };
    const { item, sender } = await reportOf({ subject: "Re: AW: Cart", text, headers });
    expect(sender).toBe("ann@customer.example");
    expect(item).toEqual({
      source: "email",
      external_id: "abc-1@customer.example",
      title: "Cart",
      body: "The total is empty.",
      raw_text: `Cart\n\n${text}`,
      metadata: {
        author: "Ann Lee",
        message_id: "abc-1@customer.example",
        in_reply_to: "first@shop.example",
      },
      created_at: Date.UTC(2026, 2, 1, 10),
    });
  });

  it("in HTML alone is read as text, its quotes too", async () => {
    const html =
      "<html><body><div>The total is <b>empty</b>.</div><div class='gmail_quote'>" +
      "On 1 Mar 2026, Shop wrote:<br><blockquote>Hello</blockquote></div></body></html>";
    expect((await reportOf({ html })).item.body).toBe("The total is empty.");
  });

  it("in both is read by its text", async () => {
    const { item } = await reportOf({ text: "As text", html: "<p>As HTML</p>" });
    expect(item.body).toBe("As text");
  });

  it("keeps the names of what was attached, and nothing of it", async () => {
    const attachments = [
      { name: "screen.png", type: "image/png", base64: "aGVsbG8=" },
      { name: "invoice@2x.pdf", type: "application/pdf", base64: "aGVsbG8=" },
    ];
    const { item } = await reportOf({ text: "See here", attachments });
    expect(item.metadata).toMatchObject({
      attachments: ["screen.png", "invoice@2x.pdf"],
      attachment_count: 2,
    });
    expect(JSON.stringify(item)).not.toContain("aGVsbG8");
  });

  it("without an id, subject or text still has a name, the same each time", async () => {
    const first = await reportOf({ id: null, subject: "", text: "It fails\nhere" });
    expect(first.item).toMatchObject({ title: "It fails", body: "It fails\nhere" });
    expect(first.item.external_id).toMatch(/^content:[0-9a-f]{16}$/);
    expect(await reportOf({ id: null, subject: "", text: "It fails\nhere" })).toEqual(first);
    const empty = (await reportOf({ subject: "", text: "" })).item;
    expect(empty).toMatchObject({ title: "(no subject)", body: "(no text)" });
  });

  it("is read in the character sets of the world", async () => {
    const raw = Buffer.concat([
      Buffer.from(
        "From: =?utf-8?Q?J=C3=B6rg?= <j@x.example>\r\nSubject: =?iso-8859-1?Q?Geht_nicht_=FCber?=\r\n" +
          "Message-ID: <1@x>\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nTut nicht f",
      ),
      Buffer.from([0xfc]),
      Buffer.from("r mich"),
    ]);
    const { item } = await reportOf(new Uint8Array(raw));
    expect(item).toMatchObject({
      title: "Geht nicht über",
      body: "Tut nicht für mich",
      metadata: { author: "Jörg" },
    });
  });

  it("loses what is personal before it is stored, and no frame", async () => {
    const text = [
      "I am ann@customer.example at 203.0.113.9, card 4111 1111 1111 1111.",
      "Authorization: Bearer 0123456789abcdef0123",
      "Cookie: sid=s3cr3t-session",
      "password=hunter2-hunter2 ghp_0123456789abcdefghij0123456789abcdef",
      "TypeError: x is undefined",
      "    at totalOf (/app/src/cart.ts:41:18)",
    ].join("\n");
    const { item } = await reportOf({ text, subject: "From ann@customer.example" });
    const safe = scrubFeedback(item);
    const stored = JSON.stringify({ ...safe, external_id: "", metadata: { ...safe.metadata } });
    for (const secret of [
      "ann@customer",
      "203.0.113.9",
      "4111",
      "0123456789abcdef",
      "s3cr3t",
      "hunter2",
    ]) {
      expect(stored, secret).not.toContain(secret);
    }
    expect(safe.body).toContain(
      "TypeError: x is undefined\n    at totalOf (/app/src/cart.ts:41:18)",
    );
  });
});

describe("what a machine wrote", () => {
  const text = "x";
  it.each([
    ["an automatic answer", { headers: { "Auto-Submitted": "auto-replied" } }, "a@x.example"],
    ["a notice", { headers: { "Auto-Submitted": "auto-generated; x" } }, "a@x.example"],
    ["a bounce", {}, ""],
    ["a bounce as servers write it", {}, "<>"],
    ["a bounce that was passed on", { headers: { "Return-Path": "<>" } }, "a@x.example"],
    ["a delivery report", { from: "Mail <MAILER-DAEMON@x.example>" }, "a@x.example"],
    ["an older answer", { headers: { Precedence: "auto_reply" } }, "a@x.example"],
    ["another one", { headers: { "X-Autoreply": "yes" } }, "a@x.example"],
  ] as [string, MailParts, string][])("(%s) is known", async (_name, parts, returnPath) => {
    const raw = mail({ text, ...parts });
    expect(await mapMail({ returnPath, raw }, NOW)).toEqual({ kind: "automatic" });
  });

  it("is not what a person wrote, nor what a list passed on", async () => {
    for (const [name, value] of [
      ["Auto-Submitted", "no"],
      ["Precedence", "list"],
    ] as const) {
      expect((await reportOf({ text, headers: { [name]: value } })).item.body).toBe("x");
    }
  });
});
