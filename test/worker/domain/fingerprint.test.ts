import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Crash, StackFrame } from "../../../worker/domain/feedback";
import { fingerprintOf, generalise, traceOf } from "../../../worker/domain/fingerprint";

function frame(parts: Partial<StackFrame>): StackFrame {
  return {
    file: null,
    function: null,
    module: null,
    line: null,
    column: null,
    in_app: true,
    ...parts,
  };
}

function crash(parts: Partial<Crash>): Crash {
  return { type: "TypeError", message: null, frames: [], ...parts };
}

const checkout = frame({ file: "src/checkout.ts", function: "submit", line: 12, column: 3 });
const cart = frame({ file: "src/cart.ts", function: "total", line: 40 });

function printOf(parts: Partial<Crash>, fingerprint?: string[]): string | null {
  return fingerprintOf({ crash: crash(parts), fingerprint });
}

describe("fingerprintOf", () => {
  test("is a version and 16 hex digits, and always the same", () => {
    expect(printOf({ frames: [checkout] })).toMatch(/^v2:[0-9a-f]{16}$/);
    expect(printOf({ frames: [checkout] })).toBe(printOf({ frames: [{ ...checkout }] }));
  });

  test("has none for free text, an empty crash, or an empty fingerprint", () => {
    expect(fingerprintOf({})).toBeNull();
    expect(fingerprintOf({ fingerprint: ["{{ default }}"] })).toBeNull();
    expect(fingerprintOf({ fingerprint: ["", " "] })).toBeNull();
    expect(fingerprintOf({ crash: { type: "Error", message: " ", frames: [] } })).toBeNull();
  });

  test("does not care where in the file, in which folder and with which values it broke", () => {
    const elsewhere = frame({
      file: "/srv/app/releases/7/src/checkout.ts",
      function: "submit",
      line: 99,
    });
    expect(printOf({ frames: [elsewhere], message: "order 17" })).toBe(
      printOf({ frames: [checkout], message: "order 18" }),
    );
  });

  test("does not care about the hash of a bundle or what a compiler has counted", () => {
    const bundle = (hash: string): StackFrame =>
      frame({ file: `/assets/index-${hash}.js`, function: "a" });
    expect(printOf({ frames: [bundle("4f3a9b1c")] })).toBe(
      printOf({ frames: [bundle("99d0e2aa")] }),
    );
    const lambda = (n: number): StackFrame =>
      frame({ module: "com.a.Cart$2", function: `lambda$run$${n}` });
    expect(printOf({ frames: [lambda(3)] })).toBe(printOf({ frames: [lambda(17)] }));
  });

  test("tells apart another error, another function and another order of frames", () => {
    const prints = [
      printOf({ frames: [checkout, cart] }),
      printOf({ frames: [cart, checkout] }),
      printOf({ frames: [checkout] }),
      printOf({ frames: [checkout, cart], type: "RangeError" }),
    ];
    expect(new Set(prints).size).toBe(4);
  });

  test("passes over frames that are not the application's own", () => {
    const library = frame({
      file: "node_modules/react/index.js",
      function: "render",
      in_app: false,
    });
    expect(printOf({ frames: [library, checkout, library] })).toBe(printOf({ frames: [checkout] }));
  });

  test("counts a recursion once, however deep", () => {
    expect(printOf({ frames: [cart, cart, cart, checkout] })).toBe(
      printOf({ frames: [cart, checkout] }),
    );
  });

  test("falls back to the generalised message when no frame is the application's own", () => {
    const at = (id: number): string | null =>
      printOf({ message: `Order ${id} not found at /srv/orders/${id}.json` });
    expect(at(17)).toBe(at(4711));
    expect(at(17)).not.toBe(printOf({ message: "Payment 17 not found" }));
  });

  test("takes what the SDK sets, and adds its own only where {{ default }} asks for it", () => {
    const set = ["checkout", "timeout"];
    expect(printOf({ frames: [checkout] }, set)).toBe(printOf({ frames: [cart] }, set));
    expect(printOf({ frames: [checkout] }, ["{{ default }}"])).toBe(
      printOf({ frames: [checkout] }),
    );
    const mixed = ["{{default}}", "tenant-1"];
    expect(printOf({ frames: [checkout] }, mixed)).not.toBe(printOf({ frames: [cart] }, mixed));
    expect(printOf({ frames: [checkout] }, mixed)).not.toBe(printOf({ frames: [checkout] }));
  });

  test("does not confuse parts that only look alike when joined", () => {
    expect(fingerprintOf({ fingerprint: ["ab", "c"] })).not.toBe(
      fingerprintOf({ fingerprint: ["a", "bc"] }),
    );
  });

  test("never throws, whatever a source sends", () => {
    const text = fc.option(fc.string({ unit: "binary" }));
    const frames = fc.array(
      fc.record({ file: text, function: text, module: text, in_app: fc.boolean() }),
    );
    fc.assert(
      fc.property(text, text, frames, (type, message, drawn) => {
        const all = drawn.map((one) => frame(one));
        const print = fingerprintOf({ crash: { type, message, frames: all } });
        expect(String(print)).toMatch(/^(?:v2:[0-9a-f]{16}|null)$/);
      }),
    );
  });
});

describe("generalise", () => {
  test.each([
    ["User 4711 not found", "User <n> not found"],
    ["timeout after 3.5s (attempt 2/5)", "timeout after <n>s (attempt <n>/<n>)"],
    ["GET https://a.example/x?y=1 failed: 503", "GET <url> failed: <n>"],
    ["ENOENT: open '/var/lib/app/7/a.json'", "ENOENT: open '<path>'"],
    ["no file C:\\Users\\ann\\cart.db", "no file <path>"],
    ["bad id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "bad id <id>"],
    ["segfault at 0x7f00ab12", "segfault at <hex>"],
    ["mail to ann.b@shop.example bounced", "mail to <mail> bounced"],
    ["expired 2026-11-21T10:00:00Z", "expired <time>"],
    ["first line\nsecond line 2", "first line"],
  ])("%s", (message, expected) => {
    expect(generalise(message)).toBe(expected);
  });

  test("reads a hostile message in no time", () => {
    const start = process.cpuUsage();
    for (const unit of ["a", "1", "/a", "a.", "a@", "0", "-1-", "http://"])
      generalise(unit.repeat(50_000));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(500);
  });
});

describe("a crash told by an SDK and by a pasted trace", () => {
  const told = { function: "pay", in_app: true, line: 3, column: 1 };
  const sdk = { ...told, file: "app:///src/pay.js", module: "pay" };
  const pasted = { ...told, file: "/srv/shop/src/pay.js", module: null };
  const crashOf = (frame: typeof sdk | typeof pasted) => ({
    type: "TypeError",
    message: "x",
    frames: [frame],
  });

  test("has one fingerprint and one trace", () => {
    expect(fingerprintOf({ crash: crashOf(sdk) })).toBe(fingerprintOf({ crash: crashOf(pasted) }));
    expect(traceOf(crashOf(sdk))).toEqual(traceOf(crashOf(pasted)));
  });

  test("needs more than a file when no function is named", () => {
    const nameless = (message: string) => {
      const frames = [{ ...sdk, function: "<anonymous>" }];
      return fingerprintOf({ crash: { type: "panic", message, frames } });
    };
    expect(nameless("no entry for key")).not.toBe(nameless("index out of range"));
    expect(nameless("Box<Any>")).toBeNull();
    expect(traceOf({ type: null, message: null, frames: [{ ...sdk, function: null }] })).toBeNull();
  });
});
