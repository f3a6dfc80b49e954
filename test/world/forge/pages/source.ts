import type { Context } from "hono";
import type { Forge } from "../forge";
import { notFound } from "../errors";
import { readCommit } from "../git/commits";
import { diffText } from "../git/compare";
import { isSafePath, isSha } from "../git/names";
import { entryAt, readBlob, readTree } from "../git/objects";
import { resolveCommit } from "../git/refs";
import { EMPTY_TREE, type Git } from "../git/run";
import type { RepoState } from "../state";
import { diffStyle, renderDiff } from "./diff";
import { html } from "./html";
import { sendPage, shownTime } from "./layout";
import { fileRow } from "./repository";

const SHOWN_LIMIT = 500_000;

/** One commit with what it changed. */
export async function commitPage(
  c: Context,
  forge: Forge,
  repo: RepoState,
  sha: string,
): Promise<Response> {
  const git = forge.git(repo);
  const commit = isSha(sha) ? await readCommit(git, sha) : null;
  if (!commit) throw notFound();
  const [title = "", ...rest] = commit.message.split("\n");
  const words = rest.join("\n").trim();
  return sendPage(
    c,
    title,
    html`<p class="soft"><a href="/${repo.owner}/${repo.name}">${repo.owner}/${repo.name}</a></p>
      <h1>${title}</h1>
      <p class="soft">
        ${commit.author.name}, ${shownTime(commit.author.time * 1000)} · <code>${sha}</code>
      </p>
      ${words !== "" && html`<pre>${words}</pre>`}
      ${renderDiff(await diffText(git, commit.parents[0] ?? EMPTY_TREE, sha))}`,
    200,
    diffStyle(),
  );
}

/** `<ref>/<path>`: both may hold slashes, so the longest ref that exists counts. */
async function splitRef(
  git: Git,
  rest: string,
): Promise<{ ref: string; sha: string; path: string }> {
  const parts = rest.split("/");
  for (let count = parts.length; count > 0; count -= 1) {
    const ref = parts.slice(0, count).join("/");
    const sha = await resolveCommit(git, ref);
    if (sha) return { ref, sha, path: parts.slice(count).join("/") };
  }
  throw notFound();
}

/** A file or a folder at a branch, tag or commit. */
export async function sourcePage(
  c: Context,
  forge: Forge,
  repo: RepoState,
  rest: string,
): Promise<Response> {
  const git = forge.git(repo);
  const { ref, sha, path } = await splitRef(git, rest);
  const home = `/${repo.owner}/${repo.name}`;
  const top = html`<p class="soft">
      <a href="${home}">${repo.owner}/${repo.name}</a> at <code>${ref}</code>
    </p>
    <h1>${path || repo.name}</h1>`;
  const entry = path === "" ? null : isSafePath(path) ? await entryAt(git, sha, path) : undefined;
  if (entry === undefined || (path !== "" && entry === null)) throw notFound();
  if (!entry || entry.type === "tree") {
    const entries = await readTree(git, entry ? entry.sha : `${sha}^{tree}`, false);
    const rows = entries.map((one) =>
      fileRow(home, ref, { ...one, path: path === "" ? one.path : `${path}/${one.path}` }),
    );
    return sendPage(
      c,
      path || repo.name,
      html`${top}
        <div class="box">
          <ul class="rows">
            ${rows}
          </ul>
        </div>`,
    );
  }
  const bytes = (await readBlob(git, entry.sha)) ?? Buffer.alloc(0);
  const binary = bytes.subarray(0, 8000).includes(0);
  const text = binary ? "A binary file." : bytes.toString("utf8").slice(0, SHOWN_LIMIT);
  return sendPage(
    c,
    path,
    html`${top}
      <pre>${text}</pre>`,
  );
}

/** A file's own bytes, always as plain text that nothing interprets. */
export async function rawFile(
  c: Context,
  forge: Forge,
  repo: RepoState,
  rest: string,
): Promise<Response> {
  const git = forge.git(repo);
  const { sha, path } = await splitRef(git, rest);
  const entry = isSafePath(path) ? await entryAt(git, sha, path) : null;
  const bytes = entry?.type === "blob" ? await readBlob(git, entry.sha) : null;
  if (!bytes) throw notFound();
  return c.body(new Uint8Array(bytes), 200, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
  });
}
