// Timeouts, CancelJob, TerminateJob and jobStateTimeLimitActions: API reference of AWS Batch (CancelJob, TerminateJob,
// JobTimeout, JobStateTimeLimitAction).

import { describe, expect, it } from "vitest";
import { Outcome, packOutcome } from "../../../src/model/outcome.js";
import { FullBatch } from "../../../src/sim/batch/full-batch.js";
import { simulate } from "../../../src/sim/simulate.js";
import { WorldEvents } from "../../../src/sim/world-events.js";
import { environment, job, s, shape, world } from "../../builders.js";
import { ends, exits, log, roomy, rows, withParts } from "./batch-story.js";

const twice = { attempts: 2, evaluateOnExit: [] };
const oneMachine = [environment([0], { fixedFleet: [{ pool: 0, count: 1 }] })];
/** Needs a machine of its own. */
const whole = shape(10, 1);

describe("a timeout", () => {
  it("counts from the start of the container, and ends the attempt after SIGTERM", () => {
    // 5 s of pulling, 60 s, 4 s of stopping.
    const slow = world({ pull: s(5), stopDelay: s(4) });
    const input = withParts(roomy(rows([0, 100]), { world: slow }), { timeoutS: { 0: 60 } });
    expect(ends(input)).toEqual(["69 ended j0 from 5 TimedOut"]);
  });

  it.each([
    { runS: 60, stopS: 4, line: "60 ended j0 from 0 Succeeded" }, // in time
    { runS: 61, stopS: 4, line: "61 ended j0 from 0 TimedOut" }, // ends by itself while it is being stopped
    { runS: 100, stopS: 45, line: "90 ended j0 from 0 TimedOut" }, // killed 30 s after SIGTERM
  ])("of 60 s ends a run of $runS s that stops within $stopS s", ({ runS, stopS, line }) => {
    const slow = world({ stopDelay: s(stopS) });
    expect(ends(withParts(roomy(rows([0, runS]), { world: slow }), { timeoutS: { 0: 60 } }))).toEqual([line]);
  });

  it("is never retried", () => {
    expect(ends(withParts(roomy(rows([0, 100])), { timeoutS: { 0: 60 }, retry: { 0: twice } }))).toEqual([
      "60 ended j0 from 0 TimedOut",
    ]);
  });

  it("holds for each attempt anew", () => {
    // Exit at 50, then 70 s at 60 too many.
    const input = withParts(roomy(rows([0, 70])), {
      timeoutS: { 0: 60 },
      retry: { 0: twice },
      scripts: { 0: [exits(1, 50), {}] },
    });
    expect(ends(input)).toEqual(["110 ended j0 from 50 TimedOut"]);
  });

  it("is a failure to those that depend on the job", () => {
    expect(ends(withParts(roomy(rows([0, 100], [0, 1])), { timeoutS: { 0: 60 }, dependsOn: [["j1", "j0"]] }))).toEqual([
      "60 ended j0 from 0 TimedOut",
      "60 cancelled j1 DependencyFailed",
    ]);
  });
});

