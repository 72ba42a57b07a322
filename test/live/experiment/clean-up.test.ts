// The end of a run: every job is told to end, fast enough, until none is left or nothing moves any more.

import { BatchClient } from "@aws-sdk/client-batch";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type CleanUp, cleanUp } from "../../../src/live/experiment/clean-up.js";
import { Pace } from "../../../src/live/pull/pace.js";
import { type FakeClock, fakeClock } from "../pull/fake-clock.js";
import { type Answer, type Call, clientOptions, type Loopback, serve } from "../pull/loopback.js";
import { FakeAccount } from "./fake-account.js";

let clock: FakeClock;
let account: FakeAccount;
let server: Loopback;
/** What comes between client and account; undefined: the account answers. */
let between: (call: Call) => Answer | undefined;
beforeEach(async () => {
  clock = fakeClock();
  account = new FakeAccount(clock);
  between = () => undefined;
  server = await serve((call) => between(call) ?? account.answer(call));
});
afterEach(async () => await server.close());

const REFUSED: Answer = { status: 400, code: "ClientException" };

/** Calls under way at once, at most. */
let mostAtOnce: number;

function makeClient(): BatchClient {
  const batch = new BatchClient(clientOptions(server.url));
  let underWay = 0;
  mostAtOnce = 0;
  batch.middlewareStack.add(
    (next) => async (args) => {
      mostAtOnce = Math.max(mostAtOnce, ++underWay);
      return await next(args).finally(() => underWay--);
    },
    { step: "initialize" },
  );
  return batch;
}

/** Of a run of so many jobs, all of which sleep for a day. */
async function endJobs(count: number, changes: Partial<CleanUp> = {}) {
  for (let n = 0; n < count; n++) account.submit({ jobName: `r1-${n}`, parameters: { seconds: "86400" } });
  return await cleanUp({
    ...{ batch: makeClient(), clock, pace: new Pace(clock, 5), queue: "q", run: "r1" },
    ...{ jobIds: account.jobs.map(({ jobId }) => jobId), reason: "test", isUnsure: false },
    ...{ abandon: new AbortController().signal, ...changes },
  });
}

const told = () => server.calls.filter(({ name }) => name === "Batch.TerminateJob").map(({ input }) => input.jobId);

it("ends twenty jobs a second, though the account is read five times a second", async () => {
  expect(await endJobs(100)).toEqual({ left: [], problem: "" });
  expect(told()).toHaveLength(100);
  expect(mostAtOnce).toBe(8);
  // The first twenty at once, eighty in 4 s; then 5 s until it looks again.
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(9_000);
  expect(clock.monotonicMs()).toBeLessThan(10_000);
});

it("goes on for a quarter of an hour after the last job that ended, whatever another one answers", async () => {
  // job-0 can never be ended; the others end 10, 20 and 30 minutes after they were told to.
  between = ({ name, input }) => {
    if (name !== "Batch.TerminateJob") return undefined;
    account.lingerMs = Number(String(input.jobId).slice("job-".length)) * 600_000;
    return input.jobId === "job-0" ? REFUSED : undefined;
  };
  const fast = { ...clock, sleep: (ms: number) => clock.sleep(ms * 10) }; // 50 s from look to look, for a faster test
  const { left, problem } = await endJobs(4, { clock: fast });
  expect(left).toEqual(["job-0"]);
  expect(problem).toMatch(/^ClientException/);
  expect(clock.monotonicMs()).toBeGreaterThan((30 + 15) * 60_000);
  expect(clock.monotonicMs()).toBeLessThan((30 + 17) * 60_000);
});

it("looks once more though the first look took longer than that, and failed", async () => {
  let looks = 0;
  between = ({ name }) => {
    if (name !== "Batch.DescribeJobs" || looks++ > 0) return undefined;
    void clock.sleep(20 * 60_000);
    return REFUSED;
  };
  expect(await endJobs(2)).toEqual({ left: [], problem: "" });
  expect(told()).toEqual(["job-0", "job-1"]);
});

it("has jobs left that it has found, though nothing more is known of them", async () => {
  between = ({ name }) => (name === "Batch.DescribeJobs" ? REFUSED : undefined);
  expect(await endJobs(2, { jobIds: [], abandon: AbortSignal.abort() })).toEqual({
    left: ["job-0", "job-1"],
    problem: "ClientException: ClientException",
  });
});
