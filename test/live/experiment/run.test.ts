// A run on AWS against a fake account: real clients, wire formats, the fake clock's time. What goes wrong is put between.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchClient } from "@aws-sdk/client-batch";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { collectJobs } from "../../../src/live/experiment/collect.js";
import { planSubmissions, type SleepJob } from "../../../src/live/experiment/plan.js";
import { type Experiment, runExperiment } from "../../../src/live/experiment/run.js";
import { RunState } from "../../../src/live/experiment/state.js";
import { ensureDefinition } from "../../../src/live/experiment/submit.js";
import { clustersOfQueue } from "../../../src/live/experiment/target.js";
import { Pace } from "../../../src/live/pull/pace.js";
import { RawJobs } from "../../../src/live/pull/raw-jobs.js";
import { type FakeClock, fakeClock } from "../pull/fake-clock.js";
import { type Answer, type Call, clientOptions, type Loopback, serve } from "../pull/loopback.js";
import { FakeAccount } from "./fake-account.js";

/** 0.36 USD an hour: 100 micro-USD a second. */
const MICRO_USD_PER_HOUR = 360_000;

let folder: string;
let clock: FakeClock;
let account: FakeAccount;
let server: Loopback;
/** What comes between client and account; undefined: the account answers. */
let between: (call: Call) => Answer | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "stowage-run-"));
  clock = fakeClock();
  account = new FakeAccount(clock);
  between = () => undefined;
  server = await serve((call) => between(call) ?? account.answer(call));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const JOB: SleepJob = {
  ...{ id: "a", submitMs: 0, sleepSeconds: 100, vcpus: 2, memoryMib: 1_024, gpus: 0 },
  ...{ attempts: 3, shareIdentifier: "", schedulingPriority: 0 },
};
const jobsAt = (...submitMs: number[]): SleepJob[] =>
  submitMs.map((at, index) => ({ ...JOB, id: `t${index}`, submitMs: at, sleepSeconds: 100 + index }));

async function start(jobs: readonly SleepJob[], changes: Partial<Experiment> = {}) {
  const options = clientOptions(server.url);
  const batch = new BatchClient(options);
  const plan = planSubmissions("r1", jobs);
  const state = RunState.open(folder, plan, "q", clock.wallMs());
  const ended = await RawJobs.open(join(folder, "ended-jobs.jsonl"));
  const outcome = await runExperiment({
    port: {
      ...{ submitter: batch, batch, clock, ecs: new ECSClient(options), ec2: new EC2Client(options) },
      ...{ clusters: ["c"], onDemandMicroUsdPerHour: (type) => (type === "m5.large" ? MICRO_USD_PER_HOUR : undefined) },
    },
    ...{ plan, state, ended, queue: "q", jobDefinition: "d", budgetMicroUsd: 1e9, overheadMicroUsdPerHour: 0 },
    ...{ stop: new AbortController().signal, abandon: new AbortController().signal },
    ...changes,
  });
  return { outcome, plan, state, jobs: collectJobs(plan, state, ended.file) };
}

const sent = (name: string) => server.calls.filter((call) => call.name === name);

