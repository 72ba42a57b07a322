// `explain` on a trace whose story is known: two jobs that need the whole of the one instance that may run.
//
//   job    submit  vCPUs  run time         world: 10 s until running, 20 s boot, 8 s first pull, 2 s later ones
//   first  0 s     2      60 s             decisions every 15 s, idle delay 15 s, maxvCpus 2: one m6i.large
//   second 5 s     2      10 s
//
// first: asked for at 0, running 10, registered and placed 30, started 38, ended 98: waited 10 + 20 + 8.
// second: placed at the decision of 105, started 107, ended 117: waited 5 for EC2, 20 for the boot, 75 for room, 2 for the
// container. The instance is idle since 117, ended at the first decision at or after 132: 135.

import { describe, expect, it } from "vitest";
import { scenarioYaml } from "./small-scenario.js";
import { expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const cwd = testFolder();
writeFiles(cwd, {
  "jobs.csv": "id,name,submit_ms,runtime_s,vcpus,memory_mib\nfirst,a,0,60,2,1024\nsecond,b,5000,10,2,1024\n",
  "s.yaml": scenarioYaml({
    computeEnvironments:
      "[{ computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 2, instanceTypes: [m6i.large] } }]",
    strategies: "[{ name: packed, scaleDown: { idleDelay: 15s } }]",
    baselines: "[fixed-peak]",
    world: "{ pending: 10s, boot: 20s, pull: 8s, cachedPull: 2s }",
  }),
});

const explain = (...args: string[]) => stowage(["explain", "s.yaml", ...args], { cwd });

describe("a job", () => {
  it("tells where its wait went", () => {
    const { code, stdout, stderr } = explain("job", "second");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").slice(0, 9)).toEqual([
      "Job second (b) in queue main waited 1 min 42 s.",
      "  submitted start + 5 s, 1 job waiting ahead of it in its queue",
      expect.stringMatching(
        /^ {2}placed {4}start \+ 1 min 45 s on instance 0, m6i\.large on-demand in use1-az\d, \$0\.\d+ an hour$/,
      ),
      "  started   start + 1 min 47 s, ended start + 1 min 57 s",
      "Its wait in parts:",
      "  5 s           while that instance was pending in EC2",
      "  20 s          while it booted and registered with ECS",
      "  1 min 15 s    for room on that instance, for the jobs ahead of it, or for the next decision",
      "  2 s           while its container was started (image pull)",
    ]);
    expect(stdout).toMatch(/Instance 0 \(m6i\.large on-demand .*\) was launched at start \+ 0 s\n/);
  });

  it("gives the facts as JSON", () => {
    const { code, stdout } = explain("job", "first", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id: "first",
      submitMs: 0,
      aheadInQueue: 0,
      firstAttempt: {
        placedMs: 30_000,
        startedMs: 38_000,
        endedMs: 98_000,
        waitParts: [
          { cause: "instance-pending", ms: 10_000 },
          { cause: "instance-boot", ms: 20_000 },
          { cause: "image-pull", ms: 8_000 },
        ],
      },
    });
  });
});

describe("an instance", () => {
  it("tells why it was launched", () => {
    const { stdout } = explain("launch", "0");
    expect(stdout).toContain(
      "\n  for compute environment ce: 1 job waited and no instance was on its way; it was to take 1.\n",
    );
    expect(JSON.parse(explain("launch", "0", "--json").stdout)).toMatchObject({
      requestedMs: 0,
      runningMs: 10_000,
      registeredMs: 30_000,
      runnerUp: null,
      launch: { reason: "pending-demand", copies: 1, waitingJobs: 1 },
    });
  });

  it("tells why it was terminated", () => {
    const { stdout } = explain("termination", "0");
    expect(stdout).toMatch(/ was terminated at start \+ 2 min 15 s\n/);
    expect(stdout).toContain("after 2 jobs: empty since start + 1 min 57 s, longer than the idle delay of 15 s;");
    expect(JSON.parse(explain("termination", "0", "--json").stdout)).toMatchObject({
      endedMs: 135_000,
      jobs: 2,
      terminate: { reason: "idle", idleSinceMs: 117_000, idleDelayMs: 15_000 },
    });
  });

  it("looks at another run when asked", () => {
    const launched = explain("launch", "0", "--run", "fixed-peak").stdout;
    expect(launched).toContain("the fleet is fixed and there from the start");
    expect(explain("termination", "0", "--run", "fixed-peak").stdout).toContain("the run ended with the last job");
  });
});

it.each([
  [["job", "third"], 'error no accepted job of the trace has the id "third" (jobs.csv lists them all) [not-found]'],
  [["launch", "1"], "error there is no instance 1 (packed launched 0 to 0; "],
  [["termination", "x"], "error there is no instance x (packed launched 0 to 0; "],
  [["launch", "-1"], "error there is no instance -1 (packed launched 0 to 0; "],
  [["launch", "0", "--run", "paced"], 'error there is no run "paced" (runs: packed, fixed-peak) [not-found]'],
])("refuses %j", (args, message) => {
  const outcome = explain(...args);
  expectRefusal(outcome, 2);
  expect(outcome.stderr.startsWith(message)).toBe(true);
});

it("refuses a scenario that is not there", () => {
  const outcome = stowage(["explain", "nowhere.yaml", "job", "first"], { cwd });
  expectRefusal(outcome, 2);
  expect(outcome.stderr).toMatch(/^error nowhere\.yaml: there is no such scenario/);
});
