// BEST_FIT_PROGRESSIVE and one instance per job: what they buy, as tables. The launches of the first decision at t = 0.

import { describe, expect, it } from "vitest";
import type { ProvisioningPolicy } from "../../src/model/policy.js";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  job,
  jobs,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";
import { attemptsOf, instancesOf, launchesOf } from "../ledger/read-ledger.js";

/** A family of three sizes at 0.05 USD per vCPU-hour, and one with twice the memory at 0.07. */
const TYPES = [instanceType("m", 2, 8), instanceType("m2", 4, 16), instanceType("m4", 8, 32), instanceType("r", 4, 32)];
const POOLS = [pool(0, 0.1), pool(1, 0.2), pool(2, 0.4), pool(3, 0.28)];
const SLOW = world({ pending: s(100), boot: s(100) });

function bought(provisioning: ProvisioningPolicy, story: Partial<Story>): string[] {
  const types = story.types ?? TYPES;
  const pools = story.pools ?? POOLS;
  const strategy = { provisioning, ...story.strategy };
  const { ledger } = simulate(simulationInput({ world: SLOW, jobs: [], ...story, types, pools, strategy }));
  return launchesOf(ledger)
    .filter((launch) => launch.timeMs === 0)
    .map((launch) => `${launch.copies} ${types[pools[launch.pool]!.instanceType]!.name}`);
}

const waiting = (count: number, vcpus: number, gib: number) => jobs(count, job(0, s(10), shape(vcpus, gib)));
const limited = (maxvCpus: number) => [environment([0, 1, 2, 3], { maxVcpuMilli: maxvCpus * 1000 })];

describe("BEST_FIT_PROGRESSIVE", () => {
  it.each([
    // m, m2 and m4 cost the same per vCPU: the largest that the waiting vCPUs still fill.
    { name: "8 vCPUs in all", rows: waiting(8, 1, 1), expected: ["1 m4"] },
    { name: "7 vCPUs in all", rows: waiting(7, 1, 1), expected: ["1 m2", "1 m", "1 m"] },
    // One vCPU fills none of them: the smallest.
    { name: "1 vCPU in all", rows: waiting(1, 1, 1), expected: ["1 m"] },
    { name: "25 vCPUs in all", rows: waiting(25, 1, 1), expected: ["3 m4", "1 m"] },
    // 30 GiB fit m4 (0.05 per vCPU) and r (0.07), but for one vCPU of either: 0.40 or 0.28.
    { name: "a job of 30 GiB", rows: waiting(1, 1, 30), expected: ["1 r"] },
    // With 8 vCPUs of its own it uses all of m4.
    { name: "a job of 8 vCPUs and 30 GiB", rows: waiting(1, 8, 30), expected: ["1 m4"] },
    // Every waiting shape has to fit: m4. 9 vCPUs wait; it takes the large job and, into the 2 GiB left, two small ones. Six
    // are left: an m2 and an m.
    {
      name: "large and small jobs",
      rows: [...waiting(1, 1, 30), ...waiting(8, 1, 1)],
      expected: ["1 m4", "1 m2", "1 m"],
    },
  ])("buys for $name: $expected", ({ rows, expected }) => {
    expect(bought("BEST_FIT_PROGRESSIVE", { jobs: rows })).toEqual(expected);
  });

  it("takes the first waiting shape when no type holds every shape", () => {
    // 32 GiB need "tall" (2 vCPUs), 8 vCPUs need "broad" (8 GiB): neither holds both.
    const types = [instanceType("tall", 2, 32), instanceType("broad", 8, 8)];
    const pools = [pool(0, 0.5), pool(1, 0.4)];
    const rows = [...waiting(1, 1, 32), ...waiting(1, 8, 1)];
    // The dearer job first: 0.5 against 0.4.
    expect(bought("BEST_FIT_PROGRESSIVE", { types, pools, jobs: rows })).toEqual(["1 tall", "1 broad"]);
  });

  it("treats prices per vCPU within 3 % as equal", () => {
    // m2: 0.2059 / 4 = 0.051475, 2.95 % above m: equal. At 0.2061 (3.05 %) it is not.
    expect(bought("BEST_FIT_PROGRESSIVE", { pools: [pool(0, 0.1), pool(1, 0.2059)], jobs: waiting(4, 1, 1) })).toEqual([
      "1 m2",
    ]);
    expect(bought("BEST_FIT_PROGRESSIVE", { pools: [pool(0, 0.1), pool(1, 0.2061)], jobs: waiting(4, 1, 1) })).toEqual([
      "2 m",
    ]);
  });

  it.each([
    // 8 + 8 = 16 vCPUs fit; the third m4 goes above 20 by 4; with no vCPU left nothing more is bought.
    { maxvCpus: 20, expected: ["3 m4"] },
    { maxvCpus: 16, expected: ["2 m4"] },
    { maxvCpus: 1, expected: ["1 m4"] },
  ])("goes above maxvCpus $maxvCpus by at most one instance: $expected", ({ maxvCpus, expected }) => {
    expect(bought("BEST_FIT_PROGRESSIVE", { jobs: waiting(80, 1, 1), environments: limited(maxvCpus) })).toEqual(
      expected,
    );
  });

  it("keeps the launch budget", () => {
    const strategy = { maxLaunchesPerDecision: 2, decisionIntervalMs: s(15) };
    expect(bought("BEST_FIT_PROGRESSIVE", { jobs: waiting(80, 1, 1), strategy })).toEqual(["2 m4"]);
  });
});

describe("one instance per job", () => {
  it.each([
    // The cheapest type that holds the job, whatever room it leaves.
    { name: "small jobs", rows: waiting(3, 1, 1), expected: ["3 m"] },
    // 20 GiB: r at 0.28, not m4 at 0.40. The dearer kind is bought first.
    { name: "two kinds", rows: [...waiting(2, 1, 1), ...waiting(1, 1, 20)], expected: ["1 r", "2 m"] },
  ])("buys for $name: $expected", ({ rows, expected }) => {
    expect(bought("job-per-instance", { jobs: rows })).toEqual(expected);
  });

  it("stays within maxvCpus", () => {
    // 2 vCPUs each: three of them in 7.
    expect(bought("job-per-instance", { jobs: waiting(9, 1, 1), environments: limited(7) })).toEqual(["3 m"]);
  });

  it("does not share, though there is room", () => {
    const input = simulationInput({
      types: TYPES,
      pools: POOLS,
      jobs: [...waiting(2, 1, 1), job(s(5), s(10), shape(1, 1))],
      strategy: { provisioning: "job-per-instance" },
    });
    const { ledger } = simulate(input);
    expect(instancesOf(ledger).length).toBe(3);
    expect(new Set(attemptsOf(ledger).map((row) => row.instance)).size).toBe(3);
  });

  it("uses an instance again when its job has ended", () => {
    const input = simulationInput({
      types: TYPES,
      pools: POOLS,
      jobs: [job(0, s(10), shape(1, 1)), job(s(20), s(10), shape(1, 1))],
      strategy: { provisioning: "job-per-instance" },
    });
    // Idle from 10 to 20, below the delay of 60.
    expect(instancesOf(simulate(input).ledger).length).toBe(1);
  });
});