it("submits each job at its time, waits for all, and tells how they fared", async () => {
  const { outcome, state, jobs } = await start(jobsAt(0, 30_000, 200_000));
  expect(outcome).toMatchObject({ how: "done", isDone: true, left: [], problem: "" });
  expect(account.named).toEqual(["r1-0", "r1-1", "r1-2"]);
  const startMs = account.jobs[0]!.createdAt;
  expect(account.jobs.map(({ createdAt }) => createdAt - startMs)).toEqual([0, 30_000, 200_000]);
  expect(account.jobs[0]!.request).toMatchObject({
    jobQueue: "q",
    jobDefinition: "d",
    parameters: { seconds: "100" },
    containerOverrides: {
      resourceRequirements: [
        { type: "VCPU", value: "2" },
        { type: "MEMORY", value: "1024" },
      ],
    },
    retryStrategy: { attempts: 3 },
    timeout: { attemptDurationSeconds: 450 }, // 1.5 x 100 + 300
    tags: { "stowage:run": "r1", "stowage:index": "0" },
  });
  expect(account.jobs[0]!.request.arrayProperties).toBeUndefined();
  expect(jobs.map((job) => [job?.waitMs, job?.runMs, job?.status])).toEqual([
    [60_000, 100_000, "SUCCEEDED"],
    [60_000, 101_000, "SUCCEEDED"],
    [60_000, 102_000, "SUCCEEDED"],
  ]);
  expect(state.mostLateMs).toBe(0);
  expect(sent("Batch.CancelJob").length + sent("Batch.TerminateJob").length).toBe(0);
  // Machines live from submission to the look after their job's end, at most 15 s later: 160..175, 161..176, 162..177 s.
  expect(outcome.cost.instanceHours * 3_600).toBeGreaterThanOrEqual(160 + 161 + 162);
  expect(outcome.cost.instanceHours * 3_600).toBeLessThanOrEqual(175 + 176 + 177);
  expect(outcome.cost.microUsd).toBe(Math.round(outcome.cost.instanceHours * MICRO_USD_PER_HOUR));
});

it("makes an array of jobs that are alike and come at once, and collects its children", async () => {
  const { outcome, jobs } = await start([JOB, { ...JOB, id: "b" }, { ...JOB, id: "c" }, { ...JOB, id: "d", vcpus: 4 }]);
  expect(outcome.isDone).toBe(true);
  expect(account.jobs.map(({ jobName, size }) => [jobName, size])).toEqual([
    ["r1-0", 3],
    ["r1-3", 1],
  ]);
  expect(jobs.map((job) => job?.jobId)).toEqual(["job-0:0", "job-0:1", "job-0:2", "job-1"]);
  expect(jobs.every((job) => job?.waitMs === 60_000)).toBe(true);
});

it("keeps to 20 submissions a second", async () => {
  const { state } = await start(jobsAt(...new Array<number>(100).fill(0)));
  expect(account.jobs).toHaveLength(100);
  // The first 20 at once, the others 50 ms apart: 80 x 50 ms.
  const times = account.jobs.map(({ createdAt }) => createdAt - account.jobs[0]!.createdAt);
  expect(Math.max(...times)).toBe(4_000);
  expect(state.mostLateMs).toBe(4_000);
});

it("does not send a job again whose answer was lost: it looks for it by name", async () => {
  let lost = 0;
  between = (call) => {
    if (call.name !== "Batch.SubmitJob" || lost++ > 0) return undefined;
    account.submit(call.input);
    return "hang up";
  };
  const { outcome, jobs } = await start(jobsAt(0));
  expect(outcome.isDone).toBe(true);
  expect(account.named).toEqual(["r1-0"]);
  expect(jobs[0]?.jobId).toBe("job-0");
  expect(sent("Batch.SubmitJob")).toHaveLength(1);
});

it("sends a job again that AWS never took, after three looks", async () => {
  let failed = 0;
  between = ({ name }) => (name === "Batch.SubmitJob" && failed++ === 0 ? "hang up" : undefined);
  const { outcome } = await start(jobsAt(0));
  expect(outcome.isDone).toBe(true);
  expect(account.named).toEqual(["r1-0"]);
  const order = server.calls.map(({ name }) => name).filter((name) => /SubmitJob|ListJobs/.test(name));
  expect(order).toEqual(["Batch.SubmitJob", "Batch.ListJobs", "Batch.ListJobs", "Batch.ListJobs", "Batch.SubmitJob"]);
});

it("sends a throttled job again without looking: it was surely not taken", async () => {
  let throttled = 0;
  between = ({ name }) =>
    name === "Batch.SubmitJob" && throttled++ < 2 ? { status: 429, code: "TooManyRequestsException" } : undefined;
  const { outcome } = await start(jobsAt(0));
  expect(outcome.isDone).toBe(true);
  expect(account.named).toEqual(["r1-0"]);
  expect(sent("Batch.ListJobs")).toHaveLength(0);
});

