// A limit on launches per minute, as long as stress throttles the API: of any minute's launches so many get through. EC2 has
// a token bucket, whose bursts this leaves out.

import { MS_PER_MINUTE } from "../../base/units.js";

export class Throttle {
  /** When the latest launches got through, in a ring. */
  private readonly times: Float64Array;
  private position = 0;

  constructor(launchesPerMinute: number) {
    this.times = new Float64Array(Math.floor(launchesPerMinute)).fill(Number.NEGATIVE_INFINITY);
  }

  /** Whether a launch gets through at this time. */
  admits(nowMs: number): boolean {
    return this.times.length > 0 && this.times[this.position]! + MS_PER_MINUTE <= nowMs;
  }

  /** Counts a launch that got through. */
  count(nowMs: number): void {
    this.times[this.position] = nowMs;
    this.position = (this.position + 1) % this.times.length;
  }
}
