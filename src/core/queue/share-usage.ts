// The usage of one share of a fair-share queue: vCPU-time that weighs less the older it is. AWS publishes no curve; the
// linear one is a model (the CDK's guide describes a linear decay over shareDecaySeconds), the half-life is Slurm's
// (slurm.conf, PriorityDecayHalfLife).
//
// Linear: usage(t) = integral over the last W of level(s) (1 - (t - s) / W) ds = A - M / W, with A the area under the level
// in the window and M its first moment about t. Both move along with t; each change of level enters and leaves the window
// once, so the cost is constant per change.

import { exp } from "../../base/exact-math.js";
import type { UsageDecay } from "../../model/policy.js";

const LN_2 = Math.LN2;

export class ShareUsage {
  /** vCPUs that the share's placed jobs ask for, milli. */
  levelVcpuMilli = 0;
  private readonly decay: UsageDecay;
  private readonly windowMs: number;
  private atMs = 0;
  private area = 0;
  private moment = 0;
  private decayed = 0;
  private readonly segments = new Segments();

  constructor(decay: UsageDecay, windowMs: number) {
    this.decay = decay;
    this.windowMs = windowMs;
  }

  /** A job of the share was placed (positive) or ended (negative). */
  change(nowMs: number, vcpuMilli: number): void {
    this.advance(nowMs);
    this.levelVcpuMilli += vcpuMilli;
  }

  /**
   * Usage now, milli-vCPU x ms ("current": milli-vCPU). Under the linear decay what runs also counts for the half window that
   * it would weigh if it went on for ever: jobs placed a moment ago have no past yet, and a share must not get every free
   * place of an instant for that.
   */
  at(nowMs: number): number {
    this.advance(nowMs);
    if (this.decay === "current") return this.levelVcpuMilli;
    if (this.decay === "half-life") return this.decayed;
    return this.area - this.moment / this.windowMs + this.levelVcpuMilli * this.atOnce;
  }

  /** By how much usage grows at the instant at which a milli-vCPU is placed. */
  get atOnce(): number {
    if (this.decay === "current") return 1;
    return this.decay === "linear" ? this.windowMs / 2 : 0;
  }

  private advance(nowMs: number): void {
    const elapsedMs = nowMs - this.atMs;
    if (elapsedMs === 0) return;
    this.atMs = nowMs;
    if (this.decay === "half-life") this.halve(elapsedMs);
    else if (this.decay === "linear") this.slide(nowMs, elapsedMs);
  }

  private halve(elapsedMs: number): void {
    if (this.decayed === 0 && this.levelVcpuMilli === 0) return;
    const kept = exp((-elapsedMs * LN_2) / this.windowMs);
    this.decayed = this.decayed * kept + (this.levelVcpuMilli * (1 - kept) * this.windowMs) / LN_2;
  }

  private slide(nowMs: number, elapsedMs: number): void {
    const { segments, levelVcpuMilli } = this;
    this.moment += this.area * elapsedMs;
    if (levelVcpuMilli > 0) {
      this.area += levelVcpuMilli * elapsedMs;
      this.moment += (levelVcpuMilli * elapsedMs * elapsedMs) / 2;
      segments.push(nowMs - elapsedMs, nowMs, levelVcpuMilli);
    }
    const windowStartMs = nowMs - this.windowMs;
    while (!segments.isEmpty && segments.firstStartMs < windowStartMs) {
      const startMs = segments.firstStartMs;
      const endMs = Math.min(segments.firstEndMs, windowStartMs);
      const level = segments.firstLevel;
      this.area -= level * (endMs - startMs);
      this.moment -= (level * (endMs - startMs) * (nowMs - startMs + (nowMs - endMs))) / 2;
      segments.cutFirst(endMs);
    }
    if (segments.isEmpty) {
      this.area = 0; // what rounding left
      this.moment = 0;
    }
  }
}

/** The steps of a level inside the window, oldest first: a ring of three columns. */
class Segments {
  private startMs = new Float64Array(16);
  private endMs = new Float64Array(16);
  private level = new Float64Array(16);
  private first = 0;
  private count = 0;

  get isEmpty(): boolean {
    return this.count === 0;
  }
  get firstStartMs(): number {
    return this.startMs[this.first]!;
  }
  get firstEndMs(): number {
    return this.endMs[this.first]!;
  }
  get firstLevel(): number {
    return this.level[this.first]!;
  }

  push(startMs: number, endMs: number, level: number): void {
    const mask = this.level.length - 1;
    const last = (this.first + this.count - 1) & mask;
    if (this.count > 0 && this.endMs[last] === startMs && this.level[last] === level) {
      this.endMs[last] = endMs;
      return;
    }
    if (this.count === this.level.length) {
      this.grow();
      this.push(startMs, endMs, level);
      return;
    }
    const at = (this.first + this.count) & mask;
    this.startMs[at] = startMs;
    this.endMs[at] = endMs;
    this.level[at] = level;
    this.count++;
  }

  /** Forgets the first segment up to an instant. */
  cutFirst(untilMs: number): void {
    if (untilMs < this.endMs[this.first]!) {
      this.startMs[this.first] = untilMs;
      return;
    }
    this.first = (this.first + 1) & (this.level.length - 1);
    this.count--;
  }

  private grow(): void {
    const unrolled = (from: Float64Array) => {
      const to = new Float64Array(2 * from.length);
      to.set(from.subarray(this.first));
      to.set(from.subarray(0, this.first), from.length - this.first);
      return to;
    };
    this.startMs = unrolled(this.startMs);
    this.endMs = unrolled(this.endMs);
    this.level = unrolled(this.level);
    this.first = 0;
  }
}
