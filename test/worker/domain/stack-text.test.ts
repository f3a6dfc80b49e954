import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crash } from "../../../worker/domain/feedback";
import { parseFrameLine, parseStackText } from "../../../worker/domain/stack-text";

/** One pasted trace per notation: its text, what it should be read as, and the first frame as `file:line function`. */
const TRACES = {
  "V8 with prose around it": {
    text: [
      "Clicking *Pay* fails:",
      "```",
      "Uncaught (in promise) TypeError: Cannot read properties of undefined (reading 'total')",
      "    at async priceOf (/app/src/cart.ts:41:18)",
      "    at Object.<anonymous> (file:///app/src/checkout.ts:7:3)",
      "    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)",
      "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
      "    at new Promise (<anonymous>)",
      "```",
      "Please help",
    ],
    type: "TypeError",
    message: "Cannot read properties of undefined (reading 'total')",
    first: "/app/src/cart.ts:41 priceOf",
    inApp: [true, true, false, false, false],
  },
  "V8 with a message of two lines": {
    text: ["Error: first", "second", "    at f (a.js:1:2)", "    at C:\\app\\b.js:3:4"],
    type: "Error",
    message: "first\nsecond",
    first: "a.js:1 f",
    inApp: [true, true],
  },
  Firefox: {
    text: [
      "TypeError: cart is undefined",
      "total@https://shop.example/static/cart.js:12:9",
      "async*@https://shop.example/static/cart.js:40:1",
      "map@[native code]",
    ],
    type: "TypeError",
    message: "cart is undefined",
    first: "https://shop.example/static/cart.js:12 total",
    inApp: [true, true, false],
  },
  Python: {
    text: [
      "Traceback (most recent call last):",
      '  File "/srv/app/main.py", line 3, in <module>',
      "    run()",
      '  File "/usr/lib/python3.11/site-packages/flask/app.py", line 10, in run',
      "    handler()",
      "    ~~~~~~~^^",
      '  File "/srv/app/views.py", line 21, in checkout',
      "    return cart['total']",
      "KeyError: 'total'",
    ],
    type: "KeyError",
    message: "'total'",
    first: "/srv/app/views.py:21 checkout",
    inApp: [true, false, true],
  },
  "Python, chained: the one that was thrown": {
    text: [
      "Traceback (most recent call last):",
      '  File "a.py", line 1, in f',
      "ZeroDivisionError: division by zero",
      "",
      "During handling of the above exception, another exception occurred:",
      "",
      "Traceback (most recent call last):",
      '  File "b.py", line 2, in g',
      "shop.errors.CheckoutFailed: no total",
    ],
    type: "CheckoutFailed",
    message: "no total",
    first: "b.py:2 g",
    inApp: [true],
  },
  Java: {
    text: [
      '> Exception in thread "main" java.lang.IllegalStateException: cart is closed',
      "> \tat com.shop.Cart.add(Cart.java:41)",
      "> \tat app//com.shop.Main.main(Main.kt:7) ~[shop.jar:1.0]",
      "> \tat java.base/java.lang.Thread.run(Thread.java:840)",
      "> Caused by: java.lang.NullPointerException",
      "> \tat com.shop.Other.x(Other.java:1)",
      "> \t... 23 more",
    ],
    type: "IllegalStateException",
    message: "cart is closed",
    first: "Cart.java:41 add",
    inApp: [true, true, false],
  },
  Go: {
    text: [
      "panic: runtime error: index out of range [3] with length 3",
      "",
      "goroutine 1 [running]:",
      "example.com/shop/cart.(*Cart).Total(0xc000010000, {0x1, 0x2})",
      "\t/home/u/shop/cart/cart.go:41 +0x1d",
      "main.main()",
      "\t/home/u/shop/main.go:12 +0x2b",
      "runtime.main()",
      "\t/usr/local/go/src/runtime/proc.go:250 +0x1",
    ],
    type: "panic",
    message: "runtime error: index out of range [3] with length 3",
    first: "/home/u/shop/cart/cart.go:41 (*Cart).Total",
    inApp: [true, true, false],
  },
  Rust: {
    text: [
      "thread 'main' panicked at src/cart.rs:10:5:",
      "index out of bounds: the len is 3 but the index is 3",
      "stack backtrace:",
      "   0: rust_begin_unwind",
      "             at /rustc/abc/library/std/src/panicking.rs:584:5",
      "   1: core::panicking::panic_fmt",
      "             at /rustc/abc/library/core/src/panicking.rs:142:14",
      "   2: shop::cart::total",
      "             at ./src/cart.rs:10:5",
      "   3: shop::main",
      "             at ./src/main.rs:4:3",
    ],
    type: "panic",
    message: "index out of bounds: the len is 3 but the index is 3",
    first: "./src/cart.rs:10 shop::cart::total",
    inApp: [true, true],
  },
  "Rust without a backtrace": {
    text: [
      "thread 'main' panicked at 'no total', src/cart.rs:10:5",
      "note: run with RUST_BACKTRACE=1",
    ],
    type: "panic",
    message: "no total",
    first: "src/cart.rs:10 null",
    inApp: [true],
  },
  ".NET": {
    text: [
      "Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.",
      "   at Shop.Cart.Total(List`1 items, Int32 count) in C:\\src\\Cart.cs:line 41",
      "   at System.Linq.Enumerable.Sum[T](IEnumerable`1 source)",
    ],
    type: "System.NullReferenceException",
    message: "Object reference not set to an instance of an object.",
    first: "C:\\src\\Cart.cs:41 Total",
    inApp: [true, false],
  },
  PHP: {
    text: [
      "PHP Fatal error:  Uncaught TypeError: count(): Argument #1 must be of type array in /app/src/Cart.php:41",
      "Stack trace:",
      "#0 /app/src/Checkout.php(12): Shop\\Cart->total(NULL)",
      "#1 /app/vendor/slim/App.php(9): Shop\\Checkout->run()",
      "#2 {main}",
      "  thrown in /app/src/Cart.php on line 41",
    ],
    type: "TypeError",
    message: "count(): Argument #1 must be of type array",
    first: "/app/src/Cart.php:41 Shop\\Cart->total",
    inApp: [true, true, false],
  },
  Ruby: {
    text: [
      "/app/cart.rb:41:in `total': undefined method `price' for nil:NilClass (NoMethodError)",
      "\tfrom /app/checkout.rb:7:in `block in run'",
      "\tfrom /usr/lib/ruby/gems/3.2/gems/rack/rack.rb:3:in `call'",
    ],
    type: "NoMethodError",
    message: "undefined method `price' for nil:NilClass",
    first: "/app/cart.rb:41 total",
    inApp: [true, true, false],
  },
  "Ruby on Rails": {
    text: [
      "NoMethodError (undefined method 'price' for nil):",
      "",
      "app/models/cart.rb:41:in 'Cart#total'",
      "app/controllers/carts_controller.rb:7:in 'show'",
    ],
    type: "NoMethodError",
    message: "undefined method 'price' for nil",
    first: "app/models/cart.rb:41 Cart#total",
    inApp: [true, true],
  },
  Dart: {
    text: [
      "Unhandled exception:",
      "NoSuchMethodError: The getter 'total' was called on null.",
      "#0      Cart.total (package:shop/cart.dart:41:12)",
      "#1      State.setState (package:flutter/src/widgets/framework.dart:1187:30)",
    ],
    type: "NoSuchMethodError",
    message: "The getter 'total' was called on null.",
    first: "package:shop/cart.dart:41 Cart.total",
    inApp: [true, false],
  },
  Swift: {
    text: [
      "Shop/CartView.swift:23: Fatal error: Unexpectedly found nil while unwrapping an Optional value",
    ],
    type: "Fatal error",
    message: "Unexpectedly found nil while unwrapping an Optional value",
    first: "Shop/CartView.swift:23 null",
    inApp: [true],
  },
} as const;

