// At most so many calls a second: a token bucket that holds one second's tokens.

import { MS_PER_SECOND } from "../../base/units.js";
import type { Clock } from "../ports.js";

export class Pace {
  private readonly clock: Clock;
  private readonly perSecond: number;
  private tokens: number;
  private atMs: number;

  /** `perSecond`: above 0. At least one token is held, so that less than one a second works too. */
  constructor(clock: Clock, perSecond: number) {
    this.clock = clock;
    this.perSecond = perSecond;
    this.tokens = this.most;
    this.atMs = clock.monotonicMs();
  }

  /** Resolves when the next call may be sent, or at once when the signal aborts. */
  async turn(signal?: AbortSignal): Promise<void> {
    this.fill();
    this.tokens -= 1; // taken before waiting: those that wait stand in line
    if (this.tokens >= 0) return;
    await this.clock.sleep((-this.tokens / this.perSecond) * MS_PER_SECOND, signal);
  }

  private fill(): void {
    const nowMs = this.clock.monotonicMs();
    const earned = ((nowMs - this.atMs) / MS_PER_SECOND) * this.perSecond;
    this.tokens = Math.min(this.most, this.tokens + earned);
    this.atMs = nowMs;
  }

  private get most(): number {
    return Math.max(1, this.perSecond);
  }
}
