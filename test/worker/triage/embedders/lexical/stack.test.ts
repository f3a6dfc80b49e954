import { describe, expect, test } from "vitest";
import { parseStackText } from "../../../../../worker/domain/stack-text";
import { splitStack } from "../../../../../worker/triage/embedders/lexical/split-stack";
import { frameName } from "../../../../../worker/triage/embedders/lexical/frame-features";
import { splitErrors } from "../../../../../worker/triage/embedders/lexical/error-lines";
import { extractFeatures } from "../../../../../worker/triage/embedders/lexical/features";
import { embedLexically } from "../../../../../worker/triage/embedders/lexical/lexical-embedder";
import { emptyIdfTable } from "../../../../../worker/triage/embedders/lexical/idf";
import { crash, frame, likeness, report } from "../../reports";

/** The same two functions, as each language writes them when `total` fails inside `checkout`. */
const TRACES: Record<string, string> = {
  Java: `java.lang.IllegalStateException: cart is empty
\tat com.shop.cart.Cart.total(Cart.java:42)
\tat com.shop.web.CheckoutController$1.checkout(CheckoutController.java:17)`,
  V8: `TypeError: cart is empty
    at total (/srv/app/src/cart.js:42:7)
    at async checkout (file:///srv/app/src/checkout.js:17:3)`,
  Python: `Traceback (most recent call last):
  File "/srv/app/shop/checkout.py", line 17, in checkout
    return total(cart)
  File "/srv/app/shop/cart.py", line 42, in total
    raise ValueError("cart is empty")
ValueError: cart is empty`,
  Rust: `thread 'main' panicked at src/cart.rs:42:5:
cart is empty
stack backtrace:
   0: shop::cart::total
             at /srv/app/src/cart.rs:42:5
   1: shop::checkout::checkout
             at /srv/app/src/checkout.rs:17:9`,
  Go: `panic: cart is empty

goroutine 1 [running]:
example.com/shop/cart.Total(0xc000010000)
\t/srv/app/cart/cart.go:42 +0x1d
example.com/shop/web.Checkout(0xc000010000)
\t/srv/app/web/checkout.go:17 +0x2f`,
  ".NET": `System.InvalidOperationException: cart is empty
   at Shop.Cart.Total(Cart cart) in /srv/app/Cart.cs:line 42
   at Shop.Web.CheckoutController.Checkout() in /srv/app/CheckoutController.cs:line 17`,
  PHP: `PHP Fatal error:  Uncaught RuntimeException: cart is empty in /srv/app/Cart.php:42
Stack trace:
#0 /srv/app/Checkout.php(17): Shop\\Cart->total()
#1 /srv/app/index.php(3): Shop\\Checkout->checkout()`,
  Ruby: `/srv/app/cart.rb:42:in 'total': cart is empty (ArgumentError)
\tfrom /srv/app/checkout.rb:17:in 'checkout'
\tfrom /srv/app/main.rb:3:in 'main'`,
  Dart: `Unhandled exception:
StateError: cart is empty
#0      Cart.total (package:shop/cart.dart:42:5)
#1      Checkout.checkout (package:shop/checkout.dart:17:9)`,
  native: `#0  0x00007ffff7a1 in total (cart=0x0) at cart.c:42
#1  0x00007ffff7b2 in checkout (cart=0x0) at checkout.c:17`,
  Swift: `0   Shop   0x0000000104a01234 Cart.total() + 12 (Cart.swift:42)
1   Shop   0x0000000104a05678 Checkout.checkout() + 40 (Checkout.swift:17)`,
};
const languages = Object.entries(TRACES);

