// The identity of a workload: a hash of all its columns and tables, of what only the world knows too.

import { Hasher } from "../base/hash.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import { hashTable } from "./value-table.js";

/**
 * The hash of a sealed workload whose columns are `columns`. Sizes of tables and columns go in too, so that nothing can move
 * from one to the next unseen.
 */
export function workloadHash(workload: Omit<Workload, "hash">, profiles: Profiles, columns: Uint8Array): string {
  const { originMs, jobCount, jobDefinition, arrays } = workload;
  const lengths = [originMs, jobCount, jobDefinition.length, profiles.script.length, arrays.children.length];
  lengths.push(profiles.recordedPullMs.length, profiles.peakMemoryMib.length);
  const { shapes, classes, queueNames, jobNames, shareNames, consumableSets, definitions, interventions } = workload;
  const hasher = new Hasher();
  for (const table of [shapes, classes, queueNames, jobNames, shareNames, consumableSets]) hashTable(hasher, table);
  for (const table of [definitions, interventions, profiles.scripts, arrays.ids, lengths]) hashTable(hasher, table);
  return hasher.bytes(columns).digest();
}
