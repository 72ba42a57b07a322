// The book at size: what a look costs grows with the number of jobs, and not with its square.

import type { JobDetail } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { JobBook, type JobLists } from "../../../src/live/observe/job-book.js";
import type { ListedJob } from "../../../src/live/observe/job-list.js";
import { job } from "./fake-account.js";

const QUEUES = 4;
const STARTED = 300;
const TRIES = 4;

/** Of many jobs, and an array for each hundred of them. */
function lists(count: number, started: number): JobLists {
  const jobs = Array.from({ length: count }, (_, i): ListedJob => {
    const isStarted = i < started;
    return {
      jobId: `job-${i}`,
      queue: `queue-${i % QUEUES}`,
      status: isStarted ? "STARTING" : "RUNNABLE",
      createdAtMs: i,
      scheduledAt: isStarted ? 5 : 0,
      startedAt: 0,
      arrayId: "",
      statusReason: "",
    };
  });
  const arrays = Array.from({ length: count / 100 }, (_, i) => ({
    jobId: `array-${i}`,
    queue: "queue-0",
    size: 10_000,
    createdAtMs: i,
    statusSummary: { RUNNABLE: 10_000 },
  }));
  return { jobs, arrays, cut: new Set(), unlisted: new Set() };
}

/** CPU time of a first look, in which all is described, and of a second, in which some have started; ms, the best of a few. */
function cost(count: number): number {
  const first = lists(count, 0);
  const second = lists(count, STARTED);
  const ids = [...first.jobs, ...first.arrays].map(({ jobId }) => jobId);
  const details = new Map(
    ids.map((id) => {
      const array = id.startsWith("array") ? { arrayProperties: { size: 10_000 } } : {};
      return [id, job(id, "RUNNABLE", array) as unknown as JobDetail]; // a fake job has any status
    }),
  );
  const tries = Array.from({ length: TRIES }, () => {
    const before = process.cpuUsage();
    const book = new JobBook(() => 0);
    book.list(first);
    const asked = book.toDescribe();
    for (let from = 0; from < asked.length; from += 100) {
      const batch = asked.slice(from, from + 100);
      book.described(
        batch,
        batch.map((id) => details.get(id)!),
      );
    }
    book.list(second);
    const moved = book.toDescribe();
    const shown = book.jobs().length + book.seenArrays().length;
    const { user, system } = process.cpuUsage(before);
    expect([asked.length, moved.length, shown]).toEqual([ids.length, STARTED, ids.length]);
    return (user + system) / 1000;
  });
  return Math.min(...tries);
}

describe("the book of jobs", () => {
  it("costs eight times as much for eight times the jobs, up to 100,000", () => {
    cost(12_500); // warms up
    // A square would make 64.
    expect(cost(100_000) / cost(12_500)).toBeLessThan(24);
  });
});