describe("stack traces in free text", () => {
  test.each(languages)("%s frames are found and leave the words", (_, trace) => {
    const { frames, words } = splitStack(`It broke today.\n${trace}\nPlease fix the till.`);
    expect(frames.length).toBeGreaterThanOrEqual(2);
    expect(words).toContain("It broke today.");
    expect(words).toContain("Please fix the till.");
    expect(splitErrors(words).words).not.toMatch(/:42|line 42|\(17\)|:17/);
  });

  test("Python is turned round, so that the crash site comes first in every language", () => {
    const { frames } = splitStack(TRACES.Python!);
    expect(frames.map((one) => one.function)).toEqual(["total", "checkout"]);
  });

  test.each(languages)(
    "%s: a report is mainly stack, and other lines, folders and values change nothing",
    (_, trace) => {
      const moved = trace
        .replaceAll("42", "57")
        .replaceAll("17", "23")
        .replaceAll("/srv/app/", "/home/ann/app/");
      expect(likeness(report({ body: trace }), report({ body: moved }))).toBeGreaterThan(0.9);
      expect(embedLexically(report({ body: trace }), emptyIdfTable()).stackShare).toBeGreaterThan(
        0.35,
      );
    },
  );

  test.each(languages.filter(([name]) => name !== "PHP" && name !== "Rust"))(
    "%s: pasted text and the same crash told by a source have the same frame features",
    (_, trace) => {
      const told = parseStackText(trace)!;
      const stackOf = (input: Parameters<typeof extractFeatures>[0]): number[] =>
        extractFeatures(input).flatMap(({ key, stackPart }) => (stackPart > 0.99 ? key : []));
      const pasted = stackOf(report({ title: "cart is empty", body: trace }));
      const structured = stackOf(report({ title: "cart is empty", crash: told }));
      const shared = structured.filter((key) => pasted.includes(key));
      expect(shared.length / Math.max(pasted.length, structured.length)).toBeGreaterThan(0.9);
    },
  );

  test("a source's crash that the text repeats counts once", () => {
    const trace = TRACES.Java!;
    const once = report({ title: "cart is empty", body: trace });
    const twice = report({ ...once, crash: parseStackText(trace) });
    expect(likeness(once, twice)).toBeGreaterThan(0.99);
  });

  test("two crashes at different places with the same bare title are far apart", () => {
    const at = (module: string, fn: string): ReturnType<typeof report> =>
      report({
        title: "java.lang.NullPointerException",
        crash: crash({
          type: "NullPointerException",
          frames: [frame({ module, function: fn, file: "A.java" })],
        }),
      });
    expect(
      likeness(at("com.shop.Cart", "total"), at("com.shop.admin.Users", "invite")),
    ).toBeLessThan(0.5);
    expect(likeness(at("com.shop.Cart", "total"), at("com.shop.Cart", "total"))).toBeGreaterThan(
      0.99,
    );
  });

  test("prose and mail addresses are no frames", () => {
    const text =
      "At noon (see above) I wrote to ann@shop.example:\nat first (maybe) it worked\n#1 priority (please)";
    expect(splitStack(text)).toEqual({ frames: [], words: text });
  });
});

describe("frameName", () => {
  test.each([
    [
      "counters of a compiler",
      { module: "a.b.Outer$3", function: "lambda$run$12" },
      "Outer:lambda$run",
    ],
    ["an async prefix", { file: "src/a.ts", function: "async load" }, "a.ts:load"],
    [
      "a bundle's hash",
      { file: "https://x.example/assets/index-4f3a9b1c.js?v=1", function: "t" },
      "index.js:t",
    ],
    ["a Rust hash", { function: "shop::cart::total::h0123456789abcdef" }, "cart:total"],
    [
      "arguments",
      { function: "Cart.Total(Cart cart)", file: "C:\\a\\Cart.cs" },
      "Cart.cs:Cart.Total",
    ],
  ])("leaves out %s", (_, parts, expected) => {
    const name = frameName(frame(parts))!;
    expect(`${name.container}:${name.name}`).toBe(expected);
  });

  test("has no name for a frame that tells nothing", () => {
    expect(frameName(frame({}))).toBeNull();
    expect(frameName(frame({ file: "<anonymous>" }))).toBeNull();
  });
});
