// How long one decision takes when much waits and much runs: 100,000 pending jobs of 200 shapes, 5,000 registered instances
// with holes in them, 600 pools (200 instance types in three zones), prices that move between decisions. Beside it, a bare
// event heap in the same process that takes in and gives out as many events as jobs wait. Twice: at the default pace, and where
// one decision may launch as many instances as there are.
//
// Usage: npm run bench -- decision. Fails when the bound below does not hold.

import { EventHeap } from "../../src/base/event-heap.js";
import { hashText } from "../../src/base/hash.js";
import { randomStream } from "../../src/base/random.js";
import { MIB_PER_GIB, MILLI } from "../../src/base/units.js";
import { Engine } from "../../src/engine/engine.js";
import { type ActionBuffer, ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import type { InstanceType, Pool } from "../../src/model/instance-type.js";
import type { Shape } from "../../src/model/job.js";
import { NONE, type SystemTables } from "../../src/model/tables.js";
import { planRuns } from "../../src/run/replay.js";
import { tablesFor } from "../../src/run/tables.js";
import { prepare } from "./month.js";
import { middle, type Timed, timed } from "./timing.js";

/** Milliseconds that the median decision may take. */
const MAX_MEDIAN_MS = 100;
const PENDING = 100_000;
const SHAPES = 200;
const INSTANCES = 5_000;
const TYPES = 200;
const ZONES = ["use1-az1", "use1-az2", "use1-az3"];
const ROUNDS = 3;
/** Decisions measured in each round: the first one places, those behind it buy. */
const DECISIONS = 7;
/** Launches of one decision where pace hardly limits it. */
const FAST_PACE = 5_000;
const INTERVAL_MS = 15_000;

const chance = randomStream(1, "decision-bench");
const pick = <T>(list: readonly T[]): T => list[Math.floor(chance.uniform() * list.length)]!;

/** Sizes, memory and prices of EC2's general, compute and memory families, each a little dearer or cheaper. */
const types: readonly InstanceType[] = Array.from({ length: TYPES }, (_, index) => {
  const vcpus = [2, 4, 8, 16, 32, 48, 64, 96][index % 8]!;
  const gibPerVcpu = [2, 4, 8][Math.floor(index / 8) % 3]!;
  const memoryMib = Math.floor(vcpus * gibPerVcpu * MIB_PER_GIB * 0.93);
  return {
    name: `f${Math.floor(index / 8)}.${vcpus}`,
    architecture: "x86_64",
    vcpuMilli: vcpus * MILLI,
    memoryMib,
    nominalMemoryMib: vcpus * gibPerVcpu * MIB_PER_GIB,
    gpuMilli: 0,
    gpuName: "",
  };
});
const pools: readonly Pool[] = types.flatMap((type, instanceType) =>
  ZONES.map((zone) => ({
    instanceType,
    zone,
    market: "spot" as const,
    priceMicroUsdPerHour: Math.round(
      (type.vcpuMilli / MILLI) *
        (9_000 + 1_200 * (type.nominalMemoryMib / type.vcpuMilli)) *
        (0.8 + 0.4 * chance.uniform()),
    ),
    interruptionBand: Math.floor(5 * chance.uniform()),
  })),
);
const shapes: readonly Shape[] = Array.from({ length: SHAPES }, () => {
  const vcpus = pick([1, 1, 2, 2, 4, 4, 8, 16]);
  return {
    vcpuMilli: vcpus * MILLI,
    memoryMib: Math.round(vcpus * (1 + 6 * chance.uniform()) * MIB_PER_GIB * 0.9),
    gpuMilli: 0,
  };
});

/** The tables of the default strategy, with the types, pools and shapes above; `pace`: launches per decision, null: its own. */
function makeTables(pace: number | null): SystemTables {
  const { resolved, trace } = prepare("1h", 1);
  const plan = planRuns(resolved, trace)[0]!;
  const base = tablesFor(resolved, plan.environments, trace.workload, plan.strategy);
  const all = pools.map((_, index) => index);
  const { strategy } = base;
  return {
    ...base,
    strategy: pace === null ? strategy : { ...strategy, maxLaunchesPerDecision: pace },
    shapes,
    classes: shapes.map((_, shape) => ({ queue: 0, shape, share: 0, priority: 0, nodes: 1, consumables: 0 })),
    environments: [
      { ...base.environments[0]!, pools: all, onDemandPools: [], poolOrder: all, maxVcpuMilli: 1_000_000 * MILLI },
    ],
    pools,
    instanceTypes: types,
  };
}

class Crowd {
  readonly engine: Engine;
  nowMs = 0;
  private nextJob = 0;
  private readonly placed: number[] = [];

  constructor(tables: SystemTables) {
    this.engine = new Engine(tables, 2 * PENDING);
  }

  submit(jobs: number): void {
    for (let i = 0; i < jobs; i++) {
      const job = this.nextJob++;
      this.engine.ingest(EventKind.JobNamed, this.nowMs, job, job % SHAPES, 0);
      this.engine.ingest(EventKind.JobSubmitted, this.nowMs, job, job % SHAPES, Number.NaN);
    }
  }

  decide(): ActionBuffer {
    this.nowMs += INTERVAL_MS;
    return this.engine.evaluate(this.nowMs);
  }

  /** What EC2 and ECS answer: every launch registers at once. Returns how many did. */
  answer(actions: ActionBuffer): number {
    const launched: { readonly instance: number; readonly pool: number }[] = [];
    for (let i = 0; i < actions.length; i++) {
      if (actions.kind[i] === ActionKind.Launch) launched.push({ instance: actions.subject[i]!, pool: actions.a[i]! });
      if (actions.kind[i] === ActionKind.Place) this.placed.push(actions.subject[i]!);
    }
    for (const { instance, pool } of launched) {
      this.engine.ingest(EventKind.InstanceRunning, this.nowMs, instance, pool, 0);
      this.engine.ingest(EventKind.InstanceRegistered, this.nowMs, instance, NONE, 0);
    }
    return launched.length;
  }

  /** Ends a share of the jobs that run: holes all over the fleet. */
  endSome(share: number): void {
    this.nowMs += INTERVAL_MS;
    for (const job of this.placed) {
      if (chance.uniform() < share)
        this.engine.ingest(EventKind.JobEnded, this.nowMs, job, this.nowMs - INTERVAL_MS, 0);
    }
  }

  /** The prices of a tenth of the pools move. */
  movePrices(): void {
    for (let pool = 0; pool < pools.length; pool += 10) {
      const price = Math.round(pools[pool]!.priceMicroUsdPerHour * (0.99 + 0.02 * chance.uniform()));
      this.engine.ingest(EventKind.PriceChanged, this.nowMs, pool, price, 0);
    }
  }
}

function prepareCrowd(tables: SystemTables): Crowd {
  const crowd = new Crowd(tables);
  let registered = 0;
  while (registered < INSTANCES) {
    crowd.submit(SHAPES * 5);
    registered += crowd.answer(crowd.decide());
  }
  crowd.answer(crowd.decide());
  crowd.endSome(0.2);
  crowd.submit(PENDING);
  return crowd;
}

function bareHeap(): number {
  const heap = new EventHeap(PENDING);
  for (let i = 0; i < PENDING; i++) heap.push((i * 7_919) % PENDING, i);
  let sum = 0;
  while (heap.size > 0) sum += heap.pop();
  return sum;
}

interface Measured {
  readonly decisions: readonly Timed<ActionBuffer>[];
  readonly firsts: readonly number[];
  readonly placements: number;
  readonly launches: number;
  readonly hash: string;
}

function measure(tables: SystemTables, heaps: Timed<number>[]): Measured {
  const decisions: Timed<ActionBuffer>[] = [];
  const firsts: number[] = [];
  const text: string[] = [];
  let launches = 0;
  let placements = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const crowd = prepareCrowd(tables);
    for (let i = 0; i < DECISIONS; i++) {
      if (i > 0) crowd.movePrices();
      heaps.push(timed(bareHeap));
      const decision = timed(() => crowd.decide());
      decisions.push(decision);
      if (i === 0) firsts.push(decision.seconds);
      for (let row = 0; row < decision.value.length; row++) {
        const kind = decision.value.kind[row]!;
        text.push(`${kind} ${decision.value.subject[row]} ${decision.value.a[row]}`);
        if (kind === ActionKind.Launch) launches++;
        if (kind === ActionKind.Place) placements++;
      }
    }
  }
  return { decisions, firsts, placements, launches, hash: hashText(text.join("\n")) };
}

