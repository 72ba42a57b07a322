// `replay --on aws` as a user types it, in real seconds: a plan without --apply, short sleeps with it, Ctrl-C.

import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { contentOf, expectRefusal, testFolder, writeFiles } from "../../cli/stowage.js";
import type { FakeClock } from "../pull/fake-clock.js";
import { type Loopback, serve } from "../pull/loopback.js";
import { run, startCommand } from "../pull/run-command.js";
import { FakeAccount } from "./fake-account.js";

/** The account lives in the command's own time. */
const realClock: FakeClock = {
  onMove: () => {},
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: () => Promise.resolve(),
};

const cwd = testFolder();
let account: FakeAccount;
let server: Loopback;
beforeAll(() => {
  writeFiles(cwd, {
    "s.yaml": `region: us-east-1
trace: { file: jobs.csv }
jobQueues: [{ jobQueueName: main, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }] }]
computeEnvironments: [{ computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 16, instanceTypes: [m5.large] } }]
`,
    "jobs.csv": `id,queue,submit_ms,runtime_s,vcpus,memory_mib
a,main,1709294400000,20,2,4096
b,main,1709294400000,20,2,4096
c,main,1709294410000,30,0.5,1024
`,
  });
});
beforeEach(async () => {
  account = new FakeAccount(realClock);
  account.bootMs = 500;
  server = await serve(account.answer);
});
afterEach(async () => await server.close());

/** Ten times as fast: two jobs of 2 s at once, one of 3 s a second later. */
const args = (...more: string[]) => [...slow(...more), "--time-scale", "0.1"];
const slow = (...more: string[]) => [
  ...["replay", "s.yaml", "--on", "aws", "--queue", "q", "--endpoint", server.url],
  ...more,
];

it("shows the plan and sends nothing without --apply", async () => {
  const { code, stdout, stderr } = await run(args(), cwd);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Run run-\d{8}-\d{6} in the queue q of us-east-1, times scaled by 0\.1:\n/);
  expect(stdout).toContain("3 sleep jobs in 2 submissions (1 arrays) over 1 s");
  expect(stdout).toContain("budget: $5.00; beyond it all of the run's jobs are ended");
  expect(stdout).toContain("note: 1 jobs ask for parts of a vCPU or GPU, which are rounded up");
  expect(stdout).toContain("Nothing was sent. With --apply the run begins, after a question.");
  expect(server.calls).toEqual([]);
});

it("asks on a terminal only", async () => {
  const outcome = await run(args("--apply"), cwd);
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain("there is no terminal to ask on (add --yes to do it all the same)");
  expect(server.calls).toEqual([]);
});

