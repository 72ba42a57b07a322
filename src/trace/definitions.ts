// Job definitions that rows refer to, and what of them goes into the workload. Few definitions, many rows: whatever a row
// asks a second time is a look-up.

import type { JobDefinition } from "../model/job.js";
import type { TraceDefinition, TraceFileOptions } from "./options.js";
import type { WorkloadBuilder } from "./workload-builder.js";

export class Definitions {
  /** No definition is known at all: a row's reference cannot mean anything. */
  readonly isEmpty: boolean;
  private readonly search: (reference: string) => TraceDefinition | undefined;
  private readonly found = new Map<string, TraceDefinition | undefined>();

  constructor(search: TraceFileOptions["findDefinition"]) {
    this.isEmpty = search === undefined;
    this.search = search ?? (() => undefined);
  }

  /** The definition that a reference means; undefined: there is none. */
  find(reference: string): TraceDefinition | undefined {
    if (!this.found.has(reference)) this.found.set(reference, this.search(reference));
    return this.found.get(reference);
  }
}

/** Indexes into the workload's tables. */
export class DefinitionIndexes {
  private readonly builder: WorkloadBuilder;
  private readonly consumables = new Map<TraceDefinition, number>();
  private readonly indexes = new Map<TraceDefinition | string, Map<string, number>>();

  constructor(builder: WorkloadBuilder) {
    this.builder = builder;
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

  /**
   * Index in the workload's definitions, of this one with this timeout (NaN: none), which allows at least as many
   * attempts as were recorded. `reference` is the name where there is no definition yet.
   */
  indexOf(spec: TraceDefinition | undefined, timeoutMs: number, attempts: number, reference: string): number {
    if (spec === undefined && Number.isNaN(timeoutMs) && attempts < 2 && reference === "") return 0;
    const name = spec?.name ?? reference;
    const allowed = Math.max(spec?.retry.attempts ?? 1, attempts);
    let known = this.indexes.get(spec ?? reference);
    if (known === undefined) {
      known = new Map();
      this.indexes.set(spec ?? reference, known);
    }
    const key = `${timeoutMs} ${allowed}`;
    let index = known.get(key);
    if (index === undefined) {
      const retry = { attempts: allowed, evaluateOnExit: spec?.retry.evaluateOnExit ?? NO_RULES };
      const checkpoint = spec?.checkpointMs === undefined ? {} : { checkpointMs: spec.checkpointMs };
      index = this.builder.addDefinition({ name, retry, timeoutMs, ...checkpoint });
      known.set(key, index);
    }
    return index;
  }
}

const NO_RULES: JobDefinition["retry"]["evaluateOnExit"] = [];
