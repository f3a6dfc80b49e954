import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NewFeedback } from "../../../worker/domain/feedback";
import { parseFrameLine } from "../../../worker/domain/stack-text";
import {
  DEFAULT_SCRUB_RULES,
  SCRUB_RULES,
  scrubFeedback,
  scrubText,
  scrubValue,
} from "../../../worker/domain/scrub";

/** Put together here, so that no file of this repository looks as if it held a secret. */
const GITHUB_TOKEN = `ghp_${"a1B2".repeat(9)}`;
const JWT = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJl"].join(".");

describe("scrubText", () => {
  it.each([
    ["mail bob.smith+x@mail.example.com now", "mail [email] now"],
    ["<bob@example.pl>, eve@example.co.uk.", "<[email]>, [email]."],
    ["from 192.168.1.20:8080 and 10.0.0.1.", "from [ip]:8080 and [ip]."],
    ["localhost/127.0.0.1:5432 refused", "localhost/[ip]:5432 refused"],
    ["http://203.0.113.9/cart?ip=203.0.113.9", "http://[ip]/cart?ip=[ip]"],
    ["peer 2001:db8::8a2e:370:7334 and [::1]:80", "peer [ip] and [[ip]]:80"],
    ["2001:0db8:85a3:0000:0000:8a2e:0370:7334", "[ip]"],
    [`git clone with ${GITHUB_TOKEN}!`, "git clone with [token]!"],
    [`id ${JWT} end`, "id [token] end"],
    [`AKIA${"ABCD".repeat(4)}`, "[token]"],
    [`sk-proj-${"abcd1234".repeat(4)}`, "[token]"],
    ["Authorization: Bearer abc.def.ghi", "Authorization: [authorization]"],
    [
      `curl -H 'Authorization: token ${"x1".repeat(12)}' https://a.example/b`,
      "curl -H 'Authorization: [authorization]' https://a.example/b",
    ],
    [
      '{"authorization": "Basic Ym9iOnB3", "path": "/cart"}',
      '{"authorization": [authorization], "path": "/cart"}',
    ],
    ["sent Bearer 0123456789abcdef0123 along", "sent Bearer [authorization] along"],
    ["Cookie: sid=abc; theme=dark", "Cookie: [cookie]"],
    ["Set-Cookie: sid=abc; HttpOnly", "Set-Cookie: [cookie]"],
    ["paid with 4111 1111 1111 1111 twice", "paid with [card] twice"],
    ["paid with 378282246310005", "paid with [card]"],
    ["GET /a?token=abc123&page=2", "GET /a?token=[secret]&page=2"],
    ['{"password":"hunter2!"}', '{"password":[secret]}'],
    ["postgres://app:s3cret@db.example/shop", "postgres://[secret]@db.example/shop"],
    [
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nafter",
      "[token]\nafter",
    ],
  ])("scrubs %j", (text, scrubbed) => {
    expect(scrubText(text)).toBe(scrubbed);
    expect(scrubText(scrubbed)).toBe(scrubbed);
  });

  it.each([
    "Chrome/120.0.0.0 Safari/537.36",
    "Chrome 120.0.0.0 on Windows 10.0.0.1",
    "version 1.2.3.4, v1.2.3.4, build: 10.0.0.1",
    "org.example.app:core:1.2.3.4 and pkg@1.2.3.4 and lib-1.2.3.4",
    "needs >=1.2.3.4 and 1.2.3.4.5 and 999.1.1.1",
    "logo@2x.png and git@github.com:owner/repo.git and pkg@next.js",
    "at 10:30:15, ratio 1:2:3, mac 00:1a:2b:3c:4d:5e",
    "std::vector<int>, f64::e, crate::cart::total, a::b",
    "order 1234567890123456 at 1700000000000",
    "Unexpected token '<' in JSON, token: '}' expected",
    "password=undefined, token=null, secret: it is empty",
    "authorization: it fails with 401; the cookie: is gone",
    "bearer of bad news",
    "TypeError: Cannot read properties of undefined (reading 'email')",
    "123e4567-e89b-12d3-a456-426614174000",
  ])("leaves %j as it is", (text) => {
    expect(scrubText(text)).toBe(text);
  });

  it("never changes a line that is a stack frame", () => {
    const frames = [
      "    at send (https://10.0.0.1/app/mail@2x.example.com.js?token=abc123:10:5)",
      "total@https://shop.example.com/1.2.3.4/cart.js:12:9",
      '  File "/srv/bob@example.com/app.py", line 3, in run',
      "\tat com.shop.Cart.add(Cart.java:41) ~[shop-1.2.3.4.jar:1.2.3.4]",
      "\t/home/u@example.com/main.go:12 +0x1d",
    ];
    for (const frame of frames) {
      expect(parseFrameLine(frame), frame).not.toBeNull();
      expect(scrubText(`Hi bob@example.com\n${frame}`)).toBe(`Hi [email]\n${frame}`);
    }
  });

  it("takes a private key that was cut off, and not the frame after it", () => {
    const frame = "    at total (/app/cart.ts:41:18)";
    const text = `-----BEGIN PRIVATE KEY-----\nMIIEvQ\nabc=\n${frame}`;
    expect(scrubText(text)).toBe(`[token]\n${frame}`);
    expect(scrubText('"-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"')).toBe(
      '"[token]\\n"',
    );
  });

  it("obeys each rule alone", () => {
    const samples = {
      email: "bob@example.com",
      ip: "to 10.0.0.1",
      token: GITHUB_TOKEN,
      card: "4111111111111111",
      cookie: "Cookie: a=b",
      authorization: "Authorization: Basic Ym9iOnB3",
      secret: "password=hunter2",
    };
    const none = { ...DEFAULT_SCRUB_RULES };
    for (const rule of SCRUB_RULES) none[rule] = false;
    for (const rule of SCRUB_RULES) {
      expect(scrubText(samples[rule], none)).toBe(samples[rule]);
      expect(scrubText(samples[rule], { ...none, [rule]: true })).not.toBe(samples[rule]);
      expect(scrubText(samples[rule], { ...DEFAULT_SCRUB_RULES, [rule]: false })).toBe(
        samples[rule],
      );
    }
  });

  it("changes nothing more when it is done twice", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "bob@example.com",
        "10.0.0.1",
        "::1",
        GITHUB_TOKEN,
        JWT,
        "token=",
        "Cookie: a=b",
      ),
      fc.constantFrom(
        "password: ",
        "Authorization: ",
        "Bearer ",
        "4111111111111111",
        "[",
        "]",
        '"',
        "'",
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom(" ", ", ", "\n"),
        (parts, glue) => {
          const once = scrubText(parts.join(glue));
          expect(scrubText(once)).toBe(once);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    "a@",
    "1.",
    "1.2.3.4 ",
    "a.b:c:1.2.3.4 ",
    "::",
    "a:",
    "token=",
    "authorization: ",
    "eyJaaaaaa.",
    "4111",
    "a_b-",
    "cookie: a=",
  ])("takes bounded time on a text made of %j", (piece) => {
    const text = piece.repeat(Math.ceil(65_536 / piece.length));
    scrubText(text.slice(0, 2_000));
    const start = performance.now();
    scrubText(text);
    expect(performance.now() - start).toBeLessThan(300);
  });
});

