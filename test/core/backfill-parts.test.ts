// The data structures behind backfilling and shortest job first, against plain arrays.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Availability } from "../../src/core/queue/availability.js";
import { JobsByEnd } from "../../src/core/queue/backfill-running.js";
import { WaitingJobs } from "../../src/core/queue/backfill-waiting.js";
import { ShortestHeap } from "../../src/core/queue/shortest-heap.js";
import { Instances } from "../../src/core/state/instances.js";

/** Jobs 0 to 199 that come (at the front: true) or go. */
const steps = fc.array(
  fc.record({ job: fc.nat(199), front: fc.boolean(), limitMs: fc.oneof(fc.nat(5), fc.constant(Infinity)) }),
  { maxLength: 400, size: "max" },
);

describe("waiting jobs", () => {
  it("are in queue order, whoever leaves", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const waiting = new WaitingJobs();
        const expected: number[] = [];
        for (const { job, front } of list) {
          const at = expected.indexOf(job);
          if (at !== -1) {
            expected.splice(at, 1);
            if (front) waiting.jobPlaced(job);
            else waiting.jobLeft(job);
          } else {
            if (front) expected.unshift(job);
            else expected.push(job);
            waiting.jobQueued(job, 0, 0, front);
          }
          expect(waiting.firstJobs(3)).toEqual(expected.slice(0, 3));
        }
        expect(waiting.firstJobs(1_000)).toEqual(expected);
      }),
    );
  });
});

describe("the shortest job", () => {
  it("is the one with the lowest limit, then the lowest order", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const heap = new ShortestHeap();
        let expected: { job: number; limitMs: number; order: number }[] = [];
        list.forEach(({ job, front, limitMs }, step) => {
          if (expected.some((entry) => entry.job === job)) {
            expected = expected.filter((entry) => entry.job !== job);
            heap.remove(job);
          } else {
            const order = front ? -step : step;
            expected.push({ job, limitMs, order });
            expected.sort((a, b) => (a.limitMs === b.limitMs ? a.order - b.order : a.limitMs - b.limitMs));
            heap.push(job, limitMs, order);
          }
          expect(heap.first).toBe(expected[0]?.job ?? -1);
        });
        expect(heap.firstJobs(1_000)).toEqual(expected.map(({ job }) => job));
      }),
    );
  });
});

describe("jobs by end", () => {
  it("are in order of their ends, equal ones as they came", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const jobs = new JobsByEnd();
        let expected: { job: number; endMs: number }[] = [];
        for (const { job, limitMs } of list) {
          if (expected.some((entry) => entry.job === job)) {
            expected = expected.filter((entry) => entry.job !== job);
            jobs.remove(job);
          } else {
            const behind = expected.findIndex(({ endMs }) => endMs > limitMs);
            expected.splice(behind === -1 ? expected.length : behind, 0, { job, endMs: limitMs });
            jobs.insert(job, job + 1, limitMs);
          }
        }
        expect(Array.from(jobs.jobs.subarray(0, jobs.count))).toEqual(expected.map(({ job }) => job));
        expect(Array.from(jobs.jobClasses.subarray(0, jobs.count))).toEqual(expected.map(({ job }) => job + 1));
        expect(Array.from(jobs.endsMs.subarray(0, jobs.count))).toEqual(expected.map(({ endMs }) => endMs));
      }),
    );
  });
});

describe("the availability of an instance", () => {
  /** Two vCPUs and 8 GiB free; class 0 asks for 1 vCPU and 1 GiB, class 1 for 2 and 2, class 2 for 1 and 12. */
  function availability() {
    const instances = new Instances();
    const instance = instances.add(0, 0, 0);
    instances.change(instance, 2_000, 8_192, 0, 0);
    const running = new JobsByEnd();
    running.insert(0, 0, 10);
    running.insert(1, 2, 30);
    const requests = {
      vcpuMilli: Int32Array.of(1_000, 2_000, 1_000),
      memoryMib: Int32Array.of(1_024, 2_048, 12_288),
      gpuMilli: new Int32Array(3),
    };
    const result = new Availability(requests);
    result.reset(instances, instance, running, 5);
    return result;
  }
  const startMs = (of: Availability, jobClass: number, limitMs: number) => of.timeMs(of.earliest(jobClass, limitMs));

  it("gives places one after the other", () => {
    const free = availability();
    expect(free.canStartNow(1, 100)).toBe(true);
    expect(startMs(free, 2, 1)).toBe(30); // memory: from the second job's end on
    free.take(free.earliest(2, 1), 2, 1);
    expect(startMs(free, 2, 1)).toBe(31);
    free.take(free.earliest(1, 7), 1, 7); // now, 5 to 12
    expect(free.canStartNow(0, 0)).toBe(false);
    expect(startMs(free, 0, 1)).toBe(10);
    expect(startMs(free, 1, 1)).toBe(12);
    expect(startMs(free, 1, Infinity)).toBe(12);
    free.take(free.earliest(1, Infinity), 1, Infinity);
    expect(startMs(free, 1, Infinity)).toBe(31); // 4 vCPUs in all from 30 on, less 2 that stay and, until 31, 1
    free.take(free.earliest(1, Infinity), 1, Infinity);
    expect(free.earliest(0, Infinity)).toBe(-1);
  });
});
