// `trace pull` and `scenario pull --from-account` as a user types them.

import { afterAll, beforeAll, expect, it } from "vitest";
import { contentOf, expectRefusal, testFolder } from "../../cli/stowage.js";
import { CONSUMABLES, DEFINITIONS, ENVIRONMENTS, POLICIES, QUEUES } from "../../scenario/pull-replies.js";
import { batchOf } from "./fake-batch.js";
import { type Answer, type Loopback, serve } from "./loopback.js";
import { run } from "./run-command.js";

/** A day ago, so that --since 7d has them. */
const THEN = Date.now() - 86_400_000;

const cwd = testFolder();
let jobs: Loopback;
let account: Loopback;
beforeAll(async () => {
  jobs = await serve(
    batchOf([
      { jobId: "a", status: "SUCCEEDED", createdAt: THEN },
      { jobId: "arr", status: "SUCCEEDED", createdAt: THEN + 1_000, stoppedAt: THEN + 9_000, size: 2 },
      { jobId: "b", status: "FAILED", createdAt: THEN + 2_000 },
      { jobId: "old", status: "SUCCEEDED", createdAt: THEN - 30 * 86_400_000 },
    ]),
  );
  const managed = ENVIRONMENTS.computeEnvironments.filter(({ type }) => type === "MANAGED");
  const replies: Record<string, unknown> = {
    "Batch.DescribeJobQueues": JSON.parse(JSON.stringify(QUEUES).replace(/,\{"order":2,[^}]*\}/, "")),
    "Batch.DescribeComputeEnvironments": { computeEnvironments: managed },
    "Batch.DescribeSchedulingPolicies": POLICIES,
    "Batch.DescribeJobDefinitions": DEFINITIONS,
    "Batch.ListConsumableResources": CONSUMABLES,
  };
  account = await serve(({ name }): Answer => ({ json: replies[name] }));
});
afterAll(async () => {
  await jobs.close();
  await account.close();
});
const pull = (...args: string[]) =>
  run(["trace", "pull", "--region", "us-east-1", "--endpoint", jobs.url, ...args], cwd);

it("writes a trace of the jobs that ended, and asks for none of them twice", async () => {
  const first = await pull("--queues", "q", "--out", "jobs.csv");
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toBe(
    "q: 4 jobs have ended, 1 ended before --since, 5 read now\nTrace: jobs.csv\n", // a, arr with 2 children, b
  );
  const text = contentOf(cwd)["jobs.csv"]!;
  expect(text.trimEnd().split("\n")).toHaveLength(5);
  expect(text).toMatch(/^.*\bid\b.*\n/);
  const described = () => jobs.calls.filter(({ name }) => name === "Batch.DescribeJobs").length;
  const before = described();
  const second = await pull("--queues", "q", "--out", "jobs.csv", "--force");
  expect(second.stderr).toContain("5 known already, 0 read now");
  expect(described()).toBe(before);
  expect(contentOf(cwd)["jobs.csv"]).toBe(text);
  expect(Object.keys(contentOf(cwd))).toContain("jobs.raw/us-east-1.q.jsonl");
});

it.each<[string[], 1 | 2, RegExp]>([
  [["--queues", "q"], 1, /jobs\.csv: cannot write: a file of that name is there/],
  [["--queues", "nope", "--out", "n.csv"], 2, /there is no job queue "nope"/],
  [["--queues", "q", "--out", "n.csv", "--since", "yesterday"], 2, /--since: "yesterday" is no time/],
  [["--queues", "q", "--out", "n.csv", "--since", "1s"], 2, /no job of these queues has ended since 1s/],
  [["--queues", "q", "--out", "n.txt"], 2, /must end in \.csv/],
  [["--queues", "q", "--out", "n.csv", "--endpoint", "x"], 2, /endpoint/],
])("refuses %j", async (args, code, message) => {
  const outcome = await pull(...args);
  expect(outcome.stderr).toMatch(message);
  expect(outcome).toMatchObject({ code, stdout: "" });
  expect(Object.keys(contentOf(cwd))).not.toContain("n.csv");
});

it("tells that AWS cannot be reached", async () => {
  const args = ["trace", "pull", "--region", "us-east-1", "--queues", "q", "--out", "n.csv"];
  const outcome = await run([...args, "--endpoint", "http://127.0.0.1:9"], cwd);
  expectRefusal(outcome, 1);
  expect(outcome.stderr).toMatch(/the queues could not be read: .*ECONNREFUSED.*--endpoint/s);
});

it("makes a scenario of an account", async () => {
  const args = ["scenario", "pull", "--from-account", "--endpoint", account.url];
  const outcome = await run(
    [...args, "--region", "us-east-1", "--trace", "jobs.csv", "--output", "scenario.yaml"],
    cwd,
  );
  expect(outcome).toMatchObject({ code: 0, stdout: "" });
  expect(await run(["validate", "scenario.yaml"], cwd)).toMatchObject({ code: 0, stderr: "" });
  const usage = await run(["scenario", "pull", "--queues", "a"], cwd);
  expectRefusal(usage, 2);
  expect(usage.stderr).toContain("give at least one file, or --from-account");
});
