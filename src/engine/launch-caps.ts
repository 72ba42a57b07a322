// How much of a launch the caps of live mode leave, in its gate as in its simulation. The largest and the dearest of a launch's
// pools count: any of them may answer.

import { MILLI, MS_PER_HOUR, MS_PER_MINUTE } from "../base/units.js";
import type { LiveCaps } from "../model/live-settings.js";

/** EC2 bills Linux instances by the second, and for a minute at least (EC2 On-Demand Pricing). */
const LEAST_BILLED_MS = MS_PER_MINUTE;

/** The window of `maxLaunchesPerTenMinutes`. */
export const LAUNCH_WINDOW_MS = 10 * MS_PER_MINUTE;

/** An instance is billed for a minute at least: ending it before saves nothing, and churn is a sign of a mistake. */
export const LEAST_AGE_MS = MS_PER_MINUTE;

/** What counts before a launch. */
export interface CapUse {
  /** Instances that are or may be there. */
  readonly instances: number;
  readonly vcpuMilli: number;
  readonly microUsdPerHour: number;
  readonly spentTodayMicroUsd: number;
  readonly launchedThisTick: number;
  /** In the last ten minutes. */
  readonly launchedLately: number;
}

/** A launch of some instances. */
export interface WantedLaunch {
  readonly instances: number;
  /** Of each, by the largest of its pools. */
  readonly vcpuMilli: number;
  /** Of each, by the dearest. */
  readonly microUsdPerHour: number;
}

/** What a day's cap reserves: nothing can be ended before the next tick, and nothing costs less than a minute. */
export function reservedMs(intervalMs: number): number {
  return Math.max(intervalMs, LEAST_BILLED_MS);
}

/** Micro-USD of so much time. */
export function costOf(microUsdPerHour: number, ms: number): number {
  return (microUsdPerHour * ms) / MS_PER_HOUR;
}

/** Per cap: how many of the instances it leaves; below 0 where it is exceeded already. */
export const LEFT_BY = {
  instances: (_: WantedLaunch, use: CapUse, caps: LiveCaps) => caps.maxInstances - use.instances,
  vcpus: (wanted: WantedLaunch, use: CapUse, caps: LiveCaps) =>
    most(wanted, (n) => use.vcpuMilli + n * wanted.vcpuMilli <= caps.maxVcpus * MILLI),
  hour: (wanted: WantedLaunch, use: CapUse, caps: LiveCaps) =>
    most(wanted, (n) => use.microUsdPerHour + n * wanted.microUsdPerHour <= caps.maxMicroUsdPerHour),
  day: (wanted: WantedLaunch, use: CapUse, caps: LiveCaps, intervalMs: number) => {
    const costsThen = (n: number) => costOf(use.microUsdPerHour + n * wanted.microUsdPerHour, reservedMs(intervalMs));
    return most(wanted, (n) => use.spentTodayMicroUsd + costsThen(n) <= caps.maxMicroUsdPerDay);
  },
  tick: (_: WantedLaunch, use: CapUse, caps: LiveCaps) => caps.maxLaunchesPerTick - use.launchedThisTick,
  tenMinutes: (_: WantedLaunch, use: CapUse, caps: LiveCaps) => caps.maxLaunchesPerTenMinutes - use.launchedLately,
} as const;

/** How many instances of a launch all caps together leave, 0 to all of them. */
export function leftByAll(wanted: WantedLaunch, use: CapUse, caps: LiveCaps, intervalMs: number): number {
  const left = Object.values(LEFT_BY).map((leftBy) => leftBy(wanted, use, caps, intervalMs));
  return Math.max(0, Math.min(wanted.instances, ...left));
}

/** What counts after so many of them. */
export function withLaunch(use: CapUse, { vcpuMilli, microUsdPerHour }: WantedLaunch, instances: number): CapUse {
  return {
    ...use,
    instances: use.instances + instances,
    vcpuMilli: use.vcpuMilli + instances * vcpuMilli,
    microUsdPerHour: use.microUsdPerHour + instances * microUsdPerHour,
    launchedThisTick: use.launchedThisTick + instances,
    launchedLately: use.launchedLately + instances,
  };
}

/** How many instances of a launch fit, by a test that more of them never pass when fewer do not. */
function most({ instances }: WantedLaunch, fits: (n: number) => boolean): number {
  if (fits(instances)) return instances;
  let low = 0; // as if none always fitted
  let high = instances;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
