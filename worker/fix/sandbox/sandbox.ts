/** How a command ended. `output` is its stdout and stderr as they came, cut in the middle beyond the limit. */
export type CommandResult = { exitCode: number; output: string; timedOut: boolean };

export type CommandOptions = {
  cwd?: string;
  env?: Record<string, string>;
  timeoutMs: number;
  onOutput?: (text: string) => void;
};

/**
 * A locked room for repository code and agents. `command` strings are our own constants or a project's own commands, never
 * report text. Throws `SandboxLost` when the sandbox is gone and `ForeignError` for other failures.
 */
export type Sandbox = {
  id: string;
  run(command: string, options: CommandOptions): Promise<CommandResult>;
  /** Starts a program that goes on when we hang up. */
  start(command: string, options: { cwd: string; env: Record<string, string> }): Promise<void>;
  write(path: string, content: string | Uint8Array | ReadableStream<Uint8Array>): Promise<void>;
  /** The bytes of a file; null when it is not there. */
  read(path: string): Promise<Uint8Array | null>;
  /** From now on only these hosts answer; what ran before is ended. */
  allowOnly(hosts: string[]): Promise<void>;
};

/** `work`: where the change is made. `proof`: where its tests are run by us; nothing of the agent's ever was in it. */
export type SandboxPurpose = "work" | "proof";

export type Sandboxes = {
  /** The run's sandbox for a purpose: found by its run id, else created with these hosts open. */
  open(
    runId: string,
    purpose: SandboxPurpose,
    allowedHosts: string[],
  ): Promise<{ sandbox: Sandbox; created: boolean }>;
  /** The run's open sandbox for a purpose; null when there is none. */
  find(runId: string, purpose: SandboxPurpose): Promise<Sandbox | null>;
  /** An open sandbox by its id. Throws `SandboxLost`. */
  connect(sandboxId: string): Promise<Sandbox>;
  /** The sandboxes of this account that belong to a run, at most a few hundred. */
  list(): Promise<{ id: string; runId: string }[]>;
  /** Ends every sandbox of a run; none is no error. */
  close(runId: string): Promise<void>;
};

export class SandboxLost extends Error {
  override readonly name = "SandboxLost";

  constructor(cause: unknown) {
    super("The sandbox is gone.", { cause });
  }
}

/** Where the source lies, and where our own files lie, inside the sandbox. */
export const REPO_DIR = "/home/user/repo";
export const WORK_DIR = "/home/user/.soulcaster";