describe("parseStackText", () => {
  it.each(Object.entries(TRACES))("reads %s", (_name, trace) => {
    const crash = parseStackText(trace.text.join("\n"));
    expect(crash?.type).toBe(trace.type);
    expect(crash?.message).toBe(trace.message);
    const first = crash?.frames[0];
    expect(`${first?.file}:${first?.line} ${first?.function}`).toBe(trace.first);
    expect(crash?.frames.map((frame) => frame.in_app)).toEqual(trace.inApp);
    expect(Crash.parse(crash)).toEqual(crash);
  });

  it("reads the same from text with CRLF line ends", () => {
    for (const { text } of Object.values(TRACES)) {
      expect(parseStackText(text.join("\r\n"))).toEqual(parseStackText(text.join("\n")));
    }
  });

  it.each([
    "",
    "The app crashes when I look at the cart: please fix.",
    "Meet me at bob@example.com:8080 at 10:30",
    "at 10:30:15 the server stopped\nsee you then",
    "1. Open the cart\n2. Pay\n3. Error: it does nothing",
    "#1 priority (see #2)\n#2 also (maybe)",
  ])("finds nothing in %j", (text) => {
    expect(parseStackText(text)).toBeNull();
  });

  it("keeps no more than 250 frames, those nearest to the crash", () => {
    const lines = Array.from({ length: 900 }, (_, i) => `    at f${i} (a.js:${i + 1}:1)`);
    const crash = parseStackText(["RangeError: too deep", ...lines].join("\n"));
    expect(crash?.frames).toHaveLength(250);
    expect(crash?.frames[0]?.line).toBe(1);
  });

  it("never throws, and answers in the shape of a crash, whatever the text", () => {
    const pieces = Object.values(TRACES).flatMap((trace): string[] => [...trace.text]);
    const line = fc.oneof(
      fc.constantFrom(...pieces),
      fc.string({ unit: "binary", maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const crash = parseStackText(lines.join("\n"));
        if (crash) Crash.parse(crash);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["at ", "at a.b.c("],
    ["@", "a@b:1:"],
    ["dots", "a.b.".repeat(200)],
    ["words", "Error ".repeat(150)],
    ["spaces", `${" ".repeat(900)}x`],
    ["colons", `at ${":1".repeat(300)}`],
    ["types", `${"a.".repeat(300)}Error`],
    ["quotes", '> | > | > | File "a", line 1, in '],
    ["parentheses", `#0 ${"(".repeat(400)}`],
    ["digits", `1: ${"a:".repeat(300)}`],
  ])("takes bounded time on hostile input made of %s", (_name, piece) => {
    const text = `${piece}\n`.repeat(Math.ceil(200_000 / piece.length));
    parseStackText(text.slice(0, 5_000));
    const start = performance.now();
    parseStackText(text);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("parseFrameLine", () => {
  it("reads a frame of an evaluated function at the place of its text", () => {
    const frame = parseFrameLine("    at eval (eval at run (/app/a.js:3:9), <anonymous>:1:1)");
    expect(frame).toMatchObject({ file: "/app/a.js", line: 3, column: 9, function: "eval" });
  });

  it("keeps the drive letter of a Windows path", () => {
    const frame = parseFrameLine("at run (file:///C:/app/a.js:3:9)");
    expect(frame).toMatchObject({ file: "C:/app/a.js", line: 3, column: 9, in_app: true });
  });

  it("reads gdb and Apple notations", () => {
    expect(parseFrameLine("#1  0x00007f3a in total (cart=0x0) at src/cart.c:41")).toMatchObject({
      file: "src/cart.c",
      line: 41,
      function: "total",
    });
    const apple = "3   Shop    0x0000000104a0b1c2 Cart.total() + 120 (Cart.swift:41)";
    expect(parseFrameLine(apple)).toMatchObject({
      module: "Shop",
      function: "Cart.total()",
      file: "Cart.swift",
      line: 41,
      in_app: true,
    });
  });

  it.each([
    "",
    "at",
    "Total: 3",
    "look at this",
    "at 10:30:15",
    "bob@example.com:80:1",
    "https://a.example/b",
    "user@example.com",
    "12: 30",
  ])("takes %j for no frame", (line) => {
    expect(parseFrameLine(line)).toBeNull();
  });
});