it("ends what was submitted when AWS refuses a job", async () => {
  between = ({ name, input }) =>
    name === "Batch.SubmitJob" && input.jobName === "r1-1"
      ? { status: 400, code: "ClientException", message: "shareIdentifier is missing" }
      : undefined;
  const { outcome } = await start(jobsAt(0, 10_000, 20_000));
  expect(outcome.how).toMatch(/^submission of r1-1 failed: .*shareIdentifier is missing/);
  expect(outcome).toMatchObject({ isDone: false, left: [] });
  expect(account.named).toEqual(["r1-0"]);
  expect(account.statusOf(account.jobs[0]!)).toBe("FAILED");
  expect(sent("Batch.TerminateJob")).toHaveLength(1); // it was still waiting for its machine
});

it("ends everything before the budget is exceeded", async () => {
  // One machine costs 100 micro-USD a second; 12,000 are used up after 120 s of the 1,060 s that it would live.
  const { outcome } = await start(
    [
      { ...JOB, sleepSeconds: 1_000 },
      { ...JOB, submitMs: 500_000, id: "b" },
    ],
    { budgetMicroUsd: 12_000 },
  );
  expect(outcome.how).toBe("the budget of $0.012 is used up");
  expect(outcome.left).toEqual([]);
  expect(account.named).toEqual(["r1-0"]);
  const [job] = account.jobs;
  expect(job!.endedAt! - job!.createdAt).toBeLessThanOrEqual(120_000);
  expect(sent("Batch.TerminateJob")).toHaveLength(1);
});

it("ends everything when its state cannot be written any more, and says why", async () => {
  between = () => {
    if (clock.wallMs() - (account.jobs[0]?.createdAt ?? clock.wallMs()) >= 30_000)
      rmSync(folder, { recursive: true, force: true });
    return undefined;
  };
  await expect(start(jobsAt(0, 60_000))).rejects.toThrow("ENOENT");
  expect(account.named).toEqual(["r1-0"]);
  expect(account.statusOf(account.jobs[0]!)).toBe("FAILED");
});

it("waits for jobs that are being sent before it ends everything", async () => {
  // The state takes the first job, not the second; AWS takes the first after 1 + 2 + 4 + 8 + 16 + 30 s.
  const jobs = [JOB, { ...JOB, id: "b", vcpus: 4 }];
  const state = RunState.open(folder, planSubmissions("r1", jobs), "q", clock.wallMs());
  const mark = state.markSending.bind(state);
  state.markSending = (first) => {
    if (first > 0) throw new Error("ENOSPC: no space left on device");
    mark(first);
  };
  let throttled = 0;
  between = ({ name }) =>
    name === "Batch.SubmitJob" && throttled++ < 6 ? { status: 429, code: "TooManyRequestsException" } : undefined;
  await expect(start(jobs, { state })).rejects.toThrow("ENOSPC");
  expect(account.named).toEqual(["r1-0"]);
  expect(account.statusOf(account.jobs[0]!)).toBe("FAILED");
});

it("takes no broken connection for a broken disk", async () => {
  const options = clientOptions(server.url);
  const batch = new BatchClient(options);
  const broken = Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" });
  const ecs = new ECSClient({ ...options, requestHandler: { handle: () => Promise.reject(broken) } });
  const port = {
    ...{ submitter: batch, batch, clock, ecs, ec2: new EC2Client(options) },
    ...{ clusters: ["c"], onDemandMicroUsdPerHour: () => undefined },
  };
  account.bootMs = 3_600_000;
  expect((await start(jobsAt(0), { port })).outcome.how).toBe("AWS does not answer: write EPIPE");
});

