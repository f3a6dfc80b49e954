/** What one sandbox may use. Sizes are bytes, times are seconds unless the name says otherwise. */
export type SandboxLimits = {
  /** Processes and threads of one sandbox. */
  processes: number;
  /** The size of one file. */
  fileBytes: number;
  /** Home folder and /tmp together; going over it ends the processes of the sandbox. */
  diskBytes: number;
  /** Files and folders in home and /tmp together; going over it ends the processes as well. */
  files: number;
  /** Processor time of one process. */
  cpuSeconds: number;
  /** Open files of one process. */
  openFiles: number;
  /** What an upload by form may hold in memory; larger files go as a stream. */
  formBytes: number;
  /** The longest life a client may ask for. */
  lifeSeconds: number;
};

const MIB = 1024 * 1024;

export const defaultLimits: SandboxLimits = {
  processes: 1024,
  fileBytes: 1024 * MIB,
  diskBytes: 1024 * MIB,
  files: 500_000,
  cpuSeconds: 3600,
  openFiles: 8192,
  formBytes: 256 * MIB,
  lifeSeconds: 24 * 3600,
};
