// The steps `filter` and `exclude`: jobs by what they ask for, what they are called and how they ended.

import { NONE } from "../../model/tables.js";
import type { AmountRange, JobFilter } from "../../model/trace-transform.js";
import type { SealedTrace, Trace } from "../workload-builder.js";
import { globMatches } from "./glob.js";
import { type Rebuilt, rebuild } from "./rebuild.js";

/** Keeps the jobs that meet all conditions; with `inverted` the others. */
export function filterJobs(trace: Trace, filter: JobFilter, inverted: boolean): Rebuilt {
  const meets = jobTest(trace, filter);
  return rebuild([{ trace, keeps: (job) => meets(job) !== inverted }]);
}

type JobTest = (job: number) => boolean;

/** Conditions on classes and names are answered once for each of them. */
function jobTest({ workload, profiles }: SealedTrace, filter: JobFilter): JobTest {
  const { classes, shapes, queueNames, shareNames, jobNames, jobClass, jobName } = workload;
  const classMeets = classes.map(({ queue, share, shape }) => {
    const { vcpuMilli, memoryMib, gpuMilli } = shapes[shape]!;
    return (
      isNamed(queueNames[queue]!, filter.queue) &&
      isNamed(shareNames[share]!, filter.share) &&
      isWithin(vcpuMilli, filter.vcpuMilli) &&
      isWithin(memoryMib, filter.memoryMib) &&
      isWithin(gpuMilli, filter.gpuMilli)
    );
  });
  const nameMeets = jobNames.map((name) => isNamed(name, filter.name));
  const scriptMeets = profiles.scripts.map((script) => hasStatus(script.at(-1)!.exitCode !== 0, filter.status));
  const unscriptedMeets = hasStatus(false, filter.status);
  return (job) => {
    const script = profiles.script.length === 0 ? NONE : profiles.script[job]!;
    return (
      classMeets[jobClass[job]!]! &&
      nameMeets[jobName[job]!]! &&
      isWithin(profiles.runtimeMs[job]!, filter.runtimeMs) &&
      (script === NONE ? unscriptedMeets : scriptMeets[script]!)
    );
  };
}

function isNamed(name: string, globs: readonly string[] | undefined): boolean {
  return globs === undefined || globs.some((glob) => globMatches(glob, name));
}

function isWithin(value: number, range: AmountRange | undefined): boolean {
  if (range === undefined) return true;
  return value >= (range.min ?? Number.NEGATIVE_INFINITY) && value <= (range.max ?? Number.POSITIVE_INFINITY);
}

function hasStatus(failed: boolean, wanted: JobFilter["status"]): boolean {
  return wanted === undefined || (wanted === "failed") === failed;
}
