// Parts of the status that follow from others: the queues from what was seen, the fleet from its instances.

import type { Observation, SeenArray, SeenJob } from "../observation.js";
import type { FleetStatus, InstanceState, InstanceStatus, LiveStatus, QueueStatus } from "./status.js";

/** A row per queue, in the order of `queueNames`, queues without jobs among them. */
export function queuesOf(
  { jobs, arrays }: Pick<Observation, "jobs" | "arrays">,
  queueNames: readonly string[],
): QueueStatus[] {
  const rows = new Map(queueNames.map((name) => [name, emptyQueue(name)]));
  const listed = listedChildren(jobs);
  for (const job of jobs) addJob(rows.get(job.queue), job);
  for (const array of arrays) addArray(rows.get(array.queue), array, listed.get(array.jobId) ?? 0);
  return [...rows.values()];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function emptyQueue(name: string): Mutable<QueueStatus> {
  return {
    ...{ name, runnable: 0, starting: 0, running: 0, oldestMs: null },
    ...{ runnableVcpuMilli: 0, runningVcpuMilli: 0, undescribed: 0 },
  };
}

/** RUNNABLE children that the queue's list shows though their array counts them: they are not counted twice. */
function listedChildren(jobs: readonly SeenJob[]): Map<string, number> {
  const listed = new Map<string, number>();
  for (const { status, arrayId } of jobs) {
    if (status === "RUNNABLE" && arrayId !== "") listed.set(arrayId, (listed.get(arrayId) ?? 0) + 1);
  }
  return listed;
}

function addJob(row: Mutable<QueueStatus> | undefined, job: SeenJob): void {
  if (row === undefined) return;
  const vcpuMilli = job.request?.vcpuMilli ?? 0;
  if (job.status === "RUNNABLE") {
    addRunnable(row, 1, job);
    return;
  }
  if (job.status === "STARTING") row.starting++;
  else row.running++;
  row.runningVcpuMilli += vcpuMilli;
}

function addArray(row: Mutable<QueueStatus> | undefined, array: SeenArray, listed: number): void {
  const more = (array.statusSummary.RUNNABLE ?? 0) - listed;
  if (row !== undefined && more > 0) addRunnable(row, more, array);
}

function addRunnable(row: Mutable<QueueStatus>, jobs: number, { request, createdAtMs }: SeenJob | SeenArray): void {
  row.runnable += jobs;
  row.runnableVcpuMilli += jobs * (request?.vcpuMilli ?? 0);
  if (request === undefined) row.undescribed += jobs;
  row.oldestMs = Math.min(row.oldestMs ?? createdAtMs, createdAtMs);
}

/** Instances by pool, those of others apart; by instance type, zone, market. */
export function fleetOf(instances: readonly InstanceStatus[]): FleetStatus[] {
  const rows = new Map<string, Mutable<FleetStatus> & { count: Record<InstanceState, number> }>();
  for (const instance of instances) {
    const { instanceType, zoneId, market, ours, microUsdPerHour } = instance;
    const key = [ours ? "0" : "1", instanceType, zoneId, market].join(" ");
    let row = rows.get(key);
    if (row === undefined) {
      const none = { requested: 0, booting: 0, registered: 0, draining: 0, ending: 0 };
      row = { instanceType, zoneId, market, ours, count: none, vcpuMilli: 0, busyVcpuMilli: 0, microUsdPerHour };
      rows.set(key, row);
    }
    row.count[instance.state]++;
    row.vcpuMilli += instance.vcpuMilli;
    row.busyVcpuMilli += instance.busyVcpuMilli;
    row.microUsdPerHour ??= microUsdPerHour;
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** What is asked of every reader of a status: jobs and vCPUs over all queues and instances. */
export interface StatusSums {
  readonly runnable: number;
  readonly starting: number;
  readonly running: number;
  /** Of the oldest RUNNABLE job of all queues; null: none waits. */
  readonly oldestWaitMs: number | null;
  readonly instances: number;
  readonly vcpuMilli: number;
  readonly busyVcpuMilli: number;
}

export function sumsOf({ queues, fleet, instances, atMs }: LiveStatus): StatusSums {
  const oldest = queues.flatMap(({ oldestMs }) => (oldestMs === null ? [] : [oldestMs]));
  return {
    runnable: sum(queues, (queue) => queue.runnable),
    starting: sum(queues, (queue) => queue.starting),
    running: sum(queues, (queue) => queue.running),
    oldestWaitMs: oldest.length === 0 ? null : Math.max(0, atMs - Math.min(...oldest)),
    instances: instances.length,
    vcpuMilli: sum(fleet, (row) => row.vcpuMilli),
    busyVcpuMilli: sum(fleet, (row) => row.busyVcpuMilli),
  };
}

function sum<T>(rows: readonly T[], of: (row: T) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
