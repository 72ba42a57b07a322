// Looks into a replay at an instant: it runs again up to there, and the engine is asked.

import type { RunningQuantiles } from "../base/running-quantiles.js";
import { textAt } from "../base/text-column.js";
import type { Ledger } from "../ledger/ledger.js";
import { arrayTimeline, type JobState, type StateChange, statusSummaryAt } from "../metrics/job-states.js";
import type { Workload } from "../model/job.js";
import { type SimulationInput, simulateUntil } from "../sim/simulate.js";
import type { JobStory } from "./explain.js";
import { tellWaiting } from "./why-waiting.js";

/** GetJobQueueSnapshot shows this many. */
const SNAPSHOT_LENGTH = 100;

export interface WaitLook {
  readonly atMs: number;
  readonly lines: readonly string[];
}

/** Why a job waits at an instant, by default in the middle of its wait; null when it does not wait then. */
export function waitAt(
  input: SimulationInput,
  job: number,
  { runnableMs, firstAttempt, timeline }: JobStory,
  atMs: number | undefined,
): WaitLook | null {
  if (runnableMs === null) return null;
  const untilMs = firstAttempt?.placedMs ?? timeline.states.at(-1)!.timeMs;
  const lookMs = atMs ?? (runnableMs + untilMs) / 2;
  const reasons = simulateUntil(input, lookMs).whyWaiting(job, lookMs);
  return reasons === undefined ? null : { atMs: lookMs, lines: tellWaiting(reasons, input.tables, input.workload) };
}

export interface QueueLook {
  readonly queue: string;
  readonly atMs: number;
  /** RUNNABLE jobs of the queue in all. */
  readonly waiting: number;
  readonly front: readonly {
    readonly job: string;
    readonly share: string;
    /** Since when it is at its position: a model, see docs/fidelity.md. */
    readonly earliestTimeAtPositionMs: number;
  }[];
}

/**
 * The front of a queue as GetJobQueueSnapshot shows it. AWS does not say how earliestTimeAtPosition is reckoned; here it is
 * the later of two instants: when the job became RUNNABLE, and when the queue last started a job.
 */
export function queueAt(input: SimulationInput, queue: number, atMs: number): QueueLook {
  const { tables, workload } = input;
  const engine = simulateUntil(input, atMs);
  const jobs = engine.queueSnapshot(queue, workload.jobCount, atMs);
  const { attempts, released, retried } = engine.ledger;
  let lastStartMs = 0;
  for (let row = 0; row < attempts.length; row++) {
    if (tables.classes[attempts.jobClass[row]!]!.queue === queue)
      lastStartMs = Math.max(lastStartMs, attempts.placedMs[row]!);
  }
  const runnableMs = new Map<number, number>();
  for (const changes of [released, retried]) {
    for (let row = 0; row < changes.length; row++) runnableMs.set(changes.job.data[row]!, changes.timeMs.data[row]!);
  }
  return {
    queue: tables.queues[queue]!.name,
    atMs,
    waiting: jobs.length,
    front: jobs.slice(0, SNAPSHOT_LENGTH).map((job) => ({
      job: textAt(workload.ids, job),
      share: workload.shareNames[workload.classes[workload.jobClass[job]!]!.share]!,
      earliestTimeAtPositionMs: Math.max(lastStartMs, runnableMs.get(job) ?? workload.submitMs[job]!),
    })),
  };
}

/** Quantiles of one quantity of a name's earlier jobs; count 0: none were seen, and the quantiles are null. */
export interface LearnedQuantity {
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly max: number | null;
}

export interface NameLook {
  readonly name: string;
  readonly atMs: number;
  /** Of jobs that had succeeded by then. */
  readonly runtimeMs: LearnedQuantity;
  readonly peakMemoryMib: LearnedQuantity;
  /** Smallest and largest memory that jobs of the name ask for, in the whole trace. */
  readonly requestedMemoryMib: { readonly min: number; readonly max: number };
}

/** What policies could know at an instant of the jobs of a name: those that had ended by then. */
export function nameAt(input: SimulationInput, name: number, atMs: number): NameLook {
  const { workload } = input;
  const known = simulateUntil({ ...input, learns: true }, atMs).knowledgeOf(name);
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  for (let job = 0; job < workload.jobCount; job++) {
    if (workload.jobName[job] !== name) continue;
    const { memoryMib } = workload.shapes[workload.classes[workload.jobClass[job]!]!.shape]!;
    min = Math.min(min, memoryMib);
    max = Math.max(max, memoryMib);
  }
  return {
    name: workload.jobNames[name]!,
    atMs,
    runtimeMs: learned(known?.runtimeMs),
    peakMemoryMib: learned(known?.peakMemoryMib),
    requestedMemoryMib: { min, max },
  };
}

function learned(known: RunningQuantiles | undefined): LearnedQuantity {
  if (known === undefined || known.count === 0) return { count: 0, p50: null, p90: null, max: null };
  return { count: known.count, p50: known.quantile(0.5), p90: known.quantile(0.9), max: known.max };
}

export interface ArrayLook {
  readonly id: string;
  readonly size: number;
  readonly atMs: number;
  readonly states: readonly StateChange[];
  readonly statusSummary: Readonly<Record<JobState, number>>;
}

/** An array job's parent, and how many of its children are in which state at an instant. */
export function arrayAt(ledger: Ledger, workload: Workload, array: number, atMs: number): ArrayLook {
  const { arrays } = workload;
  return {
    id: arrays.ids[array]!,
    size: arrays.starts[array + 1]! - arrays.starts[array]!,
    atMs,
    states: arrayTimeline(ledger, workload, array),
    statusSummary: statusSummaryAt(ledger, workload, array, atMs),
  };
}
