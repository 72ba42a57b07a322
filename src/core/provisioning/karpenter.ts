// As Karpenter plans nodes (pkg/controllers/provisioning/scheduling of kubernetes-sigs/karpenter). Jobs by vCPUs, then
// memory, the largest first. Each goes onto the planned node with the fewest jobs that can still take it, else onto a new one.
// A planned node is no instance yet but the set of types that hold what is on it, narrowed with each job; in the end the
// cheapest is asked for, and the rest of the set may answer in its place. So a node grows until the largest type is full.
//
// Karpenter tries every job on every node; here jobs of a shape and nodes with the same on them are taken together, with the
// same result. Left out: of spot and on-demand types in one pool of nodes the dear spot offerings are dropped; here a compute
// environment has one market.

import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import { EMPTY, holds, type Load, roomBeside, withJobs } from "./load.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";

/** Types that Karpenter hands to CreateFleet at the most (MaxInstanceTypes in its AWS provider). */
const MOST_TYPES = 60;

/** Nodes planned one after the other with the same jobs on them. */
interface NodeGroup {
  readonly nodes: number;
  /** Types that hold the jobs, in order of price. */
  readonly types: readonly Candidate[];
  readonly load: Load;
}

/** A group that can take jobs of the shape in hand, and how many each of its nodes gets. */
interface Taker {
  readonly group: NodeGroup;
  /** Place in the order of planning. */
  readonly position: number;
  /** Jobs that each node may take at the most. */
  readonly most: number;
  added: number;
}

/** The policy for one environment's candidates. */
export class KarpenterProvisioner implements Provisioner {
  private readonly candidates: Candidates;
  private readonly tables: SystemTables;
  private readonly fill: Fill;
  private groups: NodeGroup[] = [];

  constructor(candidates: Candidates, tables: SystemTables) {
    this.candidates = candidates;
    this.tables = tables;
    this.fill = new Fill(tables, candidates);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.candidates.capacities, this.fill, available, demand);
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates, tables } = this;
    let { vcpuMilli, launches } = limits;
    this.groups = [];
    for (const index of this.largestFirst(demand)) {
      const shape = tables.shapes[index]!;
      const worth = candidates.unitMicroUsdPerHour[index]!;
      let left = this.place(shape, demand[index]!, worth);
      while (left > 0 && launches > 0) {
        const types = candidates.all.filter(
          (candidate) => candidate.vcpuMilli <= vcpuMilli && jobsThatFit(shape, candidate) >= 1,
        );
        if (types.length === 0) break;
        // Against a limit Karpenter counts the largest type that may answer (subtractMax in scheduler.go).
        const largest = Math.max(...types.map((candidate) => candidate.vcpuMilli));
        const each = Math.max(...types.map((candidate) => jobsThatFit(shape, candidate)));
        const nodes = Math.min(Math.ceil(left / Math.min(left, each)), Math.floor(vcpuMilli / largest), launches);
        left = this.open(nodes, types, shape, each, left, worth);
        launches -= nodes;
        vcpuMilli -= nodes * largest;
      }
      demand[index] = left;
    }
    return this.groups.map(toLaunch);
  }

  private largestFirst(demand: Int32Array): number[] {
    const { shapes } = this.tables;
    const wanted = [...this.fill.order.subarray(0, this.fill.want(demand))];
    return wanted.sort(
      (a, b) => shapes[b]!.vcpuMilli - shapes[a]!.vcpuMilli || shapes[b]!.memoryMib - shapes[a]!.memoryMib || a - b,
    );
  }

  /** Plans new nodes, filled one after the other with `each` jobs of a shape. Returns how many of `count` jobs are left. */
  private open(
    nodes: number,
    types: readonly Candidate[],
    shape: Shape,
    each: number,
    count: number,
    worth: number,
  ): number {
    const fresh = { nodes, types, load: EMPTY };
    const full = Math.min(nodes, Math.floor(count / each));
    const left = count - full * each;
    if (full > 0) this.groups.push(grow(fresh, full, shape, each, worth));
    if (full === nodes || left === 0) return left;
    this.groups.push(grow(fresh, 1, shape, left, worth));
    return 0;
  }

  /** Puts up to `count` jobs of a shape on planned nodes, fewest jobs first. Returns how many have no room. */
  private place(shape: Shape, count: number, worth: number): number {
    const takers: Taker[] = [];
    this.groups.forEach((group, position) => {
      const most = mostJobs(shape, group);
      if (most > 0) takers.push({ group, position, most, added: 0 });
    });
    if (takers.length === 0) return count;
    const { left, extra, level } = spread(takers, count);
    const grown: NodeGroup[] = [];
    let taker = 0;
    let extraLeft = extra;
    this.groups.forEach((group, position) => {
      if (takers[taker]?.position !== position) {
        grown.push(group);
        return;
      }
      const { added, most } = takers[taker++]!;
      const atLevel = added < most && group.load.jobs + added === level;
      const first = atLevel ? Math.min(extraLeft, group.nodes) : 0;
      extraLeft -= first;
      if (first > 0) grown.push(grow(group, first, shape, added + 1, worth));
      if (first < group.nodes) grown.push(grow(group, group.nodes - first, shape, added, worth));
    });
    this.groups = grown;
    return left;
  }
}

