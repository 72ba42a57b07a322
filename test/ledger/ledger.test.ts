// What the ledger keeps of jobs with several attempts, several nodes, or none.

import { describe, expect, it } from "vitest";
import { AssertionError } from "../../src/base/assert.js";
import { job, s, shape } from "../builders.js";
import { attemptsOf, decisionsOf } from "./read-ledger.js";
import { CANNOT_PULL, DEPENDENCY_FAILED, EXITED_3, HOST_LOST, SUCCEEDED, WrittenLedger } from "./written-ledger.js";

const one = shape(1, 4);
const rowsOf = (it: WrittenLedger) =>
  attemptsOf(it.ledger).map(({ job: number, instance, placedMs, startedMs, endedMs, outcome }) => [
    ...[number, instance, placedMs, startedMs, endedMs, outcome],
  ]);

describe("attempts", () => {
  it("of a retried job are a row each, with their own outcome", () => {
    const it = new WrittenLedger([job(0, s(1), one)]).launch(2);
    it.place(0, 0, 0).end(0, 5, 1, EXITED_3, 0).retry(0, 5);
    it.place(0, 6, 1).end(0, 9, 7, SUCCEEDED, 1);
    expect(rowsOf(it)).toEqual([
      [0, 0, 0, 1, 5, EXITED_3],
      [0, 1, 6, 7, 9, SUCCEEDED],
    ]);
    expect(it.ledger.attempts.failures).toBe(1);
    expect([it.ledger.retried.job.data[0], it.ledger.retried.timeMs.data[0]]).toEqual([0, 5]);
  });

  it("that never started have no start", () => {
    const it = new WrittenLedger([job(0, s(1), one)]).launch(1);
    it.place(0, 0, 0).end(0, 5, Number.NaN, CANNOT_PULL, 0);
    expect(rowsOf(it)).toEqual([[0, 0, 0, Number.NaN, 5, CANNOT_PULL]]);
  });

  it("of several nodes are a row per node, ended in any order", () => {
    const it = new WrittenLedger([job(0, s(1), one, { nodes: 3 }), job(0, s(1), one)]).launch(4);
    it.place(1, 0, 0).place(0, 0, 3, 1, 2);
    // The job before it in the columns, then the nodes from the last to the first.
    it.end(1, 2, 0, SUCCEEDED, 0).end(0, 8, 1, HOST_LOST, 2, 1, 3);
    expect(rowsOf(it)).toEqual([
      [1, 0, 0, 0, 2, SUCCEEDED],
      ...[3, 1, 2].map((instance) => [0, instance, 0, 1, 8, HOST_LOST]),
    ]);
  });

  it("of several nodes may follow each other in one instant", () => {
    const it = new WrittenLedger([job(0, s(1), one, { nodes: 2 })]).launch(2);
    it.place(0, 0, 0, 1).end(0, 0, 0, EXITED_3, 0, 1).retry(0, 0);
    it.place(0, 0, 1, 0).end(0, 0, 0, SUCCEEDED, 1, 0);
    expect(rowsOf(it).map(([, instance, , , , outcome]) => [instance, outcome])).toEqual([
      ...[
        [0, EXITED_3],
        [1, EXITED_3],
      ],
      ...[
        [1, SUCCEEDED],
        [0, SUCCEEDED],
      ],
    ]);
  });

  it("of several nodes do not end where they are not", () => {
    const it = new WrittenLedger([job(0, s(1), one, { nodes: 2 })]).launch(3);
    it.place(0, 0, 0, 1);
    expect(() => it.end(0, 1, 0, SUCCEEDED, 2)).toThrow(AssertionError);
  });

  it("keep apart jobs that bore one number after another", () => {
    const it = new WrittenLedger([job(0, s(1), one, { nodes: 2 })]).launch(2);
    for (const timeMs of [0, 10]) it.place(0, timeMs, 0, 1).end(0, timeMs + 5, timeMs, SUCCEEDED, 1, 0);
    expect(rowsOf(it).map(([, , placedMs, , endedMs]) => [placedMs, endedMs])).toEqual([
      ...[
        [0, 5],
        [0, 5],
      ],
      ...[
        [10, 15],
        [10, 15],
      ],
    ]);
  });

  it("grow beyond what was expected", () => {
    const it = new WrittenLedger([job(0, s(1), one)]).launch(1);
    for (let i = 0; i < 100; i++) it.place(0, i, 0).end(0, i, i, i % 2 === 0 ? EXITED_3 : SUCCEEDED, 0);
    expect(rowsOf(it)).toEqual(
      Array.from({ length: 100 }, (_, i) => [0, 0, i, i, i, i % 2 === 0 ? EXITED_3 : SUCCEEDED]),
    );
    expect(it.ledger.attempts.failures).toBe(50);
  });
});

it("usage counts a node where it is", () => {
  const it = new WrittenLedger([job(0, s(1), shape(2, 4), { nodes: 2 })]).launch(2);
  it.place(0, 0, 0, 1).end(0, 10, 0, SUCCEEDED, 0, 1).close(20);
  // Two of four vCPUs for 10 ms on either.
  expect([it.ledger.usage.vcpuMs(0), it.ledger.usage.vcpuMs(1)]).toEqual([5, 5]);
});

it("keeps releases and cancellations in order", () => {
  const it = new WrittenLedger([job(0, s(1), one), job(0, s(1), one)]);
  it.release(1, 4).cancel(0, 6, DEPENDENCY_FAILED);
  const { released, cancelled } = it.ledger;
  expect([released.length, released.job.data[0], released.timeMs.data[0]]).toEqual([1, 1, 4]);
  expect([cancelled.length, cancelled.job.data[0], cancelled.timeMs.data[0], cancelled.outcome.data[0]]).toEqual([
    ...[1, 0, 6, DEPENDENCY_FAILED],
  ]);
});

it("decisions to cancel read back beside others", () => {
  const { ledger } = new WrittenLedger([job(0, s(1), one)]);
  const { decisions } = ledger;
  expect(decisions.terminate("idle", 1, 2, 3, 4, 5)).toBe(0);
  expect(decisions.cancel("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", 600_000, 7, 1, 12)).toBe(1);
  expect(decisionsOf(ledger)).toEqual([
    {
      ...{ kind: "terminate", reason: "idle", timeMs: 1, instance: 2, idleSinceMs: 3, idleDelayMs: 4 },
      environmentVcpuMilli: 5,
    },
    {
      ...{ kind: "cancel", reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", timeMs: 600_000, job: 7, queue: 1 },
      atHeadSinceMs: 12,
    },
  ]);
});