it("replays on the account, and compares", async () => {
  const outcome = await run(args("--apply", "--yes", "--run-id", "t1", "--out", "real"), cwd);
  expect(outcome.code, outcome.stderr).toBe(0);
  expect(account.jobs.map(({ jobName, size }) => [jobName, size])).toEqual([
    ["t1-0", 2],
    ["t1-2", 1],
  ]);
  expect(outcome.stdout).toContain("  who pays: account 123456789012, as arn:aws:iam::123456789012:user/tester\n");
  expect(outcome.stdout).toContain("95th percentile of waits");
  expect(outcome.stdout).toMatch(/Rank correlation of the jobs' waits: /);
  const files = contentOf(`${cwd}/real`);
  expect(Object.keys(files)).toEqual([
    ...["comparison.json", "ended-jobs.jsonl", "instances.csv", "jobs.csv", "state.jsonl"],
  ]);
  const comparison = JSON.parse(files["comparison.json"]!) as { isWhole: boolean; real: { waitMs: { p95: number } } };
  expect(comparison).toMatchObject({
    isWhole: true,
    real: { jobs: 3, failed: 0, waitMs: { mean: 500, p50: 500, p95: 500 } },
  });
  const lines = files["jobs.csv"]!.trimEnd().split("\n");
  expect(lines[0]).toContain("simulated_wait_s,real_wait_s");
  expect(lines.slice(1).map((line) => line.split(",").slice(0, 3))).toEqual([
    ["0", "a", "job-0:0"],
    ["1", "b", "job-0:1"],
    ["2", "c", "job-1"],
  ]);
  // Once more: it is done, so that nothing is sent, and the figures are the same.
  const calls = server.calls.length;
  const again = await run(args("--apply", "--yes", "--run-id", "t1", "--out", "real"), cwd);
  expect(again.code).toBe(0);
  expect(server.calls.slice(calls).map(({ name }) => name)).toEqual(["STS.GetCallerIdentity"]);
  expect(contentOf(`${cwd}/real`)["comparison.json"]).toBe(files["comparison.json"]);
});

it("begins nothing in another account than the scenario's", async () => {
  const launch =
    "{ subnets: [{ subnetId: subnet-0123456789abcdef0, zoneId: use1-az1 }], securityGroupIds: [sg-0123456789abcdef0], instanceProfile: p }";
  const live = `live: { account: "999999999999", launch: ${launch}, caps: { maxUsdPerHour: 1, maxUsdPerDay: 2 }, lease: { file: l } }`;
  const text = (contentOf(cwd)["s.yaml"] as string)
    .replace("computeEnvironmentName: ce,", "computeEnvironmentName: ce, type: UNMANAGED,")
    .replace("instanceTypes: [m5.large]", "instanceTypes: [m5.large], zones: [use1-az1]");
  writeFiles(cwd, { "other.yaml": `${text}${live}\n` });
  const outcome = await run(
    [...args("--apply", "--yes")].map((word) => (word === "s.yaml" ? "other.yaml" : word)),
    cwd,
  );
  expect(outcome.stderr).toContain(
    "these credentials are of account 123456789012, the scenario is of account 999999999999",
  );
  expect(outcome.code).toBe(2);
  expect(server.calls.map(({ name }) => name)).toEqual(["STS.GetCallerIdentity"]);
});

it("ends everything at Ctrl-C", async () => {
  const command = startCommand(slow("--apply", "--yes", "--run-id", "t2"), cwd);
  while (account.jobs.length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
  command.signal("SIGINT");
  const outcome = await command.outcome;
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toContain("the run t2 was ended: stopped (none of its jobs is left)");
  expect(account.jobs.every((job) => account.statusOf(job) === "FAILED")).toBe(true);
  const again = await run(slow("--apply", "--yes", "--run-id", "t2"), cwd);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("the run t2 has been ended: stopped");
});

it("ends with the terminal, and leaves a list when it is told again", async () => {
  account.lingerMs = 3_600_000;
  const command = startCommand(slow("--apply", "--yes", "--run-id", "t3"), cwd);
  while (account.jobs.length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
  command.signal("SIGHUP");
  while (!command.stderr().includes("jobs left")) await new Promise((resolve) => setTimeout(resolve, 20));
  command.signal("SIGINT");
  const outcome = await command.outcome;
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(/[12] jobs have not ended: job-0.*; all are in reports\/aws-t3\/left-jobs\.txt/);
  expect(contentOf(`${cwd}/reports/aws-t3`)["left-jobs.txt"]).toMatch(/^job-0\n/);
});

it.each<[string[], RegExp]>([
  [["replay", "s.yaml", "--on", "aws"], /--on aws needs the job queue/],
  [["replay", "s.yaml", "--queue", "q"], /--queue is for --on aws/],
  [["replay", "s.yaml", "--on", "aws", "--queue", "q", "--budget", "x"], /"x" is no amount of USD/],
  [["replay", "s.yaml", "--on", "aws", "--queue", "q", "--run-id", "a b"], /"a b" is no name for jobs/],
  [["replay", "s.yaml", "--on", "aws", "--queue", "q", "--time-scale", "0"], /--time-scale: it must be above 0/],
  [["replay", "s.yaml", "--on", "aws", "--queue", "q", "--max-jobs", "0"], /--max-jobs: it must be at least 1/],
])("refuses %j", async (given, message) => {
  const outcome = await run(given, cwd);
  expectRefusal(outcome, 2);
  expect(outcome.stderr).toMatch(message);
});

it("refuses a run that the simulation finds dearer than the budget", async () => {
  const outcome = await run(args("--budget", "$0.000001"), cwd);
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toMatch(/--budget: the simulation says \$0\.0\d+, more than the budget/);
});
