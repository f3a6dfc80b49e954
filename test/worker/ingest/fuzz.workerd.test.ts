import examples from "@octokit/webhooks-examples";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import { hmacSha256Hex } from "../../../worker/kit/signing";
import {
  call,
  GITHUB_SECRET,
  makeProject,
  SENTRY_SECRET,
  send,
  sourcesOf,
  type TestProject,
} from "../../builders/api";
import { mutated, mutatedBytes } from "../../builders/mutated";
import { ENVELOPES, EVENTS, HOOKS, MAILS, PACKED, STORED } from "../../builders/recorded";
import { redditComment, redditPost } from "../../builders/reddit";

/*
 * The laws of `fuzz.law.test.ts`, on the real runtime and down to the database, for each door. A round has a project of its
 * own, so that no round meets the rows of all others.
 */
const ROUNDS = process.env["SOULCASTER_DEEP"] ? 170 : 1;
const RUNS = process.env["SOULCASTER_DEEP"] ? 100 : 12;

type Bytes = Uint8Array<ArrayBuffer>;
const bytesOf = (value: unknown): Bytes => new TextEncoder().encode(JSON.stringify(value) ?? "");

/** A payload with strange values in it, or its bytes with strange bytes in them. */
function strange(payload: unknown): fc.Arbitrary<Bytes> {
  return fc.oneof(mutated(payload).map(bytesOf), mutatedBytes(bytesOf(payload)));
}

const sentryHooks = fc
  .constantFrom(...HOOKS)
  .chain(([resource, body]) => fc.tuple(fc.constant(resource), strange(body)));
const githubHooks = fc
  .constantFrom(
    ...examples
      .filter(({ name }) => ["issues", "issue_comment", "pull_request", "push"].includes(name))
      .flatMap(({ name, examples: bodies }) =>
        bodies.slice(0, 3).map((body) => [name, body] as const),
      ),
  )
  .chain(([event, body]) => fc.tuple(fc.constant(event), strange(body)));
const sdkReports = fc.oneof(
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
  fc.tuple(fc.constant("store"), fc.constant(""), fc.constantFrom(...EVENTS).chain(strange)),
);
const redditItems = fc
  .constantFrom<unknown>(redditPost(), redditComment(), { items: [redditPost(), redditComment()] })
  .chain(strange);
const ownItems = fc
  .constantFrom<unknown>(
    { title: "Cart", body: "It is empty", external_id: "1", metadata: { a: 1 } },
    {
      items: [
        { title: "Cart", body: "It is empty" },
        { title: "Login", body: "It fails" },
      ],
    },
  )
  .chain(strange);
const mails = fc.constantFrom(...MAILS).chain(mutatedBytes);

it("nothing that comes through a door makes the Worker fail", { timeout: 3_600_000 }, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const doors = await openDoors(`round-${round}@example.com`);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(sentryHooks, githubHooks, sdkReports, redditItems, ownItems, mails),
        async ([sentry, github, sdk, reddit, own, mail]) => {
          const answers = await Promise.all([
            doors.sentry(sentry),
            doors.github(github),
            doors.sdk(sdk),
            doors.json("/ingest/reddit", reddit),
            doors.json("/feedback", own),
          ]);
          for (const answer of answers) {
            expect(answer.status, await answer.text()).toBeLessThan(500);
          }
          await doors.mail(mail);
        },
      ),
      { numRuns: RUNS },
    );
    const page = await call("GET", "/feedback?limit=100", { token: doors.project.token });
    expect(page.status).toBe(200);
  }
});

async function openDoors(email: string) {
  const project = await makeProject(email);
  await call("POST", "/projects/~/sources", {
    token: project.token,
    body: { kind: "email", name: "Mail" },
  });
  const sources = await sourcesOf(project);
  const dsn = new URL(sources.find((one) => one.channel === "dsn")!.dsn!);
  const to = sources.find((one) => one.channel === "mail")!.mail_address!;
  return {
    project,
    sentry: (hook: [string, Bytes]) => sendSentry(project, hook),
    github: (hook: [string, Bytes]) => sendGithub(project, hook),
    sdk: ([form, encoding, body]: [string, string, Bytes]) =>
      post(
        `/api${dsn.pathname}/${form}/?sentry_key=${dsn.username}`,
        body,
        encoding ? { "content-encoding": encoding } : {},
      ),
    json: (path: string, body: Bytes) =>
      post(path, body, {
        authorization: `Bearer ${project.token}`,
        "content-type": "application/json",
      }),
    mail: (bytes: Bytes) => sendMail(to, bytes),
  };
}

async function sendSentry(project: TestProject, [resource, body]: [string, Bytes]) {
  return post(`/ingest/sentry/${project.sources.sentry}`, body, {
    "sentry-hook-resource": resource,
    "sentry-hook-signature": await hmacSha256Hex(SENTRY_SECRET, body),
  });
}

async function sendGithub(project: TestProject, [event, body]: [string, Bytes]) {
  return post(`/ingest/github/${project.sources.github}`, body, {
    "content-type": "application/json",
    "x-github-event": event,
    "x-hub-signature-256": `sha256=${await hmacSha256Hex(GITHUB_SECRET, body)}`,
  });
}

async function post(path: string, body: Bytes, headers: Record<string, string>) {
  return send(new Request(`http://api.test${path}`, { method: "POST", body, headers }));
}

async function sendMail(to: string, bytes: Bytes): Promise<void> {
  const raw = new Blob([bytes]).stream();
  const message = { from: "a@b.example", to, raw, rawSize: bytes.length, setReject() {} };
  await worker.email(message as unknown as ForwardableEmailMessage, env as unknown as Env);
}
