import type { Crash, SourceKind } from "../../domain/feedback";
import type { PlanContent } from "../../domain/plan";
import type { SourceHit, SourceQuery } from "./source-index";

/** One report of the cluster, as evidence. Its text is hostile. */
export type PlanItem = { source: SourceKind; title: string; body: string; crash: Crash | null };

/** The repository at a pinned commit. `paths` is the tree's files; `read` answers `null` for what is not there or not text. */
export type PlanRepository = {
  sha: string;
  paths: string[];
  read(path: string): Promise<string | null>;
  /** Files by their text, best first, at most `limit`. */
  search(query: SourceQuery, limit: number): Promise<SourceHit[]>;
  /** Files such as AGENTS.md that say how to work here. */
  guidance: { path: string; text: string }[];
};

/** `items` is a bounded sample, newest first. `pathPrefix` keeps the plan inside one folder of the repository. */
export type PlanInput = {
  cluster: { id: string; title: string; summary: string };
  items: PlanItem[];
  repository: PlanRepository | null;
  pathPrefix: string | null;
};

/** Makes a plan from evidence. One that asks an outside service throws `ForeignError` when that fails. */
export type Planner = {
  name: string;
  plan(input: PlanInput): Promise<PlanContent>;
};
