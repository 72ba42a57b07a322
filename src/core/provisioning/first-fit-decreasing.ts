// First-fit decreasing: the textbook heuristic for bin packing (Johnson 1973), with bins that are bought. Jobs by size, the
// largest first; each goes onto the first planned instance with room, else onto a new one of the cheapest type that holds it.
// Size is the dominant share: the largest part of vCPUs, memory or GPUs that a job takes of the most that any type has, so
// that jobs short of memory count as well as those short of vCPUs.

import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";
import { nodesFor, PlannedNodes } from "./planned-nodes.js";

/** The policy for one environment's candidates. */
export class FirstFitDecreasingProvisioner implements Provisioner {
  private readonly candidates: Candidates;
  private readonly tables: SystemTables;
  private readonly fill: Fill;
  private readonly nodes = new PlannedNodes();

  constructor(candidates: Candidates, tables: SystemTables) {
    this.candidates = candidates;
    this.tables = tables;
    this.fill = new Fill(tables, candidates);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.candidates.capacities, this.fill, available, demand);
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates, nodes } = this;
    const { all, unitMicroUsdPerHour } = candidates;
    let { vcpuMilli, launches } = limits;
    nodes.clear();
    for (const index of this.largestFirst(demand)) {
      const shape = this.tables.shapes[index]!;
      const worth = unitMicroUsdPerHour[index]!;
      let left = nodes.place(shape, demand[index]!, worth);
      while (left > 0 && launches > 0) {
        const candidate = all.find((choice) => choice.vcpuMilli <= vcpuMilli && jobsThatFit(shape, choice) >= 1);
        if (candidate === undefined) break;
        const affordable = Math.floor(vcpuMilli / candidate.vcpuMilli);
        const copies = Math.min(nodesFor(shape, left, candidate), affordable, launches);
        nodes.open(candidate, copies);
        left = nodes.place(shape, left, worth);
        launches -= copies;
        vcpuMilli -= copies * candidate.vcpuMilli;
      }
      demand[index] = left;
    }
    return nodes.launches();
  }

  private largestFirst(demand: Int32Array): number[] {
    const { shapes } = this.tables;
    const most = largest(this.candidates.all);
    const size = ({ vcpuMilli, memoryMib, gpuMilli }: Shape) =>
      Math.max(share(vcpuMilli, most.vcpuMilli), share(memoryMib, most.memoryMib), share(gpuMilli, most.gpuMilli));
    const wanted = [...this.fill.order.subarray(0, this.fill.want(demand))];
    return wanted.sort((a, b) => size(shapes[b]!) - size(shapes[a]!) || a - b);
  }
}

function largest(candidates: readonly Candidate[]): Shape {
  return {
    vcpuMilli: Math.max(...candidates.map(({ vcpuMilli }) => vcpuMilli)),
    memoryMib: Math.max(...candidates.map(({ memoryMib }) => memoryMib)),
    gpuMilli: Math.max(...candidates.map(({ gpuMilli }) => gpuMilli)),
  };
}

function share(part: number, whole: number): number {
  return part === 0 ? 0 : part / whole;
}
