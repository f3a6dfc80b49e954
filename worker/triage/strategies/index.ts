import type { GroupingMethod } from "../../domain/grouping";
import { agglomerative } from "./agglomerative";
import type { Strategy } from "./strategy";

const STRATEGIES: Record<GroupingMethod, Strategy> = { agglomerative };

export function strategyFor(method: GroupingMethod): Strategy {
  return STRATEGIES[method];
}
