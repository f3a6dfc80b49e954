/*
 * Bare events in the shape in which each of Sentry's SDKs sends them, written by hand for an imaginary shop. Frames are oldest
 * first, the crash is last. `said` is what a reader has to find: title, the own frames at the top, and where.
 */
type Json = Record<string, unknown>;

export type SdkEvent = {
  event: Json;
  said: {
    title: string;
    frames: string[];
    culprit?: string;
    metadata?: Json;
  };
};

const ID = "b2f1c9d8e7a64b5c9d3e2f1a0b4c5d6e";
const SECONDS = 1772359200.5;
const ISO = "2026-03-01T10:00:00.500000Z";

const PERSON = { id: "42", email: "ann@customer.example", ip_address: "203.0.113.9" };

/** Chained exceptions as newer SDKs number them: the cause has `parent_id` 0, the one thrown is 0 itself. */
const chained = (id: number, parent?: number, over: Json = {}) => ({
  type: parent === undefined ? "generic" : "chained",
  handled: true,
  exception_id: id,
  ...(parent === undefined ? {} : { parent_id: parent }),
  ...over,
});

export const SDK_EVENTS: Record<string, SdkEvent> = {
  "javascript, a browser": {
    event: {
      event_id: ID,
      platform: "javascript",
      level: "error",
      timestamp: SECONDS,
      environment: "production",
      release: "shop-web@3.1.0",
      exception: {
        values: [
          {
            type: "TypeError",
            value: "Cannot read properties of undefined (reading 'total')",
            mechanism: { type: "auto.browser.global_handlers.onerror", handled: false },
            stacktrace: {
              frames: [
                {
                  filename: "https://shop.example/assets/index-BkA2.js",
                  function: "HTMLButtonElement.<anonymous>",
                  in_app: true,
                  lineno: 1,
                  colno: 9021,
                },
                {
                  filename: "https://shop.example/assets/cart.js",
                  function: "totalOf",
                  in_app: true,
                  lineno: 12,
                  colno: 9,
                },
              ],
            },
          },
        ],
      },
      request: {
        url: "https://shop.example/cart?token=abcdef1234567890",
        headers: { Referer: "https://shop.example/", "User-Agent": "Mozilla/5.0 Chrome/120.0.0.0" },
      },
      breadcrumbs: [{ timestamp: SECONDS, category: "ui.click", message: "button#pay" }],
      contexts: { trace: { trace_id: "a".repeat(32), span_id: "b".repeat(16) } },
      extra: { arguments: [] },
      sdk: { name: "sentry.javascript.browser", version: "10.78.0", integrations: ["Dedupe"] },
    },
    said: {
      title: "TypeError: Cannot read properties of undefined (reading 'total')",
      frames: [
        "https://shop.example/assets/cart.js:12 totalOf",
        "https://shop.example/assets/index-BkA2.js:1 HTMLButtonElement.<anonymous>",
      ],
      culprit: "https://shop.example/assets/cart.js in totalOf",
      metadata: { release: "shop-web@3.1.0", environment: "production", level: "error" },
    },
  },
  "node, with a cause": {
    event: {
      event_id: ID,
      platform: "node",
      timestamp: SECONDS,
      server_name: "web-1",
      exception: {
        values: [
          {
            type: "Error",
            value: "connect ECONNREFUSED 10.1.2.3:5432",
            mechanism: chained(1, 0, { source: "cause" }),
            stacktrace: {
              frames: [
                {
                  filename: "node:net",
                  module: "node:net",
                  function: "TCPConnectWrap.afterConnect",
                  lineno: 1607,
                  colno: 16,
                  in_app: false,
                },
              ],
            },
          },
          {
            type: "CheckoutError",
            value: "The order could not be stored",
            mechanism: chained(0, undefined, { type: "auto.http.express" }),
            stacktrace: {
              frames: [
                {
                  filename: "/app/node_modules/express/lib/router/layer.js",
                  module: "express.lib.router:layer",
                  function: "handle",
                  lineno: 95,
                  in_app: false,
                },
                {
                  filename: "/app/src/checkout.ts",
                  module: "checkout",
                  function: "async checkout",
                  lineno: 40,
                  colno: 11,
                  in_app: true,
                  pre_context: ["  const order = read();"],
                  context_line: "  await store(order);",
                },
              ],
            },
          },
        ],
      },
      modules: { express: "5.1.0" },
      user: PERSON,
      request: {
        method: "POST",
        url: "http://shop.example/orders",
        cookies: { sid: "s3cr3t-session" },
        headers: { authorization: "Bearer 0123456789abcdef0123", cookie: "sid=s3cr3t-session" },
        data: '{"card":"4111 1111 1111 1111"}',
      },
      sdk: { name: "sentry.javascript.node", version: "10.78.0" },
    },
    said: {
      title: "CheckoutError: The order could not be stored",
      frames: ["/app/src/checkout.ts:40 async checkout"],
      culprit: "checkout in async checkout",
    },
  },
  "python, an exception group": {
    event: {
      event_id: ID,
      platform: "python",
      level: "error",
      timestamp: ISO,
      transaction: "shop.views.checkout",
      exception: {
        values: [
          {
            module: null,
            type: "ValueError",
            value: "no price",
            mechanism: chained(2, 0, { source: "exceptions[1]" }),
            stacktrace: { frames: [] },
          },
          {
            module: null,
            type: "KeyError",
            value: "'total'",
            mechanism: chained(1, 0, { source: "exceptions[0]" }),
            stacktrace: {
              frames: [
                {
                  filename: "shop/cart.py",
                  abs_path: "/srv/shop/cart.py",
                  module: "shop.cart",
                  function: "total",
                  lineno: 7,
                  in_app: true,
                  vars: { password: "hunter2-hunter2" },
                },
              ],
            },
          },
          {
            module: null,
            type: "ExceptionGroup",
            value: "unhandled errors in a TaskGroup (2 sub-exceptions)",
            mechanism: chained(0, undefined, { is_exception_group: true }),
            stacktrace: {
              frames: [
                {
                  filename: "asyncio/taskgroups.py",
                  abs_path: "/usr/lib/python3.12/asyncio/taskgroups.py",
                  module: "asyncio.taskgroups",
                  function: "__aexit__",
                  lineno: 145,
                  in_app: false,
                },
                {
                  filename: "shop/views.py",
                  abs_path: "/srv/shop/views.py",
                  module: "shop.views",
                  function: "checkout",
                  lineno: 21,
                  in_app: true,
                },
              ],
            },
          },
        ],
      },
      breadcrumbs: { values: [{ type: "http", timestamp: ISO, category: "httplib" }] },
      extra: { "sys.argv": ["manage.py"] },
      sdk: { name: "sentry.python.django", version: "2.40.0" },
    },
    said: {
      title: "ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)",
      frames: ["shop/views.py:21 checkout"],
      culprit: "shop.views.checkout",
    },
  },
  java: {
    event: {
      event_id: ID,
      platform: "java",
      level: "error",
      timestamp: ISO,
      exception: {
        values: [
          {
            type: "NullPointerException",
            value: 'Cannot invoke "Price.amount()" because "price" is null',
            module: "java.lang",
            thread_id: 31,
            stacktrace: {
              frames: [
                {
                  module: "java.lang.Thread",
                  function: "run",
                  filename: "Thread.java",
                  lineno: 1583,
                  native: false,
                },
                {
                  module: "com.shop.Cart",
                  function: "total",
                  filename: "Cart.java",
                  lineno: 41,
                  in_app: true,
                  native: false,
                },
              ],
            },
          },
          {
            type: "CheckoutException",
            value: "checkout failed",
            module: "com.shop",
            thread_id: 31,
            stacktrace: {
              frames: [
                {
                  module: "com.shop.Checkout",
                  function: "pay",
                  filename: "Checkout.java",
                  lineno: 12,
                  in_app: true,
                },
              ],
            },
          },
        ],
      },
      tags: { thread: "http-nio-8080-exec-1" },
      sdk: { name: "sentry.java.spring-boot.jakarta", version: "8.20.0" },
    },
    said: {
      title: "CheckoutException: checkout failed",
      frames: ["Checkout.java:12 pay"],
      culprit: "com.shop.Checkout in pay",
      metadata: { tags: { thread: "http-nio-8080-exec-1" } },
    },
  },
  "csharp, an aggregate": {
    event: {
      event_id: ID,
      platform: "csharp",
      timestamp: "2026-03-01T10:00:00.5+00:00",
      level: "error",
      exception: {
        values: [
          {
            type: "System.InvalidOperationException",
            value: "Sequence contains no elements",
            module: "System.Linq, Version=9.0.0.0, Culture=neutral",
            thread_id: 4,
            mechanism: chained(1, 0, { source: "InnerExceptions[0]" }),
            stacktrace: {
              frames: [
                {
                  filename: "C:\\src\\Shop\\Cart.cs",
                  function: "decimal Cart.Total()",
                  module: "Shop.Cart",
                  lineno: 41,
                  colno: 13,
                  in_app: true,
                  package: "Shop, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null",
                  instruction_addr: "0x2a",
                  addr_mode: "rel:0",
                },
                {
                  function: "TSource Enumerable.First<TSource>(IEnumerable<TSource> source)",
                  module: "System.Linq.Enumerable",
                  in_app: false,
                  package: "System.Linq, Version=9.0.0.0",
                },
              ],
            },
          },
          {
            type: "System.AggregateException",
            value: "One or more errors occurred.",
            module: "System.Private.CoreLib, Version=9.0.0.0",
            mechanism: chained(0, undefined, { is_exception_group: true, handled: false }),
          },
        ],
      },
      debug_meta: { images: [{ type: "pe_dotnet", debug_id: "x" }] },
      sdk: { name: "sentry.dotnet.aspnetcore", version: "5.14.0" },
    },
    said: {
      title: "System.InvalidOperationException: Sequence contains no elements",
      frames: ["C:\\src\\Shop\\Cart.cs:41 decimal Cart.Total()"],
      culprit: "Shop.Cart in decimal Cart.Total()",
    },
  },
  "go, a bare array": {
    event: {
      event_id: ID,
      platform: "go",
      level: "error",
      timestamp: "2026-03-01T10:00:00.500123456Z",
      server_name: "web-1",
      exception: [
        { type: "*errors.errorString", value: "no rows", mechanism: chained(1, 0) },
        {
          type: "*fmt.wrapError",
          value: "load cart: no rows",
          mechanism: chained(0),
          stacktrace: {
            frames: [
              {
                function: "main",
                module: "main",
                abs_path: "/src/shop/main.go",
                lineno: 9,
                in_app: true,
              },
              {
                function: "(*Store).Load",
                module: "shop.example/cart",
                abs_path: "/src/shop/cart/store.go",
                filename: "cart/store.go",
                lineno: 41,
                in_app: true,
              },
            ],
          },
        },
      ],
      contexts: { runtime: { name: "go", version: "go1.25.0" } },
      sdk: { name: "sentry.go", version: "0.36.0" },
    },
    said: {
      title: "*fmt.wrapError: load cart: no rows",
      frames: ["cart/store.go:41 (*Store).Load", "/src/shop/main.go:9 main"],
      culprit: "shop.example/cart in (*Store).Load",
    },
  },
  "ruby, with the controller": {
    event: {
      event_id: ID,
      platform: "ruby",
      level: "error",
      timestamp: "2026-03-01T10:00:00Z",
      transaction: "CartsController#show",
      transaction_info: { source: "view" },
      exception: {
        values: [
          {
            type: "NoMethodError",
            value: "undefined method 'price' for nil (NoMethodError)",
            module: "",
            thread_id: 1234,
            mechanism: { type: "rails", handled: false },
            stacktrace: {
              frames: [
                {
                  project_root: "/srv/shop",
                  abs_path:
                    "/usr/local/bundle/gems/actionpack-8.0.0/lib/action_controller/metal.rb",
                  function: "dispatch",
                  lineno: 227,
                  in_app: false,
                  filename: "action_controller/metal.rb",
                },
                {
                  project_root: "/srv/shop",
                  abs_path: "/srv/shop/app/controllers/carts_controller.rb",
                  function: "CartsController#show",
                  lineno: 12,
                  in_app: true,
                  filename: "app/controllers/carts_controller.rb",
                  context_line: "    @price = cart.price\n",
                },
              ],
            },
          },
        ],
      },
      tags: {},
      sdk: { name: "sentry.ruby.rails", version: "5.28.0" },
    },
    said: {
      title: "NoMethodError: undefined method 'price' for nil (NoMethodError)",
      frames: ["app/controllers/carts_controller.rb:12 CartsController#show"],
      culprit: "CartsController#show",
    },
  },
  "php, with a raw function": {
    event: {
      event_id: ID,
      platform: "php",
      timestamp: SECONDS,
      exception: {
        values: [
          {
            type: "App\\Errors\\EmptyCart",
            value: "The cart is empty",
            mechanism: { type: "generic", handled: true, data: { code: 0 } },
            stacktrace: {
              frames: [
                {
                  filename: "/public/index.php",
                  lineno: 55,
                  in_app: true,
                  abs_path: "/srv/shop/public/index.php",
                },
                {
                  filename: "/src/Cart.php",
                  lineno: 31,
                  in_app: true,
                  abs_path: "/srv/shop/src/Cart.php",
                  function: "App\\Cart::total",
                  raw_function: "App\\Cart::total",
                  vars: { user: "bob@example.com" },
                },
              ],
            },
          },
        ],
      },
      tags: { route: "cart" },
      contexts: { os: { name: "Linux" }, runtime: { name: "php", version: "8.4.1" } },
      sdk: { name: "sentry.php.laravel", version: "4.15.0" },
    },
    said: {
      title: "App\\Errors\\EmptyCart: The cart is empty",
      frames: ["/src/Cart.php:31 App\\Cart::total", "/public/index.php:55"],
      culprit: "/src/Cart.php in App\\Cart::total",
    },
  },
  "rust, a panic": {
    event: {
      event_id: ID,
      platform: "native",
      level: "fatal",
      timestamp: SECONDS,
      exception: {
        values: [
          {
            type: "panic",
            value: "called `Option::unwrap()` on a `None` value",
            mechanism: { type: "panic", handled: false },
            stacktrace: {
              frames: [
                {
                  function: "std::rt::lang_start",
                  package: "",
                  in_app: false,
                  instruction_addr: "0x1",
                },
                {
                  function: "shop::cart::total",
                  filename: "cart.rs",
                  abs_path: "/src/shop/src/cart.rs",
                  lineno: 41,
                  in_app: true,
                  instruction_addr: "0x55d0",
                },
                { function: "rust_begin_unwind", in_app: false, instruction_addr: "0x2" },
              ],
            },
          },
        ],
      },
      debug_meta: { images: [{ type: "symbolic", debug_id: "x" }] },
      sdk: { name: "sentry.rust", version: "0.42.0" },
    },
    said: {
      title: "panic: called `Option::unwrap()` on a `None` value",
      frames: ["cart.rs:41 shop::cart::total"],
      culprit: "cart.rs in shop::cart::total",
      metadata: { level: "fatal" },
    },
  },
  "cocoa, before symbols": {
    event: {
      event_id: ID,
      platform: "cocoa",
      level: "fatal",
      timestamp: SECONDS,
      release: "com.shop.ios@1.2.3+7",
      exception: {
        values: [
          {
            type: "EXC_BREAKPOINT",
            value: "Unexpectedly found nil while unwrapping an Optional value",
            thread_id: 0,
            mechanism: {
              type: "mach",
              handled: false,
              meta: { signal: { number: 5, name: "SIGTRAP" }, mach_exception: { exception: 6 } },
            },
            stacktrace: {
              frames: [
                {
                  function: "UIApplicationMain",
                  package: "/System/Library/PrivateFrameworks/UIKitCore.framework/UIKitCore",
                  in_app: false,
                  instruction_addr: "0x1890",
                },
                {
                  function: "CartViewController.total()",
                  package: "/private/var/containers/Bundle/Application/X/Shop.app/Shop",
                  in_app: true,
                  image_addr: "0x1000",
                  instruction_addr: "0x10a0",
                },
              ],
            },
          },
        ],
      },
      threads: { values: [{ id: 0, crashed: true, current: true, name: "main" }] },
      debug_meta: { images: [{ type: "macho", name: "Shop", debug_id: "x" }] },
      sdk: { name: "sentry.cocoa", version: "8.57.0" },
    },
    said: {
      title: "EXC_BREAKPOINT: Unexpectedly found nil while unwrapping an Optional value",
      frames: ["Shop CartViewController.total()"],
      metadata: { release: "com.shop.ios@1.2.3+7", level: "fatal" },
    },
  },
  android: {
    event: {
      event_id: ID,
      platform: "java",
      level: "fatal",
      timestamp: ISO,
      release: "com.shop@1.2.3+7",
      dist: "7",
      environment: "production",
      exception: {
        values: [
          {
            type: "IndexOutOfBoundsException",
            value: "Index 3 out of bounds for length 3",
            module: "java.lang",
            thread_id: 2,
            mechanism: { type: "UncaughtExceptionHandler", handled: false },
            stacktrace: {
              frames: [
                {
                  module: "android.os.Handler",
                  function: "dispatchMessage",
                  filename: "Handler.java",
                  lineno: 106,
                  in_app: false,
                },
                {
                  module: "com.shop.cart.CartViewModel",
                  function: "select",
                  filename: "CartViewModel.kt",
                  lineno: 58,
                  in_app: true,
                },
                {
                  module: "java.util.ArrayList",
                  function: "get",
                  filename: "ArrayList.java",
                  lineno: 437,
                },
              ],
            },
          },
        ],
      },
      threads: { values: [{ id: 2, name: "main", main: true, current: true, crashed: true }] },
      contexts: { device: { family: "Pixel", id: "device-id" } },
      debug_meta: { images: [{ type: "proguard", uuid: "x" }] },
      sdk: { name: "sentry.java.android", version: "8.20.0" },
    },
    said: {
      title: "IndexOutOfBoundsException: Index 3 out of bounds for length 3",
      frames: ["CartViewModel.kt:58 select"],
      culprit: "com.shop.cart.CartViewModel in select",
    },
  },
  dart: {
    event: {
      event_id: ID,
      platform: "dart",
      level: "error",
      timestamp: "2026-03-01T10:00:00.500Z",
      exception: {
        values: [
          {
            type: "StateError",
            value: "Bad state: No element",
            module: "dart.core",
            mechanism: { type: "FlutterError", handled: true },
            stacktrace: {
              frames: [
                {
                  abs_path: "package:flutter/src/widgets/framework.dart",
                  filename: "framework.dart",
                  package: "flutter",
                  function: "StatefulElement.build",
                  lineno: 5592,
                  colno: 28,
                  in_app: false,
                },
                {
                  abs_path: "package:shop/cart.dart",
                  filename: "cart.dart",
                  package: "shop",
                  function: "Cart.total",
                  lineno: 41,
                  colno: 9,
                  in_app: true,
                },
              ],
            },
          },
        ],
      },
      sdk: { name: "sentry.dart.flutter", version: "9.8.0" },
    },
    said: {
      title: "StateError: Bad state: No element",
      frames: ["cart.dart:41 Cart.total"],
      culprit: "shop in Cart.total",
    },
  },
  "elixir, a list and a time without zone": {
    event: {
      event_id: ID,
      platform: "elixir",
      level: "error",
      timestamp: "2026-03-01T10:00:00.500000",
      exception: [
        {
          type: "KeyError",
          value: "key :total not found in: %{items: []}",
          module: null,
          mechanism: { handled: false },
          stacktrace: {
            frames: [
              {
                module: "Plug.Cowboy.Handler",
                function: "Plug.Cowboy.Handler.init/2",
                filename: "lib/plug/cowboy/handler.ex",
                lineno: 11,
                in_app: false,
                vars: {},
              },
              {
                module: "Shop.Cart",
                function: "Shop.Cart.total/1",
                filename: "lib/shop/cart.ex",
                lineno: 41,
                in_app: true,
                vars: {},
              },
            ],
          },
        },
      ],
      message: null,
      fingerprint: ["{{ default }}"],
      user: {},
      request: {},
      modules: { plug: "1.18.0" },
      sdk: { name: "sentry-elixir", version: "11.0.0" },
    },
    said: {
      title: "KeyError: key :total not found in: %{items: []}",
      frames: ["lib/shop/cart.ex:41 Shop.Cart.total/1"],
      culprit: "Shop.Cart in Shop.Cart.total/1",
    },
  },
  "native, addresses only": {
    event: {
      event_id: ID,
      platform: "native",
      level: "fatal",
      timestamp: ISO,
      exception: {
        values: [
          {
            type: "SIGSEGV",
            value: "Segfault",
            mechanism: {
              type: "signalhandler",
              synthetic: true,
              handled: false,
              meta: { signal: { number: 11, name: "SIGSEGV" } },
            },
            stacktrace: {
              frames: [{ instruction_addr: "0x7f0a" }, { instruction_addr: "0x55d0" }],
            },
          },
        ],
      },
      debug_meta: { images: [{ type: "elf", code_file: "/opt/shop/shop", image_addr: "0x55c0" }] },
      sdk: { name: "sentry.native", version: "0.11.0" },
    },
    said: { title: "SIGSEGV: Segfault", frames: [] },
  },
  "minidump, nothing but the attachment": {
    event: { event_id: ID, platform: "native", level: "fatal", timestamp: ISO },
    said: { title: "<unlabeled event>", frames: [], metadata: { level: "fatal" } },
  },
  "content security policy": {
    event: {
      event_id: ID,
      platform: "other",
      timestamp: SECONDS,
      logger: "csp",
      csp: {
        document_uri: "https://shop.example/",
        effective_directive: "script-src-elem",
        violated_directive: "script-src",
        blocked_uri: "https://evil.example/x.js",
        original_policy: "default-src 'self'",
      },
      logentry: { formatted: "Blocked 'script' from 'evil.example'" },
    },
    said: { title: "Blocked 'script' from 'evil.example'", frames: [] },
  },
  "a message with values put in": {
    event: {
      event_id: ID,
      platform: "python",
      level: "warning",
      timestamp: ISO,
      logentry: { message: "Cart of %s is slow", params: ["ann@customer.example"] },
      logger: "shop.cart",
    },
    said: { title: "Cart of %s is slow", frames: [], metadata: { level: "warning" } },
  },
  "a rejected promise with no error": {
    event: {
      event_id: ID,
      platform: "javascript",
      timestamp: SECONDS,
      exception: {
        values: [
          {
            type: "UnhandledRejection",
            value: "Non-Error promise rejection captured with value: undefined",
            mechanism: { type: "onunhandledrejection", handled: false },
          },
        ],
      },
    },
    said: {
      title: "UnhandledRejection: Non-Error promise rejection captured with value: undefined",
      frames: [],
    },
  },
};
