// The end of a run for whatever is still there.

import { assert } from "../base/assert.js";
import type { Ledger } from "../ledger/ledger.js";

/** Ends what is still there (fixed fleets, minvCpus) with the last job: a run is billed no longer than it lasts. */
export function closeRemaining(ledger: Ledger, lastJobEndMs: number): void {
  const { endedMs, registeredMs } = ledger.instances;
  for (let instance = 0; instance < ledger.instances.length; instance++) {
    if (!Number.isNaN(endedMs.data[instance]!)) continue;
    const timeMs = Math.max(lastJobEndMs, registeredMs.data[instance]!);
    assert(!Number.isNaN(timeMs), "an instance outlives the run unregistered");
    const row = ledger.decisions.terminate("end-of-run", timeMs, instance, Number.NaN, Number.NaN, Number.NaN);
    ledger.endInstance(instance, timeMs, row);
  }
}
