// How many empty instances of one environment may be ended at once: a share of its fleet, at least one, and never more than the
// limit. At once means at one instant, not in one decision: where jobs take no time, an instant has several decisions.

import type { ScaleDownPolicy } from "../../model/policy.js";

/** Counts the instances of one environment that ended at an instant. */
export class Pace {
  private readonly maxShare: number;
  private readonly maxInstances: number;
  private instantMs = Number.NaN;
  private endedThen = 0;

  constructor({ maxShare, maxInstances = Number.POSITIVE_INFINITY }: ScaleDownPolicy) {
    this.maxShare = maxShare;
    this.maxInstances = maxInstances;
  }

  /** Whether one more instance may be ended at `nowMs`, while the fleet has so many left. */
  mayEnd(nowMs: number, instances: number): boolean {
    if (nowMs !== this.instantMs) {
      this.instantMs = nowMs;
      this.endedThen = 0;
    }
    const fleet = instances + this.endedThen;
    return this.endedThen < Math.min(this.maxInstances, Math.max(1, Math.floor(fleet * this.maxShare)));
  }

  /** One was, at the instant last asked about. */
  ended(): void {
    this.endedThen++;
  }
}
