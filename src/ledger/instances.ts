// Instances as the ledger keeps them: one row per instance, by instance number. Times that did not come are NaN.

import { assert } from "../base/assert.js";
import { Float64Column, Int32Column, Uint8Column } from "../base/columns.js";
import { EndCause } from "../model/market.js";
import { NONE } from "../model/tables.js";

export class InstanceColumns {
  readonly pool = new Int32Column();
  readonly environment = new Int32Column();
  readonly requestedMs = new Float64Column();
  readonly runningMs = new Float64Column();
  readonly registeredMs = new Float64Column();
  readonly endedMs = new Float64Column();
  readonly launchDecision = new Int32Column();
  readonly endDecision = new Int32Column();
  /** When its interruption notice came. */
  readonly warnedMs = new Float64Column();
  /** EndCause (model/market.ts); meaningful once it has ended. */
  readonly endCause = new Uint8Column();

  get length(): number {
    return this.pool.length;
  }

  add(instance: number, pool: number, environment: number, requestedMs: number, decision: number): void {
    assert(instance === this.length, "instance numbers are dense");
    this.pool.push(pool);
    this.environment.push(environment);
    this.requestedMs.push(requestedMs);
    this.runningMs.push(Number.NaN);
    this.registeredMs.push(Number.NaN);
    this.endedMs.push(Number.NaN);
    this.launchDecision.push(decision);
    this.endDecision.push(NONE);
    this.warnedMs.push(Number.NaN);
    this.endCause.push(EndCause.Ours);
  }
}
