// Words of an inspection that both the terminal and the page use.

import { MIB_PER_GIB, MS_PER_DAY } from "../../base/units.js";
import type { Arrivals, Resources, TraceInspection, WorkUnit } from "../../model/trace-inspection.js";
import { formatCount, formatCounted, formatDuration, formatPercent, formatUtc } from "../format.js";

/** "4 vCPU, 16 GiB, 1 GPU"; an amount that the trace does not give is a question mark. */
export function shapeLabel({ vcpuMilli, memoryMib, gpuMilli }: Resources): string {
  const vcpus = vcpuMilli === 0 ? "? vCPU" : `${plainNumber(vcpuMilli / 1_000)} vCPU`;
  const memory = memoryMib === 0 ? "? memory" : memoryLabel(memoryMib);
  return [vcpus, memory, ...(gpuMilli === 0 ? [] : [`${plainNumber(gpuMilli / 1_000)} GPU`])].join(", ");
}

function memoryLabel(mib: number): string {
  return mib < MIB_PER_GIB
    ? `${formatCount(mib)} MiB`
    : `${plainNumber(Math.round((mib / MIB_PER_GIB) * 100) / 100)} GiB`;
}

/** No more digits than it needs, three after the point at most. */
function plainNumber(value: number): string {
  const decimals = [0, 1, 2].find((digits) => Math.abs(value - Number(value.toFixed(digits))) < 1e-9) ?? 3;
  return formatCount(value, decimals);
}

export function workTitle(unit: WorkUnit): string {
  return unit === "vcpu-hours" ? "vCPU-hours" : "job-hours";
}

/** Hours with decimals only where they matter. */
export function formatHours(hours: number): string {
  return formatCount(hours, hours < 1 ? 2 : hours < 100 ? 1 : 0);
}

/** The jobs by weekday and hour; null where they would tell nothing: no dates, or not even a day. */
export function weekOf({ arrivals, jobs }: TraceInspection): Arrivals["week"] {
  return jobs === 0 || arrivals.spanMs < MS_PER_DAY ? null : arrivals.week;
}

/** The conditions under which Linux and its shells use these codes; others mean what their program says. */
const EXIT_CODES: ReadonlyMap<number, string> = new Map([
  [1, "failed; also stands for unknown codes"],
  [2, "wrong usage"],
  [126, "command cannot be executed"],
  [127, "command not found"],
  [130, "interrupted (SIGINT)"],
  [134, "aborted (SIGABRT)"],
  [137, "killed (SIGKILL), often out of memory"],
  [139, "segmentation fault (SIGSEGV)"],
  [143, "terminated (SIGTERM)"],
]);

export function exitCodeMeaning(exitCode: number): string {
  const signal = exitCode - 128;
  return EXIT_CODES.get(exitCode) ?? (signal > 0 && signal < 65 ? `signal ${signal}` : "the program's own");
}

const FIELDS: ReadonlyMap<string, string> = new Map([
  ["submit", "submission"],
  ["runtime", "run time"],
  ["vcpus", "vCPUs"],
  ["memory", "memory"],
  ["gpus", "GPUs"],
  ["limit", "run-time limit"],
  ["wait", "recorded wait"],
  ["pull", "image pull"],
  ["usedMemory", "memory used"],
  ["ending", "status or exit code"],
  ["id", "id"],
  ["name", "name"],
  ["queue", "queue"],
  ["user", "user"],
  ["group", "group or account"],
  ["dependsOn", "dependencies"],
]);

export function fieldLabel(field: string): string {
  return FIELDS.get(field) ?? field;
}

/** "28,481 rows read, 28,000 accepted, 481 rejected". */
export function recordsLine({ records, jobs }: TraceInspection): string {
  const { recordsRead, rowsRead, accepted } = records;
  const folded = recordsRead - rowsRead;
  const parts = [
    folded === 0 ? "" : `${formatCounted(recordsRead, "record")} (${formatCount(folded)} only part of others)`,
    `${formatCounted(rowsRead, "row")} read`,
    `${formatCount(accepted)} accepted`,
    `${formatCount(rowsRead - accepted)} rejected`,
    jobs === accepted ? "" : `${formatCounted(jobs, "job")} with the children of arrays`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** From when to when jobs were submitted. */
export function spanLine({ arrivals, jobs }: TraceInspection): string {
  const { firstMs, lastMs, spanMs, zone } = arrivals;
  if (jobs === 0) return "no jobs";
  if (firstMs === null || lastMs === null) return `over ${formatDuration(spanMs)}, counted from the trace's own origin`;
  const assumed = zone === "UTC" ? "times without a zone taken as UTC" : `times without a zone taken as ${zone}`;
  return `${formatUtc(firstMs)} to ${formatUtc(lastMs)} (${formatDuration(spanMs)}); ${assumed}`;
}

/** What the jobs amount to. */
export function workLine({ work, jobs, runtimes, failures }: TraceInspection): string {
  const median = runtimes.quantilesMs.find(({ p }) => p === 0.5);
  const parts = [
    formatCounted(jobs, "job"),
    `${formatHours(work.hours)} ${workTitle(work.unit)}`,
    ...(median === undefined ? [] : [`median run time ${formatDuration(median.ms)}`]),
    ...(failures.known && jobs > 0 ? [`${formatPercent(failures.failedJobs / jobs)} of the jobs failed`] : []),
  ];
  return parts.join(", ");
}

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
