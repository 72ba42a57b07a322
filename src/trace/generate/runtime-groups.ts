// Run times as they go together: jobs of one name, one request and one way of ending have one distribution, given by what
// was seen. Each job has its rank in it; the quantile at another rank is another plausible job of the kind.

import { stableOrder } from "../stable-order.js";
import { groupJobs, type JobGroups } from "../transform/unit-groups.js";
import type { SealedTrace } from "../workload-builder.js";

/** Below so many jobs a group's quantiles repeat what was seen. */
export const FEW_JOBS = 10;

export class RuntimeGroups {
  private readonly groups: JobGroups;
  private readonly runtimeMs: Float64Array;
  /** Jobs of all groups, those of one group by run time. */
  private readonly sorted: Int32Array;
  /** Per job: its place in its group, from 0 to 1. */
  private readonly ranks: Float64Array;

  constructor({ workload, profiles }: SealedTrace) {
    this.runtimeMs = profiles.runtimeMs;
    this.groups = groupJobs(...groupKeys({ workload, profiles }));
    const { count, starts, jobs } = this.groups;
    this.sorted = new Int32Array(jobs.length);
    this.ranks = new Float64Array(jobs.length);
    for (let group = 0; group < count; group++) this.sort(starts[group]!, starts[group + 1]!);
  }

  get count(): number {
    return this.groups.count;
  }

  groupOf(job: number): number {
    return this.groups.ofJob[job]!;
  }

  /** Where a job's run time lies among those of its group, in (0, 1); of equal ones the order of submission decides. */
  rankOf(job: number): number {
    return this.ranks[job]!;
  }

  /** The run time at a rank in [0, 1] of a group, interpolated between those that were seen. */
  quantileMs(group: number, rank: number): number {
    const { place, share } = this.placeOf(group, rank);
    const low = this.runtimeMs[this.sorted[place]!]!;
    if (share === 0) return low;
    return Math.round(low + share * (this.runtimeMs[this.sorted[place + 1]!]! - low));
  }

  /** The job of the group whose rank is nearest: what depends on the run time is taken from it. */
  donorAt(group: number, rank: number): number {
    const { place, share } = this.placeOf(group, rank);
    return this.sorted[share < 0.5 ? place : place + 1]!;
  }

  /** Share of the jobs that belong to groups with fewer than FEW_JOBS. */
  shareInSmallGroups(): number {
    const { count, starts, jobs } = this.groups;
    let few = 0;
    for (let group = 0; group < count; group++) {
      const size = starts[group + 1]! - starts[group]!;
      if (size < FEW_JOBS) few += size;
    }
    return few / jobs.length;
  }

  private sort(start: number, end: number): void {
    const jobs = this.groups.jobs.subarray(start, end);
    const order = stableOrder(Float64Array.from(jobs, (job) => this.runtimeMs[job]!));
    for (let place = 0; place < order.length; place++) {
      const job = jobs[order[place]!]!;
      this.sorted[start + place] = job;
      this.ranks[job] = (place + 0.5) / order.length;
    }
  }

  private placeOf(group: number, rank: number): { place: number; share: number } {
    const start = this.groups.starts[group]!;
    const last = this.groups.starts[group + 1]! - start - 1;
    const position = Math.min(Math.max(rank * (last + 1) - 0.5, 0), last);
    const place = Math.floor(position);
    return { place: start + place, share: position - place };
  }
}

/** A number for each job's (name, class, script), equal for equal ones, and how many there are. */
function groupKeys({ workload, profiles }: SealedTrace): [keys: Int32Array, keyCount: number] {
  const known = new Map<string, number>();
  const scriptKeys = profiles.scripts.map((script) => script.map(({ exitCode }) => exitCode).join(" "));
  const keys = Int32Array.from({ length: workload.jobCount }, (_, job) => {
    const script = profiles.script.length === 0 ? undefined : scriptKeys[profiles.script[job]!];
    const key = `${workload.jobName[job]} ${workload.jobClass[job]} ${script ?? ""}`;
    const index = known.get(key) ?? known.size;
    known.set(key, index);
    return index;
  });
  return [keys, known.size];
}
