// Five jobs on two instance types, worked out by hand from the definitions in src/model/billing.ts and the rules of
// best fit, to the last micro-USD.
//
//   type   vCPUs  GiB   USD/h   micro-USD/ms   price shares (given, not derived: round numbers)
//   c      4      16    0.72    0.2            3/4 vCPU, 1/4 memory
//   r      4      32    1.44    0.4            1/2 vCPU, 1/2 memory
//   every instance: root volume 3600 micro-USD/h (1 per s), IPv4 7200 (2 per s): overhead 10800
//
//   job  name   submit  vCPUs  GiB  run time
//   0    a      0       2      4    4 s      "thin"
//   1    b      0       2      4    2 s      "thin"
//   2    c      0       2      4    30 s     "thin"
//   3    d      0       1      24   94 s     "fat"
//   4    e      70 s    2      4    24 s     "thin"
//
// World: 10 s until running, 20 s boot, 8 s image pull for the first job on an instance, which those placed meanwhile wait for too;
// 2 s for later ones. Decisions every 15 s, idle delay 15 s, 60 s minimum charge.
//
// t = 0, nothing there. Least cost of one job per hour: thin: a c (0.7308 with overhead) holds 2 by vCPUs: 365400;
// an r (1.4508) holds 2: 725400; so 365400. Fat: only r holds one: 1450800. Largest first: fat, then thin. Every fill
// below has two jobs, the last of which is expected to end after 1 + 1/2 = 1.5 times the mean; nothing else runs or must
// wait, so that no later job fills the room of the first, and the price counts 1.5 times (expected-tail.ts).
//   c filled from {fat 1, thin 3}: 2 thin, worth 730800, price over worth 1.5 x 730800 / 730800 = 1.5.
//   r filled: 1 fat (3 vCPUs, 8 GiB left) + 1 thin, worth 1450800 + 365400 = 1816200, 1.5 x 1450800 / 1816200 = 1.198.
//   => r once (no second fat). Rest {thin 2}: c 1.5; r takes 2, worth 730800, 1.5 x 1450800 / 730800 = 2.978. => c once.
//   Instance 0 is the r, instance 1 the c. Running at 10 s, registered at 30 s, itself on the grid.
// t = 30 s, in order of submission, least free vCPUs first, then least free memory:
//   jobs 0 and 1 go to the c (16 GiB against 32), which then is out of vCPUs; jobs 2 and 3 to the r.
//   All start at 38, when the image is there. Job 0 ends at 42, job 1 at 40, job 2 at 68, job 3 at 132.
// t = 45: the c is idle since 42, to be ended at 42 + 15 = 57, on the grid 60. t = 60: ended, 50 s after it ran.
// t = 75: job 4 (of 70) goes to the r, starts at 77, ends at 101.
// The r is idle since 132, to be ended at 147, on the grid 150: 140 s after it ran.

import { describe, expect, it } from "vitest";
import { costFloor, demandOf } from "../../src/metrics/floor.js";
import { summariseRun, summariseWorkload } from "../../src/metrics/summary.js";
import type { LaunchDecision } from "../../src/model/decision.js";
import { simulate } from "../../src/sim/simulate.js";
import { instanceType, job, pool, s, shape, simulationInput, world } from "../builders.js";
import { attemptsOf, decisionsOf, instancesOf } from "../ledger/read-ledger.js";

const thin = shape(2, 4);
const fat = shape(1, 24);
const OVERHEAD = 3600 + 7200;

function input() {
  return simulationInput({
    types: [instanceType("c", 4, 16), instanceType("r", 4, 32)],
    pools: [pool(0, 0.72), pool(1, 1.44)],
    jobs: [
      job(0, s(4), thin, { name: "a" }),
      job(0, s(2), thin, { name: "b" }),
      job(0, s(30), thin, { name: "c" }),
      job(0, s(94), fat, { name: "d" }),
      job(s(70), s(24), thin, { name: "e" }),
    ],
    strategy: { decisionIntervalMs: s(15), scaleDown: { idleDelayMs: s(15), maxShare: 1 } },
    world: world({ pending: s(10), boot: s(20), pull: s(8), cachedPull: s(2) }),
    overheadMicroUsdPerHour: OVERHEAD,
  });
}

