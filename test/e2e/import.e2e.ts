import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FeedbackItem } from "../../worker/domain/feedback";
import { openBrowser, openPage } from "./browser";
import { startProduct, until, type Product } from "./product";

let product: Product;
let browser: Browser;
let page: Page;
let errors: string[];

const base = () => `${product.local.dashboard}/p/${product.local.projectId}`;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  ({ page, errors } = await openPage(browser));
  await page.goto(product.local.signInUrl);
  await page.waitForURL(/\/p\//);
});

afterAll(async () => {
  await browser?.close();
  expect(await product?.stop()).toBe(0);
  product?.remove();
});

/** A file's text, chosen on the import page. */
async function choose(name: string, text: string | Buffer) {
  await page.goto(`${base()}/reports/import`);
  await page.getByLabel("File", { exact: true }).setInputFiles({
    name,
    mimeType: "text/csv",
    buffer: Buffer.from(text),
  });
}

/** Presses Import, waits for the end, and reads the counts. */
async function importIt(): Promise<Record<string, string>> {
  await page.getByRole("button", { name: "Import this file" }).click();
  await page.getByText("is imported to its end").waitFor({ timeout: 120_000 });
  return counts();
}

async function counts(): Promise<Record<string, string>> {
  const read = await page
    .locator(".import-counts > div")
    .evaluateAll((boxes) =>
      boxes.map((box) => [
        box.querySelector("dt")!.textContent,
        box.querySelector("dd")!.textContent,
      ]),
    );
  return Object.fromEntries(read) as Record<string, string>;
}

const manual = async (limit = 100) =>
  (await product.api<{ items: FeedbackItem[] }>("GET", `/feedback?source=manual&limit=${limit}`))
    .items;

const HOSTILE = [
  "\uFEFFid,Subject,Message,Created At,Plan",
  'X-1,=cmd()|calc,"<script>document.title=""pwned""</script>",2026-11-01T10:00:00Z,pro',
  'X-2,"Line one\r\nand two","Körper, 😀",2026-11-02,',
  "X-3,,,2026-11-03,free",
  "X-4,=refused,,,",
  'X-5,"open quote,and more,,',
  "X-6,After the open quote,ok,,",
].join("\r\n");

