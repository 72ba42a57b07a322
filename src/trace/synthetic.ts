// The built-in generator: a bursty cloud workload. Runs in a browser; the same options give the same bits everywhere.
//
// The model:
// - Bursts (an array job, a workflow's fan-out) arrive as a Poisson process over [0, durationMs) whose rate follows the
//   day: rate(t) = mean * (1 + dailyCycle * wave(t)). The wave has a period of 24 hours, its peak at 14:00 and its trough
//   at 02:00 (time 0 is midnight), lies in [-1, 1] and has mean 0. It is made of two parabolas, close to a sine, because
//   the last bits of a sine differ between engines. There is no weekly cycle.
// - The number of jobs in a burst is geometric (1, 2, 3, ...) with mean burstSize. Bursts are drawn until there are
//   exactly `jobs` jobs; the last one is cut. Given their number, the instants of a Poisson process are independent
//   draws from its rate, so they are drawn that way, by thinning.
// - All jobs of a burst have one shape, drawn by weight. They are submitted within five seconds, each at its own uniform
//   instant. Run times are independent draws from the shape's distribution, between one second and ten years.
// - Jobs have no priority, dependencies and failures. In a fair-share queue all belong to the share "default".
// - Jobs are numbered in the order of submission: job-000001, job-000002, ...

import { assert } from "../base/assert.js";
import { ln } from "../base/exact-math.js";
import { type RandomStream, randomStream, sampleDurationMs } from "../base/random.js";
import { MS_PER_DAY, MS_PER_SECOND } from "../base/units.js";
import type { IngestReport } from "../model/ingest.js";
import type { SyntheticShapeOptions, SyntheticTraceOptions } from "./options.js";
import { MAX_RUNTIME_MS, wholeMib, wholeMilli } from "./quantities.js";
import { DEFAULT_SHARE } from "./row-scheduling.js";
import { stableOrder } from "./stable-order.js";
import { type JobRow, neutralJobRow, type Trace, WorkloadBuilder } from "./workload-builder.js";

/** Clients submit a fan-out at tens of jobs per second (AWS Batch takes 50 SubmitJob calls a second). */
const BURST_SPREAD_MS = 5 * MS_PER_SECOND;
/** A container does not come and go in less. */
const MIN_RUNTIME_MS = MS_PER_SECOND;
const PEAK_OF_DAY = 14 / 24;

/** Generates exactly `options.jobs` jobs by the model above. Two equal options give two equal traces. */
export function generateTrace(options: SyntheticTraceOptions): Trace {
  assert(Number.isSafeInteger(options.jobs) && options.jobs > 0, "a synthetic trace has at least one job");
  assert(options.shapes.length > 0, "a synthetic trace has at least one shape");
  const { submitMs, shape } = drawSubmissions(options);
  const runtimes = randomStream(options.seed, "workload/runtime");
  const builder = new WorkloadBuilder();
  const templates = options.shapes.map((each) => templateOf(each, options.fairShareQueues));
  let number = 0;
  for (const job of stableOrder(submitMs)) {
    const row = templates[shape[job]!]!;
    const drawnMs = sampleDurationMs(options.shapes[shape[job]!]!.runtime, runtimes);
    row.id = `job-${String(++number).padStart(6, "0")}`;
    row.submitMs = submitMs[job]!;
    row.runtimeMs = Math.min(Math.max(drawnMs, MIN_RUNTIME_MS), MAX_RUNTIME_MS);
    builder.addJob(row);
  }
  return { ...builder.seal(), report: reportOf(options) };
}

/** Submit time and shape of every job, burst after burst. */
function drawSubmissions(options: SyntheticTraceOptions): { submitMs: Float64Array; shape: Int32Array } {
  const { jobs, durationMs } = options;
  const stream = randomStream(options.seed, "workload/arrivals");
  const drawShape = weightedChoice(options.shapes, stream);
  const submitMs = new Float64Array(jobs);
  const shape = new Int32Array(jobs);
  for (let job = 0; job < jobs; ) {
    const burstMs = drawInstant(durationMs, options.dailyCycle, stream);
    const burstShape = drawShape();
    const end = Math.min(jobs, job + drawGeometric(options.burstSize, stream));
    for (; job < end; job++) {
      submitMs[job] = Math.min(durationMs, Math.floor(burstMs + BURST_SPREAD_MS * stream.uniform()));
      shape[job] = burstShape;
    }
  }
  return { submitMs, shape };
}

/** An instant of [0, durationMs) with density proportional to 1 + dailyCycle * wave, by rejection. */
function drawInstant(durationMs: number, dailyCycle: number, stream: RandomStream): number {
  for (;;) {
    const instantMs = stream.uniform() * durationMs;
    const density = 1 + dailyCycle * dailyWave(instantMs);
    if (stream.uniform() * (1 + dailyCycle) < density) return instantMs;
  }
}

/** The daily wave: two parabolas with zeros at 08:00 and 20:00, peak 1 at 14:00, trough -1 at 02:00. */
export function dailyWave(instantMs: number): number {
  const day = instantMs / MS_PER_DAY - PEAK_OF_DAY + 0.25;
  const phase = day - Math.floor(day);
  return phase < 0.5 ? 16 * phase * (0.5 - phase) : -16 * (phase - 0.5) * (1 - phase);
}

/** 1, 2, 3, ... with the given mean, by inversion. */
function drawGeometric(mean: number, stream: RandomStream): number {
  if (mean <= 1) return 1;
  return 1 + Math.floor(ln(1 - stream.uniform()) / ln(1 - 1 / mean));
}

function weightedChoice(shapes: readonly SyntheticShapeOptions[], stream: RandomStream): () => number {
  let total = 0;
  const upTo = shapes.map((shape) => {
    total += shape.weight;
    return total;
  });
  assert(total > 0 && total < Number.POSITIVE_INFINITY, "the shapes' weights add up to no positive number");
  return () => {
    const drawn = stream.uniform() * total;
    const index = upTo.findIndex((bound) => drawn < bound);
    return index < 0 ? upTo.length - 1 : index; // the product may round up to the total itself
  };
}

function templateOf(shape: SyntheticShapeOptions, fairShareQueues: ReadonlySet<string> | undefined): JobRow {
  return {
    ...neutralJobRow(),
    name: shape.name,
    queue: shape.queue,
    share: fairShareQueues?.has(shape.queue) ? DEFAULT_SHARE : "",
    vcpuMilli: wholeMilli(shape.vcpus),
    memoryMib: wholeMib(shape.memoryMib),
    gpuMilli: shape.gpus === 0 ? 0 : wholeMilli(shape.gpus),
  };
}

function reportOf(options: SyntheticTraceOptions): IngestReport {
  const source = `synthetic (seed ${options.seed})`;
  const counts = { recordsRead: options.jobs, rowsRead: options.jobs, accepted: options.jobs };
  return { source, format: "synthetic", ...counts, rejected: [], adjusted: [], folded: [], notes: [] };
}
