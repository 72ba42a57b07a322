// Consumable resources: counted things that a job locks when it is placed and, if they are replenishable, gives back when
// its attempt ends. (CreateConsumableResource, ConsumableResourceProperties in the AWS Batch API reference.)

import { assert } from "../../base/assert.js";
import type { SystemTables } from "../../model/tables.js";

interface ResourceRequest {
  readonly resource: number;
  readonly quantity: number;
}

export class Consumables {
  /** Per resource: what is not locked. */
  readonly available: Float64Array;
  /** Per class: what one job of it locks; null: nothing. */
  readonly ofClass: (readonly ResourceRequest[] | null)[] = [];
  private readonly tables: SystemTables;
  /** Per consumable set: what one job locks; null: nothing. */
  private readonly sets: readonly (readonly ResourceRequest[] | null)[];

  constructor(tables: SystemTables) {
    const { classes, consumableResources, consumableSets } = tables;
    this.tables = tables;
    this.available = Float64Array.from(consumableResources, ({ totalQuantity }) => totalQuantity);
    this.sets = consumableSets.map((set) =>
      set.length === 0
        ? null
        : set.map(({ name, quantity }) => {
            const resource = consumableResources.findIndex((candidate) => candidate.name === name);
            assert(resource >= 0, "a job asks for a consumable resource that does not exist");
            return { resource, quantity };
          }),
    );
    for (let jobClass = 0; jobClass < classes.length; jobClass++) this.addClass(jobClass);
  }

  /** The tables have a class more. */
  addClass(jobClass: number): void {
    this.ofClass[jobClass] = this.sets[this.tables.classes[jobClass]!.consumables]!;
  }
}

/** What of the cluster's state these functions need. */
interface WithConsumables {
  readonly consumables: Consumables;
  readonly tables: SystemTables;
}

/** Whether a job of a class lacks a consumable resource now. */
export function consumablesShort({ consumables }: WithConsumables, jobClass: number): boolean {
  const requests = consumables.ofClass[jobClass]!;
  return requests?.some(({ resource, quantity }) => consumables.available[resource]! < quantity) ?? false;
}

/** How many of `waiting` jobs of a class the consumable resources allow for. */
export function consumablesAllow({ consumables }: WithConsumables, jobClass: number, waiting: number): number {
  let jobs = waiting;
  for (const { resource, quantity } of consumables.ofClass[jobClass] ?? []) {
    jobs = Math.min(jobs, Math.floor(consumables.available[resource]! / quantity));
  }
  return jobs;
}

/** Locks what a job of a class needs. */
export function lockConsumables({ consumables }: WithConsumables, jobClass: number): void {
  for (const { resource, quantity } of consumables.ofClass[jobClass] ?? []) {
    const left = consumables.available[resource]! - quantity;
    assert(left >= 0, "a consumable resource is over-committed");
    consumables.available[resource] = left;
  }
}

/** Gives back what is replenishable of it. */
export function releaseConsumables({ consumables, tables }: WithConsumables, jobClass: number): void {
  for (const { resource, quantity } of consumables.ofClass[jobClass] ?? []) {
    if (!tables.consumableResources[resource]!.replenishable) continue;
    consumables.available[resource] = consumables.available[resource]! + quantity;
  }
}
