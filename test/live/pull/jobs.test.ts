// `trace pull` and `scenario pull --from-account` against a loopback server in AWS Batch's wire format.

import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchClient } from "@aws-sdk/client-batch";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pullAccount } from "../../../src/live/pull/account.js";
import { pullJobs } from "../../../src/live/pull/jobs.js";
import { Pace } from "../../../src/live/pull/pace.js";
import { RawJobs } from "../../../src/live/pull/raw-jobs.js";
import { batchOf } from "./fake-batch.js";
import { fakeClock } from "./fake-clock.js";
import { type Call, clientOptions, type Loopback, serve } from "./loopback.js";

let folder: string;
let server: Loopback | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stowage-pull-"));
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** 205 jobs succeeded, 5 of them too old; an array of 3 and a job failed; another runs. */
const JOBS = [
  ...Array.from({ length: 205 }, (_, i) => ({
    jobId: `s${i}`,
    status: "SUCCEEDED",
    createdAt: i < 5 ? 10 : 1_000 + i,
  })),
  { jobId: "arr", status: "FAILED", createdAt: 2_000, size: 3 },
  { jobId: "f", status: "FAILED", createdAt: 2_001 },
  { jobId: "r", status: "RUNNING", createdAt: 2_002 },
];

async function pull(answer: (call: Call) => ReturnType<ReturnType<typeof batchOf>>) {
  server = await serve(answer);
  const clock = fakeClock();
  const raw = await RawJobs.open(join(folder, "raw/q.jsonl"));
  const batch = new BatchClient(clientOptions(server.url));
  const task = { batch, clock, queue: "q", sinceMs: 1_000, raw, pace: new Pace(clock, 5) };
  return { report: await pullJobs(task), calls: server.calls, clock };
}

