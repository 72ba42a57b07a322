// How many instances EC2 has for us in each pool over time: replayed where the world has a series, else by the seeded
// process (spot only), else without limit. A pool that goes partly or wholly off takes many instances at once, which is how
// spot capacity is lost: availability traces are bursty, nearly all or nothing (Wu et al., NSDI 2024). A model: AWS publishes
// no capacities.

import { exp } from "../../base/exact-math.js";
import { type RandomStream, randomStream } from "../../base/random.js";
import { MILLI } from "../../base/units.js";
import type { CapacityProcess, CapacitySeries, MarketModel } from "../../model/market.js";
import type { MarketPool } from "./market-pool.js";

const Phase = { On: 0, Partial: 1, Off: 2 } as const;
type Phase = (typeof Phase)[keyof typeof Phase];

export class PoolCapacity {
  /** Per pool: instances that there can be now; Infinity: as many as one likes. */
  readonly instances: Float64Array;
  private readonly pools: readonly MarketPool[];
  private readonly market: MarketModel;
  private readonly seed: number;
  /** Per pool, of the process: what it has when it is on, and where it stands. */
  private readonly vcpuMilli: Float64Array;
  private readonly phase: Uint8Array;
  /** Per pool: entries of its series that are past; with a process after it, the last entry is where that takes over. */
  private readonly past: Int32Array;
  private readonly streams: (RandomStream | undefined)[] = [];

  constructor(pools: readonly MarketPool[], market: MarketModel, seed: number) {
    this.pools = pools;
    this.market = market;
    this.seed = seed;
    this.instances = new Float64Array(pools.length).fill(Number.POSITIVE_INFINITY);
    this.vcpuMilli = new Float64Array(pools.length);
    this.phase = new Uint8Array(pools.length);
    this.past = new Int32Array(pools.length);
  }

  /** Sets a pool's capacity at the start of the run; returns when it changes first, ms (Infinity: never). */
  begin(pool: number): number {
    return this.seriesOf(pool) === null ? this.beginProcess(pool, 0) : this.step(pool, 0);
  }

  /** Takes the change of a pool's capacity that is due; returns when the next one is. */
  step(pool: number, nowMs: number): number {
    const series = this.seriesOf(pool);
    if (series !== null && this.past[pool]! < series.timesMs.length) return this.replay(pool, series, nowMs);
    return this.enter(pool, this.nextPhase(pool), nowMs);
  }

  private seriesOf(pool: number): CapacitySeries | null {
    return this.market.capacitySeries[pool] ?? null;
  }

  private replay(pool: number, { timesMs, instances }: CapacitySeries, nowMs: number): number {
    let entry = this.past[pool]!;
    while (entry < timesMs.length && timesMs[entry]! <= nowMs) entry++;
    this.past[pool] = entry;
    this.instances[pool] = instances[entry - 1]!;
    return entry < timesMs.length ? timesMs[entry]! : this.beginProcess(pool, nowMs);
  }

  /** A pool is found in a phase as often as it is in it in the long run. Without a process nothing changes any more. */
  private beginProcess(pool: number, nowMs: number): number {
    const model = this.market.capacity;
    const { isSpot, name } = this.pools[pool]!;
    if (model === null || !isSpot) return Number.POSITIVE_INFINITY;
    const stream = randomStream(this.seed, `capacity/${name}`);
    this.streams[pool] = stream;
    this.vcpuMilli[pool] = MILLI * model.medianVcpus * exp(model.sigma * stream.normal());
    const partialMs = model.partialChance * model.meanPartialMs;
    const offMs = (1 - model.partialChance) * model.meanOffMs;
    const at = stream.uniform() * (model.meanOnMs + partialMs + offMs);
    const phase = at < model.meanOnMs ? Phase.On : at < model.meanOnMs + partialMs ? Phase.Partial : Phase.Off;
    return this.enter(pool, phase, nowMs);
  }

  /** "On" ends in "partly on" or "off", and these end in "on". A phase without duration is left out. */
  private nextPhase(pool: number): Phase {
    if (this.phase[pool] !== Phase.On) return Phase.On;
    const model = this.market.capacity!;
    const next = this.streams[pool]!.uniform() < model.partialChance ? Phase.Partial : Phase.Off;
    return meanMs(model, next) === 0 ? Phase.On : next;
  }

  private enter(pool: number, phase: Phase, nowMs: number): number {
    const model = this.market.capacity!;
    this.phase[pool] = phase;
    const share = phase === Phase.On ? 1 : phase === Phase.Partial ? model.partialShare : 0;
    this.instances[pool] = Math.floor((share * this.vcpuMilli[pool]!) / this.pools[pool]!.vcpuMilli);
    return nowMs + Math.max(1, Math.round(this.streams[pool]!.exponential(meanMs(model, phase))));
  }
}

function meanMs(model: CapacityProcess, phase: Phase): number {
  if (phase === Phase.On) return model.meanOnMs;
  return phase === Phase.Partial ? model.meanPartialMs : model.meanOffMs;
}
