// A proven lower bound on what any schedule could have paid. Give each resource a price w >= 0 such that no instance type
// sells its capacity for less than it is worth: w . capacity <= price. Then whoever runs the jobs pays at least
// demand . w, because every hour of every instance costs at least the worth of what ran on it. The best such w is the
// dual solution of the fractional covering problem, a linear program with three variables. The bound knows all run times
// (it is clairvoyant), ignores boot, idleness and indivisibility, and so no policy can reach it in general. Where prices move,
// each pool's lowest one makes it hold for whenever the jobs ran. It bounds what hours cost: hours that EC2 refunds can push a
// bill below it, so it is compared with cost and refunds together.

import { assert } from "../base/assert.js";
import { MIB_PER_GIB, MILLI, MS_PER_HOUR } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import type { InstanceType, Market, Pool } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import type { Floor } from "../model/run-result.js";
import { NONE } from "../model/tables.js";
import { maximise } from "./linear-program.js";
import { pricesOf } from "./price-integral.js";

/** An instance type counts as binding when the dual solution meets its price to this share. */
const BINDING_TOLERANCE = 1e-6;

export interface ResourceHours {
  readonly vcpuHours: number;
  readonly memoryGibHours: number;
  readonly gpuHours: number;
}

/**
 * What all jobs of a workload use while they run: request times true run time, on every node. Of a job whose attempts are
 * scripted it is the first attempt, which no schedule can spare; retries come on top. An attempt ends at its timeout.
 */
export function demandOf(workload: Workload, profiles: Profiles): ResourceHours {
  const isPlain = profiles.script.length === 0 && workload.jobDefinition.length === 0;
  const runtimeMsOfShape = new Float64Array(workload.shapes.length);
  for (let job = 0; job < workload.jobCount; job++) {
    const { shape, nodes } = workload.classes[workload.jobClass[job]!]!;
    const runMs = isPlain ? profiles.runtimeMs[job]! : firstAttemptMs(workload, profiles, job);
    runtimeMsOfShape[shape] = runtimeMsOfShape[shape]! + nodes * runMs;
  }
  let vcpu = 0;
  let memory = 0;
  let gpu = 0;
  workload.shapes.forEach((shape, index) => {
    const hours = runtimeMsOfShape[index]! / MS_PER_HOUR;
    vcpu += (shape.vcpuMilli / MILLI) * hours;
    memory += (shape.memoryMib / MIB_PER_GIB) * hours;
    gpu += (shape.gpuMilli / MILLI) * hours;
  });
  return { vcpuHours: vcpu, memoryGibHours: memory, gpuHours: gpu };
}

/** How long a job's first attempt runs, ms; 0 when it cannot start. */
function firstAttemptMs(workload: Workload, profiles: Profiles, job: number): number {
  const script = profiles.script.length === 0 ? NONE : profiles.script[job]!;
  const attempt = script === NONE ? undefined : profiles.scripts[script]![0]!;
  if (attempt?.cannotStart) return 0;
  const runMs = attempt === undefined || Number.isNaN(attempt.runtimeMs) ? profiles.runtimeMs[job]! : attempt.runtimeMs;
  const definition = workload.jobDefinition.length === 0 ? 0 : workload.jobDefinition[job]!;
  const { timeoutMs } = workload.definitions[definition]!;
  return Number.isNaN(timeoutMs) ? runMs : Math.min(runMs, timeoutMs);
}

/** The lowest price that each pool had while any of a number of runs lasted. */
export class LowestPrices {
  private readonly byPool = new Map<string, number>();

  /** Takes the prices of a finished run; all runs have the same pools. */
  add(ledger: Ledger): void {
    const prices = pricesOf(ledger);
    ledger.tables.pools.forEach((pool, index) => {
      const key = keyOf(pool);
      this.byPool.set(key, Math.min(this.byPool.get(key) ?? Number.POSITIVE_INFINITY, prices.lowest(index)));
    });
  }

  /** The pool at its lowest price; as it is when no run had it. */
  applyTo(pool: Pool): Pool {
    return { ...pool, priceMicroUsdPerHour: this.byPool.get(keyOf(pool)) ?? pool.priceMicroUsdPerHour };
  }
}

function keyOf({ instanceType, zone, market }: Pool): string {
  return `${instanceType}/${market}/${zone}`;
}

/**
 * The floor for a demand when every given pool may be bought without limit. `overheadMicroUsdPerHour` is what each
 * instance costs beside its price. `market` only labels the answer.
 */
export function costFloor(
  demand: ResourceHours,
  pools: readonly Pool[],
  instanceTypes: readonly InstanceType[],
  overheadMicroUsdPerHour: number,
  market: Market,
): Floor {
  const capacity = pools.map((pool) => {
    const type = instanceTypes[pool.instanceType]!;
    return [type.vcpuMilli / MILLI, type.memoryMib / MIB_PER_GIB, type.gpuMilli / MILLI];
  });
  const prices = pools.map((pool) => pool.priceMicroUsdPerHour + overheadMicroUsdPerHour);
  // A resource without demand gets no price: its column would only make the program larger.
  const wanted = [demand.vcpuHours, demand.memoryGibHours, demand.gpuHours];
  const worth = maximise(wanted, capacity, prices);
  assert(worth !== null, "the demand contains a resource that no pool sells");
  const certified = makeFeasible(worth, capacity, prices);
  const microUsd = wanted.reduce((sum, hours, i) => sum + hours * certified[i]!, 0);
  const binding = pools
    .filter((_, i) => value(certified, capacity[i]!) >= prices[i]! * (1 - BINDING_TOLERANCE))
    .map((pool) => instanceTypes[pool.instanceType]!.name);
  return {
    market,
    microUsd: Math.floor(microUsd),
    microUsdPerVcpuHour: certified[0]!,
    microUsdPerGibHour: certified[1]!,
    microUsdPerGpuHour: certified[2]!,
    bindingInstanceTypes: [...new Set(binding)].sort(),
  };
}

/** Scales w down until rounding in the solver cannot have left it above any price: the bound stays a bound. */
function makeFeasible(worth: readonly number[], capacity: readonly number[][], prices: readonly number[]): number[] {
  let excess = 1;
  capacity.forEach((row, i) => {
    if (prices[i]! > 0) excess = Math.max(excess, value(worth, row) / prices[i]!);
  });
  return worth.map((w) => w / excess);
}

function value(worth: readonly number[], row: readonly number[]): number {
  return worth[0]! * row[0]! + worth[1]! * row[1]! + worth[2]! * row[2]!;
}
