// Hard limits of what may be there, cost and change. A launch that would exceed one is cut to what is left of it. The largest and
// the dearest of a launch's pools count: any of them may answer.

import { MILLI, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import type { LaunchCommand } from "../command.js";
import { count, duration, usd, vcpus } from "../operate/words.js";
import { endRule, launchRule, type Objection, type Rule, type RuleContext } from "./rule.js";

/** EC2 bills Linux instances by the second, and for a minute at least (EC2 On-Demand Pricing). */
const LEAST_BILLED_MS = MS_PER_MINUTE;

export const LAUNCH_CAPS: readonly Rule[] = [
  launchRule("max-instances", (command, { settings, sums }) => {
    const cap = settings.caps.maxInstances;
    const now = `${count(sums.instances)} are or may be there`;
    return within(command, cap - sums.instances, `${asked(command)} and ${now}: more than maxInstances ${count(cap)}`);
  }),
  launchRule("max-vcpus", (command, { settings, sums, view }) => {
    const cap = settings.caps.maxVcpus;
    const each = largest(command, view.vcpuMilliOf);
    if (Number.isNaN(each)) return null; // not-allowed has its say
    const left = most(command, (n) => sums.vcpuMilli + n * each <= cap * MILLI);
    const now = `${vcpus(sums.vcpuMilli)} vCPUs are or may be there`;
    return within(
      command,
      left,
      `${asked(command)} of ${vcpus(each)} vCPUs and ${now}: more than maxVcpus ${count(cap)}`,
    );
  }),
  launchRule("max-spend-per-hour", (command, { settings, sums, priceOf }) => {
    const cap = settings.caps.maxMicroUsdPerHour;
    const each = largest(command, priceOf);
    if (Number.isNaN(each)) return null; // price-unknown has its say
    const left = most(command, (n) => sums.microUsdPerHour + n * each <= cap);
    const now = `${usd(sums.microUsdPerHour)} an hour are spent`;
    const why = `${asked(command)} at ${usd(each)} an hour and ${now}: more than the ${usd(cap)} an hour allowed`;
    return within(command, left, why);
  }),
  launchRule("max-spend-per-day", perDay),
  launchRule("price-unknown", (command, { sums, priceOf }) => {
    const pool = command.pools.find((each) => Number.isNaN(priceOf(each)));
    if (pool !== undefined)
      return { left: 0, why: `neither the price of pool ${pool} nor its on-demand price is known` };
    if (sums.unpriced === "") return null;
    const why = `the price of ${sums.unpriced}, which is ours, is not known: what is spent cannot be told from the caps`;
    return { left: 0, why };
  }),
  launchRule("launches-per-tick", (command, { settings, launchedThisTick }) => {
    const cap = settings.caps.maxLaunchesPerTick;
    const why = `${asked(command)} and ${launchedThisTick} in this tick: more than maxLaunchesPerTick ${cap}`;
    return within(command, cap - launchedThisTick, why);
  }),
  launchRule("launches-per-ten-minutes", (command, { settings, launchedLately }) => {
    const cap = settings.caps.maxLaunchesPerTenMinutes;
    const why = `${asked(command)} and ${launchedLately} in ten minutes: more than maxLaunchesPerTenMinutes ${cap}`;
    return within(command, cap - launchedLately, why);
  }),
];

/** Ends of a tick: an absolute number, and a share of our instances, of which one may always go. */
export const END_CAP: Rule = endRule("terminations-per-tick", ({ instance }, { settings, members, endedThisTick }) => {
  const { maxTerminationsPerTick, maxTerminationShare } = settings.caps;
  const ours = [...members.values()].filter((member) => member.ours).length;
  const ofShare = Math.max(1, Math.floor(maxTerminationShare * ours));
  const others = endedThisTick.size - (endedThisTick.has(instance) ? 1 : 0);
  if (others < Math.min(maxTerminationsPerTick, ofShare)) return null;
  const share = `${count(maxTerminationShare * 100)} % of our ${ours} instances`;
  return `${others} end in this tick, and at most ${maxTerminationsPerTick}, or ${share}, may`;
});

function perDay(command: LaunchCommand, context: RuleContext): Objection | null {
  const { settings, sums, priceOf, spentTodayMicroUsd } = context;
  const cap = settings.caps.maxMicroUsdPerDay;
  const each = largest(command, priceOf);
  if (Number.isNaN(each)) return null; // price-unknown has its say
  const aheadMs = Math.max(settings.timing.intervalMs, LEAST_BILLED_MS);
  const untilNextTick = spentTodayMicroUsd + costOf(sums.microUsdPerHour, aheadMs);
  const left = most(command, (n) => spentTodayMicroUsd + costOf(sums.microUsdPerHour + n * each, aheadMs) <= cap);
  const when = `with the next ${duration(aheadMs)}`;
  const now = `${usd(untilNextTick)} are spent today ${when}`;
  const why = `${asked(command)} at ${usd(each)} an hour and ${now}: more than the ${usd(cap)} a day allowed`;
  return within(command, left, why);
}

function costOf(microUsdPerHour: number, ms: number): number {
  return (microUsdPerHour * ms) / MS_PER_HOUR;
}

/** The greatest of what any pool of a launch may bring; NaN when one of them is not known. */
export function largest({ pools }: LaunchCommand, of: (pool: number) => number): number {
  return pools.reduce((most, pool) => Math.max(most, of(pool)), 0);
}

/** How many instances of a launch fit, by a test that more of them never pass when fewer do not. */
function most({ instances }: LaunchCommand, fits: (n: number) => boolean): number {
  if (fits(instances.length)) return instances.length;
  let low = 0; // as if none always fitted
  let high = instances.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function within({ instances }: LaunchCommand, left: number, why: string): Objection | null {
  return left >= instances.length ? null : { left: Math.max(0, left), why };
}

function asked({ instances }: LaunchCommand): string {
  return instances.length === 1 ? "1 instance" : `${count(instances.length)} instances`;
}
