import type { WhatIfView } from "../../api.server";

type Method = WhatIfView["method"];

/** What each strategy joins, in words. */
export const METHOD_WORDS: Record<Method, string> = {
  agglomerative: "Average: clusters whose reports are alike on average",
  centroid: "Centre: each report to the nearest centre",
  vector_like: "Nearest: each report to the cluster of its nearest report",
};

export const METHODS = Object.keys(METHOD_WORDS) as Method[];
