// Figures and requests in lint's sentences.

import { MIB_PER_GIB, MILLI, MS_PER_HOUR } from "../../base/units.js";
import type { Shape } from "../../model/job.js";
import { formatCount, formatUsd } from "../../report/format.js";
import { type JobKind, vcpuHours } from "./figures.js";

export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "62.5 GiB", "900 MiB": GiB where two decimals say it all. */
export function describeMemory(mib: number): string {
  const hundredths = (mib * 100) / MIB_PER_GIB;
  return mib >= MIB_PER_GIB && Number.isInteger(hundredths) ? `${hundredths / 100} GiB` : `${formatCount(mib)} MiB`;
}

export function describeShape({ vcpuMilli, memoryMib, gpuMilli }: Shape): string {
  const vcpus = vcpuMilli / MILLI;
  const parts = [`${vcpus} vCPU${vcpus === 1 ? "" : "s"}`, describeMemory(memoryMib)];
  if (gpuMilli > 0) parts.push(`${gpuMilli / MILLI} GPU`);
  return parts.join(", ");
}

/** One decimal where there is one to show. */
export function formatTenths(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return formatCount(tenths, Number.isInteger(tenths) ? 0 : 1);
}

/** How sentences call the jobs of a kind: by definition where they have one, else by name. */
export function kindName({ definition, name, severalNames }: JobKind): string {
  if (definition.name !== "") return definition.name;
  return severalNames ? `${name} and others` : name;
}

/** "120 jobs, 1,234 vCPU-hours". */
export function describeJobs(kinds: readonly JobKind[]): string {
  const jobs = kinds.reduce((sum, kind) => sum + kind.jobs, 0);
  const hours = kinds.reduce((sum, kind) => sum + vcpuHours(kind), 0);
  return `${counted(jobs, "job")} of the trace, ${describeHours(hours)}`;
}

export function describeHours(hours: number): string {
  return `${hours < 100 ? formatTenths(hours) : formatCount(hours)} vCPU-hours`;
}

/** A price times a time as dollars. */
export function describeCost(microUsdPerHour: number, durationMs: number): string {
  return formatUsd(Math.round((microUsdPerHour * durationMs) / MS_PER_HOUR));
}
