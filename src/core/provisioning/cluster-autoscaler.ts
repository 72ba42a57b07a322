// As Kubernetes' cluster-autoscaler scales up. Every instance type is a node group over all zones. For each group it is
// estimated how many nodes the waiting jobs need: first-fit decreasing on identical nodes, a job's size being its part of
// the node's vCPUs plus its part of the node's memory (estimator/binpacking_estimator.go). An expander chooses one group, and
// that group grows. One group per scan: what is left waits for the next one, which is 10 s later there and on the next point
// of the decision grid here.

import type { Shape } from "../../model/job.js";
import type { Expander } from "../../model/policy.js";
import { mostShapes, type SystemTables } from "../../model/tables.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import { chooseGroup, type GrowthOption, STABILISING_SHAPE } from "./expander.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";
import { nodesFor, PlannedNodes } from "./planned-nodes.js";

/** The policy for one environment's candidates. */
export class ClusterAutoscalerProvisioner implements Provisioner {
  readonly oneChoicePerDecision = true;
  private readonly expander: Expander;
  private readonly candidates: Candidates;
  private readonly tables: SystemTables;
  private readonly fill: Fill;
  private readonly nodes = new PlannedNodes();
  /** Per shape: what an estimate leaves waiting. */
  private readonly left: Int32Array;

  constructor(candidates: Candidates, tables: SystemTables) {
    this.expander = tables.strategy.expander;
    this.candidates = candidates;
    this.tables = tables;
    this.fill = new Fill(tables, candidates);
    this.left = new Int32Array(mostShapes(tables));
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.candidates.capacities, this.fill, available, demand);
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const wanted = [...this.fill.order.subarray(0, this.fill.want(demand))];
    const options: GrowthOption[] = [];
    for (const candidate of this.candidates.all) {
      const option = this.estimate(candidate, wanted, demand, limits);
      if (option.jobs > 0) options.push(option);
    }
    if (options.length === 0) return [];
    const { candidate } = chooseGroup(this.expander, options, {
      fleetVcpuMilli: limits.fleetVcpuMilli,
      stabilisingMicroUsdPerHour: leastCost(STABILISING_SHAPE, this.candidates.all),
      words: [limits.fleetVcpuMilli, limits.vcpuMilli, ...wanted.map((shape) => demand[shape]!)],
    });
    this.estimate(candidate, wanted, demand, limits);
    for (const shape of wanted) demand[shape] = this.left[shape]!;
    // A node group is of one type: no other may answer.
    return this.nodes.launches().map(({ need, ...launch }) => launch);
  }

  /** First-fit decreasing on nodes of one type; `nodes` holds them then, and `left` what they leave waiting. */
  private estimate(candidate: Candidate, wanted: number[], demand: Int32Array, limits: LaunchLimits): GrowthOption {
    const { nodes, left, candidates, tables } = this;
    const most = Math.min(limits.launches, Math.floor(limits.vcpuMilli / candidate.vcpuMilli));
    const totals = { nodes: 0, jobs: 0, vcpuMilli: 0, memoryMib: 0, worthMicroUsdPerHour: 0 };
    const sizeOf = (shape: number) => size(tables.shapes[shape]!, candidate);
    nodes.clear();
    for (const index of wanted.sort((a, b) => sizeOf(b) - sizeOf(a) || a - b)) {
      const shape = tables.shapes[index]!;
      const worth = candidates.unitMicroUsdPerHour[index]!;
      left[index] = nodes.place(shape, demand[index]!, worth);
      if (left[index] > 0 && jobsThatFit(shape, candidate) >= 1 && totals.nodes < most) {
        const more = Math.min(nodesFor(shape, left[index], candidate), most - totals.nodes);
        nodes.open(candidate, more);
        totals.nodes += more;
        left[index] = nodes.place(shape, left[index], worth);
      }
      const jobs = demand[index]! - left[index];
      totals.jobs += jobs;
      totals.vcpuMilli += jobs * shape.vcpuMilli;
      totals.memoryMib += jobs * shape.memoryMib;
      totals.worthMicroUsdPerHour += jobs * worth;
    }
    return { candidate, ...totals };
  }
}

function size({ vcpuMilli, memoryMib }: Shape, candidate: Candidate): number {
  return vcpuMilli / candidate.vcpuMilli + memoryMib / candidate.memoryMib;
}

/** The least that one such job can cost per hour on an instance filled with its like. */
function leastCost(shape: Shape, candidates: readonly Candidate[]): number {
  return Math.min(
    ...candidates.map((candidate) => candidate.microUsdPerHour / Math.max(1, jobsThatFit(shape, candidate))),
  );
}
