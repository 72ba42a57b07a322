// What holds for the jobs of any run, checked from the ledger by other means than the ones that wrote it.

import { describe, expect, it } from "vitest";
import type { SimulationInput, SimulationOutcome } from "../../src/sim/simulate.js";
import { type AttemptRow, attemptsOf, instancesOf } from "../ledger/read-ledger.js";
import { forAnyRun } from "./arbitrary-runs.js";

const shapeOf = ({ tables }: SimulationInput, row: AttemptRow) => tables.shapes[tables.classes[row.jobClass]!.shape]!;

function groupBy<T>(rows: readonly T[], key: (row: T) => number): T[][] {
  const groups = new Map<number, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups.values()];
}

/** Largest sum of `amount` over intervals [placed, ended) that overlap. */
function peak(rows: readonly AttemptRow[], amount: (row: AttemptRow) => number): number {
  const changes = rows
    .filter((row) => row.endedMs > row.placedMs)
    .flatMap((row) => [
      { timeMs: row.placedMs, change: amount(row) },
      { timeMs: row.endedMs, change: -amount(row) },
    ])
    // What ends at an instant makes room for what is placed then.
    .sort((a, b) => a.timeMs - b.timeMs || a.change - b.change);
  let sum = 0;
  let highest = 0;
  for (const { change } of changes) {
    sum += change;
    highest = Math.max(highest, sum);
  }
  return highest;
}

function checkCapacity(input: SimulationInput, { ledger }: SimulationOutcome): void {
  const { tables } = input;
  const instances = instancesOf(ledger);
  for (const rows of groupBy(attemptsOf(ledger), (row) => row.instance)) {
    const type = tables.instanceTypes[tables.pools[instances[rows[0]!.instance]!.pool]!.instanceType]!;
    expect(peak(rows, (row) => shapeOf(input, row).vcpuMilli)).toBeLessThanOrEqual(type.vcpuMilli);
    expect(peak(rows, (row) => shapeOf(input, row).memoryMib)).toBeLessThanOrEqual(type.memoryMib);
    expect(peak(rows, (row) => shapeOf(input, row).gpuMilli)).toBeLessThanOrEqual(type.gpuMilli);
    if (tables.strategy.provisioning === "job-per-instance") expect(peak(rows, () => 1)).toBeLessThanOrEqual(1);
  }
}

function checkLives(
  { tables, workload, profiles }: SimulationInput,
  { ledger, lastJobEndMs }: SimulationOutcome,
): void {
  const attempts = attemptsOf(ledger);
  const instances = instancesOf(ledger);
  // One attempt per job, no job without one.
  expect(attempts.map((row) => row.job).sort((a, b) => a - b)).toEqual(Array.from(workload.jobClass, (_, job) => job));
  for (const row of attempts) {
    const instance = instances[row.instance]!;
    expect(row.jobClass).toBe(workload.jobClass[row.job]);
    expect(row.placedMs).toBeGreaterThanOrEqual(workload.submitMs[row.job]!);
    expect(row.placedMs).toBeGreaterThanOrEqual(instance.registeredMs);
    expect(row.startedMs).toBeGreaterThanOrEqual(row.placedMs);
    expect(row.endedMs).toBe(row.startedMs + profiles.runtimeMs[row.job]!);
    expect(row.endedMs).toBeLessThanOrEqual(instance.endedMs);
    expect(row.outcome).toBe(0);
    const queue = tables.queues[tables.classes[row.jobClass]!.queue]!;
    expect(queue.computeEnvironments).toContain(instance.environment);
    if (tables.strategy.decisionIntervalMs > 0) expect(row.placedMs % tables.strategy.decisionIntervalMs).toBe(0);
  }
  expect(lastJobEndMs).toBe(Math.max(...attempts.map((row) => row.endedMs)));
}

const ascending = (values: readonly number[]) => expect(values).toEqual([...values].sort((a, b) => a - b));

function checkOrder({ tables }: SimulationInput, { ledger }: SimulationOutcome): void {
  const attempts = attemptsOf(ledger);
  const kindOf = (jobClass: number) => tables.queues[tables.classes[jobClass]!.queue]!.order.kind;
  // Jobs are numbered in order of submission, attempts in order of placement.
  for (const rows of groupBy(attempts, (row) => row.jobClass)) {
    if (["fifo", "fifo-skip", "fair-share"].includes(kindOf(rows[0]!.jobClass))) ascending(rows.map((row) => row.job));
  }
  for (const rows of groupBy(attempts, (row) => tables.classes[row.jobClass]!.queue)) {
    if (kindOf(rows[0]!.jobClass) === "fifo") ascending(rows.map((row) => row.job));
  }
}

describe("in any run", () => {
  it("leaves no job behind", () => {
    forAnyRun((_, { stuckJobs }) => expect(stuckJobs).toBe(0));
  });

  it("no instance ever holds more than it has", () => {
    forAnyRun(checkCapacity);
  });

  it("every job runs once, for its run time, after its submission, within the life of its instance", () => {
    forAnyRun(checkLives);
  });

  it("where no job may pass its like, jobs of a class are placed in order of submission; under FIFO so are those of a queue", () => {
    forAnyRun(checkOrder);
  });
});
