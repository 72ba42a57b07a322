// Which bursts of the original are used how often, so that the generated trace has the jobs that were asked for.

import type { RandomStream } from "../../base/random.js";
import { stableOrder } from "../stable-order.js";
import type { Bursts } from "./bursts.js";
import { shuffle } from "./sampling.js";
import type { Timeline, Timelines } from "./timeline.js";

/** Uses of bursts, in order of their beginnings. */
export interface LikePlan {
  readonly bursts: Int32Array;
  readonly startMs: Float64Array;
  /** Per use: groups of the burst that are left out, to meet the number of jobs. */
  readonly leftOut: ReadonlyMap<number, ReadonlySet<number>>;
  readonly jobs: number;
}

/**
 * Independent timelines one upon the other, and of the last one a share of its bursts: what is superposed and thinned so
 * keeps the index of dispersion that bursts give a trace. What is then missing or too much is made up by single bursts,
 * and at last by single groups. Groups are never cut: the jobs asked for are met up to less than one group, from above.
 */
export function planUses(timelines: Timelines, source: Bursts, jobs: number, stream: RandomStream): LikePlan {
  const uses = new Uses(source, stream);
  let last = timelines.next();
  while (uses.jobs < jobs) {
    const isWhole = uses.addTimeline(last, jobs);
    if (!isWhole) break;
    last = timelines.next();
  }
  uses.removeWholeBursts(jobs);
  uses.addBursts(last, jobs);
  const leftOut = uses.leaveOutGroups(jobs);
  const order = stableOrder(Float64Array.from(uses.startMs));
  const placeOf = new Map(Array.from(order, (use, place) => [use, place]));
  return {
    bursts: Int32Array.from(order, (use) => uses.bursts[use]!),
    startMs: Float64Array.from(order, (use) => uses.startMs[use]!),
    leftOut: new Map([...leftOut].map(([use, groups]) => [placeOf.get(use)!, groups])),
    jobs: uses.jobs,
  };
}

class Uses {
  bursts: number[] = [];
  startMs: number[] = [];
  jobs = 0;
  private readonly source: Bursts;
  private readonly stream: RandomStream;

  constructor(source: Bursts, stream: RandomStream) {
    this.source = source;
    this.stream = stream;
  }

  /** All bursts, or as large a share of them as gives the jobs on average; tells which. */
  addTimeline({ bursts, startMs }: Timeline, jobs: number): boolean {
    const available = bursts.reduce((sum, burst) => sum + this.source.jobs[burst]!, 0);
    const share = (jobs - this.jobs) / available;
    for (let i = 0; i < bursts.length; i++) {
      if (share >= 1 || this.stream.uniform() < share) this.add(bursts[i]!, startMs[i]!);
    }
    return share >= 1;
  }

  removeWholeBursts(jobs: number): void {
    if (this.jobs <= jobs) return;
    const gone = new Set<number>();
    for (const use of this.shuffled(this.bursts.length)) {
      const size = this.source.jobs[this.bursts[use]!]!;
      if (this.jobs - size < jobs) continue;
      this.jobs -= size;
      gone.add(use);
    }
    this.bursts = this.bursts.filter((_, use) => !gone.has(use));
    this.startMs = this.startMs.filter((_, use) => !gone.has(use));
  }

  addBursts({ bursts, startMs }: Timeline, jobs: number): void {
    while (this.jobs < jobs) {
      const index = Math.floor(this.stream.uniform() * bursts.length);
      this.add(bursts[index]!, startMs[index]!);
    }
  }

  leaveOutGroups(jobs: number): Map<number, Set<number>> {
    const leftOut = new Map<number, Set<number>>();
    const { starts, groups } = this.source;
    for (const use of this.jobs === jobs ? [] : this.shuffled(this.bursts.length)) {
      const burst = this.bursts[use]!;
      const gone = new Set<number>();
      for (const index of this.shuffled(starts[burst + 1]! - starts[burst]!)) {
        const group = starts[burst]! + index;
        const size = groups.starts[group + 1]! - groups.starts[group]!;
        if (this.jobs - size < jobs) continue;
        this.jobs -= size;
        gone.add(group);
      }
      if (gone.size > 0) leftOut.set(use, gone);
      if (this.jobs === jobs) break;
    }
    return leftOut;
  }

  private add(burst: number, startMs: number): void {
    this.bursts.push(burst);
    this.startMs.push(startMs);
    this.jobs += this.source.jobs[burst]!;
  }

  /** 0 .. count - 1 in random order. */
  private shuffled(count: number): Uint32Array {
    return shuffle(
      Uint32Array.from({ length: count }, (_, i) => i),
      this.stream,
    );
  }
}
