// Which task released which, guessed from times: a workflow engine submits a task when what it waits for has ended, so of
// the tasks of its run the one that ended last before it was submitted is the likeliest to have released it.

/** When a task was submitted and can have ended at the earliest; NaN: unknown. */
export interface TaskSpan {
  readonly submitMs: number;
  readonly endMs: number;
}

/**
 * For each task the number of the task that released it; -1: none, it came with the run. A task is always released by one
 * that was submitted before it, so there are no circles: that needs endMs >= submitMs.
 */
export function findReleasers(tasks: readonly TaskSpan[]): Int32Array {
  const releasers = new Int32Array(tasks.length).fill(-1);
  const numbers = [...tasks.keys()];
  const bySubmit = numbers.filter((task) => !Number.isNaN(tasks[task]!.submitMs));
  bySubmit.sort((a, b) => tasks[a]!.submitMs - tasks[b]!.submitMs || a - b);
  const byEnd = numbers.filter((task) => !Number.isNaN(tasks[task]!.endMs));
  byEnd.sort((a, b) => tasks[a]!.endMs - tasks[b]!.endMs || a - b);
  let ended = 0;
  for (const task of bySubmit) {
    while (ended < byEnd.length && tasks[byEnd[ended]!]!.endMs < tasks[task]!.submitMs) ended++;
    if (ended > 0) releasers[task] = byEnd[ended - 1]!;
  }
  return releasers;
}
