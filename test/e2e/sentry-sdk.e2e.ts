import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import path from "node:path";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FeedbackItem } from "../../worker/domain/feedback";
import { openBrowser, openPage } from "./browser";
import { startProduct, until, type Product } from "./product";

const ROOT = path.join(import.meta.dirname, "..", "..");

let product: Product;
let dsn: string;

beforeAll(async () => {
  product = await startProduct();
  const { items } = await product.api<{ items: { channel: string; dsn: string | null }[] }>(
    "GET",
    `/projects/${product.local.projectId}/sources`,
  );
  dsn = items.find((source) => source.channel === "dsn")!.dsn!;
});

afterAll(async () => {
  const code = await product?.stop();
  product?.remove();
  expect(code).toBe(0);
});

/** The report with that title, once it is there. */
function reportOf(title: string): Promise<FeedbackItem> {
  return until(title, async () => {
    const { items } = await product.api<{ items: FeedbackItem[] }>(
      "GET",
      "/feedback?source=sentry&limit=100",
    );
    return items.find((one) => one.title === title) ?? null;
  });
}

describe("@sentry/node", () => {
  it("reports a crash of a program that knows nothing but the DSN", async () => {
    const { code, output } = await run(["--import", "tsx", "test/e2e/sdk/node-program.ts", dsn]);
    expect(code, output).toBe(0);
    const report = await reportOf("CheckoutError: No total for order 7");
    expect(report.metadata).toMatchObject({
      via: "dsn",
      platform: "node",
      environment: "production",
      release: "shop@1.2.3",
    });
    const [crash] = report.metadata.crash!.frames;
    expect(crash).toMatchObject({ function: expect.stringContaining("totalOf"), in_app: true });
    expect(crash!.file).toContain("node-program");
    expect(JSON.stringify(report)).not.toContain("ann@customer.example");
    // More than 32 kB are sent packed.
    const large = await reportOf("Error: A large one");
    expect(large.metadata["via"]).toBe("dsn");
  });
});

describe("@sentry/browser", () => {
  let browser: Browser;
  let site: { server: Server; url: string };

  beforeAll(async () => {
    site = await serve(await bundle());
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    site?.server.close();
  });

  it("reports from another origin, and so does the User Feedback widget", async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${site.url}/?dsn=${encodeURIComponent(dsn)}`);
    await page.click("#crash");
    const crash = await reportOf("TypeError: cart.items is not a list");
    expect(crash.metadata).toMatchObject({ via: "dsn", platform: "javascript" });
    await page.getByRole("button", { name: "Report a Bug" }).click();
    await page.getByLabel("Name").fill("Ann");
    await page.getByLabel("Email").fill("ann@customer.example");
    await page.getByLabel("Description").fill("The pay button does nothing");
    await page.getByRole("button", { name: "Send Bug Report" }).click();
    const said = await reportOf("The pay button does nothing");
    expect(said.metadata).toMatchObject({ via: "dsn", author: "Ann" });
    expect(JSON.stringify(said)).not.toContain("ann@customer.example");
    // Nothing was refused: the only error is the crash itself.
    expect(errors.filter((error) => !error.includes("is not a list"))).toEqual([]);
  });
});

function run(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("exit", (code) => resolve({ code, output }));
  });
}

/** The page's program and the SDK in one script, as a site would build it. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    root: ROOT,
    build: {
      write: false,
      minify: false,
      lib: {
        entry: path.join(ROOT, "test/e2e/sdk/browser-program.ts"),
        formats: ["iife"],
        name: "program",
      },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (!first || !("output" in first)) throw new Error("The page was not built.");
  return first.output[0].code;
}

/** A site on an origin of its own. */
async function serve(script: string): Promise<{ server: Server; url: string }> {
  const page = `<!doctype html><title>Shop</title><button id="crash">Pay</button><script src="/shop.js"></script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === "/shop.js";
    const type = isScript ? "text/javascript" : "text/html";
    response.writeHead(request.url === "/favicon.ico" ? 204 : 200, { "content-type": type });
    response.end(isScript ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
