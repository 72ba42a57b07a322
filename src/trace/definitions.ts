// Job definitions that rows refer to, and what of them goes into the workload. Few definitions, many rows: whatever a row
// asks a second time is a look-up.

import type { JobDefinition } from "../model/job.js";
import type { TraceDefinition, TraceFileOptions } from "./options.js";
import type { WorkloadBuilder } from "./workload-builder.js";

const ONE_ATTEMPT: JobDefinition["retry"] = { attempts: 1, evaluateOnExit: [] };

export class Definitions {
  /** No definition is known at all: a row's reference cannot mean anything. */
  readonly isEmpty: boolean;
  private readonly search: (reference: string) => TraceDefinition | undefined;
  private readonly builder: WorkloadBuilder;
  private readonly found = new Map<string, TraceDefinition | undefined>();
  private readonly consumables = new Map<TraceDefinition, number>();
  private readonly indexes = new Map<TraceDefinition | undefined, Map<number, number>>();

  constructor(search: TraceFileOptions["findDefinition"], builder: WorkloadBuilder) {
    this.isEmpty = search === undefined;
    this.search = search ?? (() => undefined);
    this.builder = builder;
  }

  /** The definition that a reference means; undefined: there is none. */
  find(reference: string): TraceDefinition | undefined {
    if (!this.found.has(reference)) this.found.set(reference, this.search(reference));
    return this.found.get(reference);
  }

  /** Index in the workload's consumable sets. */
  consumablesOf(spec: TraceDefinition | undefined): number {
    if (spec === undefined) return 0;
    let index = this.consumables.get(spec);
    if (index === undefined) {
      index = this.builder.addConsumables(spec.consumables);
      this.consumables.set(spec, index);
    }
    return index;
  }

  /** Index in the workload's definitions, of this one with this timeout (NaN: none). */
  indexOf(spec: TraceDefinition | undefined, timeoutMs: number): number {
    if (spec === undefined && Number.isNaN(timeoutMs)) return 0;
    let byTimeout = this.indexes.get(spec);
    if (byTimeout === undefined) {
      byTimeout = new Map();
      this.indexes.set(spec, byTimeout);
    }
    let index = byTimeout.get(timeoutMs);
    if (index === undefined) {
      const { name = "", retry = ONE_ATTEMPT } = spec ?? {};
      index = this.builder.addDefinition({ name, retry, timeoutMs });
      byTimeout.set(timeoutMs, index);
    }
    return index;
  }
}
