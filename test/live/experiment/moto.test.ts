// Submission and pull against moto: another's idea of AWS Batch, which ends every job as soon as it is submitted.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeJobDefinitionsCommand,
} from "@aws-sdk/client-batch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planSubmissions, type SleepJob } from "../../../src/live/experiment/plan.js";
import { ensureDefinition, submitOnce } from "../../../src/live/experiment/submit.js";
import { clustersOfQueue } from "../../../src/live/experiment/target.js";
import { pullAccount } from "../../../src/live/pull/account.js";
import { pullJobs } from "../../../src/live/pull/jobs.js";
import { Pace } from "../../../src/live/pull/pace.js";
import { RawJobs } from "../../../src/live/pull/raw-jobs.js";
import { type Moto, motoMissing, motoProgram, startMoto } from "../../support/moto.js";
import { fakeClock } from "../pull/fake-clock.js";
import { clientOptions } from "../pull/loopback.js";

const ROLE = "arn:aws:iam::123456789012:role/batch";
const JOB: SleepJob = {
  ...{ id: "a", submitMs: 0, sleepSeconds: 10, vcpus: 2, memoryMib: 256, gpus: 0 },
  ...{ attempts: 2, shareIdentifier: "", schedulingPriority: 0 },
};

describe.skipIf(motoMissing() !== null)("with moto", () => {
  const folder = mkdtempSync(join(tmpdir(), "stowage-moto-"));
  const clock = fakeClock();
  const pace = new Pace(clock, 50);
  let moto: Moto;
  let batch: BatchClient;
  beforeAll(async () => {
    moto = await startMoto();
    batch = new BatchClient(clientOptions(moto.url));
    const trust = ["--assume-role-policy-document", "{}", "--endpoint-url", moto.url, "--region", "us-east-1"];
    const made = spawnSync(motoProgram("aws"), ["iam", "create-role", "--role-name", "batch", ...trust], {
      encoding: "utf8",
      env: { ...process.env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
    });
    expect(made.status, made.stderr).toBe(0);
    await batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: "unmanaged",
        type: "UNMANAGED",
        serviceRole: ROLE,
      }),
    );
    const order = [{ order: 1, computeEnvironment: "unmanaged" }];
    await batch.send(
      new CreateJobQueueCommand({ jobQueueName: "q", priority: 1, state: "ENABLED", computeEnvironmentOrder: order }),
    );
  }, 180_000);
  afterAll(async () => {
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("registers one definition, submits, finds its jobs by name, and pulls them", async () => {
    expect(await clustersOfQueue(batch, "q", pace)).toEqual([expect.stringMatching(/^arn:aws:ecs:us-east-1:/)]);
    const jobDefinition = await ensureDefinition(batch, "busybox");
    expect(await ensureDefinition(batch, "busybox")).toBe(jobDefinition);
    const { jobDefinitions } = await batch.send(new DescribeJobDefinitionsCommand({ status: "ACTIVE" }));
    expect(jobDefinitions).toHaveLength(1);

    const stop = new AbortController().signal;
    const port = { batch, clock, pace, queue: "q", run: "r1", jobDefinition, stop };
    const { submissions } = planSubmissions("r1", [JOB, { ...JOB, vcpus: 4 }, { ...JOB, vcpus: 4, id: "c" }]);
    const ids: string[] = [];
    for (const submission of submissions) ids.push(await submitOnce(port, submission, false));
    expect(new Set(ids).size).toBe(2);
    // As after a lost answer: the one that is there is found.
    expect(await submitOnce(port, submissions[0]!, true)).toBe(ids[0]);

    const raw = await RawJobs.open(join(folder, "q.jsonl"));
    const report = await pullJobs({ batch, clock, queue: "q", sinceMs: 0, raw, pace });
    expect(report).toMatchObject({ known: 0, pulled: 4, forgotten: 0 }); // a job, an array and its two children
    const names = readFileSync(raw.file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { jobName: string }).jobName);
    expect(names.filter((name) => name === "r1-0")).toHaveLength(1);
  });

  it("reads the account", async () => {
    const { jobQueues, computeEnvironments, jobDefinitions } = await pullAccount(batch, ["q"], pace);
    expect([jobQueues.length, computeEnvironments.length, jobDefinitions.length]).toEqual([1, 1, 1]);
  });
});
