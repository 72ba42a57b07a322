// Simulated against recorded, for one world: waits by half, by cause and by name of job, and what the fleet came to.

import { quantiles } from "../../base/quantiles.js";
import { MICRO_USD, MILLI } from "../../base/units.js";
import { summariseRun } from "../../metrics/summary.js";
import {
  type CauseComparison,
  type Compared,
  type Comparison,
  type GroupComparison,
  WAIT_CAUSES,
  type WaitComparison,
} from "../../model/calibration.js";
import type { Workload } from "../../model/job.js";
import type { Profiles } from "../../model/profile.js";
import type { RunPlan } from "../baselines.js";
import type { ReplayTrace } from "../replay.js";
import type { ResolvedScenario } from "../tables.js";
import type { Trial } from "./fit.js";
import { FEWEST_FOR_A_DELAY } from "./guess.js";
import { firstHalf, type Sample } from "./sample.js";
import type { SimulatedWaits } from "./simulated-waits.js";
import { compareTimes, meanOf, pairsOf } from "./wait-comparison.js";

/** Names of jobs that a report lists. */
const GROUPS_LISTED = 5;

/** What the user knows of the recorded run beside its trace; null: nothing. */
export interface KnownFigures {
  readonly billUsd: number | null;
  readonly instanceHours: number | null;
}

/** All comparisons for one trial. */
export function compareTrial(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  plan: RunPlan,
  sample: Sample,
  trial: Trial,
  known: KnownFigures,
): Comparison {
  const { workload, profiles } = trace;
  const { ledger, waits } = trial;
  const { grainMs } = sample.summary;
  const count = sample.job.length;
  const pulls = pairsOf(waits.parts.start, sample.recordedPullMs, 0, count);
  const { cost, instances } = summariseRun(plan.label, ledger, workload, resolved.billing, resolved.priceShares);
  const bill = known.billUsd === null ? null : Math.round(known.billUsd * MICRO_USD);
  return {
    wait: compareTimes(pairsOf(waits.waitMs, sample.recordedWaitMs, 0, count), grainMs),
    pull: pulls.recorded.length < FEWEST_FOR_A_DELAY ? null : compareTimes(pulls, grainMs),
    causes: compareCauses(waits, sample),
    groups: compareGroups(waits, sample, workload),
    ...compareSpans(waits, sample, workload, profiles, recordsSubmissions(resolved)),
    instanceHours: { simulated: instances.instanceHours, recorded: known.instanceHours },
    costMicroUsd: { simulated: cost.totalMicroUsd, recorded: bill },
  };
}

/** Waits of the second half of the jobs. */
export function compareSecondHalf({ waits }: Trial, sample: Sample): WaitComparison {
  const pairs = pairsOf(waits.waitMs, sample.recordedWaitMs, firstHalf(sample).fitted, sample.job.length);
  return compareTimes(pairs, sample.summary.grainMs);
}

/** Whether a job's submission in the workload is the recorded one, and not a call of the run it belongs to. */
function recordsSubmissions({ scenario: { trace } }: ResolvedScenario): boolean {
  return trace.kind !== "file" || trace.release === "recorded";
}

/** Jobs by what they waited for most of all in the replay, of equal parts the first; "none": they did not wait. */
function compareCauses(waits: SimulatedWaits, sample: Sample): CauseComparison[] {
  const members = {
    none: [] as number[],
    scheduling: [] as number[],
    capacity: [] as number[],
    boot: [] as number[],
    start: [] as number[],
  };
  let count = 0;
  for (let i = 0; i < sample.job.length; i++) {
    if (Number.isNaN(waits.waitMs[i]!)) continue;
    count++;
    const main = WAIT_CAUSES.reduce((most, cause) => (waits.parts[cause][i]! > waits.parts[most][i]! ? cause : most));
    members[waits.waitMs[i] === 0 ? "none" : main].push(i);
  }
  return (["none", ...WAIT_CAUSES] as const).map((cause) => {
    const meanWaitMs = meansOf(members[cause], waits, sample);
    const parts = cause === "none" ? new Float64Array(0) : waits.parts[cause].filter((part) => !Number.isNaN(part));
    return {
      cause,
      meanPartMs: Math.round(meanOf(parts)),
      jobs: members[cause].length,
      meanWaitMs,
      differenceMs: differenceOf(members[cause], waits, sample, count),
    };
  });
}

