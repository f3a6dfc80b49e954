import type { GroupingMethod } from "../../domain/grouping";
import { agglomerative } from "./agglomerative";
import { centroid } from "./centroid";
import type { Strategy } from "./strategy";
import { vectorLike } from "./vector-like";

const STRATEGIES: Record<GroupingMethod, Strategy> = {
  agglomerative,
  centroid,
  vector_like: vectorLike,
};

export function strategyFor(method: GroupingMethod): Strategy {
  return STRATEGIES[method];
}
