// What every generator is told, and what their jobs have in common.

import { errorIssue, InputError } from "../../base/issues.js";

export interface GeneratorOptions {
  /** Jobs to generate, at least 1; children of arrays count. */
  readonly jobs: number;
  /** The same seed gives the same bytes. */
  readonly seed: number;
  /** Parameters to set, as "name=value". */
  readonly settings: readonly string[];
}

/** Columns of twenty million jobs take some 2 GiB while they are sorted. */
export const MOST_JOBS = 20_000_000;

/** "job-0000001", in order of generation. */
export function jobId(number: number): string {
  return `job-${String(number).padStart(7, "0")}`;
}

/** Nobody plans beyond the year 2100; parameters that lead there are a slip. */
const LAST_DATE_MS = Date.UTC(2100, 0, 1);

/** Throws InputError for a submission that lies so far ahead that the parameters cannot be meant. */
export function refuseAfterLastDate(submitMs: number): void {
  if (submitMs <= LAST_DATE_MS) return;
  const hint = "fewer jobs, or parameters that let them arrive faster";
  throw new InputError([errorIssue("trace-too-long", "the generated trace goes on beyond the year 2100", { hint })]);
}
