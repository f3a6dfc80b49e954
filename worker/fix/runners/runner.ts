import type { AskedModel } from "../gateway/ask-model";
import type { Wire } from "../gateway/usage";
import type { PlanContent } from "../../domain/plan";
import type { RunnerName } from "../../domain/run";

/** What an edge runner works from. `readFile` answers `null` for a path that the repository does not have. */
export type ProposeInput = {
  plan: PlanContent;
  readFile(path: string): Promise<string | null>;
  /** All paths of the repository. */
  listFiles(): Promise<string[]>;
  /** The project's model for code; null where none is set up. */
  model: AskedModel | null;
  /** What people who may steer the run or write to the repository say, the most important first: it comes before the plan. */
  notes: string[];
  /** What is wrong with the runner's first proposal, and the files that it changed: empty at first. `readFile` shows them changed. */
  faults: string[];
  changed: string[];
};

export type ProposedFile = { path: string; content: string };

/**
 * A whole new text for each changed file, or a plain reason why nothing was changed. `test`: a new file that should fail without
 * the change and pass with it; null where none can be derived.
 */
export type Proposal =
  | { kind: "changed"; files: ProposedFile[]; test: ProposedFile | null; summary: string }
  | { kind: "nothing"; reason: string };

/** A runner that needs no sandbox to write its change: it runs in the Worker and returns the files. */
export type EdgeRunner = {
  kind: "edge";
  name: RunnerName;
  /** Whether it can mend its own proposal, when it is told what is wrong with it. */
  mends: boolean;
  propose(input: ProposeInput): Promise<Proposal>;
};

/** The model that an agent calls, always through the run's own gateway address and token. */
export type AgentModel = {
  baseUrl: string;
  apiKey: string;
  name: string;
  wire: Wire;
};

/**
 * `workdir` is the absolute path of the checkout: the caller starts the command there. `program` is the agent's program in
 * the sandbox: a name on its PATH, or an absolute path.
 */
export type AgentInput = {
  plan: PlanContent;
  model: AgentModel;
  workdir: string;
  program: string;
  /** What is wrong with what the agent's turns before have left: lines that do not parse, findings of the review. */
  faults: string[];
  /** What people who may steer the run or write to the repository say, the most important first: it comes before the plan. */
  notes: string[];
  /** Whether the checkout has changes already that the agent is to take up. */
  resumed: boolean;
};

/** A program to start in the sandbox: never through a shell string. `files` are absolute paths to write before. */
export type AgentCommand = {
  argv: string[];
  env: Record<string, string>;
  files: { path: string; content: string }[];
};

/** One thing that the agent did, for the run's log. Level 2 = the agent's turns, level 3 = raw output. */
export type AgentEvent = {
  level: 2 | 3;
  kind: "tool" | "message" | "output" | "error";
  text: string;
};

/** A runner that drives a coding agent's program in the sandbox. `parse` reads one line of its standard output. */
export type AgentRunner = {
  kind: "agent";
  name: RunnerName;
  /** The wires that its program speaks. */
  wires: readonly Wire[];
  command(input: AgentInput): AgentCommand;
  parse(line: string): AgentEvent | null;
};

export type Runner = EdgeRunner | AgentRunner;
