import type { Clock } from "../kit/clock";

export type Reservation = { granted: true } | { granted: false; spentMicroUsd: number };

/** What the project has spent on models, by day (UTC), in millionths of a dollar, and what it may spend. */
export class SpendTable {
  constructor(
    private readonly storage: DurableObjectStorage,
    private readonly limits: { clock: Clock; dailyBudgetMicroUsd: number },
  ) {}

  /** Reserves money on today's budget; settle it when the price is known. */
  async reserve(microUsd: number): Promise<Reservation> {
    const spentMicroUsd = this.#spentToday();
    if (spentMicroUsd + microUsd > this.limits.dailyBudgetMicroUsd)
      return { granted: false, spentMicroUsd };
    this.#add(microUsd);
    return { granted: true };
  }

  /** Corrects a reservation by the difference to the true price (negative when it was cheaper). */
  async settle(differenceMicroUsd: number): Promise<void> {
    this.#add(differenceMicroUsd);
  }

  #spentToday(): number {
    const [row] = this.storage.sql
      .exec<{ micro_usd: number }>("SELECT micro_usd FROM spend WHERE day = ?", this.#today())
      .toArray();
    return row?.micro_usd ?? 0;
  }

  #add(microUsd: number): void {
    this.storage.sql.exec(
      "INSERT INTO spend VALUES (?1, max(0, ?2)) ON CONFLICT (day) DO UPDATE SET micro_usd = max(0, micro_usd + ?2)",
      this.#today(),
      microUsd,
    );
  }

  #today(): string {
    return new Date(this.limits.clock()).toISOString().slice(0, 10);
  }
}
