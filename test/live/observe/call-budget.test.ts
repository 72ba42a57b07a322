// Accounts of which one look cannot read everything: more arrays with placed children than there are calls, more pages than
// there is time. Calls take no time here; what waits for its turn moves the clock on.

import { afterEach, describe, expect, it } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { makeObserver, type ObserverOptions } from "../../../src/live/observe/observer.js";
import { jsonError } from "../aws/loopback.js";
import { deadlineOf } from "../aws/manual-clock.js";
import { CLUSTER, type FakeAccount, type FakeTest, fakeAccount, job, observe } from "./fake-account.js";
import { settingsOf } from "./settings.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const TICK_MS = 15_000;
const DEADLINE_MS = 12_000;
const ARN = "arn:aws:ecs:us-east-1:123456789012:container-instance/AWSBatch-ours/1";
/** In the test's own time: after the first look. */
const LATER = Date.UTC(2026, 0, 5, 0, 1);

/** An observer that waits for its turn, as against AWS: `rate` reads per second, ten times as many at once. */
async function start(account: FakeAccount, rate: number, options: Partial<ObserverOptions> = {}) {
  const test: FakeTest = await observe(account);
  const { clock, server } = test;
  const clients = makeAwsClients({
    region: "us-east-1",
    endpoint: server.url,
    clock,
    maxAttempts: 1,
    batchReadsPerSecond: rate,
  });
  closing.push(
    () => clients.destroy(),
    () => test.close(),
  );
  const observer = await makeObserver({
    clients,
    clock,
    settings: settingsOf({ batchReadsPerSecond: rate }),
    queues: Object.keys(account.queues),
    clusterArn: CLUSTER,
    ...options,
  });
  let nextMs = 0;
  const look = async () => {
    nextMs = Math.max(clock.nowMs, nextMs + TICK_MS);
    clock.nowMs = nextMs;
    server.calls.length = 0;
    const observation = await observer.look(deadlineOf(clock, DEADLINE_MS));
    return { ...observation, tookMs: clock.nowMs - nextMs };
  };
  /** Arrays whose children were listed in this look, in order. */
  const listed = () => [
    ...new Set(server.calls.flatMap(({ input }) => (typeof input.arrayJobId === "string" ? [input.arrayJobId] : []))),
  ];
  return { look, listed, clock };
}

const WIDTH = 3;
const nameOf = (i: number) => `array-${String(i).padStart(WIDTH, "0")}`;

/** As many arrays of a thousand children; in each, those before `done` have ended, and the next one runs. */
function fill(account: FakeAccount, arrays: number, done: number): void {
  const jobs = Array.from({ length: arrays }, (_, i) => arrayWith(nameOf(i), done));
  account.queues.main = jobs.flatMap(({ listed }) => listed);
  account.unlisted = jobs.flatMap(({ ended }) => ended);
}

function arrayWith(id: string, done: number, more: object = {}) {
  const statusSummary = { RUNNABLE: 999 - done, STARTING: 0, RUNNING: 1, SUCCEEDED: done, FAILED: 0, ...more };
  const place = { containerInstanceArn: ARN, taskArn: "task-1" };
  const running = job(`${id}:${done}`, "RUNNING", { startedAt: LATER, container: { ...place, vcpus: 1, memory: 1 } });
  const ended = Array.from({ length: done }, (_, i) =>
    job(`${id}:${i}`, "SUCCEEDED", {
      stoppedAt: LATER + i,
      attempts: [{ startedAt: LATER, stoppedAt: LATER + i, container: { ...place, exitCode: 0 } }],
    }),
  );
  const parent = job(id, "PENDING", { arrayProperties: { size: 1_000, statusSummary } });
  return { listed: [parent, running], ended };
}

