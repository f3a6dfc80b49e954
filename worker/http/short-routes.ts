import { CALLERS_PROJECT } from "./middleware/authorise";

/** First parts of the routes that earlier clients know; they stand for the caller's project. */
const SHORT =
  /^\/(?:feedback|clusters|operations|proposals|jobs|cluster-jobs|what-ifs|clustering|stats|config|ingest\/reddit|ingest\/github\/sync)(?:\/|$)/;

/**
 * The canonical path of a request: `/clusters` is `/projects/~/clusters`, where `~` is the caller's project
 * (`?project_id=`, the token's own, or the user's first). `/ingest/manual` is the same as adding feedback.
 */
export function canonicalPath(request: Request): string {
  const { pathname } = new URL(request.url);
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, "") : pathname;
  if (path === "/ingest/manual") return `/projects/${CALLERS_PROJECT}/feedback`;
  return SHORT.test(path) ? `/projects/${CALLERS_PROJECT}${path}` : path;
}
