// The pricing problem of column generation: of all ways to fill one instance of a type, the one that earns most at given prices
// per job, less the cost of the instance. A bounded knapsack with several resources, solved by branch and bound.
//
// Bound of a branch: the resources are added up with weights into one (a surrogate relaxation: whatever fits all of them fits
// their sum), and what is left is filled with fractions of jobs, the best price per unit of it first. The weights with the
// lowest bound are searched by halving steps; from one round to the next prices change little, so that each type goes on
// from the weights it had. Every order that is tried on the way is also filled greedily: one of them is often the best fill.

import type { Shape } from "../../model/job.js";
import { type Candidate, jobsThatFit } from "./candidates.js";

/** Fills closer to the best one than this are not looked for; in units of the cost of the cheapest type. */
const TOLERANCE = 1e-9;

/** A fill is worth having when it earns this part of the cheapest type's price beyond its cost: the solver is no more exact. */
export const EARNS = 1e-6;

/** Weights are searched until steps are this small; the bound hardly moves then. */
const LEAST_STEP = 1 / 512;

/** Fills of a type that are handed back at the most: the best ones found on the way are of use beside the last. */
const MOST_FILLS = 4;

/** Items of which pairs are tried. */
const PAIRED_ITEMS = 12;

export interface BestFills {
  /** Jobs per row of fills that earn more than they cost, each better than those before it. */
  readonly fills: readonly Int32Array[];
  /** No fill earns more than this beyond its cost. */
  readonly bound: number;
}

/** Parts of memory and of GPUs in the surrogate resource; the rest is that of vCPUs. */
interface Weights {
  memory: number;
  gpu: number;
  step: number;
}

export class Knapsack {
  /** Items looked at so far, over all problems: the measure of effort, the same on every machine. */
  work = 0;
  private readonly rows: readonly Shape[];
  private readonly weightsOf = new Map<Candidate, Weights>();
  /** Rows that may go onto the instance in hand, in the order of the search; the columns below are in that order. */
  private items: number[] = [];
  private readonly price: Float64Array;
  private readonly weight: Float64Array;
  private readonly most: Int32Array;
  private readonly vcpuMilli: Float64Array;
  private readonly memoryMib: Float64Array;
  private readonly gpuMilli: Float64Array;
  private readonly mostOfRow: Int32Array;
  private readonly weightOfRow: Float64Array;
  private prices: Float64Array;
  private counts: Int32Array;
  private fills: Int32Array[] = [];
  /** What a fill must earn to be kept. */
  private leastValue = 0;
  private bestValue = 0;
  private mostWork = 0;
  private isComplete = true;

  /** `rows`: the shape of each row. */
  constructor(rows: readonly Shape[]) {
    this.rows = rows;
    this.price = new Float64Array(rows.length);
    this.weight = new Float64Array(rows.length);
    this.most = new Int32Array(rows.length);
    this.vcpuMilli = new Float64Array(rows.length);
    this.memoryMib = new Float64Array(rows.length);
    this.gpuMilli = new Float64Array(rows.length);
    this.mostOfRow = new Int32Array(rows.length);
    this.weightOfRow = new Float64Array(rows.length);
    this.prices = new Float64Array(rows.length);
    this.counts = new Int32Array(rows.length);
  }

  /** Fills a type that costs so much. Stops after so much more work. */
  fill(
    candidate: Candidate,
    cost: number,
    prices: Float64Array,
    demand: readonly number[],
    mostWork: number,
  ): BestFills {
    this.prices = prices;
    this.fills = [];
    this.leastValue = cost + EARNS;
    this.bestValue = 0;
    this.isComplete = true;
    this.items = [];
    this.rows.forEach((shape, row) => {
      const most = Math.min(demand[row]!, jobsThatFit(shape, candidate));
      this.mostOfRow[row] = most;
      if (most > 0 && prices[row]! > 0) this.items.push(row);
    });
    const root = this.chooseWeights(candidate);
    this.fillWithPair(candidate);
    this.mostWork = this.work + mostWork;
    const { vcpuMilli, memoryMib, gpuMilli, mostJobs = Number.POSITIVE_INFINITY } = candidate;
    this.search(0, vcpuMilli, memoryMib, gpuMilli, 1, 0, mostJobs);
    const most = this.isComplete ? this.bestValue : root;
    return { fills: this.fills.slice(-MOST_FILLS), bound: most - cost };
  }

