import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderMarkdown } from "./pages/markdown";
import { commitFiles, openPull, startTestForge, where, type TestForge } from "./testing";

const EVIL = `<script>alert(1)</script><img src=x onerror="alert(2)">`;
let forge: TestForge;
let pull: number;
beforeAll(async () => {
  forge = await startTestForge();
  pull = await openPull(
    forge.octokit,
    "evil/branch<b>",
    { [`${EVIL.replaceAll("/", "|")}.txt`]: `${EVIL}\n`, "README.md": `# ${EVIL}\n` },
    {
      draft: true,
      title: EVIL,
      body: `${EVIL}\n\n[x](javascript:alert(3)) \`${EVIL}\`\n\n| a | ${EVIL} |`,
    },
  );
});
afterAll(() => forge.end());

/** Posts a form as a browser would; fetch does not let a caller set Origin and Host. */
function postForm(path: string, origin: string | undefined, body = "", host?: string) {
  return new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      ...(origin === undefined ? {} : { origin }),
      ...(host === undefined ? {} : { host }),
    };
    const call = request(forge.url + path, { method: "POST", headers }, (reply) => {
      reply.resume();
      resolve({ status: reply.statusCode ?? 0, location: reply.headers.location });
    });
    call.on("error", reject);
    call.end(body);
  });
}

async function page(path: string): Promise<string> {
  const reply = await fetch(forge.url + path);
  expect([path, reply.status]).toEqual([path, 200]);
  const policy = reply.headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[^']+'; form-action 'self'/);
  return reply.text();
}

describe("the played GitHub's pages", () => {
  it("show hostile titles, bodies, names and diffs as text", async () => {
    const issue = await forge.octokit.rest.issues.create({ ...where, title: EVIL, body: EVIL });
    const sha = await commitFiles(forge.octokit, "main", { "e.html": EVIL }, EVIL);
    const paths = [
      "/",
      "/acme/shop",
      `/acme/shop/pull/${pull}`,
      `/acme/shop/issues/${issue.data.number}`,
      `/acme/shop/commit/${sha}`,
      "/acme/shop/blob/main/e.html",
      "/acme/shop/tree/main/src",
    ];
    for (const path of paths) {
      const text = await page(path);
      expect(text).not.toMatch(/<script|<img|javascript:alert\(3\)"|<b>/i);
    }
    const text = await page(`/acme/shop/pull/${pull}`);
    expect(text).toContain("&lt;script&gt;alert(1)");
    expect(text).toContain('<span class="badge draft">Draft</span>');
    expect(text).toContain("evil/branch&lt;b&gt;");
    expect(text).toContain("d2h-file-wrapper");
  });

  it("serve a raw file as text that nothing interprets", async () => {
    const reply = await fetch(`${forge.url}/acme/shop/raw/main/e.html`);
    expect(await reply.text()).toBe(EVIL);
    expect(reply.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("let a person play the maintainer: ready, merge, comment, close, report", async () => {
    const number = await openPull(forge.octokit, "person", { "person.txt": "1" }, { draft: true });
    const at = `/acme/shop/play/${number}`;
    const press = (act: string, body?: string) => postForm(`${at}/${act}`, forge.url, body);
    expect((await press("merge")).status).toBe(409);
    expect((await press("ready")).location).toBe(`/acme/shop/pull/${number}`);
    expect((await press("comment", "body=well+done")).status).toBe(303);
    expect((await press("merge")).status).toBe(303);
    const { data } = await forge.octokit.rest.pulls.get({ ...where, pull_number: number });
    expect(data).toMatchObject({ merged: true, merged_by: { login: "acme" }, comments: 1 });
    const text = await page(`/acme/shop/pull/${number}`);
    expect(text).toContain('<span class="badge merged">Merged</span>');
    const made = await postForm("/acme/shop/play/issues", forge.url, "title=Broken&body=It+fails");
    expect(made.location).toMatch(/^\/acme\/shop\/issues\/\d+$/);
    const issue = made.location?.split("/").at(-1);
    await postForm(`/acme/shop/play/${issue}/close`, forge.url);
    expect(await page(made.location ?? "")).toContain('<span class="badge done">Closed</span>');
  });

  it("let a person play a reviewer who wants changes, and a check that fails", async () => {
    const number = await openPull(forge.octokit, "review", { "r.txt": "1" }, { draft: true });
    const at = `/acme/shop/play/${number}`;
    expect((await postForm(`${at}/request-changes`, forge.url, "body=")).status).toBe(409);
    const asked = await postForm(`${at}/request-changes`, forge.url, "body=Use+a+map");
    expect(asked.status).toBe(303);
    await postForm(`${at}/fail-check`, forge.url);
    const { data } = await forge.octokit.rest.pulls.listReviews({ ...where, pull_number: number });
    expect(data).toMatchObject([
      { state: "CHANGES_REQUESTED", body: "Use a map", author_association: "OWNER" },
    ]);
    const text = await page(`/acme/shop/pull/${number}`);
    expect(text).toContain("asked for changes");
    expect(text).toContain('<span class="badge failure">failure</span>');
  });

  it("take no form from another page", async () => {
    const path = `/acme/shop/play/${pull}/close`;
    for (const origin of [undefined, "null", "http://evil.test", "http://127.0.0.1:1"]) {
      expect((await postForm(path, origin)).status).toBe(403);
    }
    const rebound = await postForm(path, "http://evil.test", "", "evil.test");
    expect(rebound.status).toBe(403);
    const { data } = await forge.octokit.rest.pulls.get({ ...where, pull_number: pull });
    expect(data.state).toBe("open");
  });

  it.each([
    "/acme/absent",
    "/acme/shop/pull/999",
    "/acme/shop/blob/main/..%2f..%2fetc",
    "/acme/shop/commit/main",
  ])("answer 404 for %s", async (path) => {
    expect((await fetch(forge.url + path)).status).toBe(404);
  });

  it("draw the little Markdown they know and nothing more", () => {
    const text = renderMarkdown(
      "## What\n- **one** `x<y`\n- [two](https://a.test/?q=1&r=2)\n> quoted\n```\n</pre><script>\n```\nend",
    ).text.replace(/\s*\n\s*/g, "");
    expect(text).toBe(
      "<h3>What</h3><ul><li><strong>one</strong> <code>x&lt;y</code></li>" +
        '<li><a href="https://a.test/?q=1&amp;r=2" rel="noopener noreferrer">two</a></li></ul>' +
        "<blockquote>quoted<br></blockquote><pre><code>&lt;/pre&gt;&lt;script&gt;</code></pre><p>end<br></p>",
    );
  });
});
