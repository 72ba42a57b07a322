// The strategies of a scenario, completed by the named ones that they are like.

import { MICRO_USD, MILLI } from "../base/units.js";
import type { BlastRadius, Escalation, Headroom, ScaleDownPolicy, SpotPolicy } from "../model/policy.js";
import { DEFAULTS } from "./defaults.js";
import type { StrategySpec } from "./scenario.js";
import type { ScenarioDocument } from "./schema.js";
import type { StrategyDocument } from "./schema-strategies.js";
import { STRATEGY_PRESETS } from "./strategy-presets.js";

/** One strategy: the name of a preset, or keys that override one. */
export function toStrategySpec(given: ScenarioDocument["strategies"][number]): StrategySpec {
  if (typeof given === "string") return { name: given, ...STRATEGY_PRESETS[given] };
  const preset = STRATEGY_PRESETS[given.like ?? "best-fit"];
  return {
    name: given.name,
    queueDiscipline: given.queueDiscipline ?? preset.queueDiscipline,
    queueDisciplines: given.queueDisciplines ?? preset.queueDisciplines,
    estimateQuantile: toQuantile(given, preset.estimateQuantile),
    fairShareHalfLifeMs: given.fairShareHalfLife ?? preset.fairShareHalfLifeMs,
    placement: given.placement ?? preset.placement,
    provisioning: given.provisioning ?? preset.provisioning,
    expander: given.expander ?? preset.expander,
    spot: toSpot(given.spot ?? {}, preset.spot),
    headroom: toHeadroom(given.headroom ?? {}, preset.headroom),
    holdBackMicroUsd: given.holdBack === undefined ? preset.holdBackMicroUsd : microUsdOrNull(given.holdBack),
    spareLaunches: given.spareLaunches ?? preset.spareLaunches,
    learnsMemory: given.learnMemory ?? preset.learnsMemory,
    batchingWindowMs: given.batchingWindow ?? preset.batchingWindowMs,
    scaleDown: toScaleDown(given.scaleDown ?? {}, preset.scaleDown),
    maxLaunchesPerDecision: given.maxLaunchesPerDecision ?? preset.maxLaunchesPerDecision,
  };
}

/** 0: the users' limits. A quantile alone changes nothing where limits are planned with. */
function toQuantile({ runtimeEstimates, estimateQuantile }: StrategyDocument, preset: number): number {
  const learned = runtimeEstimates === undefined ? preset > 0 : runtimeEstimates === "learned";
  if (!learned) return 0;
  return estimateQuantile ?? (preset > 0 ? preset : DEFAULTS.learnedQuantile);
}

function microUsdOrNull(usd: number | null): number | null {
  return usd === null ? null : Math.round(usd * MICRO_USD);
}

/** null is a value here: never, unlimited. */
function orPreset<T>(given: T | undefined, preset: T): T {
  return given === undefined ? preset : given;
}

function toSpot(given: NonNullable<StrategyDocument["spot"]>, preset: SpotPolicy): SpotPolicy {
  const refusalMs = given.refusalMemory ?? preset.refusalMs;
  return {
    countsRework: given.countRework ?? preset.countsRework,
    allocation: given.allocation ?? preset.allocation,
    poolsPerLaunch: given.poolsPerLaunch ?? preset.poolsPerLaunch,
    refusalMs,
    mostRefusalMs: given.mostRefusalMemory ?? Math.max(refusalMs, preset.mostRefusalMs),
    fallbackAfterMs: orPreset(given.fallbackAfter, preset.fallbackAfterMs),
    escalation: toEscalation(given.escalation ?? {}, preset.escalation),
    blastRadius: toBlastRadius(given.blastRadius ?? {}, preset.blastRadius),
    onRebalance: given.onRebalance ?? preset.onRebalance,
  };
}

type SpotPart<Key extends "escalation" | "blastRadius"> = NonNullable<NonNullable<StrategyDocument["spot"]>[Key]>;

function toEscalation(given: SpotPart<"escalation">, preset: Escalation): Escalation {
  return {
    lostAttempts: given.lostAttempts ?? preset.lostAttempts,
    ageMs: orPreset(given.age, preset.ageMs),
    turnaroundMs: orPreset(given.turnaround, preset.turnaroundMs),
  };
}

function toBlastRadius(given: SpotPart<"blastRadius">, preset: BlastRadius): BlastRadius {
  return {
    jobsPerInstance: orPreset(given.jobsPerInstance, preset.jobsPerInstance),
    vcpuHoursPerInstance: orPreset(given.vcpuHoursPerInstance, preset.vcpuHoursPerInstance),
    poolShare: orPreset(given.poolShare, preset.poolShare),
  };
}

function toHeadroom(given: NonNullable<StrategyDocument["headroom"]>, preset: Headroom): Headroom {
  const milli = (amount: number | undefined, own: number) => (amount === undefined ? own : Math.round(amount * MILLI));
  return {
    units: given.units ?? preset.units,
    vcpuMilli: milli(given.vcpus, preset.vcpuMilli),
    memoryMib: given.memory ?? preset.memoryMib,
    gpuMilli: milli(given.gpus, preset.gpuMilli),
    automaticShare: given.automatic ?? preset.automaticShare,
  };
}

function toScaleDown(given: NonNullable<StrategyDocument["scaleDown"]>, preset: ScaleDownPolicy): ScaleDownPolicy {
  return {
    idleDelayMs: given.idleDelay ?? preset.idleDelayMs,
    maxShare: given.maxShare ?? preset.maxShare,
    cooldownMs: given.cooldown ?? preset.cooldownMs,
    cooldownAfterLaunchMs: given.cooldownAfterLaunch ?? given.cooldown ?? preset.cooldownAfterLaunchMs,
    evaluationPeriods: given.evaluationPeriods ?? preset.evaluationPeriods,
    minimumLifeMs: given.minimumLife ?? preset.minimumLifeMs,
    windows: given.windows?.flat() ?? preset.windows,
    billingAware: given.billingAware ?? preset.billingAware,
    breakEven: given.breakEven ?? preset.breakEven,
    waitMicroUsdPerHour: given.waitValuePerHour ?? preset.waitMicroUsdPerHour,
    softCordon: given.softCordon ?? preset.softCordon,
    mayKill: given.mayKill ?? preset.mayKill,
  };
}
