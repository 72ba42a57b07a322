// What clocks of a zone show at an instant: the way back from zone.ts. Instants come nearly in order, and a zone's offset
// changes on a quarter of an hour, so one offset is kept.

import { assert } from "../../base/assert.js";
import { MS_PER_DAY, MS_PER_MINUTE } from "../../base/units.js";
import { type Zone, zoneOf } from "../zone.js";

const QUARTER_MS = 15 * MS_PER_MINUTE;

export class LocalClock {
  private readonly zone: Zone;
  private quarter = Number.NaN;
  private offsetMs = 0;

  /** `name` is one that zoneOf knows. */
  constructor(name: string) {
    const zone = zoneOf(name);
    assert(zone !== undefined, "a clock of an unknown zone");
    this.zone = zone;
  }

  /** Local time, as if it were UTC. */
  localMs(epochMs: number): number {
    const quarter = Math.floor(epochMs / QUARTER_MS);
    if (quarter !== this.quarter) {
      this.quarter = quarter;
      this.offsetMs = this.offsetAt(quarter * QUARTER_MS);
    }
    return epochMs + this.offsetMs;
  }

  /** The offset that leads back to the instant: that of a day before, or, behind a change, that of a day after. */
  private offsetAt(epochMs: number): number {
    const before = this.offsetNear(epochMs - MS_PER_DAY);
    const leadsBack = this.zone.epochMs(epochMs + before, epochMs) === epochMs && this.zone.placing !== "skipped";
    return leadsBack ? before : this.offsetNear(epochMs + MS_PER_DAY);
  }

  private offsetNear(localMs: number): number {
    return localMs - this.zone.epochMs(localMs);
  }
}
