// Takes the lease before each tick and keeps it between them, and knows in words how that goes.

import type { SpendingState } from "../../engine/spending.js";
import type { HeldLease } from "../../live/lease/store-lease.js";
import type { LiveLogger } from "../../live/operate/logger.js";
import type { LeaseStatus } from "../../live/operate/status.js";

/** Of one process; lease null: a dry run, which needs none. */
export class LeaseKeeper {
  private readonly lease: HeldLease | null;
  private readonly log: LiveLogger;
  private readonly keeping = new AbortController();
  private kept: Promise<void> | null = null;
  private state: LeaseStatus["state"] = "none";

  constructor(lease: HeldLease | null, log: LiveLogger) {
    this.lease = lease;
    this.log = log;
  }

  async take(): Promise<void> {
    const { lease, log } = this;
    if (lease === null) return;
    try {
      const before = this.state;
      this.state = (await lease.hold()) ? "held" : "standby";
      if (this.state !== before) log.info({ part: "lease", holder: lease.holder }, `lease: ${this.state}`);
      if (this.state === "held") this.kept ??= lease.keep(this.keeping.signal, (error) => this.failed(error));
    } catch (error) {
      this.failed(error);
    }
  }

  /** What the holder before had spent in the day; once after each take-over, null otherwise. */
  takeInherited(): SpendingState | null {
    return this.lease?.takeInherited() ?? null;
  }

  /** What was spent until now, for whoever holds it next. */
  note(spent: SpendingState): void {
    if (!Number.isNaN(spent.asOfMs)) this.lease?.note(spent);
  }

  status(lease: HeldLease | null) {
    return { state: this.state, owner: lease?.holder ?? "", lease };
  }

  /** Gives it back; where its store does not answer it runs out by itself. */
  async end(): Promise<void> {
    this.keeping.abort();
    try {
      await this.kept;
      if (this.state === "held") await this.lease?.release();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.state = "unreachable";
    this.log.error({ part: "lease", error }, "the lease's store cannot be reached");
  }
}