describe("the import", () => {
  it("shows a hostile file as text, imports it, and says which lines were refused", async () => {
    await choose("hostile.csv", HOSTILE);
    await page.getByRole("cell", { name: "=cmd()|calc" }).waitFor();
    await page.getByRole("cell", { name: /<script>document/ }).waitFor();
    expect(await page.getByLabel("What “Subject” is").inputValue()).toBe("title");
    expect(await page.getByLabel("What “Message” is").inputValue()).toBe("body");
    expect(await importIt()).toEqual({ created: "4", "there already": "0", refused: "2" });
    await page.getByRole("row", { name: /5 .*must have text/ }).waitFor();
    await page.getByRole("row", { name: /7 .*quotation mark is opened/ }).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("hostile.csv.refused.csv");
    const saved = readFileSync(await download.path(), "utf8");
    expect(saved).toMatch(/^\uFEFFline,reason,text\r\n5,/);
    expect(saved).not.toMatch(/(?:^|,)"?[=+@-]/m);

    const imported = (await manual()).filter((item) => item.external_id.startsWith("X-"));
    const byId = new Map(imported.map((item) => [item.external_id, item]));
    expect([...byId.keys()].sort()).toEqual(["X-1", "X-2", "X-4", "X-6"]);
    expect(byId.get("X-1")).toMatchObject({
      title: "=cmd()|calc",
      created_at: "2026-11-01T10:00:00.000Z",
      metadata: { Plan: "pro" },
    });
    expect(await page.title()).not.toContain("pwned");
    expect(errors).toEqual([]);
  });

  it("doubles nothing when the same file comes twice, with and without ids of its own", async () => {
    const rows = Array.from({ length: 40 }, (_, at) => `Twice ${at};It fails in step ${at}`);
    const text = Buffer.from(`\uFEFFtitle;body\r\n${rows.join("\r\n")}\r\n`, "utf16le");
    await choose("twice.csv", text);
    expect(await importIt()).toEqual({ created: "40", "there already": "0", refused: "0" });
    await choose("twice.csv", text);
    expect(await importIt()).toEqual({ created: "0", "there already": "40", refused: "0" });
    await choose("hostile.csv", HOSTILE);
    expect(await importIt()).toEqual({ created: "0", "there already": "4", refused: "2" });
    expect((await manual()).filter((item) => item.title.startsWith("Twice "))).toHaveLength(40);
    expect(errors).toEqual([]);
  });

  it("waits when it is told to, sends the batch again, and can be paused and cancelled", async () => {
    const lines = Array.from({ length: 1_600 }, (_, at) =>
      JSON.stringify({ title: `Many ${at}`, body: `Step ${at}`, metadata: { author: "Ann" } }),
    );
    let asked = 0;
    await page.route("**/reports/import/batch", async (route) => {
      asked++;
      if (asked === 1) {
        const problem = { title: "Too many requests", detail: "Slower.", errors: [] };
        return route.fulfill({ status: 429, headers: { "retry-after": "2" }, json: problem });
      }
      if (asked === 3) {
        const problem = { title: "Your role does not allow this", detail: "No.", errors: [] };
        return route.fulfill({ status: 403, json: problem });
      }
      await route.continue();
    });
    await choose("many.jsonl", lines.join("\n"));
    await page.getByRole("button", { name: "Import this file" }).click();
    await page.getByText("Too many requests. Trying again").waitFor();
    await page.getByText("Your role does not allow this").waitFor();
    expect(await counts()).toEqual({ created: "500", "there already": "0", refused: "0" });
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("is imported to its end").waitFor({ timeout: 120_000 });
    expect(await counts()).toEqual({ created: "1,600", "there already": "0", refused: "0" });
    expect(asked).toBe(6);
    await page.unroute("**/reports/import/batch");

    await page.route("**/reports/import/batch", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue().catch(() => {});
    });
    await choose("many.jsonl", lines.join("\n"));
    await page.getByRole("button", { name: "Import this file" }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("500").first().waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled. What had been sent by then stays.").waitFor();
    await page.unroute("**/reports/import/batch");
    // The browser logs the two refusals that were played; nothing else.
    expect(errors.splice(0).every((error) => /429|403/.test(error))).toBe(true);
  });

  it("reads 100 MB in pieces, and the page answers in between", async () => {
    await page.route("**/reports/import/batch", async (route) => {
      const { items } = route.request().postDataJSON() as { items: unknown[] };
      const results = items.map(() => ({ status: "created", reason: null }));
      await route.fulfill({ json: { results } });
    });
    await page.goto(`${base()}/reports/import`);
    // The file is made in the browser: the driver takes no upload of that size.
    await page.getByLabel("File", { exact: true }).evaluate((input: HTMLInputElement) => {
      const row = `"Title of a report","${"It fails, again. ".repeat(600)}",pro\n`;
      const part = row.repeat(500);
      const parts = Array.from({ length: 20 }, () => part);
      const file = new File(["title,body,plan\n", ...parts], "large.csv", { type: "text/csv" });
      const transfer = new DataTransfer();
      transfer.items.add(file);
      input.files = transfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await page.getByText("102.3 MB").waitFor();
    await page.evaluate(() => {
      const watched = window as unknown as { longest: number };
      watched.longest = 0;
      let last = performance.now();
      setInterval(() => {
        watched.longest = Math.max(watched.longest, performance.now() - last);
        last = performance.now();
      }, 10);
    });
    expect(await importIt()).toEqual({ created: "10,000", "there already": "0", refused: "0" });
    const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest);
    expect(longest).toBeLessThan(3_000);
    await page.unroute("**/reports/import/batch");
    expect(errors).toEqual([]);
  });

  it("says without JavaScript that it needs it, and shows the command", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    await context.addCookies(await page.context().cookies());
    const plain = await context.newPage();
    await plain.goto(`${base()}/reports/import`);
    await plain.getByText("Reading a file needs JavaScript").waitFor();
    const command = await plain.getByLabel("Many reports").inputValue();
    expect(command).toContain(`${product.local.api}/projects/${product.local.projectId}/feedback`);
    await context.close();
  });

  it("is found from the reports, and what it brought is grouped", async () => {
    await page.goto(`${base()}/reports`);
    await page.getByRole("link", { name: "Import a file" }).click();
    await page.getByRole("heading", { name: "Import reports" }).waitFor();
    await until("the imported reports to be placed", async () => {
      const { unclustered } = await product.api<{ unclustered: number }>("GET", "/stats");
      return unclustered === 0 ? true : null;
    });
  });
});