/**
 * Deals `count` jobs out, one at a time to the first of the nodes with the fewest: sets what every node of a taker gets. The
 * last round may end before it is through: `extra` nodes with `level` jobs get one more, in order of planning.
 */
function spread(takers: readonly Taker[], count: number): { left: number; extra: number; level: number } {
  let left = count;
  while (left > 0) {
    const open = takers.filter(({ added, most }) => added < most);
    if (open.length === 0) break;
    const jobsOf = ({ group, added }: Taker) => group.load.jobs + added;
    const level = Math.min(...open.map(jobsOf));
    const lowest = open.filter((taker) => jobsOf(taker) === level);
    const nodes = lowest.reduce((sum, { group }) => sum + group.nodes, 0);
    if (left < nodes) return { left: 0, extra: left, level };
    let rounds = Math.floor(left / nodes);
    for (const { most, added } of lowest) rounds = Math.min(rounds, most - added);
    for (const taker of open) if (jobsOf(taker) > level) rounds = Math.min(rounds, jobsOf(taker) - level);
    for (const taker of lowest) taker.added += rounds;
    left -= rounds * nodes;
  }
  return { left, extra: 0, level: Number.NaN };
}

/** Jobs of a shape that one node of the group can still take: as its roomiest type has it. */
function mostJobs(shape: Shape, { types, load }: NodeGroup): number {
  let most = 0;
  for (const type of types) most = Math.max(most, roomBeside(load, shape, type));
  return most;
}

/** So many nodes of a group, each with so many more jobs; types that cannot hold these are left out. */
function grow(group: NodeGroup, nodes: number, shape: Shape, jobs: number, worthMicroUsdPerHour: number): NodeGroup {
  if (jobs === 0) return { ...group, nodes };
  const load = withJobs(group.load, shape, jobs, worthMicroUsdPerHour);
  return { nodes, types: group.types.filter((type) => holds(type, load)), load };
}

function toLaunch({ nodes, types, load }: NodeGroup): PlannedLaunch {
  const [candidate, ...alternatives] = types.slice(0, MOST_TYPES);
  const priceOverWorth = (type: Candidate) => type.microUsdPerHour / load.worthMicroUsdPerHour;
  const second = alternatives[0];
  return {
    candidate: candidate!,
    copies: nodes,
    jobsPerCopy: load.jobs,
    priceOverWorth: priceOverWorth(candidate!),
    alternatives,
    need: load,
    runnerUp: second === undefined ? null : { candidate: second, priceOverWorth: priceOverWorth(second) },
  };
}