it("reckons ahead with the time from look to look, when jobs are read slowly", async () => {
  between = ({ name }) => {
    if (name === "Batch.DescribeJobs" && sent("Batch.ListJobs").length === 0) void clock.sleep(60_000);
    return undefined;
  };
  const { outcome } = await start([{ ...JOB, sleepSeconds: 1_000 }], { budgetMicroUsd: 20_000 });
  expect(outcome.how).toBe("the budget of $0.02 is used up");
  // Looks at 0, 15, 90, 165 and 240 s, a machine for 100 micro-USD a second. At 165 s there are 16,500, and 75 s more would be
  // 24,000; 15 s more, 18,000, would let it go on.
  const [job] = account.jobs;
  expect(job!.endedAt! - job!.createdAt).toBe(165_000);
});

it("keeps the budget though AWS does not tell of jobs", async () => {
  between = ({ name }) =>
    name === "Batch.DescribeJobs" && isBlind() ? { status: 500, code: "ServerException" } : undefined;
  const isBlind = () =>
    account.jobs.every(({ endedAt }) => endedAt === undefined) && sent("Batch.TerminateJob").length === 0;
  const { outcome } = await start([{ ...JOB, sleepSeconds: 1_000 }], {
    budgetMicroUsd: 6_000,
    abandon: AbortSignal.abort(),
  });
  // Eight looks of 15 s without an answer would be 120 s: 60 s of one machine are the budget, after 60 s of boot.
  expect(outcome.how).toBe("the budget of $0.006 is used up");
});

it("ends a run whose machines have no known price", async () => {
  const options = clientOptions(server.url);
  const batch = new BatchClient(options);
  const port = {
    ...{ submitter: batch, batch, clock, ecs: new ECSClient(options), ec2: new EC2Client(options) },
    ...{ clusters: ["c"], onDemandMicroUsdPerHour: () => undefined },
  };
  const { outcome } = await start(jobsAt(0), { port });
  expect(outcome.how).toBe("the price of m5.large is not known, so the budget cannot be kept");
  expect(outcome.left).toEqual([]);
});

it("stops when told to: cancels what waits, terminates what runs, waits for it", async () => {
  const stop = new AbortController();
  clock.onMove = (nowMs) => {
    if (nowMs >= 90_000) stop.abort();
  };
  account.lingerMs = 20_000;
  // At 90 s the first runs (60..160 s), the second waits (80..140 s), the third is not submitted.
  const { outcome } = await start(jobsAt(0, 80_000, 300_000), { stop: stop.signal });
  expect(outcome).toMatchObject({ how: "stopped", isDone: false, left: [] });
  expect(account.named).toEqual(["r1-0", "r1-1"]);
  const told = new Set(sent("Batch.TerminateJob").map(({ input }) => input.jobId));
  expect(told).toEqual(new Set(["job-0", "job-1"]));
  expect(account.jobs.map((job) => account.statusOf(job))).toEqual(["FAILED", "FAILED"]);
});

it("ends jobs of the run that it does not know of, and no others", async () => {
  account.submit({ jobName: "r1-7", parameters: { seconds: "9999" } });
  account.submit({ jobName: "r1-7-3", parameters: { seconds: "9999" } }); // of a run called r1-7
  const stop = new AbortController();
  clock.onMove = (nowMs) => {
    if (nowMs >= 30_000) stop.abort();
  };
  await start(jobsAt(0), { stop: stop.signal });
  expect(account.jobs.map((job) => job.endedAt !== undefined)).toEqual([true, false, true]);
});

it("lists what is left when nobody wants to wait any longer", async () => {
  const stop = new AbortController();
  const abandon = new AbortController();
  account.lingerMs = 3_600_000;
  clock.onMove = (nowMs) => {
    if (nowMs >= 30_000) stop.abort();
    if (nowMs >= 60_000) abandon.abort();
  };
  const { outcome } = await start(jobsAt(0, 10_000), { stop: stop.signal, abandon: abandon.signal });
  expect(outcome).toMatchObject({ how: "stopped", left: ["job-0", "job-1"] });
});