describe("CancelJob", () => {
  it("fails a job that waits in its queue", () => {
    const jobs = [job(0, s(10), whole), job(0, s(10), whole), job(0, s(10), whole)];
    const input = withParts(roomy(jobs, { environments: oneMachine }), { interventions: [[4, "cancel", "j1"]] });
    expect(ends(input)).toEqual([
      "10 ended j0 from 0 Succeeded",
      "4 cancelled j1 Cancelled",
      "20 ended j2 from 10 Succeeded",
    ]);
  });

  it.each([
    { state: "STARTING", atS: 3 },
    { state: "RUNNING", atS: 8 },
  ])("does nothing to a job in $state", ({ atS }) => {
    const input = withParts(roomy(rows([0, 10]), { world: world({ pull: s(5) }) }), {
      interventions: [[atS, "cancel", "j0"]],
    });
    expect(ends(input)).toEqual(["15 ended j0 from 5 Succeeded"]);
  });

  it("reaches a job in PENDING when its dependencies have succeeded", () => {
    const input = withParts(roomy(rows([0, 10], [0, 1], [0, 1])), {
      dependsOn: [
        ["j1", "j0"],
        ["j2", "j1"],
      ],
      interventions: [[4, "cancel", "j1"]],
    });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "10 ended j0 from 0 Succeeded",
      "10 cancelled j1 Cancelled",
      "10 cancelled j2 DependencyFailed",
    ]);
  });

  it("loses against a dependency that fails", () => {
    const input = withParts(roomy(rows([0, 10], [0, 1])), {
      dependsOn: [["j1", "j0"]],
      interventions: [[4, "cancel", "j1"]],
      scripts: { 0: [exits(1)] },
    });
    expect(ends(input)[1]).toBe("10 cancelled j1 DependencyFailed");
  });

  it("of an array reaches the children that still wait", () => {
    const jobs = [job(0, s(10), whole), job(0, s(10), whole), job(0, s(10), whole)];
    const input = withParts(roomy(jobs, { environments: oneMachine }), {
      arrays: [{ children: [0, 1, 2] }],
      interventions: [[4, "cancel", "a0"]],
    });
    expect(ends(input)).toEqual([
      "10 ended j0 from 0 Succeeded",
      "4 cancelled j1 Cancelled",
      "4 cancelled j2 Cancelled",
    ]);
  });

  it("stops the retries of a job that waits for its next attempt", () => {
    // j0 fails at 10 and waits behind nobody, but the machine is taken by j1, of higher standing: it came with the failure.
    const jobs = [job(0, s(10), whole, { queue: "low" }), job(s(10), s(10), whole, { queue: "high" })];
    const queues = ["low", "high"].map((name, index) => ({
      name,
      priority: index + 1,
      computeEnvironments: [0],
      timeLimits: [],
    }));
    const input = withParts(roomy(jobs, { environments: oneMachine, queues }), {
      retry: { 0: twice },
      scripts: { 0: [exits(1)] },
      interventions: [[12, "cancel", "j0"]],
    });
    expect(ends(input)).toEqual(["12 cancelled j0 Cancelled", "20 ended j1 from 10 Succeeded"]);
  });

  it("comes after a submission of the same instant, and too late after the decision of an earlier one", () => {
    const input = withParts(roomy(rows([5, 10])), { interventions: [[5, "cancel", "j0"]] });
    expect(ends(input)).toEqual(["5 cancelled j0 Cancelled"]);
  });
});

