import type { Clock } from "../kit/clock";
import type { Db } from "../store/db";

/** What this room needs. `settings` are the few that it reads. */
export type ProjectDeps = {
  db: Db;
  clock: Clock;
  settings: {
    SEALING_KEY: string;
    PUBLIC_API_URL: string;
    PUBLIC_DASHBOARD_URL: string;
    MAIL_DOMAIN?: string;
    GITHUB_REPO?: string;
    BASE_BRANCH?: string;
    REDDIT_SUBREDDITS?: string;
  };
};