it("goes on where a killed run stopped, and sends nothing twice", async () => {
  const jobs = jobsAt(0, 10_000, 20_000);
  const plan = planSubmissions("r1", jobs);
  // The first run submitted job 0, and died between sending job 1 and writing down its answer; half a line is left.
  const state = RunState.open(folder, plan, "q", clock.wallMs());
  const request = (first: number) => ({ jobName: `r1-${first}`, parameters: { seconds: "100" } });
  state.markSending(0);
  state.markSubmitted(0, account.submit(request(0)).jobId, 0);
  state.markElapsed(10_000);
  state.markSending(1);
  account.submit(request(1));
  const file = join(folder, "state.jsonl");
  writeFileSync(file, `${readFileSync(file, "utf8")}{"kind":"subm`);
  await clock.sleep(7_200_000);

  const resumedMs = clock.wallMs();
  const { outcome, jobs: real } = await start(jobs);
  expect(outcome.isDone).toBe(true);
  expect(account.named).toEqual(["r1-0", "r1-1", "r1-2"]);
  expect(real.map((job) => job?.jobId)).toEqual(["job-0", "job-1", "job-2"]);
  // The two hours do not count: the third comes 10 s after it went on.
  expect(account.jobs[2]!.createdAt - resumedMs).toBe(10_000);
});

it("refuses to go on with other jobs", async () => {
  RunState.open(folder, planSubmissions("r1", jobsAt(0)), "q", 0);
  expect(() => RunState.open(folder, planSubmissions("r1", jobsAt(5)), "q", 0)).toThrow(/the run r1 is of other jobs/);
  expect(() => RunState.open(folder, planSubmissions("r1", jobsAt(0)), "p", 0)).toThrow(/for the queue q/);
});

it("goes on through looks that fail, and ends the run when AWS stays silent", async () => {
  let failing = 3;
  between = ({ name }) =>
    name === "ECS.ListContainerInstances" && failing-- > 0 ? { status: 500, code: "ServerException" } : undefined;
  expect((await start(jobsAt(0))).outcome.how).toBe("done");
  rmSync(folder, { recursive: true });
  between = ({ name }) =>
    name === "ECS.ListContainerInstances" ? { status: 500, code: "ServerException" } : undefined;
  account.bootMs = 3_600_000;
  const { outcome } = await start(jobsAt(0));
  expect(outcome.how).toMatch(/^AWS does not answer: ServerException/);
  expect(outcome.left).toEqual([]);
});

it("keeps no secrets of containers", async () => {
  await start(jobsAt(0));
  expect(readFileSync(join(folder, "ended-jobs.jsonl"), "utf8")).not.toContain("s3cret");
});

it("registers its job definition once per image", async () => {
  const batch = new BatchClient(clientOptions(server.url));
  const first = await ensureDefinition(batch, "busybox");
  expect(await ensureDefinition(batch, "busybox")).toBe(first);
  expect(await ensureDefinition(batch, "other")).not.toBe(first);
  expect(account.definitions[0]).toMatchObject({
    type: "container",
    platformCapabilities: ["EC2"],
    parameters: { seconds: "1" },
    containerProperties: { image: "busybox", command: ["sleep", "Ref::seconds"] },
  });
  expect(sent("Batch.RegisterJobDefinition")).toHaveLength(2);
});

it("finds the clusters of the queue, and refuses one that takes no jobs", async () => {
  const batch = new BatchClient(clientOptions(server.url));
  const pace = new Pace(clock, 5);
  expect(await clustersOfQueue(batch, "q", pace)).toEqual(["arn:aws:ecs:us-east-1:123456789012:cluster/AWSBatch-ce"]);
  await expect(clustersOfQueue(batch, "nope", pace)).rejects.toThrow(/there is no job queue "nope"/);
  account.queueState = "DISABLED";
  await expect(clustersOfQueue(batch, "q", pace)).rejects.toThrow(/the queue q is DISABLED and VALID/);
});