  /** Looks for weights with a lower bound, leaves the items in the order for them, and returns the bound. */
  private chooseWeights(candidate: Candidate): number {
    const weights = this.weightsOf.get(candidate) ?? { memory: 0.5, gpu: 0, step: 0.25 };
    this.weightsOf.set(candidate, weights);
    let lowest = this.boundAt(candidate, weights.memory, weights.gpu);
    const steps = candidate.gpuMilli > 0 ? DIRECTIONS : DIRECTIONS.slice(0, 2);
    const from = weights.step;
    for (let moved = true; moved || weights.step > LEAST_STEP; ) {
      if (!moved) weights.step /= 2;
      moved = false;
      for (const [memory, gpu] of steps) {
        const next = { memory: weights.memory + memory * weights.step, gpu: weights.gpu + gpu * weights.step };
        if (next.memory < 0 || next.gpu < 0 || next.memory + next.gpu > 1) continue;
        const bound = this.boundAt(candidate, next.memory, next.gpu);
        if (bound >= lowest) continue;
        lowest = bound;
        weights.memory = next.memory;
        weights.gpu = next.gpu;
        moved = true;
      }
    }
    weights.step = Math.max(from / 4, 8 * LEAST_STEP);
    return this.boundAt(candidate, weights.memory, weights.gpu);
  }

  /** The bound at the root with these weights; the columns are then in the order for them. */
  private boundAt(candidate: Candidate, memory: number, gpu: number): number {
    const { items, prices, weightOfRow } = this;
    const perVcpu = (1 - memory - gpu) / candidate.vcpuMilli;
    const perMib = memory / candidate.memoryMib;
    const perGpu = candidate.gpuMilli === 0 ? 0 : gpu / candidate.gpuMilli;
    for (const row of items) {
      const { vcpuMilli, memoryMib, gpuMilli } = this.rows[row]!;
      weightOfRow[row] = vcpuMilli * perVcpu + memoryMib * perMib + gpuMilli * perGpu;
    }
    items.sort((a, b) => prices[b]! * weightOfRow[a]! - prices[a]! * weightOfRow[b]! || a - b);
    for (let at = 0; at < items.length; at++) {
      const row = items[at]!;
      const shape = this.rows[row]!;
      this.price[at] = prices[row]!;
      this.weight[at] = weightOfRow[row]!;
      this.most[at] = this.mostOfRow[row]!;
      this.vcpuMilli[at] = shape.vcpuMilli;
      this.memoryMib[at] = shape.memoryMib;
      this.gpuMilli[at] = shape.gpuMilli;
    }
    this.work += items.length;
    this.fillFrom(candidate, 0, 0, 0, 0);
    return this.fraction(0, 1);
  }

  /**
   * The linear relaxation of a fill mixes two kinds of jobs where two resources are short: of the first items, which are those
   * with the best prices, the two that earn most together are put on in their best numbers, and then what else fits.
   */
  private fillWithPair(candidate: Candidate): void {
    const { vcpuMilli, memoryMib, gpuMilli, mostJobs = Number.POSITIVE_INFINITY } = candidate;
    const most = Math.min(this.items.length, PAIRED_ITEMS);
    let best = { a: 0, b: 0, countA: 0, countB: 0, value: 0 };
    for (let a = 0; a < most; a++) {
      const mostA = Math.min(mostJobs, this.roomFor(a, vcpuMilli, memoryMib, gpuMilli));
      for (let b = a + 1; b < most; b++) {
        for (let countA = mostA; countA > 0; countA--) {
          const vcpuThen = vcpuMilli - countA * this.vcpuMilli[a]!;
          const memoryThen = memoryMib - countA * this.memoryMib[a]!;
          const gpuThen = gpuMilli - countA * this.gpuMilli[a]!;
          const countB = Math.min(mostJobs - countA, this.roomFor(b, vcpuThen, memoryThen, gpuThen));
          const value = countA * this.price[a]! + countB * this.price[b]!;
          if (value > best.value) best = { a, b, countA, countB, value };
        }
        this.work += mostA;
      }
    }
    this.fillFrom(candidate, best.a, best.countA, best.b, best.countB);
  }

