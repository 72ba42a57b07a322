// What a replay says of the jobs of a sample: how long each waited, and for what. Everything is read off the ledger.

import type { Ledger } from "../../ledger/ledger.js";
import { type JobRows, jobRowsOf } from "../../metrics/job-rows.js";
import { type CauseOfWait, WAIT_CAUSES } from "../../model/calibration.js";
import type { Workload } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { nextGridMs } from "../../sim/decision-grid.js";
import type { Sample } from "./sample.js";

/** Columns in the order of the sample's jobs. */
export interface SimulatedWaits {
  /** From being RUNNABLE to the first container start; NaN: it never started. */
  readonly waitMs: Float64Array;
  /** The parts of the wait. */
  readonly parts: Readonly<Record<CauseOfWait, Float64Array>>;
  /** 1: the instance was asked for after the job, or was still on its way. */
  readonly onNewInstance: Uint8Array;
  /** 1: the image was not on the instance when the job was placed there. */
  readonly pulledImage: Uint8Array;
  readonly startedMs: Float64Array;
  readonly endedMs: Float64Array;
}

/** Reads the waits of the sample's jobs off a finished run. */
export function simulatedWaits(ledger: Ledger, workload: Workload, sample: Sample): SimulatedWaits {
  const { length } = sample.job;
  const column = () => new Float64Array(length).fill(Number.NaN);
  const waits = {
    waitMs: column(),
    parts: Object.fromEntries(WAIT_CAUSES.map((cause) => [cause, column()])) as Record<CauseOfWait, Float64Array>,
    onNewInstance: new Uint8Array(length),
    pulledImage: new Uint8Array(length),
    startedMs: column(),
    endedMs: column(),
  };
  const rows = jobRowsOf(ledger, workload);
  const imageReadyMs = imagesReady(ledger);
  for (let i = 0; i < length; i++) readJob(i, sample.job[i]!, ledger, rows, imageReadyMs, waits);
  return waits;
}

function readJob(
  i: number,
  job: number,
  ledger: Ledger,
  rows: JobRows,
  imageReadyMs: Float64Array,
  waits: SimulatedWaits,
): void {
  const row = rows.firstStartedRow(job);
  if (row === NONE) return;
  const { attempts, instances, tables } = ledger;
  const { decisionIntervalMs } = tables.strategy;
  const instance = attempts.instance[row]!;
  const runnableMs = rows.firstRunnableMs(job);
  const placedMs = attempts.placedMs[row]!;
  const startedMs = attempts.startedMs[row]!;
  const isFixed = tables.environments[instances.environment.data[instance]!]!.fixedFleet !== null;
  const registeredMs = isFixed ? 0 : instances.registeredMs.data[instance]!;
  const requestedMs = isFixed ? 0 : instances.requestedMs.data[instance]!;
  const { scheduling, capacity, boot, start } = waits.parts;
  waits.waitMs[i] = startedMs - runnableMs;
  waits.startedMs[i] = startedMs;
  waits.endedMs[i] = attempts.endedMs[rows.lastAttemptRow(job)]!;
  waits.pulledImage[i] = placedMs < imageReadyMs[instance]! ? 1 : 0;
  start[i] = startedMs - placedMs;
  // Until the launch request, or the placement where the instance was there already.
  const isNew = registeredMs > runnableMs;
  const untilMs = isNew ? Math.max(runnableMs, requestedMs) : placedMs;
  const decided = Math.min(untilMs, nextGridMs(runnableMs, decisionIntervalMs)) - runnableMs;
  boot[i] = isNew ? registeredMs - untilMs : 0;
  // A registered instance is used by the next decision.
  const afterMs = isNew ? placedMs - registeredMs : 0;
  const placing = Math.min(afterMs, nextGridMs(registeredMs, decisionIntervalMs) - registeredMs);
  scheduling[i] = decided + (isNew ? placing : 0);
  capacity[i] = placedMs - runnableMs - boot[i]! - scheduling[i]!;
  waits.onNewInstance[i] = isNew || (!isFixed && requestedMs >= runnableMs) ? 1 : 0;
}

/** Per instance: when its image was there, which is the start of the first job placed on it. */
function imagesReady({ attempts, instances }: Ledger): Float64Array {
  const readyMs = new Float64Array(instances.length).fill(Number.NaN);
  for (let row = 0; row < attempts.length; row++) {
    const instance = attempts.instance[row]!;
    if (!Number.isNaN(readyMs[instance]!)) continue;
    const startedMs = attempts.startedMs[row]!;
    readyMs[instance] = Number.isNaN(startedMs) ? attempts.endedMs[row]! : startedMs;
  }
  return readyMs;
}
