// What our instances have cost since midnight UTC, for the cap of a day, in live mode (by AWS's clock) as in its simulation: prices over the time between two looks. An estimate from
// above for a cap, not a bill: an instance that was there at either look is counted for all the time between, at the dearer of its
// two prices, and from its launch time if nobody has counted it before. Disks and traffic are not in it.

import { MS_PER_DAY, MS_PER_HOUR } from "../base/units.js";

/** An instance that costs now. */
export interface Spender {
  readonly key: number | string;
  /** NaN: not known. */
  readonly microUsdPerHour: number;
  /** Epoch ms; NaN: not known. */
  readonly launchTimeMs: number;
}

/** What it takes to go on after a restart. */
export interface SpendingState {
  readonly microUsd: number;
  /** Epoch ms of the day's midnight UTC. */
  readonly dayStartMs: number;
  /** Epoch ms by AWS: what is running has been counted until then. */
  readonly asOfMs: number;
}

export class Spending {
  private microUsd = 0;
  private dayStartMs = Number.NEGATIVE_INFINITY;
  private lastMs = Number.NaN;
  /** What costs now, micro-USD per hour. */
  private prices = new Map<Spender["key"], number>();
  private readonly countedUntilMs = new Map<Spender["key"], number>();
  /** What is found running was counted by a predecessor until then. */
  private notBeforeMs = Number.NEGATIVE_INFINITY;

  get state(): SpendingState {
    return { microUsd: Math.ceil(this.microUsd), dayStartMs: this.dayStartMs, asOfMs: this.lastMs };
  }

  /** Goes on from what was written down. Without `asOfMs` nothing before the next look is counted again. */
  restore(microUsd: number, dayStartMs: number, asOfMs = Number.POSITIVE_INFINITY): void {
    this.microUsd = microUsd;
    this.dayStartMs = dayStartMs;
    this.notBeforeMs = asOfMs;
  }

  /**
   * What a predecessor had counted counts too. Who has looked already knows of its own time alone, and adds to the predecessor's
   * what runs has cost since.
   */
  inherit({ microUsd, dayStartMs, asOfMs }: SpendingState): void {
    if (Number.isNaN(this.lastMs)) {
      const isNewer = dayStartMs > this.dayStartMs || microUsd > this.microUsd;
      if (dayStartMs >= this.dayStartMs && isNewer) this.restore(microUsd, dayStartMs, asOfMs);
      return;
    }
    if (dayStartMs !== this.dayStartMs) return;
    const perHour = [...this.prices.values()].reduce((sum, price) => sum + price, 0);
    const since = (perHour * Math.max(0, this.lastMs - asOfMs)) / MS_PER_HOUR;
    this.microUsd = Math.max(this.microUsd, microUsd + since);
  }

  /** Counts until `nowMs`, epoch ms by AWS, with what costs now. AWS's clock may be read a little earlier than the last time. */
  look(counted: readonly Spender[], nowMs: number): void {
    const untilMs = Number.isNaN(this.lastMs) ? nowMs : Math.max(nowMs, this.lastMs);
    this.beginDay(Math.floor(untilMs / MS_PER_DAY) * MS_PER_DAY);
    const before = this.prices;
    this.prices = new Map();
    for (const { key, microUsdPerHour, launchTimeMs } of counted) {
      const price = Number.isNaN(microUsdPerHour) ? (before.get(key) ?? 0) : microUsdPerHour;
      this.prices.set(key, price);
      const dearer = Math.max(price, before.get(key) ?? 0);
      before.delete(key);
      this.charge(key, dearer, this.countedUntilMs.get(key) ?? this.beganMs(launchTimeMs, untilMs), untilMs);
    }
    for (const [key, price] of before) this.charge(key, price, this.countedUntilMs.get(key) ?? untilMs, untilMs);
    this.lastMs = untilMs;
    this.notBeforeMs = Math.min(this.notBeforeMs, untilMs);
  }

  private beganMs(launchTimeMs: number, untilMs: number): number {
    if (!Number.isNaN(launchTimeMs)) return Math.max(launchTimeMs, this.notBeforeMs);
    return Number.isNaN(this.lastMs) ? untilMs : this.lastMs;
  }

  private charge(key: Spender["key"], microUsdPerHour: number, fromMs: number, untilMs: number): void {
    const ms = untilMs - Math.max(fromMs, this.dayStartMs);
    if (ms > 0) this.microUsd += (microUsdPerHour * ms) / MS_PER_HOUR;
    this.countedUntilMs.set(key, untilMs);
  }

  private beginDay(dayStartMs: number): void {
    if (dayStartMs <= this.dayStartMs) return;
    this.dayStartMs = dayStartMs;
    this.microUsd = 0;
    for (const key of this.countedUntilMs.keys()) if (!this.prices.has(key)) this.countedUntilMs.delete(key);
  }
}
