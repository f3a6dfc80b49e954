/**
 * The story that plays after the first start: some forty reports about the bugs of `sample/`, told differently by Sentry, by
 * GitHub issues, on Reddit and by people, and a few that belong to nothing or mean harm. Pure data, the same at each start; times are
 * minutes before now. The start script posts it through the signed endpoints.
 */
export { sentryDeliveries, type SentryDelivery } from "./story/sentry";
export { githubIssues, type GithubStoryIssue } from "./story/github";
export { REDDIT_REPORTS, REDDIT_SUBREDDIT, redditThings } from "./story/reddit";
export { manualReports, type ManualStoryReport } from "./story/manual";
export type { CrashBug, StoryBug } from "./story/bugs";
