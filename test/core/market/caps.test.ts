// What holds whatever a market answers: EC2 is played by chance, and answers a launch from any pool that it allows.

import fc from "fast-check";
import { expect, it } from "vitest";
import { DIVERSE_FLEET } from "../../../src/core/market/spot-fleet.js";
import { EventKind } from "../../../src/model/event.js";
import { EndCause, RefusalReason } from "../../../src/model/market.js";
import { Outcome, packOutcome } from "../../../src/model/outcome.js";
import type { ProvisioningPolicy } from "../../../src/model/policy.js";
import { environment, instanceType, job, pool, s, shape } from "../../builders.js";
import { Drive } from "./drive.js";

const TYPES = [2, 4, 8, 16].map((vcpus) => instanceType(`m${vcpus}`, vcpus, 4 * vcpus));
/** Two spot zones per type, nearly of one price per instance, so that launches allow types of several sizes. */
const SPOT = TYPES.flatMap((_, type) => [0, 1].map((zone) => pool(type, 0.2 + 0.005 * type + 0.003 * zone, "spot")));
const POOLS = [...SPOT, ...TYPES.map((_, type) => pool(type, 0.5 * (type + 1)))];
const SHAPES = [shape(1, 2), shape(2, 8), shape(4, 8)];
const MAX_VCPUS = 60;
const REFUSAL_MS = s(180);

const settings = fc.record({
  provisioning: fc.constantFrom<ProvisioningPolicy>(
    "best-fit",
    "first-fit-decreasing",
    "karpenter",
    "cluster-autoscaler",
    "elastigroup",
  ),
  poolsPerLaunch: fc.constantFrom(1, 3, 60),
  countsRework: fc.boolean(),
  jobsPerInstance: fc.constantFrom(null, 1, 3),
  poolShare: fc.constantFrom(null, 0.3, 0.6),
  fallbackAfterMs: fc.constantFrom(null, 0, s(300)),
  headroom: fc.constantFrom(0, 2),
});
const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: s(120) }),
    jobs: fc.nat(12),
    jobClass: fc.nat(SHAPES.length - 1),
    /** Of each launch: refused, or granted from which of its pools. */
    answers: fc.array(fc.nat(9), { minLength: 1, maxLength: 8 }),
    ends: fc.nat(6),
    loses: fc.nat(2),
    why: fc.constantFrom(RefusalReason.Capacity, RefusalReason.Quota, RefusalReason.Throttled),
  }),
  { minLength: 1, maxLength: 25, size: "max" },
);
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;
type Step = (typeof steps extends fc.Arbitrary<infer T> ? T : never)[number];

class ChancyMarket {
  readonly drive: Drive;
  private readonly settings: Settings;
  /** By pool: when it last began to be left alone. */
  private readonly refusedMs = new Map<number, number>();
  /** Running instances and their pools. */
  private readonly running = new Map<number, number>();
  private readonly jobsOn = new Map<number, Set<number>>();
  private submitted = 0;

  constructor(chosen: Settings) {
    const { provisioning, poolsPerLaunch, countsRework, jobsPerInstance, poolShare, fallbackAfterMs } = chosen;
    this.settings = chosen;
    const blastRadius = { jobsPerInstance, vcpuHoursPerInstance: null, poolShare };
    const spotPools = SPOT.map((_, index) => index);
    this.drive = new Drive({
      types: TYPES,
      pools: POOLS,
      jobs: SHAPES.map((wanted) => job(0, s(10), wanted)),
      environments: [
        environment(spotPools, {
          maxVcpuMilli: MAX_VCPUS * 1_000,
          onDemandPools: TYPES.map((_, type) => SPOT.length + type),
        }),
      ],
      strategy: {
        provisioning,
        queueDiscipline: "fifo-skip",
        headroom: { units: chosen.headroom, vcpuMilli: 1_000, memoryMib: 1_024, gpuMilli: 0, automaticShare: 0 },
        spot: { countsRework, poolsPerLaunch, fallbackAfterMs, blastRadius, refusalMs: REFUSAL_MS },
      },
    });
  }

