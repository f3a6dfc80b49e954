import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import { hmacSha256Hex } from "../../../worker/kit/signing";
import { call, makeProject, SENTRY_SECRET, send, sourcesOf } from "../../builders/api";
import { mutatedBytes } from "../../builders/mutated";
import { ENVELOPES, HOOKS, MAILS, PACKED, STORED } from "../../builders/recorded";

/*
 * The laws of `fuzz.law.test.ts`, on the real runtime and down to the database. The minute's limit of a DSN lets 60 through, so
 * each round has a project of its own.
 */
const ROUNDS = process.env["SOULCASTER_DEEP"] ? 60 : 1;
const RUNS = 20;

const hookBytes = HOOKS.map(([resource, body]) => ({
  resource,
  bytes: new TextEncoder().encode(JSON.stringify(body)),
}));

const anyHook = fc
  .constantFrom(...hookBytes)
  .chain(({ resource, bytes }) => fc.tuple(fc.constant(resource), mutatedBytes(bytes)));
const anyReport = fc.oneof(
  fc.tuple(
    fc.constant("envelope"),
    fc.constant(""),
    fc.constantFrom(...ENVELOPES).chain(mutatedBytes),
  ),
  fc.tuple(
    fc.constant("envelope"),
    fc.constant("gzip"),
    fc.constantFrom(...PACKED).chain(mutatedBytes),
  ),
  fc.tuple(fc.constant("store"), fc.constant(""), fc.constantFrom(...STORED).chain(mutatedBytes)),
);
const anyMail = fc.constantFrom(...MAILS).chain(mutatedBytes);

it("nothing that comes through a door makes the Worker fail", { timeout: 900_000 }, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const project = await makeProject(`round-${round}@example.com`);
    await call("POST", "/projects/~/sources", {
      token: project.token,
      body: { kind: "email", name: "Mail" },
    });
    const sources = await sourcesOf(project);
    const dsn = new URL(sources.find((one) => one.channel === "dsn")!.dsn!);
    const to = sources.find((one) => one.channel === "mail")!.mail_address!;
    await fc.assert(
      fc.asyncProperty(anyHook, anyReport, anyMail, async (hook, report, mail) => {
        const answers = [
          await sendHook(project.sources.sentry, hook),
          await sendReport(dsn, report),
        ];
        for (const { status } of answers) expect(status).toBeLessThan(500);
        await sendMail(to, mail);
      }),
      { numRuns: RUNS },
    );
    const page = await call("GET", "/feedback?limit=100", { token: project.token });
    expect(page.status).toBe(200);
  }
});

async function sendHook(sourceId: string, [resource, body]: [string, Uint8Array<ArrayBuffer>]) {
  const headers = {
    "sentry-hook-resource": resource,
    "sentry-hook-signature": await hmacSha256Hex(SENTRY_SECRET, body),
  };
  return post(`/ingest/sentry/${sourceId}`, body, headers);
}

async function sendReport(
  dsn: URL,
  [form, encoding, body]: [string, string, Uint8Array<ArrayBuffer>],
) {
  const headers: Record<string, string> = encoding ? { "content-encoding": encoding } : {};
  return post(`/api${dsn.pathname}/${form}/?sentry_key=${dsn.username}`, body, headers);
}

async function post(path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string>) {
  return send(new Request(`http://api.test${path}`, { method: "POST", body, headers }));
}

async function sendMail(to: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const raw = new Blob([bytes]).stream();
  const message = { from: "a@b.example", to, raw, rawSize: bytes.length, setReject() {} };
  await worker.email(message as unknown as ForwardableEmailMessage, env as unknown as Env);
}
