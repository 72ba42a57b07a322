// EC2's side of the market in the simulated world: what pools cost, which of them answer a launch, and which instances are
// taken back. It has a heap of its own, whose events do not keep a run going.

import type { EventSink } from "../batch/batch-service.js";

/** Carries out what the market does to instances: their jobs end, the engine is told. */
export interface MarketVictims {
  /** EC2 takes an instance at this instant, or its host fails. */
  lose(instance: number, cause: number, timeMs: number): void;
}

export interface CloudMarket {
  /** Time of its next event; Infinity when there is none. */
  readonly nextMs: number;
  /** Lets its next event happen. */
  happen(sink: EventSink, victims: MarketVictims): void;
  /**
   * Answers a launch at once: the pool that the instance will run in, or NONE when none of `pools` would have it. Tells the
   * sink of every pool that was asked and refused.
   */
  launch(instance: number, pools: readonly number[], nowMs: number, sink: EventSink): number;
  /** The instance that a launch was granted for runs from now on. */
  running(instance: number, nowMs: number): void;
  /** The instance is gone, by whatever cause: its capacity is free again. */
  ended(instance: number, nowMs: number): void;
  /** All jobs have ended: nothing happens any more, and every launch (for minvCpus) succeeds, so that the run can end. */
  close(): void;
  /** By how much boots take longer at this instant; 1: as usual. */
  bootFactor(nowMs: number): number;
}

/** The first pool always answers, and nothing ever happens. */
export const UNLIMITED_MARKET: CloudMarket = {
  nextMs: Number.POSITIVE_INFINITY,
  happen() {},
  launch: (_instance, pools) => pools[0]!,
  running() {},
  ended() {},
  close() {},
  bootFactor: () => 1,
};
