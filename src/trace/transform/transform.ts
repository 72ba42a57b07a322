// A list of steps, applied to a trace one after the other. Every step gives a new trace; the one before stays as it was.

import { errorIssue, InputError } from "../../base/issues.js";
import type { TransformStep } from "../../model/trace-transform.js";
import { DEPENDENCY_FINDINGS } from "../dependency-table.js";
import type { SealedTrace, Trace } from "../workload-builder.js";
import { describeStep } from "./describe-step.js";
import { filterJobs } from "./filter-jobs.js";
import { mergeTraces } from "./merge.js";
import { cutWindow, shiftTrace, startTrace, stretchTrace } from "./move-time.js";
import type { Rebuilt } from "./rebuild.js";
import { anonymise, mapQueues } from "./rename.js";
import { sampleJobs } from "./sample.js";
import { scaleLoad } from "./scale-load.js";

/** What a step did. */
export interface StepOutcome {
  /** For the header of a result. */
  readonly description: string;
  readonly jobsBefore: number;
  readonly jobsAfter: number;
  /** Sentences on what was lost on the way. */
  readonly notes: readonly string[];
}

export interface Transformed {
  readonly trace: Trace;
  readonly outcomes: readonly StepOutcome[];
}

export type MergeStep = Extract<TransformStep, { readonly kind: "merge" }>;

/**
 * Applies the steps in order. `readOther` reads the trace of a merge. The report of the result is that of the trace given: it
 * tells what was read. Throws InputError, with the number of the step as path, when a step does not fit the trace or leaves
 * no job.
 */
export async function transformTrace(
  trace: Trace,
  steps: readonly TransformStep[],
  readOther: (step: MergeStep) => Promise<SealedTrace>,
): Promise<Transformed> {
  const outcomes: StepOutcome[] = [];
  let current = trace;
  for (const [index, step] of steps.entries()) {
    const other = step.kind === "merge" ? await readOther(step) : undefined;
    const rebuilt = applied(current, step, other, index);
    const jobsBefore = current.workload.jobCount;
    current = { ...rebuilt.trace, report: trace.report };
    outcomes.push({
      description: describeStep(step),
      jobsBefore,
      jobsAfter: current.workload.jobCount,
      notes: notesOf(rebuilt, step, jobsBefore),
    });
  }
  return { trace: current, outcomes };
}

function applied(trace: Trace, step: TransformStep, other: SealedTrace | undefined, index: number): Rebuilt {
  const path = `transform[${index}]`;
  try {
    const rebuilt = applyStep(trace, step, other);
    if (rebuilt.trace.workload.jobCount > 0) return rebuilt;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.issues.map((issue) => ({ ...issue, path })));
  }
  const message = `no job is left after "${describeStep(step)}", of ${trace.workload.jobCount}`;
  throw new InputError([errorIssue("no-jobs-left", message, { path })]);
}

/** One step. `other` is the other trace of a merge. Throws InputError when the step does not fit the trace. */
export function applyStep(trace: Trace, step: TransformStep, other: SealedTrace | undefined): Rebuilt {
  switch (step.kind) {
    case "filter":
      return filterJobs(trace, step.jobs, false);
    case "exclude":
      return filterJobs(trace, step.jobs, true);
    case "window":
      return cutWindow(trace, step.from, step.to);
    case "shift":
      return shiftTrace(trace, step.byMs);
    case "start":
      return startTrace(trace, step.epochMs);
    case "scaleLoad":
      return scaleLoad(trace, step.factor, step.seed);
    case "stretchTime":
      return stretchTrace(trace, step.factor);
    case "mapQueues":
      return mapQueues(trace, step.queues);
    case "anonymise":
      return anonymise(trace, step.key, step.fields);
    case "sample":
      return sampleJobs(trace, step.amount, step.seed);
    case "merge":
      return mergeTraces(trace, other!, step.align);
  }
}

/** Further from the load asked for than this is worth a sentence. */
const NOTICEABLE = 0.02;

function notesOf(
  { trace, dependenciesCut, arraysCut, findings }: Rebuilt,
  step: TransformStep,
  jobsBefore: number,
): string[] {
  const notes: string[] = [];
  if (dependenciesCut > 0) notes.push(`${dependenciesCut} dependencies on jobs that are left out were dropped`);
  if (arraysCut > 0) notes.push(`${arraysCut} arrays lost some of their children: the others were numbered anew`);
  for (const [code, count] of findings) notes.push(`${count} x ${DEPENDENCY_FINDINGS[code]}`);
  const wanted = step.kind === "scaleLoad" ? step.factor * jobsBefore : Number.NaN;
  if (Math.abs(trace.workload.jobCount - wanted) > NOTICEABLE * wanted) {
    notes.push(
      `x${step.kind === "scaleLoad" ? step.factor : ""} could not be met: few large groups of jobs belong together`,
    );
  }
  return notes;
}
