import { useRouteLoaderData } from "@remix-run/react";
import type { loader } from "../../routes/cluster";

/** The cluster of the page, as its layout loaded it, and the address of its project. */
export function useCluster() {
  const loaded = useRouteLoaderData<typeof loader>("routes/cluster");
  if (!loaded) throw new Error("useCluster stands outside of a cluster's pages");
  return loaded;
}