  step({ afterMs, jobs, jobClass, answers, ends, loses, why }: Step): void {
    const { drive } = this;
    drive.nowMs += afterMs;
    for (let i = 0; i < loses; i++) this.loseOne();
    for (let i = 0; i < ends; i++) this.endOne();
    drive.submit(this.submitted, jobs, jobClass);
    this.submitted += jobs;
    drive.decide();
    this.seePlacements();
    this.checkLaunches();
    for (const instance of drive.ended.splice(0)) this.running.delete(instance);
    drive.asked.splice(0).forEach(({ instance, pools }, index) => {
      const answer = answers[index % answers.length]!;
      if (answer < 3) this.refuse(instance, pools, why);
      else this.grant(instance, pools[answer % pools.length]!);
    });
    this.checkVcpus();
  }

  private refuse(instance: number, pools: readonly number[], why: RefusalReason): void {
    for (const refused of pools) {
      this.drive.tell(EventKind.PoolRefused, refused, why);
      const isNew = this.drive.nowMs - (this.refusedMs.get(refused) ?? Number.NEGATIVE_INFINITY) >= REFUSAL_MS;
      if (why !== RefusalReason.Throttled && isNew) this.refusedMs.set(refused, this.drive.nowMs);
    }
    this.drive.tell(EventKind.LaunchRefused, instance);
  }

  private grant(instance: number, granted: number): void {
    this.drive.tell(EventKind.InstanceRunning, instance, granted);
    this.drive.tell(EventKind.InstanceRegistered, instance);
    this.running.set(instance, granted);
    this.jobsOn.set(instance, new Set());
  }

  private seePlacements(): void {
    const { jobsPerInstance } = this.settings;
    for (const [placed, instance] of this.drive.placed) {
      const jobs = this.jobsOn.get(instance)!;
      jobs.add(placed);
      if (jobsPerInstance !== null && POOLS[this.running.get(instance)!]!.market === "spot") {
        expect(jobs.size).toBeLessThanOrEqual(jobsPerInstance);
      }
    }
    this.drive.placed.clear();
  }

  private checkLaunches(): void {
    const { poolShare } = this.settings;
    for (const { pools } of this.drive.asked) {
      for (const asked of pools) {
        const since = this.drive.nowMs - (this.refusedMs.get(asked) ?? Number.NEGATIVE_INFINITY);
        expect(since).toBeGreaterThanOrEqual(REFUSAL_MS);
      }
    }
    if (poolShare === null) return;
    const perPool = new Float64Array(POOLS.length);
    const spot = [...this.running.values()].filter((held) => POOLS[held]!.market === "spot");
    for (const held of spot) perPool[held] = perPool[held]! + vcpusOf(held);
    const asked = this.drive.asked.map(({ pools }) => pools).filter(([first]) => POOLS[first!]!.market === "spot");
    for (const [first] of asked) perPool[first!] = perPool[first!]! + vcpusOf(first!);
    const total = perPool.reduce((sum, held) => sum + held, 0);
    for (const pools of spot.length >= DIVERSE_FLEET ? asked : []) {
      expect(pools).toHaveLength(1);
      // Types have two zones: half is the least that must always be allowed.
      expect(perPool[pools[0]!]! - vcpusOf(pools[0]!)).toBeLessThan(Math.max(poolShare, 0.5) * total);
    }
  }

  private checkVcpus(): void {
    let vcpus = 0;
    for (const held of this.running.values()) vcpus += vcpusOf(held);
    expect(vcpus).toBeLessThanOrEqual(MAX_VCPUS);
  }

  private endOne(): void {
    for (const [instance, jobs] of this.jobsOn) {
      const [first] = jobs;
      if (first === undefined || !this.running.has(instance)) continue;
      jobs.delete(first);
      this.drive.tell(EventKind.JobEnded, first, this.drive.nowMs);
      return;
    }
  }

  private loseOne(): void {
    const [instance] = this.running.keys();
    if (instance === undefined) return;
    const lost = this.running.get(instance)!;
    this.running.delete(instance);
    for (const gone of this.jobsOn.get(instance)!) {
      this.drive.tell(EventKind.JobEnded, gone, Number.NaN, packOutcome(Outcome.HostTerminated, 0));
    }
    this.drive.tell(EventKind.InstanceLost, instance, EndCause.Reclaimed);
    if (POOLS[lost]!.market === "spot") this.refusedMs.set(lost, this.drive.nowMs);
  }
}

const vcpusOf = (held: number) => TYPES[POOLS[held]!.instanceType]!.vcpuMilli / 1_000;

it("keeps maxvCpus, jobs per instance, and away from pools that have refused", () => {
  fc.assert(
    fc.property(settings, steps, (chosen, all) => {
      const market = new ChancyMarket(chosen);
      for (const step of all) market.step(step);
    }),
    { numRuns: 150 },
  );
});