describe("TerminateJob", () => {
  it.each([
    { state: "STARTING", atS: 3, line: "3 ended j0 unstarted Terminated" }, // no container to stop
    { state: "RUNNING, just", atS: 5, line: "9 ended j0 from 5 Terminated" },
    { state: "RUNNING", atS: 8, line: "12 ended j0 from 5 Terminated" },
    { state: "RUNNING, near its end", atS: 13, line: "15 ended j0 from 5 Terminated" }, // ends by itself within 4 s
    { state: "SUCCEEDED", atS: 16, line: "15 ended j0 from 5 Succeeded" },
  ])("stops a job in $state", ({ atS, line }) => {
    // 5 s of pulling, 10 s of running, 4 s of stopping.
    const input = withParts(roomy(rows([0, 10], [0, 40]), { world: world({ pull: s(5), stopDelay: s(4) }) }), {
      interventions: [[atS, "terminate", "j0"]],
      retry: { 0: twice },
    });
    expect(ends(input)[0]).toBe(line);
  });

  it("fails a job that waits, in its queue or for a dependency", () => {
    const jobs = [job(0, s(10), whole), job(0, s(10), whole), job(0, s(10), whole)];
    const input = withParts(roomy(jobs, { environments: oneMachine }), {
      dependsOn: [["j2", "j0"]],
      interventions: [
        [4, "terminate", "j1"],
        [5, "terminate", "j2"],
      ],
    });
    expect(ends(input)).toEqual([
      "10 ended j0 from 0 Succeeded",
      "4 cancelled j1 Terminated",
      "5 cancelled j2 Terminated",
    ]);
  });

  it("of an array stops all its children", () => {
    const input = withParts(roomy(rows([0, 10], [0, 20], [0, 2], [0, 1])), {
      arrays: [{ children: [0, 1, 2] }],
      dependsOn: [["j3", "a0"]],
      interventions: [[5, "terminate", "a0"]],
    });
    expect(ends(input)).toEqual([
      "5 ended j0 from 0 Terminated",
      "5 ended j1 from 0 Terminated",
      "2 ended j2 from 0 Succeeded",
      "5 cancelled j3 DependencyFailed",
    ]);
  });

  it("terminates the waiting children of a sequential array itself: they do not fail by the first", () => {
    const input = withParts(roomy(rows([0, 10], [0, 10], [0, 10])), {
      arrays: [{ children: [0, 1, 2], sequential: true }],
      interventions: [[5, "terminate", "a0"]],
    });
    expect(ends(input)).toEqual([
      "5 ended j0 from 0 Terminated",
      "5 cancelled j1 Terminated",
      "5 cancelled j2 Terminated",
    ]);
  });

  it.each([1, 2, 3, 4, 5])("many times is as once: the first SIGTERM counts (seed %i)", (seed) => {
    const stopDelay = { kind: "uniform", minMs: 0, maxMs: s(29) } as const;
    const times = Array.from({ length: 20 }, (_, i) => [5 + i / 4, "terminate", "j0"] as const);
    const terminated = (interventions: typeof times) =>
      log(withParts(roomy(rows([0, 100]), { world: { ...world(), stopDelay }, seed }), { interventions }));
    expect(terminated(times)).toEqual(terminated(times.slice(0, 1)));
  });

  it.each([
    // SIGTERM by the timeout at 60, done at 80. Terminated before that: the user was first; after it: the timeout.
    { atS: 55, line: "75 ended j0 from 0 Terminated" },
    { atS: 65, line: "80 ended j0 from 0 TimedOut" },
  ])("at $atS meets a timeout at 60", ({ atS, line }) => {
    const input = withParts(roomy(rows([0, 100]), { world: world({ stopDelay: s(20) }) }), {
      timeoutS: { 0: 60 },
      interventions: [[atS, "terminate", "j0"]],
    });
    expect(ends(input)).toEqual([line]);
  });

  it("makes the end that was due before a thing of the past", () => {
    // j0 would end at 100 and is stopped at 5. j1 goes on; the run ends with it, and j0's old end changes nothing.
    const input = withParts(roomy(rows([0, 100], [0, 30])), { interventions: [[5, "terminate", "j0"]] });
    expect(log(input).slice(2)).toEqual(["5 ended j0 from 0 Terminated", "30 ended j1 from 0 Succeeded"]);
    expect(simulate(input).lastJobEndMs).toBe(s(30));
  });
});

describe("an intervention before its job was submitted", () => {
  it.each(["cancel", "terminate"] as const)("%s does nothing", (kind) => {
    expect(ends(withParts(roomy(rows([10, 5])), { interventions: [[5, kind, "j0"]] }))).toEqual([
      "15 ended j0 from 10 Succeeded",
    ]);
  });
});

describe("CancelJob by the engine (jobStateTimeLimitActions)", () => {
  it("fails the job with those that depend on it", () => {
    const input = withParts(roomy(rows([0, 1], [0, 1])), { dependsOn: [["j1", "j0"]] });
    const batch = new FullBatch(input, new WorldEvents(), false);
    const told: number[][] = [];
    const sink = { ingest: (...event: number[]) => void told.push(event) };
    batch.request(sink);
    batch.request(sink);
    told.length = 0;
    batch.cancelByTimeLimit(0, s(600), sink);
    expect(told.map(([, timeMs, number, , packed]) => [timeMs, number, packed])).toEqual([
      [s(600), 0, packOutcome(Outcome.TimeLimit, 0)],
      [s(600), 1, packOutcome(Outcome.DependencyFailed, 0)],
    ]);
    expect(batch.stuck()).toEqual({ count: 0, examples: [] });
  });

  it("lets the next job be the head", () => {
    // Nothing holds j0. After 600 s at the head it fails, and j1 runs.
    const queue = {
      name: "main",
      priority: 1,
      computeEnvironments: [0],
      timeLimits: [{ reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", maxTimeMs: s(600) } as const],
    };
    const jobs = [job(0, s(10), shape(11, 1)), job(0, s(10), shape(1, 1))];
    expect(ends(roomy(jobs, { queues: [queue] }))).toEqual([
      "600 cancelled j0 TimeLimit",
      "610 ended j1 from 600 Succeeded",
    ]);
  });
});
