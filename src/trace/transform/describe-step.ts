// A step in one line, for the header of a result. Keys of anonymised traces are never told.

import { MILLI, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { AmountRange, JobFilter, TraceInstant, TransformStep } from "../../model/trace-transform.js";

/** E.g. "scale load x2, seed 1". */
export function describeStep(step: TransformStep): string {
  switch (step.kind) {
    case "filter":
      return `keep jobs with ${conditions(step.jobs)}`;
    case "exclude":
      return `leave out jobs with ${conditions(step.jobs)}`;
    case "window":
      return `keep what is submitted ${bounds(step.from, step.to)}`;
    case "shift":
      return `shift by ${durationText(Math.abs(step.byMs))} ${step.byMs < 0 ? "earlier" : "later"}`;
    case "start":
      return `shift so that the first submission is at ${new Date(step.epochMs).toISOString()}`;
    case "scaleLoad":
      return `scale load x${step.factor}, seed ${step.seed}`;
    case "stretchTime":
      return `stretch time x${step.factor}`;
    case "mapQueues":
      return `map queues: ${Object.entries(step.queues)
        .map(([from, to]) => `${from} to ${to}`)
        .join(", ")}`;
    case "anonymise":
      return `anonymise ${step.fields.join(", ")}`;
    case "sample":
      return `sample ${"jobs" in step.amount ? `${step.amount.jobs} jobs` : `${step.amount.fraction} of the jobs`}, seed ${step.seed}`;
    case "merge":
      return `merge ${step.file}${step.align === "start" ? ", aligned at the start" : ""}`;
  }
}

function conditions(jobs: JobFilter): string {
  const texts = [
    names("queue", jobs.queue),
    names("name", jobs.name),
    names("share", jobs.share),
    amounts("vCPUs", jobs.vcpuMilli, (milli) => String(milli / MILLI)),
    amounts("memory", jobs.memoryMib, (mib) => `${mib} MiB`),
    amounts("GPUs", jobs.gpuMilli, (milli) => String(milli / MILLI)),
    amounts("run time", jobs.runtimeMs, durationText),
    jobs.status === undefined ? "" : `status ${jobs.status}`,
  ];
  return texts.filter((text) => text !== "").join(" and ");
}

function names(what: string, globs: readonly string[] | undefined): string {
  return globs === undefined ? "" : `${what} ${globs.join(" or ")}`;
}

function amounts(what: string, range: AmountRange | undefined, shown: (value: number) => string): string {
  if (range === undefined) return "";
  const { min, max } = range;
  if (min === undefined) return max === undefined ? "" : `${what} up to ${shown(max)}`;
  return max === undefined ? `${what} from ${shown(min)}` : `${what} ${shown(min)} to ${shown(max)}`;
}

function bounds(from: TraceInstant | undefined, to: TraceInstant | undefined): string {
  const texts = [
    from === undefined ? "" : `from ${instantText(from)}`,
    to === undefined ? "" : `before ${instantText(to)}`,
  ];
  return texts.filter((text) => text !== "").join(" and ");
}

function instantText(instant: TraceInstant): string {
  return instant.kind === "date"
    ? new Date(instant.epochMs).toISOString()
    : `${durationText(instant.offsetMs)} after the first`;
}

const UNITS = [
  ["d", MS_PER_DAY],
  ["h", MS_PER_HOUR],
  ["m", MS_PER_MINUTE],
  ["s", MS_PER_SECOND],
] as const;

/** In the largest unit that gives a whole number. */
function durationText(ms: number): string {
  const unit = UNITS.find(([, factor]) => ms > 0 && ms % factor === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}
