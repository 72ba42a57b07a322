// A strategy's choices by name, as reports show them. Settings of a choice not made, and settings left as they are in the
// plain policies, are left out.

import { PLAIN_SCALE_DOWN, PLAIN_SPOT_POLICY, type Strategy } from "../model/policy.js";
import type { RunSummary } from "../model/run-result.js";
import type { SystemTables } from "../model/tables.js";

type Words = RunSummary["policies"];

/** The policies of a run, in the order in which a decision comes to them. */
export function describePolicies({ strategy, environments }: SystemTables): Words {
  const { placement, provisioning, scaleDown } = strategy;
  const { idleDelayMs, maxShare, maxInstances, windows, ...settings } = scaleDown;
  const isFixed = environments.some((e) => e.fixedFleet !== null);
  return {
    ...queueWords(strategy),
    placement,
    provisioning: isFixed ? "fixed" : provisioning,
    ...(provisioning === "cluster-autoscaler" ? { expander: strategy.expander } : {}),
    ...changed(strategy.spot, PLAIN_SPOT_POLICY),
    ...headroomWords(strategy),
    ...(strategy.holdBackMicroUsd === null ? {} : { holdBackMicroUsd: strategy.holdBackMicroUsd }),
    ...(strategy.spareLaunches === 0 ? {} : { spareLaunches: strategy.spareLaunches }),
    ...(strategy.learnsMemory ? { learnsMemory: ON } : {}),
    ...(strategy.batchingWindowMs === 0 ? {} : { batchingWindowMs: strategy.batchingWindowMs }),
    idleDelayMs,
    maxScaleDownShare: maxShare,
    ...(maxInstances === undefined ? {} : { maxScaleDownInstances: maxInstances }),
    ...changed(settings, PLAIN_SCALE_DOWN),
    ...(windows.length === 0 ? {} : { scaleDownWindows: windows.length }),
    decisionIntervalMs: strategy.decisionIntervalMs,
    maxLaunchesPerDecision: strategy.maxLaunchesPerDecision,
  };
}

/** Stands for a setting that is switched on. */
const ON = "yes";

function queueWords({ queueDiscipline, queueDisciplines, estimateQuantile, fairShareHalfLifeMs }: Strategy): Words {
  const ofQueues = Object.entries(queueDisciplines).map(([queue, discipline]) => `${queue} ${discipline}`);
  const isUsed = [queueDiscipline, ...Object.values(queueDisciplines)].includes("slurm-fair-share");
  return {
    queueDiscipline,
    ...(ofQueues.length > 0 ? { queueDisciplines: ofQueues.join("; ") } : {}),
    ...(estimateQuantile === 0 ? {} : { learnedEstimateQuantile: estimateQuantile }),
    ...(isUsed ? { fairShareHalfLifeMs } : {}),
  };
}

function headroomWords({ headroom }: Strategy): Words {
  return {
    ...(headroom.units === 0 ? {} : { headroomUnits: headroom.units }),
    ...(headroom.automaticShare === 0 ? {} : { headroomShare: headroom.automaticShare }),
  };
}

/** Settings that differ from the plain ones, those of parts of a policy under their own names. */
function changed(policy: object, plain: object): Words {
  const words: Record<string, string | number> = {};
  const plainOf = new Map<string, unknown>(Object.entries(plain));
  for (const [name, value] of Object.entries(policy) as [string, unknown][]) {
    const usual = plainOf.get(name);
    if (typeof value === "object" && value !== null) Object.assign(words, changed(value, usual as object));
    else if (value !== usual) words[name] = wordOf(value);
  }
  return words;
}

function wordOf(value: unknown): string | number {
  if (typeof value === "number" || typeof value === "string") return value;
  return value === true ? ON : "no";
}
