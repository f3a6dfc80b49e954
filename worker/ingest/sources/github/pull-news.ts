import { z } from "zod";
import { cleanText } from "../../../domain/feedback";
import type { PullNewsKind } from "../../../domain/pull";
import { momentOf } from "../loose";
import type { Delivery } from "../source";
import { parsePayload } from "./payload";

/** The last word of a reviewer, a commenter or a check about one pull request; what they wrote is read when it is needed. */
export type PullNews = {
  kind: PullNewsKind;
  pullNumber: number;
  /** The login of a person, or the name of a check. */
  subject: string;
  /** `changes_requested`, `approved`, `dismissed`; `commented`; or a check's conclusion. */
  state: string;
  sha: string | null;
  at: number;
  repository: string;
};

const Moment = z.union([z.string(), z.number()]).nullish();
const Repository = z.looseObject({ full_name: z.string() });
const Said = z.looseObject({
  user: z.looseObject({ login: z.string(), type: z.string().nullish() }),
  author_association: z.string(),
  body: z.string().nullish(),
  commit_id: z.string().nullish(),
  submitted_at: Moment,
  updated_at: Moment,
  created_at: Moment,
});
const Numbered = z.looseObject({ number: z.number().int().positive() });
const Review = z.looseObject({
  action: z.enum(["submitted", "edited", "dismissed"]),
  review: Said.extend({ state: z.string() }),
  pull_request: Numbered,
  repository: Repository,
});
const LineComment = z.looseObject({
  action: z.enum(["created", "edited"]),
  comment: Said,
  pull_request: Numbered,
  repository: Repository,
});
const Comment = z.looseObject({
  action: z.enum(["created", "edited"]),
  comment: Said,
  issue: Numbered.extend({ pull_request: z.looseObject({}) }),
  repository: Repository,
});
const Check = z.looseObject({
  conclusion: z.string(),
  head_sha: z.string(),
  name: z.string().nullish(),
  completed_at: Moment,
  updated_at: Moment,
  app: z.looseObject({ name: z.string().nullish() }).nullish(),
  pull_requests: z.array(Numbered).max(100),
});
const CheckDone = z.looseObject({
  action: z.literal("completed"),
  check_run: Check.optional(),
  check_suite: Check.optional(),
  repository: Repository,
});

/** Who may write to a repository, as far as GitHub tells it of an author; the follow-up asks for the right itself. */
const INSIDERS = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);
/** Every comment of our own begins so. */
const OWN = "<!-- soulcaster";

/**
 * What a delivery tells about pull requests. Empty for other events and shapes, for programs, for ourselves, and for everybody who
 * is a stranger to the repository: their words do not go any further than this. Throws `malformed_body` when the body is no JSON.
 */
export function mapPullNews(delivery: Delivery, now: number): PullNews[] {
  const event = delivery.headers.get("x-github-event") ?? "";
  switch (event) {
    case "pull_request_review":
      return parsed(Review, delivery, ({ review, pull_request, repository }) => {
        const judged = review.state !== "commented";
        const kind = judged ? ("review" as const) : ("comment" as const);
        return said(review, { kind, state: review.state, pull_request, repository }, now);
      });
    case "pull_request_review_comment":
      return parsed(LineComment, delivery, ({ comment, pull_request, repository }) =>
        said(comment, { kind: "comment", state: "commented", pull_request, repository }, now),
      );
    case "issue_comment":
      return parsed(Comment, delivery, ({ comment, issue, repository }) =>
        said(
          comment,
          { kind: "comment", state: "commented", pull_request: issue, repository },
          now,
        ),
      );
    case "check_run":
    case "check_suite":
      return parsed(CheckDone, delivery, ({ check_run, check_suite, repository }) => {
        if (check_run) return checked("check", check_run, repository, now);
        return check_suite ? checked("suite", check_suite, repository, now) : [];
      });
    default:
      return [];
  }
}

function parsed<T>(
  shape: z.ZodType<T>,
  delivery: Delivery,
  read: (payload: T) => PullNews[],
): PullNews[] {
  const { data } = shape.safeParse(parsePayload(delivery));
  return data === undefined ? [] : read(data);
}

type About = Pick<PullNews, "kind" | "state"> & {
  pull_request: { number: number };
  repository: { full_name: string };
};

function said(one: z.infer<typeof Said>, about: About, now: number): PullNews[] {
  const { user, author_association, body } = one;
  if (!INSIDERS.has(author_association) || user.type === "Bot") return [];
  if (body?.startsWith(OWN)) return [];
  return [
    {
      kind: about.kind,
      pullNumber: about.pull_request.number,
      subject: cleanText(user.login, 100),
      state: cleanText(about.state, 40),
      sha: one.commit_id ?? null,
      at: momentOf(now, one.updated_at, one.submitted_at, one.created_at),
      repository: about.repository.full_name,
    },
  ];
}

function checked(
  kind: "check" | "suite",
  check: z.infer<typeof Check>,
  repository: { full_name: string },
  now: number,
): PullNews[] {
  return check.pull_requests.map(({ number }) => ({
    kind,
    pullNumber: number,
    subject: cleanText(check.name ?? check.app?.name ?? "checks", 200),
    state: cleanText(check.conclusion, 40),
    sha: check.head_sha,
    at: momentOf(now, check.completed_at, check.updated_at),
    repository: repository.full_name,
  }));
}
