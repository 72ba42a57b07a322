// Five jobs on two instance types, worked out by hand from the definitions in src/model/billing.ts and the rules of
// best fit, to the last micro-USD.
//
//   type   vCPUs  GiB   USD/h   micro-USD/ms   price shares (given, not derived: round numbers)
//   c      4      8     0.72    0.2            3/4 vCPU, 1/4 memory
//   r      4      32    1.44    0.4            1/2 vCPU, 1/2 memory
//   every instance: root volume 3600 micro-USD/h (1 per s), IPv4 7200 (2 per s): overhead 10800
//
//   job  name   submit  vCPUs  GiB  run time
//   0    a      0       2      2    4 s      "thin"
//   1    b      0       2      2    8 s      "thin"
//   2    c      0       2      2    30 s     "thin"
//   3    d      0       1      24   100 s    "fat"
//   4    e      70 s    2      2    23 s     "thin"
//
// World: 10 s until running, 20 s boot, 8 s pull of the first job on an instance, 2 s of later ones. Decisions every 15 s,
// idle delay 15 s, 60 s minimum charge.
//
// t = 0, nothing there. Least cost of one job per hour: thin: a c (0.7308 with overhead) holds 2 by vCPUs: 365400;
// an r (1.4508) holds 2: 725400; so 365400. Fat: only r holds one: 1450800. Largest first: fat, then thin.
//   c filled from {fat 1, thin 3}: 2 thin, worth 730800, price over worth 730800 / 730800 = 1.
//   r filled: 1 fat (3 vCPUs, 8 GiB left) + 1 thin, worth 1450800 + 365400 = 1816200, ratio 1450800 / 1816200 = 0.799.
//   => r once (no second fat). Rest {thin 2}: c ratio 1; r takes 2, worth 730800, ratio 1450800 / 730800 = 1.985. => c once.
//   Instance 0 is the r, instance 1 the c. Running at 10 s, registered at 30 s, itself on the grid.
// t = 30 s, in order of submission, least free vCPUs first, then least free memory:
//   jobs 0 and 1 go to the c (8 GiB against 32), which then is out of vCPUs; jobs 2 and 3 to the r.
//   Job 0 starts at 38 (first on the c), ends at 42; job 1 starts at 32, ends at 40; job 2 starts at 38 (first on the r),
//   ends at 68; job 3 starts at 32, ends at 132.
// t = 45: the c is idle since 42, to be ended at 42 + 15 = 57, on the grid 60. t = 60: ended, 50 s after it ran.
// t = 75: job 4 (of 70) goes to the r, starts at 77, ends at 100.
// The r is idle since 132, to be ended at 147, on the grid 150: 140 s after it ran.

import { describe, expect, it } from "vitest";
import { costFloor, demandOf } from "../../src/metrics/floor.js";
import { summariseRun, summariseWorkload } from "../../src/metrics/summary.js";
import type { LaunchDecision } from "../../src/model/decision.js";
import { simulate } from "../../src/sim/simulate.js";
import { instanceType, job, pool, s, shape, simulationInput, world } from "../builders.js";

const thin = shape(2, 2);
const fat = shape(1, 24);
const OVERHEAD = 3600 + 7200;

