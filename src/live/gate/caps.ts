// Hard limits of what may be there, cost and change, in words. A launch that would exceed one is cut to what is left of it.

import { type CapUse, costOf, LEFT_BY, reservedMs, type WantedLaunch } from "../../engine/launch-caps.js";
import type { LaunchCommand } from "../command.js";
import { count, duration, usd, vcpus } from "../operate/words.js";
import { endRule, launchRule, type Objection, type Rule, type RuleContext } from "./rule.js";

export const LAUNCH_CAPS: readonly Rule[] = [
  launchRule("max-instances", (command, context) => {
    const { settings, sums } = context;
    const now = `${count(sums.instances)} are or may be there`;
    const why = `${asked(command)} and ${now}: more than maxInstances ${count(settings.caps.maxInstances)}`;
    return within(command, context, "instances", why);
  }),
  launchRule("max-vcpus", (command, context) => {
    const { settings, sums, view } = context;
    const each = largest(command, view.vcpuMilliOf);
    if (Number.isNaN(each)) return null; // not-allowed has its say
    const now = `${vcpus(sums.vcpuMilli)} vCPUs are or may be there`;
    const cap = `more than maxVcpus ${count(settings.caps.maxVcpus)}`;
    return within(command, context, "vcpus", `${asked(command)} of ${vcpus(each)} vCPUs and ${now}: ${cap}`);
  }),
  launchRule("max-spend-per-hour", (command, context) => {
    const { settings, sums, priceOf } = context;
    const each = largest(command, priceOf);
    if (Number.isNaN(each)) return null; // price-unknown has its say
    const now = `${usd(sums.microUsdPerHour)} an hour are spent`;
    const cap = `more than the ${usd(settings.caps.maxMicroUsdPerHour)} an hour allowed`;
    return within(command, context, "hour", `${asked(command)} at ${usd(each)} an hour and ${now}: ${cap}`);
  }),
  launchRule("max-spend-per-day", (command, context) => {
    const { settings, sums, priceOf, spentTodayMicroUsd } = context;
    const each = largest(command, priceOf);
    if (Number.isNaN(each)) return null; // price-unknown has its say
    const aheadMs = reservedMs(settings.timing.intervalMs);
    const untilNextTick = spentTodayMicroUsd + costOf(sums.microUsdPerHour, aheadMs);
    const now = `${usd(untilNextTick)} are spent today with the next ${duration(aheadMs)}`;
    const cap = `more than the ${usd(settings.caps.maxMicroUsdPerDay)} a day allowed`;
    return within(command, context, "day", `${asked(command)} at ${usd(each)} an hour and ${now}: ${cap}`);
  }),
  launchRule("price-unknown", (command, { sums, priceOf }) => {
    const pool = command.pools.find((each) => Number.isNaN(priceOf(each)));
    if (pool !== undefined)
      return { left: 0, why: `neither the price of pool ${pool} nor its on-demand price is known` };
    if (sums.unpriced === "") return null;
    const why = `the price of ${sums.unpriced}, which is ours, is not known: what is spent cannot be told from the caps`;
    return { left: 0, why };
  }),
  launchRule("launches-per-tick", (command, context) => {
    const { settings, launchedThisTick } = context;
    const cap = settings.caps.maxLaunchesPerTick;
    const why = `${asked(command)} and ${launchedThisTick} in this tick: more than maxLaunchesPerTick ${cap}`;
    return within(command, context, "tick", why);
  }),
  launchRule("launches-per-ten-minutes", (command, context) => {
    const { settings, launchedLately } = context;
    const cap = settings.caps.maxLaunchesPerTenMinutes;
    const why = `${asked(command)} and ${launchedLately} in ten minutes: more than maxLaunchesPerTenMinutes ${cap}`;
    return within(command, context, "tenMinutes", why);
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

/** The greatest of what any pool of a launch may bring; NaN when one of them is not known. */
export function largest({ pools }: LaunchCommand, of: (pool: number) => number): number {
  return pools.reduce((most, pool) => Math.max(most, of(pool)), 0);
}

function within(
  command: LaunchCommand,
  context: RuleContext,
  cap: keyof typeof LEFT_BY,
  why: string,
): Objection | null {
  const { settings, sums, view, priceOf } = context;
  const wanted: WantedLaunch = {
    instances: command.instances.length,
    vcpuMilli: largest(command, view.vcpuMilliOf),
    microUsdPerHour: largest(command, priceOf),
  };
  const { spentTodayMicroUsd, launchedThisTick, launchedLately } = context;
  const use: CapUse = { ...sums, spentTodayMicroUsd, launchedThisTick, launchedLately };
  const left = LEFT_BY[cap](wanted, use, settings.caps, settings.timing.intervalMs);
  return left >= wanted.instances ? null : { left: Math.max(0, left), why };
}

function asked({ instances }: LaunchCommand): string {
  return instances.length === 1 ? "1 instance" : `${count(instances.length)} instances`;
}
