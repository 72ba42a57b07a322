// What a class of jobs must be like that an engine meets while it runs.

import { assert } from "../../base/assert.js";
import type { SystemTables } from "../../model/tables.js";

/** Asserts that an engine may take up a class that was appended to its tables. */
export function assertMayJoin(tables: SystemTables, jobClass: number): void {
  const { queue, nodes, consumables } = tables.classes[jobClass]!;
  const { order, computeEnvironments } = tables.queues[queue]!;
  const { capacity } = tables;
  assert(capacity !== undefined, "job classes are added to tables that do not grow");
  assert(jobClass < capacity.classes, "there are more job classes than there is capacity for");
  assert(tables.shapes.length <= capacity.shapes, "there are more shapes than there is capacity for");
  assert(tables.shareNames.length <= capacity.shares, "there are more shares than there is capacity for");
  assert(nodes === 1, "a new class has multi-node jobs");
  assert(tables.consumableSets[consumables]!.length === 0, "a new class needs consumable resources");
  const ordinary = order.kind === "fifo" || order.kind === "fifo-skip" || order.kind === "fair-share";
  assert(ordinary, "a new class is for a queue whose order looks at run-time limits");
  for (const environment of computeEnvironments) {
    const isDedicated = tables.environments[environment]!.provisioning === "job-per-instance";
    assert(!isDedicated, "a new class is for an environment where types are chosen once, per shape");
  }
}