function input() {
  return simulationInput({
    types: [instanceType("c", 4, 8), instanceType("r", 4, 32)],
    pools: [pool(0, 0.72), pool(1, 1.44)],
    jobs: [
      job(0, s(4), thin, { name: "a" }),
      job(0, s(8), thin, { name: "b" }),
      job(0, s(30), thin, { name: "c" }),
      job(0, s(100), fat, { name: "d" }),
      job(s(70), s(23), thin, { name: "e" }),
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
    const { instances } = ledger;
    expect(Array.from(instances.pool.view())).toEqual([1, 0]);
    expect(Array.from(instances.requestedMs.view())).toEqual([0, 0]);
    expect(Array.from(instances.runningMs.view())).toEqual([s(10), s(10)]);
    expect(Array.from(instances.registeredMs.view())).toEqual([s(30), s(30)]);
    expect(Array.from(instances.endedMs.view())).toEqual([s(150), s(60)]);
  });

  it("gives the reasons", () => {
    const [first, second, endC, endR] = ledger.decisions;
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
      priceOverWorth: 1450800 / 1816200,
      runnerUpPool: 0,
      runnerUpPriceOverWorth: 1,
    };
    expect(first).toEqual(launch);
    // The r was requested just before: one in flight.
    const rest = { pool: 0, inFlight: 1, priceOverWorth: 1, runnerUpPool: 1, runnerUpPriceOverWorth: 1450800 / 730800 };
    expect(second).toEqual({ ...launch, ...rest });
    const end = { kind: "terminate", reason: "idle", idleDelayMs: s(15) };
    // Without the c the r's 4 vCPUs are left, then nothing.
    const endOfC = { timeMs: s(60), instance: 1, idleSinceMs: s(42), environmentVcpuMilli: 4000 };
    const endOfR = { timeMs: s(150), instance: 0, idleSinceMs: s(132), environmentVcpuMilli: 0 };
    expect(endC).toEqual({ ...end, ...endOfC });
    expect(endR).toEqual({ ...end, ...endOfR });
    expect(ledger.decisions.length).toBe(4);
  });

  it("places, starts and ends every job when it should", () => {
    const { attempts } = ledger;
    expect(Array.from(attempts.job.view())).toEqual([0, 1, 2, 3, 4]);
    expect(Array.from(attempts.instance.view())).toEqual([1, 1, 0, 0, 0]);
    expect(Array.from(attempts.placedMs.view())).toEqual([30, 30, 30, 30, 75].map(s));
    expect(Array.from(attempts.startedMs.view())).toEqual([38, 32, 38, 32, 77].map(s));
    expect(Array.from(attempts.endedMs.view())).toEqual([42, 40, 68, 132, 100].map(s));
    expect({ lastJobEndMs, stuckJobs }).toEqual({ lastJobEndMs: s(132), stuckJobs: 0 });
  });

  // The c, registered 30..60 (u: shares in use of vCPU and memory; D: the larger):
  //   30..40  jobs 0+1  u = 1, 1/2     D = 1    10 s
  //   40..42  job 0     u = 1/2, 1/4   D = 1/2   2 s, beside it 1/2 x 2 = 1 s left over, nobody comes any more: tail
  //   42..60  idle 18 s
  //   integrals: vCPU 10 + 1 = 11, memory 5 + 0.5 = 5.5, D 10 + 1 = 11.
  //   A thin job stands for 3/4 x 1/2 + 1/4 x 1/4 = 7/16. Pull (8 + 2) x 7/16 = 4.375; useful (4 + 8) x 7/16 = 5.25.
  //   Stranded: vCPU 3/4 x (11 - 11) = 0; memory 1/4 x (11 - 5.5) = 1.375. 4.375 + 5.25 + 18 + 1 + 1.375 = 30. Boot 20.
  //   Life 50: minimum charge 10. Billed 60 s.
  //   x 0.2 per ms: useful 1050, pull 875, boot 4000, idle 3600, tail 200, strandedMemory 275, minimum 2000. Sum 12000.
  // The r, registered 30..150:
  //   30..68    jobs 2+3  u = 3/4, 26/32 = 13/16  38 s: vCPU 28.5,  memory = D 30.875,  left over 38 x 3/16 = 7.125
  //   68..75    job 3     u = 1/4, 3/4             7 s: vCPU 1.75,  memory = D 5.25,    left over 1.75
  //   75..100   jobs 3+4  u = 3/4, 13/16          25 s: vCPU 18.75, memory = D 20.3125, left over 4.6875
  //   100..132  job 3     u = 1/4, 3/4            32 s: vCPU 8,     memory = D 24,      left over 8
  //   132..150  idle 18 s
  //   integrals: vCPU 57, memory = D = 80.4375. Up to the last placement (75) 7.125 + 1.75 = 8.875 unfilled; then tail
  //   4.6875 + 8 = 12.6875. Stranded vCPU 1/2 x (80.4375 - 57) = 11.71875, memory none.
  //   A thin job stands for 1/2 x 1/2 + 1/2 x 1/16 = 9/32, a fat one for 1/2 x 1/4 + 1/2 x 3/4 = 1/2.
  //   Pull 8 x 9/32 + 2 x 1/2 + 2 x 9/32 = 3.8125; useful 30 x 9/32 + 100 x 1/2 + 23 x 9/32 = 64.90625.
  //   In ms: useful 64906.25, pull 3812.5, idle 18000, unfilled 8875, tail 12687.5, strandedVcpu 11718.75: 120000.
  //   Whole ms, largest remainder: rounded down they sum to 119998; one more for strandedVcpu (.75), one for pull (.5,
  //   listed before tail): 64906, 3813, 18000, 8875, 12687, 11719. Boot 20000. Billed 140 s.
  //   x 0.4 = 56000: useful 25962.4, pull 1525.2, boot 8000, idle 7200, unfilled 3550, tail 5074.8, strandedVcpu 4687.6.
  //   Rounded down 55998; one more for tail (.8) and strandedVcpu (.6): 25962, 1525, 8000, 7200, 3550, 5075, 4688.
  // Storage 1 per s: 60 + 140 = 200. IPv4 2 per s: 120 + 280 = 400.
  it("splits the bill into its categories", () => {
    expect(run.cost.byCategory).toEqual([
      { category: "useful", microUsd: 1050 + 25962 },
      { category: "pull", microUsd: 875 + 1525 },
      { category: "boot", microUsd: 4000 + 8000 },
      { category: "idle", microUsd: 3600 + 7200 },
      { category: "unfilled", microUsd: 3550 },
      { category: "tail", microUsd: 200 + 5075 },
      { category: "strandedVcpu", microUsd: 4688 },
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
  // r: job 2 9/32 x 38 = 342/32, job 3 1/2 x 102 = 1632/32, job 4 9/32 x 25 = 225/32, together 2199/32.
  //   56420 x 342/2199 = 8774.73, x 1632/2199 = 41872.41, x 225/2199 = 5772.85.
  // Rounded down they sum to 68597; one more each for e (.85), c (.73), a (.64).
  it("charges the jobs with it", () => {
    expect(run.cost.byJobName).toEqual([
      { queue: "main", name: "d", jobs: 1, microUsd: 41872 },
      { queue: "main", name: "c", jobs: 1, microUsd: 8775 },
      { queue: "main", name: "a", jobs: 1, microUsd: 6644 },
      { queue: "main", name: "e", jobs: 1, microUsd: 5773 },
      { queue: "main", name: "b", jobs: 1, microUsd: 5536 },
    ]);
    expect(run.cost.byQueue).toEqual([{ queue: "main", jobs: 5, microUsd: 68600 }]);
  });

  it("measures waits, use and size", () => {
    // Start - submission: 38, 32, 38, 32, 77 - 70 = 7. Mean 147 / 5 = 29.4. Sorted 7 32 32 38 38: the 3rd is the median.
    expect(run.waitMs).toEqual({ mean: s(29.4), p50: s(32), p95: s(38), p99: s(38), max: s(38) });
    // (38+4)/10, (32+8)/10, (38+30)/30, (32+100)/100, (7+23)/23 = 4.2, 4, 2.26667, 1.32, 1.30435; sum 13.09101.
    expect(run.boundedSlowdown).toEqual({ mean: 2.6182, p50: 2.2667, p95: 4.2, p99: 4.2, max: 4.2 });
    expect(run.makespanMs).toBe(s(132));
    expect(run.jobs).toEqual({ total: 5, succeeded: 5, failed: 0 });
    // vCPU: (4 x 11 + 4 x 57) / (4 x 30 + 4 x 120) = 272 / 600.
    // Memory: (8 x 5.5 + 32 x 80.4375) / (8 x 30 + 32 x 120) = 2618 / 4080.
    expect(run.utilisation).toEqual({ vcpu: 0.45333, memory: 0.64167, gpu: null });
    // Billed 60 + 140 s = 0.0556 h; lives 50 and 140 s.
    expect(run.instances).toEqual({ launched: 2, peak: 2, instanceHours: 0.056, meanLifeMs: s(95) });
  });

  it("cannot beat the floor", () => {
    // vCPU-seconds 2 x (4 + 8 + 30 + 23) + 1 x 100 = 230; GiB-seconds 2 x 65 + 24 x 100 = 2530.
    // Dual: 4 v + 8 m <= 730800, 4 v + 32 m <= 1450800. At its corners (182700, 0): 42021000; (122700, 30000): 104121000;
    // (0, 45337.5): 2530 x 45337.5 = 114703875, the best. / 3600 = 31862.19. Memory alone is priced, only r is sold at it.
    const demand = demandOf(workload, profiles);
    expect(costFloor(demand, tables.pools, tables.instanceTypes, OVERHEAD, "on-demand")).toEqual({
      market: "on-demand",
      microUsd: 31862,
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
      vcpuHours: 0.064, // 230 / 3600
      memoryGibHours: 0.703, // 2530 / 3600
      gpuHours: 0,
      // 4 8 23 30 100: mean 165 / 5.
      runtimeMs: { mean: s(33), p50: s(23), p95: s(100), p99: s(100), max: s(100) },
    });
  });
});