const SHARES = [
  { vcpu: 0.75, memory: 0.25, gpu: 0 },
  { vcpu: 0.5, memory: 0.5, gpu: 0 },
];
const BILLING = { minimumMs: s(60), rootVolumeMicroUsdPerHour: 3600, publicIpv4MicroUsdPerHour: 7200 };

describe("five jobs on two instance types", () => {
  const { workload, profiles, tables } = input();
  const { ledger, lastJobEndMs, stuckJobs } = simulate(input());
  const run = summariseRun(
    { name: "five", role: "strategy", description: "" },
    ledger,
    workload,
    { ...BILLING },
    SHARES.map((share) => ({ ...share })),
  );

  it("launches one r and one c and ends each on the grid", () => {
    const life = { environment: 0, requestedMs: 0, runningMs: s(10), registeredMs: s(30) };
    expect(instancesOf(ledger)).toEqual([
      { ...life, pool: 1, endedMs: s(150), launchDecision: 0, endDecision: 3 },
      { ...life, pool: 0, endedMs: s(60), launchDecision: 1, endDecision: 2 },
    ]);
  });

  it("gives the reasons", () => {
    const [first, second, endC, endR, ...others] = decisionsOf(ledger);
    const launch: LaunchDecision = {
      kind: "launch",
      timeMs: 0,
      environment: 0,
      pool: 1,
      copies: 1,
      reason: "pending-demand",
      waitingJobs: 4,
      jobsPerCopy: 2,
      inFlight: 0,
      priceOverWorth: (1450800 * 1.5) / 1816200,
      runnerUpPool: 0,
      runnerUpPriceOverWorth: 1.5,
    };
    expect(first).toEqual(launch);
    // The r was requested just before: one in flight.
    const ratios = { priceOverWorth: 1.5, runnerUpPriceOverWorth: (1450800 * 1.5) / 730800 };
    expect(second).toEqual({ ...launch, pool: 0, inFlight: 1, runnerUpPool: 1, ...ratios });
    const end = { kind: "terminate", reason: "idle", idleDelayMs: s(15) };
    // Without the c the r's 4 vCPUs are left, then nothing.
    const endOfC = { timeMs: s(60), instance: 1, idleSinceMs: s(42), environmentVcpuMilli: 4000 };
    const endOfR = { timeMs: s(150), instance: 0, idleSinceMs: s(132), environmentVcpuMilli: 0 };
    expect(endC).toEqual({ ...end, ...endOfC });
    expect(endR).toEqual({ ...end, ...endOfR });
    expect(others).toEqual([]);
  });

  it("places, starts and ends every job when it should", () => {
    const attempt = { jobClass: 0, outcome: 0, placedMs: s(30) };
    expect(attemptsOf(ledger)).toEqual([
      { ...attempt, job: 0, instance: 1, startedMs: s(38), endedMs: s(42) },
      { ...attempt, job: 1, instance: 1, startedMs: s(38), endedMs: s(40) },
      { ...attempt, job: 2, instance: 0, startedMs: s(38), endedMs: s(68) },
      { ...attempt, job: 3, instance: 0, startedMs: s(38), endedMs: s(132), jobClass: 1 },
      { ...attempt, job: 4, instance: 0, startedMs: s(77), endedMs: s(101), placedMs: s(75) },
    ]);
    expect({ lastJobEndMs, stuckJobs }).toEqual({ lastJobEndMs: s(132), stuckJobs: 0 });
  });

  // The c, registered 30..60 (u: shares in use of vCPU and memory; D: the larger):
  //   30..40  jobs 0+1  u = 1, 1/2     D = 1    10 s
  //   40..42  job 0     u = 1/2, 1/4   D = 1/2   2 s, beside it 1/2 x 2 = 1 s left over, nobody comes any more: tail
  //   42..60  idle 18 s
  //   integrals: vCPU 10 + 1 = 11, memory 5 + 0.5 = 5.5, D 10 + 1 = 11.
  //   A thin job stands for 3/4 x 1/2 + 1/4 x 1/4 = 7/16. Pull (8 + 8) x 7/16 = 7; useful (4 + 2) x 7/16 = 2.625.
  //   Stranded: vCPU 3/4 x (11 - 11) = 0; memory 1/4 x (11 - 5.5) = 1.375. 7 + 2.625 + 18 + 1 + 1.375 = 30. Boot 20.
  //   Life 50: minimum charge 10. Billed 60 s.
  //   x 0.2 per ms: useful 525, pull 1400, boot 4000, idle 3600, tail 200, strandedMemory 275, minimum 2000. Sum 12000.
  // The r, registered 30..150:
  //   30..68    jobs 2+3  u = 3/4, 28/32 = 7/8    38 s: vCPU 28.5, memory = D 33.25, left over 38 x 1/8 = 4.75
  //   68..75    job 3     u = 1/4, 24/32 = 3/4     7 s: vCPU 1.75, memory = D 5.25,  left over 1.75
  //   75..101   jobs 3+4  u = 3/4, 7/8            26 s: vCPU 19.5, memory = D 22.75, left over 3.25
  //   101..132  job 3     u = 1/4, 3/4            31 s: vCPU 7.75, memory = D 23.25, left over 7.75
  //   132..150  idle 18 s
  //   integrals: vCPU 57.5, memory = D = 84.5. Left over up to the last placement (75) 4.75 + 1.75 = 6.5: unfilled; then
  //   3.25 + 7.75 = 11: tail. Stranded vCPU 1/2 x (84.5 - 57.5) = 13.5, memory none.
  //   A thin job stands for 1/2 x 1/2 + 1/2 x 1/8 = 5/16, a fat one for 1/2 x 1/4 + 1/2 x 3/4 = 1/2.
  //   Pull 8 x 5/16 + 8 x 1/2 + 2 x 5/16 = 7.125; useful 30 x 5/16 + 94 x 1/2 + 24 x 5/16 = 63.875.
  //   63.875 + 7.125 + 18 + 6.5 + 11 + 13.5 = 120. Boot 20. Billed 140 s.
  //   x 0.4 per ms: useful 25550, pull 2850, boot 8000, idle 7200, unfilled 2600, tail 4400, strandedVcpu 5400. Sum 56000.
  // Storage 1 per s: 60 + 140 = 200. IPv4 2 per s: 120 + 280 = 400.
  it("splits the bill into its categories", () => {
    expect(run.cost.byCategory).toEqual([
      { category: "useful", microUsd: 525 + 25550 },
      { category: "rework", microUsd: 0 },
      { category: "pull", microUsd: 1400 + 2850 },
      { category: "boot", microUsd: 4000 + 8000 },
      { category: "idle", microUsd: 3600 + 7200 },
      { category: "unfilled", microUsd: 2600 },
      { category: "tail", microUsd: 200 + 4400 },
      { category: "strandedVcpu", microUsd: 5400 },
      { category: "strandedMemory", microUsd: 275 },
      { category: "strandedGpu", microUsd: 0 },
      { category: "minimumCharge", microUsd: 2000 },
      { category: "storage", microUsd: 60 + 140 },
      { category: "publicIpv4", microUsd: 120 + 280 },
    ]);
    // 12000 + 56000 + 200 + 400: 6.86 cents.
    expect(run.cost.totalMicroUsd).toBe(68600);
  });

  it("splits the bill by instance type", () => {
    // r: 56000 + 140 + 280, 140 s = 0.0389 h; c: 12000 + 60 + 120, 60 s = 0.0167 h. Hours to three digits.
    expect(run.cost.byInstanceType).toEqual([
      { instanceType: "r", market: "on-demand", instances: 1, instanceHours: 0.039, microUsd: 56420 },
      { instanceType: "c", market: "on-demand", instances: 1, instanceHours: 0.017, microUsd: 12180 },
    ]);
  });

  // Held share x time from placement to end. c: job 0 7/16 x 12 = 42/8, job 1 7/16 x 10 = 35/8, together 77/8.
  //   12180 x 42/77 = 6643.64, 12180 x 35/77 = 5536.36.
  // r: job 2 5/16 x 38 = 190/16, job 3 1/2 x 102 = 816/16, job 4 5/16 x 26 = 130/16, together 1136/16.
  //   56420 x 190/1136 = 9436.44, x 816/1136 = 40527.04, x 130/1136 = 6456.51.
  // Rounded down they sum to 68598; one more each for a (.64) and e (.51).
  it("charges the jobs with it", () => {
    expect(run.cost.byJobName).toEqual([
      { queue: "main", name: "d", jobs: 1, microUsd: 40527 },
      { queue: "main", name: "c", jobs: 1, microUsd: 9436 },
      { queue: "main", name: "a", jobs: 1, microUsd: 6644 },
      { queue: "main", name: "e", jobs: 1, microUsd: 6457 },
      { queue: "main", name: "b", jobs: 1, microUsd: 5536 },
    ]);
    expect(run.cost.byQueue).toEqual([{ queue: "main", jobs: 5, microUsd: 68600 }]);
  });

  it("measures waits, use and size", () => {
    // Start - submission: 38, 38, 38, 38, 77 - 70 = 7. Mean 159 / 5 = 31.8. Sorted 7 38 38 38 38: the 3rd is the median.
    expect(run.waitMs).toEqual({ mean: s(31.8), p50: s(38), p95: s(38), p99: s(38), max: s(38) });
    // (38+4)/10, (38+2)/10, (38+30)/30, (38+94)/94, (7+24)/24 = 4.2, 4, 2.26667, 1.40426, 1.29167; sum 13.16259.
    expect(run.boundedSlowdown).toEqual({ mean: 2.6325, p50: 2.2667, p95: 4.2, p99: 4.2, max: 4.2 });
    expect(run.makespanMs).toBe(s(132));
    expect(run.jobs).toEqual({
      ...{ total: 5, succeeded: 5, failed: 0, attempts: 5 },
      byOutcome: [{ outcome: "succeeded", jobs: 5 }],
    });
    expect(run.shares).toEqual([]);
    // vCPU: (4 x 11 + 4 x 57.5) / (4 x 30 + 4 x 120) = 274 / 600.
    // Memory: (16 x 5.5 + 32 x 84.5) / (16 x 30 + 32 x 120) = 2792 / 4320.
    expect(run.utilisation).toEqual({ vcpu: 0.45667, memory: 0.6463, gpu: null });
    // Billed 60 + 140 s = 0.0556 h; lives 50 and 140 s.
    expect(run.instances).toEqual({ launched: 2, peak: 2, instanceHours: 0.056, meanLifeMs: s(95) });
  });

  it("cannot beat the floor", () => {
    // vCPU-seconds 2 x (4 + 2 + 30 + 24) + 1 x 94 = 214; GiB-seconds 4 x 60 + 24 x 94 = 2496.
    // Dual: 4 v + 16 m <= 730800, 4 v + 32 m <= 1450800. At its corners (182700, 0): 39097800; (2700, 45000): 112897800;
    // (0, 45337.5): 113162400, the best. / 3600 = 31434. Memory alone has a worth, and only r is sold at it.
    const demand = demandOf(workload, profiles);
    expect(costFloor(demand, tables.pools, tables.instanceTypes, OVERHEAD, "on-demand")).toEqual({
      market: "on-demand",
      microUsd: 31434,
      microUsdPerVcpuHour: 0,
      microUsdPerGibHour: 45337.5,
      microUsdPerGpuHour: 0,
      bindingInstanceTypes: ["r"],
    });
    expect(summariseWorkload(workload, profiles)).toEqual({
      jobs: 5,
      shapes: 2,
      queues: ["main"],
      originMs: 0,
      submitSpanMs: s(70),
      vcpuHours: 0.059, // 214 / 3600
      memoryGibHours: Math.round((2496 / 3600) * 1000) / 1000,
      gpuHours: 0,
      // 2 4 24 30 94: mean 154 / 5.
      runtimeMs: { mean: s(30.8), p50: s(24), p95: s(94), p99: s(94), max: s(94) },
    });
  });
});
