// A strategy's settings in the words of a scenario: the way back, for tests that every setting can be said.

import { MICRO_USD, MILLI, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../src/base/units.js";
import type { StrategySettings } from "../../src/scenario/strategy-presets.js";

const UNITS: readonly (readonly [string, number])[] = [
  ["d", MS_PER_DAY],
  ["h", MS_PER_HOUR],
  ["m", MS_PER_MINUTE],
  ["s", MS_PER_SECOND],
  ["ms", 1],
];

/** In the largest unit that gives a whole number. */
function durationInWords(ms: number): string {
  const [unit, size] = UNITS.find(([, size]) => ms > 0 && ms % size === 0) ?? ["s", MS_PER_SECOND];
  return `${ms / size}${unit}`;
}

const or = (word: string, ms: number | null) => (ms === null ? word : durationInWords(ms));

/** A window within one day of the week, e.g. "Tue 09:00-Tue 17:30". */
function windowInWords({ startMinute, endMinute }: { startMinute: number; endMinute: number }): string {
  const at = (minute: number) => {
    const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][Math.floor(minute / 1440)];
    const ofDay = minute % 1440;
    const two = (n: number) => String(n).padStart(2, "0");
    return `${day} ${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
  };
  return `${at(startMinute)}-${at(endMinute)}`;
}

function spotInWords({ spot }: StrategySettings): Record<string, unknown> {
  const { escalation, blastRadius } = spot;
  return {
    countRework: spot.countsRework,
    allocation: spot.allocation,
    poolsPerLaunch: spot.poolsPerLaunch,
    refusalMemory: durationInWords(spot.refusalMs),
    mostRefusalMemory: durationInWords(spot.mostRefusalMs),
    fallbackAfter: or("never", spot.fallbackAfterMs),
    escalation: {
      lostAttempts: escalation.lostAttempts,
      age: or("never", escalation.ageMs),
      turnaround: or("never", escalation.turnaroundMs),
    },
    blastRadius: {
      jobsPerInstance: blastRadius.jobsPerInstance ?? "unlimited",
      vcpuHoursPerInstance: blastRadius.vcpuHoursPerInstance ?? "unlimited",
      poolShare: blastRadius.poolShare ?? "unlimited",
    },
    onRebalance: spot.onRebalance,
  };
}

function scaleDownInWords({ scaleDown }: StrategySettings): Record<string, unknown> {
  return {
    idleDelay: durationInWords(scaleDown.idleDelayMs),
    maxShare: scaleDown.maxShare,
    cooldown: durationInWords(scaleDown.cooldownMs),
    cooldownAfterLaunch: durationInWords(scaleDown.cooldownAfterLaunchMs),
    evaluationPeriods: scaleDown.evaluationPeriods,
    minimumLife: durationInWords(scaleDown.minimumLifeMs),
    windows: scaleDown.windows.map(windowInWords),
    billingAware: scaleDown.billingAware,
    breakEven: scaleDown.breakEven,
    waitValuePerHour: scaleDown.waitMicroUsdPerHour / MICRO_USD,
    softCordon: scaleDown.softCordon,
    mayKill: scaleDown.mayKill,
  };
}

/** Every key but `name` and `like`. */
export function inWords(settings: StrategySettings): Record<string, unknown> {
  const { headroom } = settings;
  return {
    provisioning: settings.provisioning,
    expander: settings.expander,
    placement: settings.placement,
    queueDiscipline: settings.queueDiscipline,
    queueDisciplines: settings.queueDisciplines,
    runtimeEstimates: settings.estimateQuantile > 0 ? "learned" : "limits",
    ...(settings.estimateQuantile > 0 ? { estimateQuantile: settings.estimateQuantile } : {}),
    fairShareHalfLife: durationInWords(settings.fairShareHalfLifeMs),
    holdBack: settings.holdBackMicroUsd === null ? "never" : settings.holdBackMicroUsd / MICRO_USD,
    spareLaunches: settings.spareLaunches,
    learnMemory: settings.learnsMemory,
    batchingWindow: durationInWords(settings.batchingWindowMs),
    maxLaunchesPerDecision: settings.maxLaunchesPerDecision,
    spot: spotInWords(settings),
    headroom: {
      units: headroom.units,
      vcpus: headroom.vcpuMilli / MILLI,
      memory: headroom.memoryMib === 0 ? 0 : `${headroom.memoryMib} MiB`,
      gpus: headroom.gpuMilli / MILLI,
      automatic: headroom.automaticShare,
    },
    scaleDown: scaleDownInWords(settings),
  };
}

/** `spot.escalation.age` and its value, of every key. */
export function flatWords(words: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return flatWords(value as Record<string, unknown>, `${prefix}${key}.`);
    }
    return [[`${prefix}${key}`, Array.isArray(value) ? value.join(", ") : String(value)]];
  });
}
