import type { Octokit } from "octokit";
import { z } from "zod";
import { isFailed } from "../../domain/pull";
import { githubCaller, type GithubSettings } from "./github";
import type { Pulls, Talk } from "./pulls";

const PER_PAGE = 100;
const PAGES = 5;
const SUMMARY_LIMIT = 2_000;

const Said = z.object({
  user: z.object({ login: z.string(), type: z.string().optional() }).nullable(),
  author_association: z.string(),
  body: z.string().nullish(),
  path: z.string().nullish(),
  line: z.number().nullish(),
  submitted_at: z.string().nullish(),
  created_at: z.string().nullish(),
});

/** Pull requests of one repository on GitHub. */
export function createGithubPulls(settings: GithubSettings): Pulls {
  const { at, call } = githubCaller(settings);

  async function allOf(what: string, page: (octokit: Octokit, page: number) => Promise<unknown[]>) {
    const all: unknown[] = [];
    for (let n = 1; n <= PAGES; n++) {
      const found = await call(what, (octokit) => page(octokit, n));
      all.push(...found);
      if (found.length < PER_PAGE) break;
    }
    return z.array(Said).parse(all);
  }

  function commentsOf(number: number) {
    const ask = { ...at, per_page: PER_PAGE };
    return allOf("read comments", async (octokit, page) => {
      const query = { ...ask, page, issue_number: number };
      return (await octokit.rest.issues.listComments(query)).data;
    });
  }

  return {
    async read(pull_number) {
      const { data } = await call("read pull request", (octokit) =>
        octokit.rest.pulls.get({ ...at, pull_number }),
      );
      return {
        open: data.state === "open",
        headSha: data.head.sha,
        headBranch: data.head.ref,
        baseBranch: data.base.ref,
      };
    },

    async talk(pull_number) {
      const ask = { ...at, pull_number, per_page: PER_PAGE };
      const [reviews, lines, conversation] = await Promise.all([
        allOf("read reviews", async (octokit, page) => {
          return (await octokit.rest.pulls.listReviews({ ...ask, page })).data;
        }),
        allOf("read review comments", async (octokit, page) => {
          return (await octokit.rest.pulls.listReviewComments({ ...ask, page })).data;
        }),
        commentsOf(pull_number),
      ]);
      return [...reviews, ...lines, ...conversation]
        .flatMap(toTalk)
        .toSorted((one, other) => one.at - other.at);
    },

    async permissionOf(username) {
      const { data } = await call("read permission", (octokit) =>
        octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username }),
      );
      return data.permission;
    },

    async failingChecks(ref) {
      const { data } = await call("read checks", (octokit) =>
        octokit.rest.checks.listForRef({ ...at, ref, filter: "latest", per_page: PER_PAGE }),
      );
      return data.check_runs.flatMap(({ name, conclusion, output }) => {
        if (!conclusion || !isFailed(conclusion)) return [];
        const summary = [output?.title, output?.summary].filter(Boolean).join(". ");
        return { name, conclusion, summary: summary.slice(0, SUMMARY_LIMIT) };
      });
    },

    async changesOf(base, head) {
      const basehead = `${base}...${head}`;
      const [told, diff] = await Promise.all([
        call("compare", (octokit) =>
          octokit.rest.repos.compareCommitsWithBasehead({ ...at, basehead, per_page: 1 }),
        ),
        call("read diff", (octokit) =>
          octokit.rest.repos.compareCommitsWithBasehead({
            ...at,
            basehead,
            mediaType: { format: "diff" },
          }),
        ),
      ]);
      // With this media type the answer is the diff's text, whatever the types say.
      const patch = z.string().parse(diff.data as unknown);
      return { mergeBaseSha: told.data.merge_base_commit.sha, patch };
    },

    async comment(issue_number, mark, body) {
      const known = await commentsOf(issue_number);
      if (known.some((one) => one.body?.includes(mark))) return;
      await call("comment", (octokit) =>
        octokit.rest.issues.createComment({ ...at, issue_number, body: `${mark}\n${body}` }),
      );
    },
  };
}

function toTalk(one: z.infer<typeof Said>): Talk[] {
  const text = one.body ?? "";
  if (!one.user || text.trim() === "") return [];
  return [
    {
      author: one.user.login,
      association: one.author_association,
      bot: one.user.type === "Bot",
      path: one.path ?? null,
      line: one.line ?? null,
      text,
      at: Date.parse(one.submitted_at ?? one.created_at ?? "") || 0,
    },
  ];
}
