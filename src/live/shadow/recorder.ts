// Shadow mode's memory: fed with every look at the account, it knows which jobs ran and waited how long, and what the fleet
// that served them cost. It sends nothing, and it decides nothing: the same looks give the same record.

import { MILLI, MS_PER_HOUR } from "../../base/units.js";
import type { Observation } from "../observation.js";
import { FleetWatch, type PriceOf } from "./fleet-watch.js";
import { JobWatch } from "./job-watch.js";
import type { InstanceLife, ShadowJob, ShadowSide } from "./shadow-rows.js";

/** How much the record can be trusted. */
export interface WatchQuality {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly looks: number;
  /** Looks with a part that could not be read. */
  readonly incompleteLooks: number;
  /** Between two looks: what came and went within it was not seen. */
  readonly longestGapMs: number;
  /** Attempts of jobs that ended unseen. */
  readonly missedAttempts: number;
  /** Jobs that were no longer listed, and whose end was not seen. */
  readonly vanishedJobs: number;
  /** Instance time at prices that were not known: not in the cost. */
  readonly unpricedHours: number;
  /** Instances that were there when the watch began: a simulated fleet begins without them. */
  readonly instancesBefore: number;
}

export interface ShadowRecorderOptions {
  readonly priceOf: PriceOf;
  /** What every instance costs beside its price (root volume, IPv4), micro-USD per hour, where the other side counts it. */
  readonly overheadMicroUsdPerHour: number;
}

export class ShadowRecorder {
  private readonly options: ShadowRecorderOptions;
  private watch: { readonly jobs: JobWatch; readonly fleet: FleetWatch; readonly fromMs: number } | undefined;
  private untilMs = 0;
  private looks = 0;
  private incompleteLooks = 0;
  private longestGapMs = 0;

  constructor(options: ShadowRecorderOptions) {
    this.options = options;
  }

  /** Takes a look in; the first one begins the watch. Looks come in the order of their times. */
  observe(observation: Observation): void {
    const { serverMs, problems } = observation;
    this.watch ??= {
      jobs: new JobWatch(serverMs),
      fleet: new FleetWatch(serverMs, this.options.priceOf),
      fromMs: serverMs,
    };
    if (this.looks > 0) this.longestGapMs = Math.max(this.longestGapMs, serverMs - this.untilMs);
    this.looks++;
    if (problems.length > 0) this.incompleteLooks++;
    this.untilMs = serverMs;
    this.watch.jobs.observe(observation);
    this.watch.fleet.observe(observation);
  }

  /** Rows of jobs that have ended since this was last asked: for a file that grows with the watch. */
  takeEndedJobs(): ShadowJob[] {
    return this.watch?.jobs.takeEnded() ?? [];
  }

  /** Rows of jobs that have not ended yet. */
  openJobs(): ShadowJob[] {
    return this.watch?.jobs.open() ?? [];
  }

  /** Every instance that was there, those still there charged up to the latest look that showed them. */
  get lives(): readonly InstanceLife[] {
    return this.watch?.fleet.lives ?? [];
  }

  quality(): WatchQuality {
    const unpricedMs = this.lives.reduce((sum, life) => sum + life.unpricedMs, 0);
    return {
      ...{ fromMs: this.watch?.fromMs ?? 0, untilMs: this.untilMs, looks: this.looks },
      ...{ incompleteLooks: this.incompleteLooks, longestGapMs: this.longestGapMs },
      missedAttempts: this.watch?.jobs.missedAttempts ?? 0,
      vanishedJobs: this.watch?.jobs.vanished ?? 0,
      unpricedHours: unpricedMs / MS_PER_HOUR,
      instancesBefore: this.lives.filter(({ beforeWatch }) => beforeWatch).length,
    };
  }

  /** What the account's own fleet cost and how long jobs waited in it. */
  actual(): ShadowSide {
    const hours = (lives: readonly InstanceLife[], weight: (life: InstanceLife) => number) =>
      lives.reduce((sum, life) => sum + life.chargedMs * weight(life), 0) / MS_PER_HOUR;
    const instanceHours = hours(this.lives, () => 1);
    const prices = this.lives.reduce((sum, { microUsd }) => sum + microUsd, 0);
    return {
      microUsd: Math.round(prices + instanceHours * this.options.overheadMicroUsdPerHour),
      instanceHours,
      spotInstanceHours: hours(this.lives, ({ market }) => (market === "spot" ? 1 : 0)),
      vcpuHours: hours(this.lives, ({ vcpuMilli }) => vcpuMilli / MILLI),
      instances: this.lives.length,
      interruptions: this.lives.filter(({ interrupted }) => interrupted).length,
      waitMs: this.watch?.jobs.waitMs ?? new Map(),
    };
  }
}