  /** So many of two items, then as many of each item as fit, one after the other. */
  private fillFrom(candidate: Candidate, a: number, countA: number, b: number, countB: number): void {
    const { counts, items } = this;
    let { vcpuMilli, memoryMib, gpuMilli, mostJobs = Number.POSITIVE_INFINITY } = candidate;
    let value = 0;
    counts.fill(0);
    const put = (at: number, count: number) => {
      counts[items[at]!] = counts[items[at]!]! + count;
      value += count * this.price[at]!;
      vcpuMilli -= count * this.vcpuMilli[at]!;
      memoryMib -= count * this.memoryMib[at]!;
      gpuMilli -= count * this.gpuMilli[at]!;
      mostJobs -= count;
    };
    if (countA > 0) put(a, countA);
    if (countB > 0) put(b, countB);
    for (let at = 0; at < items.length; at++) {
      const more = this.most[at]! - counts[items[at]!]!;
      const count = Math.min(more, mostJobs, this.roomFor(at, vcpuMilli, memoryMib, gpuMilli));
      if (count > 0) put(at, count);
    }
    this.keep(value);
    counts.fill(0);
  }

  private keep(value: number): void {
    if (value <= this.bestValue) return;
    this.bestValue = value;
    if (value > this.leastValue) this.fills.push(this.counts.slice());
  }

  /** What the items from `from` on can add at the most, where so much of the surrogate resource is free. */
  private fraction(from: number, free: number): number {
    const { price, weight, most } = this;
    const end = this.items.length;
    let left = free;
    let sum = 0;
    let at = from;
    for (; at < end; at++) {
      const all = most[at]! * weight[at]!;
      if (all > left) {
        sum += (left / weight[at]!) * price[at]!;
        break;
      }
      sum += most[at]! * price[at]!;
      left -= all;
    }
    this.work += at - from + 1;
    return sum;
  }

  /**
   * Tries the items from `at` on, as many of each as fit first. Fewer of an item than fit bound the rest the lower the fewer:
   * the first count that is not worth it ends the row.
   */
  private search(
    at: number,
    vcpuMilli: number,
    memoryMib: number,
    gpuMilli: number,
    free: number,
    value: number,
    mostJobs: number,
  ): void {
    this.keep(value);
    let next = at;
    let most = 0;
    for (; next < this.items.length; next++) {
      most = Math.min(mostJobs, this.roomFor(next, vcpuMilli, memoryMib, gpuMilli));
      if (most > 0) break;
    }
    if (next === this.items.length) return;
    const row = this.items[next]!;
    for (let count = most; count >= 0; count--) {
      const freeThen = free - count * this.weight[next]!;
      const valueThen = value + count * this.price[next]!;
      if (valueThen + this.fraction(next + 1, freeThen) <= this.bestValue + TOLERANCE) break;
      if (this.work > this.mostWork) {
        this.isComplete = false;
        break;
      }
      this.counts[row] = count;
      this.search(
        next + 1,
        vcpuMilli - count * this.vcpuMilli[next]!,
        memoryMib - count * this.memoryMib[next]!,
        gpuMilli - count * this.gpuMilli[next]!,
        freeThen,
        valueThen,
        mostJobs - count,
      );
    }
    this.counts[row] = 0;
  }

  private roomFor(at: number, vcpuMilli: number, memoryMib: number, gpuMilli: number): number {
    const needVcpu = this.vcpuMilli[at]!;
    const needMemory = this.memoryMib[at]!;
    const needGpu = this.gpuMilli[at]!;
    if (needVcpu > vcpuMilli || needMemory > memoryMib || needGpu > gpuMilli) return 0;
    let count = this.most[at]!;
    if (count * needVcpu > vcpuMilli) count = Math.floor(vcpuMilli / needVcpu);
    if (count * needMemory > memoryMib) count = Math.floor(memoryMib / needMemory);
    if (count * needGpu > gpuMilli) count = Math.floor(gpuMilli / needGpu);
    return count;
  }
}

/** Steps of the weights of memory and GPUs; the last ones only where there are GPUs. */
const DIRECTIONS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;
