import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  equalSecrets,
  hashSecret,
  newSecret,
  readSubjectToken,
  seal,
  subjectToken,
  unseal,
} from "../../../worker/kit/secrets";

const KEY = "a sealing key of more than thirty-two characters";
const some = { numRuns: 30 };

describe("sealing", () => {
  it("gives back what was sealed, under the same key and for the same purpose", async () => {
    const text = fc.string({ unit: "grapheme" });
    await fc.assert(
      fc.asyncProperty(text, text, async (context, plain) => {
        expect(await unseal(KEY, context, await seal(KEY, context, plain))).toBe(plain);
      }),
      some,
    );
  });

  it("opens for no other key, no other purpose, and not when a character was changed", async () => {
    const sealed = await seal(KEY, "source:1", "a webhook secret");
    expect(sealed).not.toContain("webhook");
    expect(await unseal(`${KEY}.`, "source:1", sealed)).toBeNull();
    expect(await unseal(KEY, "source:2", sealed)).toBeNull();
    const body = sealed.lastIndexOf(".") + 1;
    const flipped = sealed[body] === "A" ? "B" : "A";
    const changed = sealed.slice(0, body) + flipped + sealed.slice(body + 1);
    expect(await unseal(KEY, "source:1", changed)).toBeNull();
    for (const junk of ["", "v1", "v1..", "v2.a.b", "v1.***.***", "v1.AAAA.AAAA"]) {
      expect(await unseal(KEY, "source:1", junk)).toBeNull();
    }
  });

  it("never seals the same text to the same value", async () => {
    expect(await seal(KEY, "c", "x")).not.toBe(await seal(KEY, "c", "x"));
  });
});

describe("a token that names its subject", () => {
  const subject = "01900000-0000-7000-8000-000000000001";

  it("is read under its own key and prefix only", async () => {
    const token = await subjectToken(KEY, "scr_", subject);
    expect(token.startsWith(`scr_${subject}.`)).toBe(true);
    expect(await readSubjectToken(KEY, "scr_", token)).toBe(subject);
    expect(await readSubjectToken(`${KEY}.`, "scr_", token)).toBeNull();
    expect(await readSubjectToken(KEY, "sct_", token)).toBeNull();
    expect(await readSubjectToken(KEY, "scr_", `${token}.x`)).toBeNull();
  });

  it("cannot be given to another subject", async () => {
    const [, mac] = (await subjectToken(KEY, "scr_", subject)).split(".");
    const other = subject.replace(/1$/, "2");
    expect(await readSubjectToken(KEY, "scr_", `scr_${other}.${mac}`)).toBeNull();
    for (const junk of ["", "scr_", "scr_.", `scr_${subject}`, `scr_${subject}.`]) {
      expect(await readSubjectToken(KEY, "scr_", junk)).toBeNull();
    }
  });

  it("differs with the prefix: one kind of token is never taken for another", async () => {
    const [, one] = (await subjectToken(KEY, "a_", "x")).split(".");
    const [, other] = (await subjectToken(KEY, "b_", "x")).split(".");
    expect(one).not.toBe(other);
  });
});

describe("a new secret", () => {
  it("is 43 characters of the URL alphabet behind its prefix, and never the same", () => {
    const made = Array.from({ length: 50 }, () => newSecret("scs_"));
    for (const secret of made) expect(secret).toMatch(/^scs_[A-Za-z0-9_-]{43}$/);
    expect(new Set(made).size).toBe(50);
  });

  it("is stored as its SHA-256", async () => {
    expect(await hashSecret("abc")).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("equals itself only", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (one, other) => {
        expect(await equalSecrets(one, one)).toBe(true);
        expect(await equalSecrets(one, other)).toBe(one === other);
      }),
      some,
    );
  });
});
