// What the scenario's first strategy would have done in the watch: a simulated run as live mode would have it, measured with the
// same ruler as the account's own fleet.

import { errorIssue, InputError } from "../../base/issues.js";
import { textAt } from "../../base/text-column.js";
import { MILLI, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import type { Ledger } from "../../ledger/ledger.js";
import { describeReason } from "../../live/operate/decision-words.js";
import { duration as inWords } from "../../live/operate/words.js";
import type { WatchQuality } from "../../live/shadow/recorder.js";
import type { ShadowSide } from "../../live/shadow/shadow-rows.js";
import type { FleetStep } from "../../live/shadow/timeline.js";
import { measureWaits } from "../../metrics/waits.js";
import { SPOT_REFUND_BEFORE_MS } from "../../model/billing.js";
import { EndCause } from "../../model/market.js";
import { NONE } from "../../model/tables.js";
import type { UnmanagedModel } from "../../model/world.js";
import { DEFAULTS } from "../../scenario/defaults.js";
import { duration } from "../../scenario/schema-parts.js";
import { UnmanagedRun } from "../../sim/unmanaged/simulate-unmanaged.js";
import type { RunPlan } from "../baselines.js";
import { simulationOf } from "../replay.js";
import { type ResolvedScenario, toStrategy } from "../tables.js";
import type { ShadowWorkload } from "./shadow-workload.js";

export interface SimulatedShadow {
  readonly side: ShadowSide;
  readonly steps: readonly FleetStep[];
  /** Launches that no pool took. */
  readonly refusedLaunches: number;
  /** Instances in pools whose live price is not known: the scenario's was taken. */
  readonly withoutLivePrice: number;
  /** From the end of the watch to that of the last job; 0: all ended in it. */
  readonly overrunMs: number;
}

/** Live prices, by pool of the resolved scenario, micro-USD per hour. A pool that is not in it has the scenario's price. */
export type LivePrices = ReadonlyMap<number, number>;

/** Linux instances are billed for a minute at least; shadow mode counts it from the launch. */
const MINIMUM_MS = MS_PER_MINUTE;

const UNMANAGED: UnmanagedModel = {
  placement: DEFAULTS.unmanaged.placement,
  schedulerIntervalMs: duration.parse(DEFAULTS.unmanaged.schedulerInterval),
  earlyMs: duration.parse(DEFAULTS.unmanaged.earlyTick),
  drainMs: duration.parse(DEFAULTS.unmanaged.drain),
  priceIntervalMs: duration.parse(DEFAULTS.unmanaged.priceInterval),
};

/**
 * Simulates the recorded jobs to the end of the watch, and on until the last of them has ended. Throws InputError when some never
 * can. The solver of a strategy that asks for one must be loaded.
 */
export function simulateShadow(
  resolved: ResolvedScenario,
  shadow: ShadowWorkload,
  quality: Pick<WatchQuality, "fromMs" | "untilMs">,
  prices: LivePrices,
): SimulatedShadow {
  const { trace } = shadow;
  const watched = asWatched(resolved, prices);
  const run = new UnmanagedRun(simulationOf(watched, trace, firstPlan(watched)), { runsOn: true });
  const windowMs = quality.untilMs - quality.fromMs;
  // The controller hears of the last end at the tick that follows it.
  const heardMs = () => run.account.lastEndMs + Math.max(1, watched.scenario.world.decisionIntervalMs);
  while (run.step(run.account.done ? Math.max(windowMs, heardMs()) : Number.POSITIVE_INFINITY)) {
    // All the work is in the step.
  }
  refuseStuck(run, shadow);
  const { ledger } = run.engine;
  const closedMs = Math.max(windowMs, run.account.lastEndMs);
  const lives = livesOf(ledger, closedMs);
  const { instances } = ledger;
  return {
    side: sideOf(lives, watched.overheadMicroUsdPerHour, waitsOf(ledger, shadow)),
    steps: lives.flatMap((life) => stepsOf(life, ledger, quality.fromMs)),
    refusedLaunches: instances.length - lives.length,
    withoutLivePrice: lives.filter(({ pool }) => !prices.has(pool)).length,
    overrunMs: closedMs - windowMs,
  };
}

/**
 * The scenario with live mode's delays and what the watch knows better than its models: prices, and how attempts end. Invented
 * stress is off; capacity and interruptions stay models.
 */
function asWatched(resolved: ResolvedScenario, prices: LivePrices): ResolvedScenario {
  const { scenario, pools, market } = resolved;
  const { world, live } = scenario;
  const settings = live === undefined ? {} : { earlyMs: live.timing.earlyMs, drainMs: live.drainMs };
  const unmanaged = { ...(world.unmanaged ?? UNMANAGED), ...settings };
  return {
    ...resolved,
    scenario: { ...scenario, world: { ...world, unmanaged, failures: [] } },
    pools: pools.map((pool, index) => {
      const price = prices.get(index);
      return price === undefined ? pool : { ...pool, priceMicroUsdPerHour: Math.round(price) };
    }),
    market: { ...market, prices: [], priceProcess: null, stress: [] },
  };
}

function firstPlan({ scenario, environments }: ResolvedScenario): RunPlan {
  const strategy = toStrategy(scenario, scenario.strategies[0]!);
  return { label: { name: strategy.name, role: "strategy", description: "" }, environments, strategy };
}

function refuseStuck({ account }: UnmanagedRun, { trace: { workload } }: ShadowWorkload): void {
  if (account.done) return;
  const isOpen = (_: unknown, job: number) => !["SUCCEEDED", "FAILED"].includes(account.job(job).status);
  const stuck = Array.from({ length: workload.jobCount }, (_, job) => job).filter(isOpen);
  const message = `${stuck.length} recorded jobs could never run in the simulated account, e.g. ${textAt(workload.ids, stuck[0]!)}`;
  const hint =
    "allow more instance types, zones or maxvCpus, or look at the scenario's world.spot and world.quotas: they are models";
  throw new InputError([errorIssue("jobs-stuck", message, { hint })]);
}

/** An instance of the simulated run that a pool gave. Times are ms since the beginning of the watch. */
interface Life {
  readonly instance: number;
  readonly pool: number;
  readonly launchedMs: number;
  /** NaN: it is still there at the end. */
  readonly endedMs: number;
  readonly chargedMs: number;
  readonly microUsd: number;
  readonly vcpuMilli: number;
  readonly isSpot: boolean;
  readonly interrupted: boolean;
}

function livesOf(ledger: Ledger, closedMs: number): Life[] {
  const { instances } = ledger;
  return Array.from({ length: instances.length }, (_, instance) => instance)
    .filter((instance) => instances.endCause.data[instance] !== EndCause.Refused)
    .map((instance) => lifeOf(ledger, instance, closedMs));
}

/** Charged as shadow mode charges what it sees (live/shadow/fleet-watch.ts): from the launch on, a minute at least. */
function lifeOf({ instances, tables }: Ledger, instance: number, closedMs: number): Life {
  const pool = instances.pool.data[instance]!;
  const { market, priceMicroUsdPerHour, instanceType } = tables.pools[pool]!;
  const launchedMs = instances.requestedMs.data[instance]!;
  const endedMs = instances.endedMs.data[instance]!;
  const isThere = Number.isNaN(endedMs);
  const lifeMs = Math.max(0, (isThere ? closedMs : endedMs) - launchedMs);
  const isSpot = market === "spot";
  const interrupted = !isThere && instances.endCause.data[instance] === EndCause.Reclaimed;
  const isFree = interrupted && isSpot && lifeMs < SPOT_REFUND_BEFORE_MS;
  const chargedMs = isFree ? 0 : isThere ? lifeMs : Math.max(lifeMs, MINIMUM_MS);
  const hasRegistered = !Number.isNaN(instances.registeredMs.data[instance]!);
  return {
    ...{ instance, pool, launchedMs, endedMs, chargedMs, isSpot, interrupted },
    microUsd: (chargedMs * priceMicroUsdPerHour) / MS_PER_HOUR,
    vcpuMilli: hasRegistered ? tables.instanceTypes[instanceType]!.vcpuMilli : 0,
  };
}

function sideOf(
  lives: readonly Life[],
  overheadMicroUsdPerHour: number,
  waitMs: ReadonlyMap<string, number>,
): ShadowSide {
  const hours = (weight: (life: Life) => number) =>
    lives.reduce((sum, life) => sum + life.chargedMs * weight(life), 0) / MS_PER_HOUR;
  const instanceHours = hours(() => 1);
  const microUsd = lives.reduce((sum, life) => sum + life.microUsd, 0);
  return {
    microUsd: Math.round(microUsd + instanceHours * overheadMicroUsdPerHour),
    instanceHours,
    spotInstanceHours: hours(({ isSpot }) => (isSpot ? 1 : 0)),
    vcpuHours: hours(({ vcpuMilli }) => vcpuMilli / MILLI),
    instances: lives.length,
    interruptions: lives.filter(({ interrupted }) => interrupted).length,
    waitMs,
  };
}

function waitsOf(ledger: Ledger, { trace: { workload }, submittedInWatch }: ShadowWorkload): Map<string, number> {
  const { job, waitMs } = measureWaits(ledger, workload);
  const waits = new Map<string, number>();
  job.forEach((number, row) => {
    const id = textAt(workload.ids, number);
    if (submittedInWatch.has(id)) waits.set(id, waitMs[row]!);
  });
  return waits;
}

function stepsOf({ instance, pool, launchedMs, endedMs }: Life, ledger: Ledger, fromMs: number): FleetStep[] {
  const { tables, instances, decisions } = ledger;
  const { instanceType, zone, market } = tables.pools[pool]!;
  const step = { instances: 1, instanceType: tables.instanceTypes[instanceType]!.name, zoneId: zone, market };
  const whyCame = describeReason(decisions.at(instances.launchDecision.data[instance]!), tables);
  const came: FleetStep = { ...step, atMs: fromMs + launchedMs, change: "came", why: whyCame };
  if (Number.isNaN(endedMs)) return [came];
  return [came, { ...step, atMs: fromMs + endedMs, change: "left", why: whyLeft(ledger, instance) }];
}

/** How long each was empty beyond its idle delay is left out: those that end together are told as one. */
function whyLeft({ instances, decisions, tables }: Ledger, instance: number): string {
  const row = instances.endDecision.data[instance]!;
  if (row === NONE)
    return instances.endCause.data[instance] === EndCause.Reclaimed ? "taken back by EC2" : "its host failed";
  const decision = decisions.at(row);
  const isIdle = decision.kind === "terminate" && decision.reason === "idle";
  return isIdle ? `empty for its idle delay, ${inWords(decision.idleDelayMs)}` : describeReason(decision, tables);
}
