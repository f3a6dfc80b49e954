import type { MetaFunction } from "@remix-run/cloudflare";
import type { loader } from "../../routes/cluster";
import { pageTitle } from "../../lib/page-title";

type ClusterMeta = MetaFunction<unknown, { "routes/cluster": typeof loader }>;

/** The title of one of a cluster's pages: the part, then the cluster that its layout loaded. */
export function clusterMeta(part: string): ClusterMeta {
  return ({ matches }) => {
    const loaded = matches.find(({ id }) => id === "routes/cluster")?.data;
    return pageTitle(part, ...(loaded ? [loaded.cluster.title] : []));
  };
}
