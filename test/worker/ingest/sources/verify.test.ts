import { describe, expect, it } from "vitest";
import { WEBHOOK_SOURCES, type WebhookKind } from "../../../../worker/ingest/sources";
import type { Delivery } from "../../../../worker/ingest/sources/source";
import { githubHook, sentryHook, signedAs } from "../../../builders/deliveries";
import { eventAlert } from "../../../builders/sentry";

/** Written with spaces, as no JSON writer would, so that writing it again gives other bytes. */
const TEXT = `{ "zen": "Design for failure.",  "n": 1.0 }\n`;
const UNSIGNED: Record<WebhookKind, (body: unknown) => Delivery> = {
  sentry: (body) => sentryHook("event_alert", body),
  github: (body) => githubHook("ping", body),
};

describe.each(Object.keys(UNSIGNED) as WebhookKind[])("%s verifies", (kind) => {
  const source = WEBHOOK_SOURCES[kind];
  const sign = (body: unknown, secret: string) => signedAs(kind, UNSIGNED[kind](body), secret);

  it("the raw body as it came", async () => {
    expect(await source.verify(await sign(TEXT, "secret"), ["secret"])).toBe(true);
    expect(await source.verify(await sign(eventAlert(), "secret"), ["secret"])).toBe(true);
  });

  it("with the old and with the new secret while it is rotated", async () => {
    expect(await source.verify(await sign(TEXT, "old"), ["new", "old"])).toBe(true);
    expect(await source.verify(await sign(TEXT, "new"), ["new", "old"])).toBe(true);
  });

  it("and refuses a body that was serialised again", async () => {
    const { headers } = await sign(TEXT, "secret");
    const body = new TextEncoder().encode(JSON.stringify(JSON.parse(TEXT)));
    expect(await source.verify({ headers, body }, ["secret"])).toBe(false);
  });

  it("and refuses a truncated and a lengthened body", async () => {
    const { headers, body } = await sign(TEXT, "secret");
    expect(await source.verify({ headers, body: body.slice(0, -1) }, ["secret"])).toBe(false);
    const longer = new Uint8Array([...body, 32]);
    expect(await source.verify({ headers, body: longer }, ["secret"])).toBe(false);
  });

  it("and refuses a forged signature, none, an unknown secret, and a source without a secret", async () => {
    const good = await sign(TEXT, "secret");
    expect(await source.verify(await sign(TEXT, "guess"), ["secret"])).toBe(false);
    expect(await source.verify(UNSIGNED[kind](TEXT), ["secret"])).toBe(false);
    expect(await source.verify(good, [])).toBe(false);
    expect(await source.verify(good, [""])).toBe(false);
  });

  it("and tells the delivery's own id", () => {
    expect(source.deliveryId(UNSIGNED[kind](TEXT).headers)).toMatch(/^[0-9a-f-]{36}$/);
    expect(source.deliveryId(new Headers())).toBeNull();
  });
});

describe("the schemes do not mix", () => {
  it("GitHub's prefix is asked for, Sentry's signature has none", async () => {
    const github = await signedAs("github", githubHook("ping", TEXT), "secret");
    const hex = github.headers.get("x-hub-signature-256")!.slice("sha256=".length);
    github.headers.set("x-hub-signature-256", hex);
    expect(await WEBHOOK_SOURCES.github.verify(github, ["secret"])).toBe(false);
    const sentry = await signedAs("sentry", sentryHook("issue", TEXT), "secret");
    sentry.headers.set("sentry-hook-signature", `sha256=${hex}`);
    expect(await WEBHOOK_SOURCES.sentry.verify(sentry, ["secret"])).toBe(false);
  });

  it("Sentry's other two signature headers count as well", async () => {
    const signed = await signedAs("sentry", sentryHook("issue", TEXT), "secret");
    const hex = signed.headers.get("sentry-hook-signature")!;
    for (const name of ["sentry-app-signature", "x-servicehook-signature"]) {
      const headers = new Headers({ [name]: hex });
      expect(await WEBHOOK_SOURCES.sentry.verify({ headers, body: signed.body }, ["secret"])).toBe(
        true,
      );
    }
  });
});
