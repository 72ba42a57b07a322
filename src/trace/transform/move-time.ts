// The steps that look at times of submission or change them: `window`, `shift` and `stretchTime`. Run times, recorded waits
// and everything else stay.

import { errorIssue, InputError } from "../../base/issues.js";
import type { Workload } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { TraceInstant } from "../../model/trace-transform.js";
import type { Trace } from "../workload-builder.js";
import { type Rebuilt, rebuild } from "./rebuild.js";

/** A workload that begins before (the builder's limit is in 1973) is taken for one that counts from an origin of its own. */
const EARLIEST_MS = Date.UTC(1974, 0, 1);
/** Later than any wrong unit; as for rows of files. */
const LATEST_MS = Date.UTC(2200, 0, 1);

/** What is submitted at `from` or later and before `to`; an array goes with its first child. Throws InputError. */
export function cutWindow(trace: Trace, from: TraceInstant | undefined, to: TraceInstant | undefined): Rebuilt {
  const { workload } = trace;
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : offsetOf(from, workload);
  const toMs = to === undefined ? Number.POSITIVE_INFINITY : offsetOf(to, workload);
  const { submitMs, arrays } = workload;
  const keeps = (job: number) => {
    const array = arrays.count === 0 ? NONE : arrays.arrayOfJob[job]!;
    // Jobs are in the order of submission: the least index among the children is the first submitted.
    const timeMs = submitMs[array === NONE ? job : firstChild[array]!]!;
    return timeMs >= fromMs && timeMs < toMs;
  };
  const firstChild = firstChildren(workload);
  return rebuild([{ trace, keeps }]);
}

function firstChildren({ arrays, jobCount }: Workload): Int32Array {
  const first = new Int32Array(arrays.count).fill(NONE);
  if (arrays.count === 0) return first;
  for (let job = jobCount - 1; job >= 0; job--) {
    const array = arrays.arrayOfJob[job]!;
    if (array !== NONE) first[array] = job;
  }
  return first;
}

/** Milliseconds after the first submission. */
function offsetOf(instant: TraceInstant, { originMs }: Workload): number {
  if (instant.kind === "offset") return instant.offsetMs;
  if (originMs === 0) throw withoutDates("a date says nothing about it", "give times after the first submission: 2d");
  return instant.epochMs - originMs;
}

/** Moves all submissions by `byMs`. Throws InputError when the trace has no dates or would leave those that there are. */
export function shiftTrace(trace: Trace, byMs: number): Rebuilt {
  if (trace.workload.originMs === 0) {
    throw withoutDates("moving it changes nothing", "give it a date: shift: {start: 2026-03-01}");
  }
  return moveTo(trace, trace.workload.originMs + byMs);
}

/** Moves all submissions so that the first is at `epochMs`. Throws InputError when that leaves the dates that there are. */
export function startTrace(trace: Trace, epochMs: number): Rebuilt {
  return moveTo(trace, epochMs);
}

function moveTo(trace: Trace, startMs: number): Rebuilt {
  const { originMs, submitMs } = trace.workload;
  const lastMs = startMs + (submitMs.at(-1) ?? 0);
  if (startMs < EARLIEST_MS || lastMs > LATEST_MS) {
    const message = `the shift moves the trace to ${yearOf(startMs)} - ${yearOf(lastMs)}: dates from 1974 to 2199 are possible`;
    throw new InputError([errorIssue("out-of-range", message)]);
  }
  return rebuild([{ trace, moveMs: (timeMs) => timeMs - originMs + startMs }], true);
}

/** Times after the first submission times `factor`, rounded to milliseconds. */
export function stretchTrace(trace: Trace, factor: number): Rebuilt {
  const { originMs, submitMs } = trace.workload;
  if ((submitMs.at(-1) ?? 0) * factor > LATEST_MS) {
    throw new InputError([errorIssue("out-of-range", `stretched by ${factor} the trace lasts for centuries`)]);
  }
  return rebuild([{ trace, moveMs: (timeMs) => originMs + Math.round((timeMs - originMs) * factor) }]);
}

/** Dates beyond what there is have no year. */
function yearOf(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? "beyond all dates" : String(date.getUTCFullYear());
}

function withoutDates(consequence: string, hint: string): InputError {
  const message = `the trace counts from its first submission and has no dates: ${consequence}`;
  return new InputError([errorIssue("no-dates", message, { hint })]);
}
