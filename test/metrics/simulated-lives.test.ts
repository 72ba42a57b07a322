// The same figures through the simulator: a job that is retried and one that waits for it, hand-reckoned.

import { expect, it } from "vitest";
import { jobTimeline } from "../../src/metrics/job-states.js";
import { summariseRun } from "../../src/metrics/summary.js";
import type { AttemptScript } from "../../src/model/profile.js";
import { NONE } from "../../src/model/tables.js";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, job, pool, s, shape, simulationInput, world } from "../builders.js";
import { dependencies } from "../ledger/written-ledger.js";

it("follows jobs through failure, retry and release", () => {
  // One instance of 4 vCPUs and 16 GiB for the whole run, 1 micro-USD per ms; the first job pulls for 2 s, later ones for 1.
  // Job 0: pulls 0..2, exits with 3 after 5 s, again from 7: 8..18. Job 1 is released at 18: 19..29. All take everything.
  const story = simulationInput({
    types: [instanceType("m", 4, 16)],
    pools: [pool(0, 3.6)],
    jobs: [job(0, s(10), shape(4, 16)), job(s(1), s(10), shape(4, 16))],
    environments: [environment([0], { fixedFleet: [{ pool: 0, count: 1 }] })],
    world: world({ pull: s(2), cachedPull: s(1) }),
  });
  const attempt: AttemptScript = {
    ...{ runtimeMs: Number.NaN, exitCode: 0, reason: undefined, statusReason: undefined, cannotStart: false },
  };
  const workload = {
    ...story.workload,
    definitions: [
      ...story.workload.definitions,
      { name: "twice", retry: { attempts: 2, evaluateOnExit: [] }, timeoutMs: Number.NaN },
    ],
    jobDefinition: Int32Array.of(1, 0),
    dependencies: dependencies([1, 0]),
  };
  const scripts = [[{ ...attempt, runtimeMs: s(5), exitCode: 3 }, attempt]];
  const profiles = { ...story.profiles, script: Int32Array.of(0, NONE), scripts };
  const { ledger } = simulate({ ...story, workload, profiles });
  const statesOf = (number: number) =>
    jobTimeline(ledger, workload, number).states.map(({ state, timeMs }) => `${state} ${timeMs / 1000}`);
  expect(statesOf(0)).toEqual([
    ...["SUBMITTED 0", "RUNNABLE 0", "STARTING 0", "RUNNING 2"],
    ...["RUNNABLE 7", "STARTING 7", "RUNNING 8", "SUCCEEDED 18"],
  ]);
  expect(statesOf(1)).toEqual([
    ...["SUBMITTED 1", "PENDING 1", "RUNNABLE 18", "STARTING 18", "RUNNING 19", "SUCCEEDED 29"],
  ]);
  const billing = { minimumMs: 0, rootVolumeMicroUsdPerHour: 0, publicIpv4MicroUsdPerHour: 0 };
  const label = { name: "run", role: "strategy", description: "" } as const;
  const run = summariseRun(label, ledger, workload, billing, [{ vcpu: 0.5, memory: 0.5, gpu: 0 }]);
  expect(run.jobs).toMatchObject({ total: 2, succeeded: 2, failed: 0, attempts: 3 });
  expect(run.waitMs).toMatchObject({ mean: s(1.5), max: s(2) });
  expect(run.cost.byCategory.filter((row) => row.microUsd > 0)).toEqual([
    { category: "useful", microUsd: s(20) },
    { category: "rework", microUsd: s(5) },
    { category: "pull", microUsd: s(4) },
  ]);
});