describe("scrubValue", () => {
  it("scrubs nested fields, pairs, and fields with telling names", () => {
    const value = {
      user: { id: 7, email: "bob@example.com", ip_address: "10.0.0.1" },
      request: {
        headers: [
          ["Cookie", "sid=1"],
          ["Authorization", "Basic Ym9iOnB3"],
          ["Host", "shop.example"],
        ],
        cookies: { sid: "1" },
        data: { password: "x", list: ["eve@example.com"] },
      },
      card: 4111111111111111,
      app_version: "10.0.0.1",
    };
    expect(scrubValue(value)).toEqual({
      user: { id: 7, email: "[email]", ip_address: "[ip]" },
      request: {
        headers: [
          ["Cookie", "[cookie]"],
          ["Authorization", "[authorization]"],
          ["Host", "shop.example"],
        ],
        cookies: "[cookie]",
        data: { password: "[secret]", list: ["[email]"] },
      },
      card: "[card]",
      app_version: "10.0.0.1",
    });
  });

  it("drops keys that would change a prototype, and never throws", () => {
    const hostile = JSON.parse('{"__proto__": {"x": 1}, "a": "b@example.com"}') as unknown;
    expect(Object.keys(scrubValue(hostile) as object)).toEqual(["a"]);
    fc.assert(fc.property(fc.anything(), (value) => void scrubValue(value)));
  });
});

describe("scrubFeedback", () => {
  const frame = {
    file: "src/bob@example.com/cart.ts",
    function: "send10.0.0.1",
    module: "shop@10.0.0.1",
    line: 3,
    column: 1,
    in_app: true,
  };
  const item: NewFeedback = {
    source: "sentry",
    external_id: "ab@example.com",
    title: "Mail@example.com: no mail to eve@example.com",
    body: "no mail to eve@example.com\nsrc/bob@example.com/cart.ts:3 send10.0.0.1",
    raw_text: "eve@example.com\n  at src/bob@example.com/cart.ts:3 send10.0.0.1",
    metadata: {
      crash: { type: "Mail@example.com", message: "no mail to eve@example.com", frames: [frame] },
      release: "shop@10.0.0.1",
      fingerprint: ["a@example.com"],
      tags: { user: "email:eve@example.com" },
    },
    created_at: 1,
  };

  it("keeps frames, error types, releases and ids exact in every field, and scrubs all else", () => {
    expect(scrubFeedback(item)).toEqual({
      ...item,
      title: "Mail@example.com: no mail to [email]",
      body: "no mail to [email]\nsrc/bob@example.com/cart.ts:3 send10.0.0.1",
      raw_text: "[email]\n  at src/bob@example.com/cart.ts:3 send10.0.0.1",
      metadata: {
        ...item.metadata,
        crash: { type: "Mail@example.com", message: "no mail to [email]", frames: [frame] },
        tags: { user: "email:[email]" },
      },
    });
  });
});