/** Jobs of one queue and name; those that add most to the difference of the mean waits first. */
function compareGroups(waits: SimulatedWaits, sample: Sample, workload: Workload): GroupComparison[] {
  const groups = new Map<string, number[]>();
  let count = 0;
  for (let i = 0; i < sample.job.length; i++) {
    if (Number.isNaN(waits.waitMs[i]!)) continue;
    count++;
    const job = sample.job[i]!;
    const key = `${workload.classes[workload.jobClass[job]!]!.queue} ${workload.jobName[job]!}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  return [...groups.values()]
    .map((members) => ({ members, differenceMs: differenceOf(members, waits, sample, count) }))
    .sort((a, b) => Math.abs(b.differenceMs) - Math.abs(a.differenceMs) || a.members[0]! - b.members[0]!)
    .slice(0, GROUPS_LISTED)
    .map(({ members, differenceMs }): GroupComparison => {
      const job = sample.job[members[0]!]!;
      const [simulated] = quantiles(
        Float64Array.from(members, (i) => waits.waitMs[i]!),
        [0.5],
      ) as [number];
      const [recorded] = quantiles(
        Float64Array.from(members, (i) => sample.recordedWaitMs[i]!),
        [0.5],
      ) as [number];
      return {
        queue: workload.queueNames[workload.classes[workload.jobClass[job]!]!.queue]!,
        name: workload.jobNames[workload.jobName[job]!]!,
        jobs: members.length,
        medianMs: { simulated, recorded },
        meanMs: meansOf(members, waits, sample),
        differenceMs,
      };
    });
}

function meansOf(members: readonly number[], waits: SimulatedWaits, sample: Sample): Compared {
  return {
    simulated: Math.round(meanOf(Float64Array.from(members, (i) => waits.waitMs[i]!))),
    recorded: Math.round(meanOf(Float64Array.from(members, (i) => sample.recordedWaitMs[i]!))),
  };
}

/** What some of `count` jobs add to the difference of the mean waits. */
function differenceOf(members: readonly number[], waits: SimulatedWaits, sample: Sample, count: number): number {
  return Math.round(members.reduce((sum, i) => sum + waits.waitMs[i]! - sample.recordedWaitMs[i]!, 0) / count);
}

/** How long it all took, and how much ran at once: whether the fleet was as large as the scenario has it. */
function compareSpans(
  waits: SimulatedWaits,
  sample: Sample,
  workload: Workload,
  profiles: Profiles,
  hasRecorded: boolean,
): Pick<Comparison, "makespanMs" | "peakVcpus"> {
  const started: number[] = [];
  for (let i = 0; i < sample.job.length; i++) if (!Number.isNaN(waits.waitMs[i]!)) started.push(i);
  const vcpus = started.map((i) => vcpusOf(workload, sample.job[i]!));
  const recordedStart = started.map((i) => workload.submitMs[sample.job[i]!]! + sample.recordedWaitMs[i]!);
  const simulatedStart = started.map((i) => waits.startedMs[i]!);
  const lastEnd = (starts: readonly number[], endOf: (k: number) => number) =>
    starts.reduce((last, _, k) => Math.max(last, endOf(k)), 0);
  const recordedEnd = (k: number) => recordedStart[k]! + profiles.runtimeMs[sample.job[started[k]!]!]!;
  const simulatedEnd = (k: number) => waits.endedMs[started[k]!]!;
  return {
    makespanMs: {
      simulated: Math.round(lastEnd(simulatedStart, simulatedEnd)),
      recorded: hasRecorded ? Math.round(lastEnd(recordedStart, recordedEnd)) : null,
    },
    peakVcpus: {
      simulated: peakOf(simulatedStart, simulatedEnd, vcpus),
      recorded: hasRecorded ? peakOf(recordedStart, recordedEnd, vcpus) : null,
    },
  };
}

function vcpusOf(workload: Workload, job: number): number {
  const { shape, nodes } = workload.classes[workload.jobClass[job]!]!;
  return (nodes * workload.shapes[shape]!.vcpuMilli) / MILLI;
}

/** Most vCPUs held at one instant; what ends then no longer counts. */
function peakOf(starts: readonly number[], endOf: (k: number) => number, vcpus: readonly number[]): number {
  const byStart = starts.map((_, k) => k).sort((a, b) => starts[a]! - starts[b]! || a - b);
  const byEnd = starts.map((_, k) => k).sort((a, b) => endOf(a) - endOf(b) || a - b);
  let ended = 0;
  let held = 0;
  let peak = 0;
  for (const k of byStart) {
    for (; ended < byEnd.length && endOf(byEnd[ended]!) <= starts[k]!; ended++) held -= vcpus[byEnd[ended]!]!;
    held += vcpus[k]!;
    peak = Math.max(peak, held);
  }
  return peak;
}
