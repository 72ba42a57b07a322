// A compute environment that buys by one of AWS Batch's allocation strategies: the strategy chooses a type, one instance of
// it is filled on paper, and it is bought as often as the same fill repeats; then again for the rest.

import type { AllocationStrategy } from "../../model/policy.js";
import type { SystemTables } from "../../model/tables.js";
import { chooseByStrategy, mayExceedMaximum } from "./allocation-strategy.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";

/** The policy for one environment's candidates. */
export class AwsBatchProvisioner implements Provisioner {
  private readonly strategy: AllocationStrategy;
  private readonly candidates: Candidates;
  private readonly tables: SystemTables;
  private readonly fill: Fill;

  constructor(strategy: AllocationStrategy, candidates: Candidates, tables: SystemTables) {
    this.strategy = strategy;
    this.candidates = candidates;
    this.tables = tables;
    this.fill = new Fill(tables, candidates);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.candidates.capacities, this.fill, available, demand);
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates, fill } = this;
    const plan: PlannedLaunch[] = [];
    let { vcpuMilli, launches } = limits;
    while (launches > 0 && vcpuMilli > 0 && fill.want(demand) > 0) {
      const candidate = this.choose(demand, limits);
      if (candidate === null) break;
      const jobsPerCopy = fill.instance(candidate, demand);
      const priceOverWorth = candidate.microUsdPerHour / fill.worth(candidates.unitMicroUsdPerHour);
      const affordable = vcpuMilli / candidate.vcpuMilli;
      const exceeds = mayExceedMaximum(this.strategy, candidate);
      const most = exceeds ? Math.ceil(affordable) : Math.floor(affordable);
      if (most === 0) break; // it waits for room for just this type
      const copies = Math.min(launches, fill.repeats(demand), most);
      fill.take(demand, copies);
      launches -= copies;
      vcpuMilli -= copies * candidate.vcpuMilli;
      // BEST_FIT waits for its type; the other strategies fall over to another one.
      const need = this.strategy === "BEST_FIT" ? {} : { need: fill.need() };
      plan.push({ candidate, copies, jobsPerCopy, priceOverWorth, ...need, runnerUp: null });
    }
    return plan;
  }

  /** The strategy's choice among the types that maxvCpus can ever allow; null when none of them helps. */
  private choose(demand: Int32Array, limits: LaunchLimits): Candidate | null {
    const { strategy, candidates, tables, fill } = this;
    const maxVcpuMilli = limits.fleetVcpuMilli + limits.vcpuMilli;
    const allowed = candidates.all.filter(
      (candidate) => candidate.vcpuMilli <= maxVcpuMilli || mayExceedMaximum(strategy, candidate),
    );
    // A shape whose types have all refused waits; the others need not.
    const wanted = fill.order.subarray(0, fill.count);
    const served = (shape: number) => candidates.all.some((type) => jobsThatFit(tables.shapes[shape]!, type) >= 1);
    const waiting = candidates.all.length === candidates.known.length ? wanted : wanted.filter(served);
    if (waiting.length === 0) return null;
    const first = tables.shapes[waiting[0]!]!;
    if (!allowed.some((candidate) => jobsThatFit(first, candidate) >= 1)) return null;
    return chooseByStrategy(strategy, allowed, tables.shapes, waiting, demand);
  }
}