const idsOnDisk = () =>
  readFileSync(join(folder, "raw/q.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { jobId: string }).jobId);

it("asks by status, page by page, and describes 100 jobs at a time", async () => {
  const { report, calls } = await pull(batchOf(JOBS));
  // 205 + 2 listed, of which 5 are too old; 200 and the array, its 3 children and the other failed job are described.
  expect(report).toEqual({ listed: 207, tooOld: 5, known: 0, pulled: 205, forgotten: 0 });
  const lists = calls
    .filter(({ name }) => name === "Batch.ListJobs")
    .map(({ input }) => [input.jobStatus, input.nextToken]);
  expect(lists).toEqual([
    ["SUCCEEDED", undefined],
    ["SUCCEEDED", "150"], // the fake's pages have 150 jobs
    ["FAILED", undefined],
  ]);
  // Of the first page 145 are young enough, of the second 55; then the failed ones.
  const described = calls
    .filter(({ name }) => name === "Batch.DescribeJobs")
    .map(({ input }) => (input.jobs as string[]).length);
  expect(described).toEqual([100, 45, 55, 5]);
  expect(idsOnDisk()).toEqual([
    ...Array.from({ length: 200 }, (_, i) => `s${i + 5}`),
    ...["arr", "arr:0", "arr:1", "arr:2", "f"],
  ]);
});

it("takes what ended since, whenever it was submitted", async () => {
  const jobs = [
    { jobId: "before", status: "SUCCEEDED", createdAt: 10, stoppedAt: 999 },
    { jobId: "across", status: "SUCCEEDED", createdAt: 10, stoppedAt: 1_000 },
    { jobId: "never ran, old", status: "FAILED", createdAt: 999 },
    { jobId: "never ran", status: "FAILED", createdAt: 1_000 },
    // Nobody knows when the last of its children ended.
    { jobId: "arr", status: "FAILED", createdAt: 10, size: 2 },
  ];
  const { report } = await pull(batchOf(jobs));
  expect(report).toEqual({ listed: 5, tooOld: 2, known: 0, pulled: 5, forgotten: 0 });
  expect(idsOnDisk()).toEqual(["across", "never ran", "arr", "arr:0", "arr:1"]);
});

it("asks at most five times a second", async () => {
  const { clock, calls } = await pull(batchOf(JOBS));
  // Seven calls, five of them at once.
  expect(calls).toHaveLength(7);
  expect(clock.monotonicMs()).toBeCloseTo(400, 6);
});

it("keeps nothing of what containers were told", async () => {
  await pull(batchOf(JOBS));
  const text = readFileSync(join(folder, "raw/q.jsonl"), "utf8");
  expect(text).not.toMatch(/s3cret|--password/);
  expect(JSON.parse(text.split("\n", 1)[0]!)).toMatchObject({ jobId: "s5", container: { vcpus: 2, memory: 512 } });
});

it("goes on where it was cut short", async () => {
  let described = 0;
  const answer = batchOf(JOBS);
  const failing = pull((call) => {
    if (call.name === "Batch.DescribeJobs" && ++described === 3)
      return { status: 429, code: "TooManyRequestsException" };
    return answer(call);
  });
  await expect(failing).rejects.toMatchObject({ name: "TooManyRequestsException" });
  expect(idsOnDisk()).toHaveLength(145);
  appendFileSync(join(folder, "raw/q.jsonl"), '{"jobId":"s150","stat'); // killed while it wrote
  await server!.close();
  const { report } = await pull(batchOf(JOBS));
  expect(report).toEqual({ listed: 207, tooOld: 5, known: 145, pulled: 60, forgotten: 0 });
  expect(new Set(idsOnDisk()).size).toBe(205);
  expect(idsOnDisk()).toHaveLength(205);
});

it("counts what AWS has forgotten", async () => {
  const answer = batchOf(JOBS);
  const { report } = await pull((call) => {
    if (call.name !== "Batch.DescribeJobs") return answer(call);
    const ids = (call.input.jobs as string[]).filter((id) => id !== "s7");
    return answer({ ...call, input: { jobs: ids } });
  });
  expect(report).toMatchObject({ pulled: 204, forgotten: 1 });
});

it("asks an account for its queues and what they name", async () => {
  const queue = (name: string, environment: string, policy?: string) => ({
    ...{
      jobQueueName: name,
      jobQueueArn: `arn:aws:batch:us-east-1:1:job-queue/${name}`,
      state: "ENABLED",
      priority: 1,
    },
    computeEnvironmentOrder: [
      { order: 1, computeEnvironment: `arn:aws:batch:us-east-1:1:compute-environment/${environment}` },
    ],
    ...(policy === undefined ? {} : { schedulingPolicyArn: `arn:aws:batch:us-east-1:1:scheduling-policy/${policy}` }),
  });
  const queues = [queue("a", "ce1", "fair"), queue("b", "ce1"), queue("c", "ce2")];
  server = await serve(({ name, input }) => {
    if (name === "Batch.DescribeJobQueues") {
      const names = input.jobQueues as string[] | undefined;
      return {
        json: { jobQueues: queues.filter(({ jobQueueName }) => names === undefined || names.includes(jobQueueName)) },
      };
    }
    if (name === "Batch.DescribeComputeEnvironments") {
      const arns = input.computeEnvironments as string[];
      return { json: { computeEnvironments: arns.map((arn) => ({ computeEnvironmentArn: arn })) } };
    }
    if (name === "Batch.DescribeSchedulingPolicies") {
      return { json: { schedulingPolicies: (input.arns as string[]).map((arn) => ({ arn })) } };
    }
    const isSecond = input.nextToken === "2";
    const jobDefinitions = [{ jobDefinitionName: isSecond ? "d2" : "d1" }];
    return { json: isSecond ? { jobDefinitions } : { jobDefinitions, nextToken: "2" } };
  });
  const batch = new BatchClient(clientOptions(server.url));
  const pace = new Pace(fakeClock(), 5);
  const some = await pullAccount(batch, ["a", "b"], pace);
  expect(some.computeEnvironments).toEqual([
    { computeEnvironmentArn: "arn:aws:batch:us-east-1:1:compute-environment/ce1" },
  ]);
  expect(some.schedulingPolicies).toEqual([{ arn: "arn:aws:batch:us-east-1:1:scheduling-policy/fair" }]);
  expect(some.jobDefinitions.map((definition) => definition.jobDefinitionName)).toEqual(["d1", "d2"]);
  const all = await pullAccount(batch, [], pace);
  expect([all.jobQueues.length, all.computeEnvironments.length]).toEqual([3, 2]);
  await expect(pullAccount(batch, ["a", "z"], pace)).rejects.toThrow(/there is no job queue "z"/);
});
