import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownText } from "../../../../../worker/ingest/sources/email/own-text";

const OWN = "The total is empty.\n\nPlease help.";

describe("what the writer of a mail wrote", () => {
  it.each([
    [
      "a plain answer",
      `${OWN}\n\nOn Sun, 1 Mar 2026 at 10:00, Shop <s@shop.example> wrote:\n> Hello\n>\n> Bye\n`,
    ],
    [
      "a wrapped attribution",
      `${OWN}\n\nOn Sun, 1 Mar 2026 at 10:00, Shop Support\n<support@shop.example> wrote:\n\n> Hello`,
    ],
    [
      "an answer in German",
      `${OWN}\n\nAm 01.03.2026 um 10:00 schrieb Shop <s@shop.example>:\n> Hallo`.replace(
        "schrieb Shop <s@shop.example>:",
        "Shop schrieb:",
      ),
    ],
    ["an answer in French", `${OWN}\n\nLe dim. 1 mars 2026 à 10:00, Shop a écrit :\n> Bonjour`],
    [
      "an attribution over text that is not marked",
      `${OWN}\n\nOn 1 Mar 2026, Shop wrote:\n\nHello there\nBye`,
    ],
    [
      "Outlook",
      `${OWN}\n\nFrom: Shop <s@shop.example>\nSent: Sunday, March 1, 2026 10:00 AM\nTo: Ann\nSubject: Cart\n\nHello`,
    ],
    ["older Outlook", `${OWN}\n\n-----Original Message-----\nFrom: Shop\n\nHello`],
    ["quotes alone", `${OWN}\n\n> Hello\n> Bye`],
    ["a signature", `${OWN}\n\n-- \nAnn Lee\nShop user`],
    ["a signature above the quotes", `${OWN}\n-- \nAnn\n\nOn 1 Mar 2026, Shop wrote:\n> Hello`],
    ["nothing to cut", OWN],
  ])("is left of %s", (_name, text) => {
    expect(ownText(text, "Re: Cart")).toBe(OWN);
    expect(ownText(text.replaceAll("\n", "\r\n"), "Re: Cart")).toBe(OWN);
  });

  it("keeps quotes that its own lines answer", () => {
    const text = "Hi,\n\n> Which browser?\n\nFirefox.\n\n> Which version?\n\n120.";
    expect(ownText(text, "Re: Cart")).toBe(text);
    const attributed = `On 1 Mar 2026, Shop wrote:\n${text}`;
    expect(ownText(attributed, "Re: Cart")).toBe(attributed);
  });

  it("keeps a forwarded mail whole", () => {
    const text = `See below.\n\n---------- Forwarded message ---------\nFrom: Bob\nDate: Sunday\n\n> ${OWN}`;
    expect(ownText(text, "Cart")).toBe(text);
    const outlook = "From: Bob\nSent: Sunday\nTo: Ann\nSubject: Cart\n\nIt fails";
    expect(ownText(outlook, "FW: Cart")).toBe(outlook);
  });

  it("cuts nothing when nothing would be left", () => {
    expect(ownText("> It fails", "Re: Cart")).toBe("> It fails");
    expect(ownText("On 1 Mar 2026, Shop wrote:\n> It fails", "")).toContain("It fails");
  });

  it("is a beginning of the text, in bounded time, whatever was written", () => {
    const line = fc.constantFrom(
      "> a",
      "x",
      "",
      "-- ",
      "From: a",
      "Sent: b",
      "On 1 May, A wrote:",
      "On",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const text = lines.join("\n").trim();
        expect(text.startsWith(ownText(text, ""))).toBe(true);
      }),
    );
    for (const part of ["On a", "On 1 May, A wrote:\n> x\ny\n", "From: x\n", "> \n", " "]) {
      const start = performance.now();
      ownText(part.repeat(65_536 / part.length), "");
      expect(performance.now() - start, JSON.stringify(part)).toBeLessThan(500);
    }
  });
});
