// What it costs to prolong the life of an instance, in money: for so much longer it is paid as a whole, for a job that perhaps
// needs a corner of it. The other choice is an instance of the job's own: the cheapest that holds it, for as long as the job
// runs and its own boot.

import { MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { overheadOf } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import type { Outlook } from "../knowledge/outlook.js";
import type { Candidates } from "../provisioning/candidates.js";
import { jobsThatFit } from "../provisioning/candidates.js";
import type { Instances } from "../state/instances.js";

/** What an instance of a job's own is paid for before and after it: boot, image pull, idle delay. A model. */
const OWN_OVERHEAD_MS = 3 * MS_PER_MINUTE;

export class Prolonging {
  readonly outlook: Outlook;
  private readonly instances: Instances;
  private readonly candidates: Candidates;
  private readonly priceMicroUsdPerHour: Float64Array;
  /** Per pool: what an instance costs beside its price. */
  private readonly overheadMicroUsdPerHour: Float64Array;
  /** Per shape of the list that it was reckoned from: what the cheapest instance costs that holds one job, micro-USD per hour. */
  private readonly ownMicroUsdPerHour = new Map<Shape, number>();
  private reckonedFrom: Candidates["all"] | null = null;
  private reckonedVcpuMilli = Number.NaN;

  /** `priceMicroUsdPerHour`: per pool, as the market stands; `candidates`: what may be bought. */
  constructor(
    outlook: Outlook,
    instances: Instances,
    tables: SystemTables,
    candidates: Candidates,
    priceMicroUsdPerHour: Float64Array,
  ) {
    this.outlook = outlook;
    this.instances = instances;
    this.candidates = candidates;
    this.priceMicroUsdPerHour = priceMicroUsdPerHour;
    this.overheadMicroUsdPerHour = Float64Array.from(tables.pools, (pool) =>
      overheadOf(pool, tables.overheadMicroUsdPerHour),
    );
  }

  /** What so long a life of an instance costs at the price of now, micro-USD. */
  lifeMicroUsd(instance: number, lifeMs: number): number {
    const pool = this.instances.pool(instance);
    return (lifeMs * this.microUsdPerHour(pool)) / MS_PER_HOUR;
  }

  private microUsdPerHour(pool: number): number {
    return this.priceMicroUsdPerHour[pool]! + this.overheadMicroUsdPerHour[pool]!;
  }

  /** What it is expected to cost that a job of so long a run prolongs the life of an instance, micro-USD. */
  microUsd(instance: number, runMs: number): number {
    return this.weight(instance, this.outlook.nowMs + runMs) / MS_PER_HOUR;
  }

  /** The same for a job that ends at `endMs`, in ms times micro-USD per hour: who compares many need not divide each. */
  weight(instance: number, endMs: number): number {
    const longerMs = endMs - this.outlook.endMs(instance);
    return longerMs <= 0 ? 0 : longerMs * this.microUsdPerHour(this.instances.pool(instance));
  }

  /**
   * What a job of so long a run is expected to cost on an instance of its own, micro-USD; Infinity when none of at most
   * `vcpuMilli` may be bought.
   */
  ownMicroUsd(shape: Shape, runMs: number, vcpuMilli: number): number {
    const { all } = this.candidates;
    if (all !== this.reckonedFrom || vcpuMilli !== this.reckonedVcpuMilli) {
      this.ownMicroUsdPerHour.clear();
      this.reckonedFrom = all;
      this.reckonedVcpuMilli = vcpuMilli;
    }
    let perHour = this.ownMicroUsdPerHour.get(shape);
    if (perHour === undefined) {
      const own = all.find((candidate) => candidate.vcpuMilli <= vcpuMilli && jobsThatFit(shape, candidate) >= 1);
      perHour = own === undefined ? Number.POSITIVE_INFINITY : own.microUsdPerHour;
      this.ownMicroUsdPerHour.set(shape, perHour);
    }
    return (perHour * (runMs + OWN_OVERHEAD_MS)) / MS_PER_HOUR;
  }
}
