import { StateTable } from "./state-table";

/** The cluster job that the object is working on. It is stored before its first step, so that a restart resumes it. */
export type ActiveJob = { id: string; createdAt: number; failures: number };

/** What the project's object knows of its own work: whose brain it is, the job at work, and what was announced. */
export class JobTables {
  private readonly state: StateTable;

  constructor(storage: DurableObjectStorage) {
    this.state = new StateTable(storage.sql);
  }

  job(): ActiveJob | null {
    return this.state.read<ActiveJob>("job");
  }

  setJob(job: ActiveJob | null): void {
    this.state.write("job", job);
  }

  /** When the oldest announcement came that no job has looked at yet; null when there is none. */
  announcedAt(): number | null {
    return this.state.read<number>("announced_at");
  }

  /** Notes an announcement. Returns when the oldest came that no job has looked at yet. */
  announce(now: number): number {
    const first = this.announcedAt() ?? now;
    this.state.write("announced_at", first);
    this.state.write("announcements", this.announcements() + 1);
    return first;
  }

  /** How many there were: a job that sees another number at its end has missed one. */
  announcements(): number {
    return this.state.read<number>("announcements") ?? 0;
  }

  /** Until then nobody announces again: an alarm at that time was promised to the caller. */
  promise(until: number): void {
    this.state.write("promised_until", until);
  }

  promisedUntil(): number {
    return this.state.read<number>("promised_until") ?? 0;
  }

  /** Until then no job begins by itself: a service, or the budget, has nothing to give before. */
  pause(until: number): void {
    this.state.write("paused_until", until);
  }

  pausedUntil(): number {
    return this.state.read<number>("paused_until") ?? 0;
  }

  clearAnnouncement(): void {
    this.state.write("announced_at", null);
  }

  projectId(): string | null {
    return this.state.read<string>("project_id");
  }

  setProjectId(id: string): void {
    if (this.projectId() !== id) this.state.write("project_id", id);
  }
}