describe("more arrays with running children than one look can list", () => {
  it("all are listed over a few looks, and those that change afterwards in turn: every look is whole then", async () => {
    const account = fakeAccount();
    const { look, listed } = await start(account, 2);
    fill(account, 70, 0);
    // 20 calls at once and 2 a second in some seven seconds, 30 in a tick, 4 of them for the queue: 34 + 26 + 10 lists.
    // Until then the look says what helps.
    const once: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { problems, jobs, tookMs } = await look();
      expect(tookMs).toBeLessThan(DEADLINE_MS);
      once.push(...listed());
      if (i === 2) expect([problems, jobs.length]).toEqual([[], 70]);
      if (i < 2)
        expect(problems).toMatchObject([
          { part: "jobs", code: "deadline", message: expect.stringMatching(/raise live\.batchReadsPerSecond/) },
        ]);
    }
    // None twice before each was once.
    expect(new Set(once.slice(0, 70)).size).toBe(70);
    // In every array one child ends and another starts, at every look.
    const told: string[] = [];
    const shown = new Set<string>();
    for (let done = 1; done <= 6; done++) {
      fill(account, 70, done);
      const { problems, jobs, ends, arrays, tookMs, warnings } = await look();
      expect(problems).toEqual([]);
      expect(warnings).toEqual([expect.stringMatching(/raise live\.batchReadsPerSecond/)]);
      expect(tookMs).toBeLessThan(DEADLINE_MS);
      told.push(...ends.map(({ jobId }) => jobId));
      expect(jobs).toHaveLength(70);
      // Each array is as it was at one time: as many wait as do when that child runs.
      const waiting = new Map(arrays.map(({ jobId, statusSummary }) => [jobId, statusSummary.RUNNABLE]));
      for (const { jobId, arrayId } of jobs) {
        expect(waiting.get(arrayId)).toBe(999 - Number(jobId.split(":")[1]));
        shown.add(jobId);
      }
      // Whoever was shown is there, or its end was told.
      const accounted = new Set([...told, ...jobs.map(({ jobId }) => jobId)]);
      expect([...shown].filter((id) => !accounted.has(id))).toEqual([]);
    }
    expect(new Set(told).size).toBe(told.length);
    expect(told.length).toBeGreaterThan(70);
  });

  it("where even that is not enough, the look is not whole, and says so; what is listed is kept", async () => {
    const account = fakeAccount();
    const { look } = await start(account, 1);
    fill(account, 60, 0);
    // At most 10 calls at once and one a second: some 10 lists a look.
    const told: string[] = [];
    let whole = 0;
    for (; whole < 12; whole++) {
      const { problems } = await look();
      if (problems.length === 0) break;
      told.push(problems[0]!.message);
    }
    expect(whole).toBeGreaterThan(2);
    expect(whole).toBeLessThan(12);
    expect(told[0]).toMatch(/the placed children of \d\d of 60 arrays .* raise live\.batchReadsPerSecond \(now 1\)/);
    // They change at every look: the first four go by older lists, then those that waited too long are too many.
    const problems: number[] = [];
    for (let done = 1; done <= 6; done++) {
      fill(account, 60, done);
      problems.push((await look()).problems.length);
    }
    expect(problems).toEqual([0, 0, 0, 0, 1, 1]);
  });

  it("an end is told though its array is not listed for a while, and once", async () => {
    const account = fakeAccount();
    const { look, listed } = await start(account, 2);
    fill(account, 30, 0);
    while ((await look()).problems.length > 0);
    // All change; that one has ended, and nothing else of it runs.
    fill(account, 30, 1);
    const last = nameOf(29);
    account.queues.main = account.queues.main!.filter(({ jobId }) => !jobId.startsWith(last));
    account.queues.main.push(...arrayWith(last, 1, { RUNNING: 0, RUNNABLE: 999 }).listed.slice(0, 1));
    const { ends, problems } = await look();
    expect(problems).toEqual([]);
    // What has nothing placed needs no list.
    expect(listed()).not.toContain(last);
    expect(ends.map(({ jobId }) => jobId)).toContain(`${last}:0`);
    expect((await look()).ends.map(({ jobId }) => jobId)).not.toContain(`${last}:0`);
  });

  it("what one look has listed and could not describe is described in the next, listed again or not", async () => {
    const account = fakeAccount();
    const { look, listed } = await start(account, 2);
    fill(account, 30, 0);
    while ((await look()).problems.length > 0);
    const [gone] = [nameOf(3)];
    // The child has ended, of which the summary says nothing yet.
    const isGone = ({ jobId }: { jobId: string }) => jobId === `${gone}:0`;
    account.queues.main = account.queues.main!.filter((each) => !isGone(each));
    account.unlisted = arrayWith(gone, 1).ended;
    account.instead.set("Batch.DescribeJobs", () => jsonError("ServerException", 500));
    let looks = 0;
    do looks++;
    while (looks < 10 && (await look()) && !listed().includes(gone));
    expect(looks).toBeLessThan(10);
    account.instead.clear();
    const { ends } = await look();
    expect(listed()).not.toContain(gone);
    expect(ends).toMatchObject([{ jobId: `${gone}:0`, succeeded: true }]);
  });
});

describe("arrays that have not changed", () => {
  it("are listed at every look where the rate allows it", async () => {
    const account = fakeAccount();
    const { look, listed } = await start(account, 5);
    fill(account, 12, 0);
    for (let i = 0; i < 3; i++) {
      expect((await look()).warnings).toEqual([]);
      expect(listed()).toHaveLength(12);
    }
  });

  it("take turns where it does not; those that have changed come first", async () => {
    const account = fakeAccount();
    const { look, listed } = await start(account, 5);
    fill(account, 60, 0);
    await look();
    expect((await look()).problems).toEqual([]);
    // Half of what ten seconds allow: 25 calls.
    const seen = new Set<string>();
    for (let i = 0; i < 3; i++) {
      expect(await look()).toMatchObject({ problems: [], warnings: [] });
      expect(listed()).toHaveLength(25);
      for (const id of listed()) seen.add(id);
    }
    expect(seen.size).toBe(60);
    const changed = nameOf(59);
    account.queues.main = account.queues.main!.filter(({ jobId }) => !jobId.startsWith(changed));
    account.queues.main.push(...arrayWith(changed, 1).listed);
    account.unlisted = arrayWith(changed, 1).ended;
    const { ends } = await look();
    expect(listed()[0]).toBe(changed);
    expect(ends).toMatchObject([{ jobId: `${changed}:0` }]);
  });
});

it("more pages of RUNNABLE jobs than there is time for: the problem names the remedy", async () => {
  const account = fakeAccount();
  account.pageSize = 10;
  for (let i = 0; i < 300; i++) account.queues.main!.push(job(`job-${i}`, "RUNNABLE"));
  const { look } = await start(account, 1);
  // 30 pages: ten at once, one a second for twelve seconds.
  const { problems, jobs } = await look();
  expect(problems).toMatchObject([{ part: "jobs", code: "deadline" }]);
  expect(problems[0]!.message).toMatch(/raise live\.batchReadsPerSecond \(now 1\)/);
  expect(jobs).toEqual([]);
});