/** Prints what the decisions of one variant take; whether the bound holds. */
function report(name: string, measured: Measured, heaps: readonly Timed<number>[]): boolean {
  const { decisions, firsts, placements, launches, hash } = measured;
  const medianMs = middle(decisions) * 1_000;
  const worstMs = Math.max(...decisions.map(({ seconds }) => seconds)) * 1_000;
  console.log(`\n${name}`);
  console.log(
    `one decision            median ${medianMs.toFixed(1)} ms (bound ${MAX_MEDIAN_MS}), worst ${worstMs.toFixed(1)} ms; the first, which fills the holes, ${(Math.max(...firsts) * 1_000).toFixed(1)} ms`,
  );
  console.log(
    `in them                 ${placements} placements, ${launches} launches in ${decisions.length} decisions`,
  );
  console.log(`ratio to the bare heap  ${(middle(decisions) / middle(heaps)).toFixed(2)}`);
  console.log(`action hash             ${hash}`);
  return medianMs <= MAX_MEDIAN_MS;
}

const heaps: Timed<number>[] = [];
const paced = measure(makeTables(null), heaps);
const fast = measure(makeTables(FAST_PACE), heaps);
console.log(
  `state                   ${PENDING.toLocaleString("en")} pending jobs of ${SHAPES} shapes, ${INSTANCES.toLocaleString("en")} instances, ${pools.length} pools`,
);
console.log(
  `bare heap               ${PENDING.toLocaleString("en")} events in and out: ${(middle(heaps) * 1_000).toFixed(1)} ms`,
);
const pacedHolds = report("at the default pace", paced, heaps);
const fastHolds = report(`up to ${FAST_PACE.toLocaleString("en")} launches at once`, fast, heaps);
if (!pacedHolds || !fastHolds) {
  console.log("FAILED: the bound does not hold");
  process.exitCode = 1;
}
