// Which of the project's own columns a mapping fills: an imported file is no wider than needed.

import type { CanonicalColumn } from "../canonical/columns.js";
import type { ColumnMapping } from "../options.js";

/** Only columns that not every written file has. */
const FILLED: readonly (readonly [key: keyof ColumnMapping, column: CanonicalColumn])[] = [
  ["limit", "limit_s"],
  ["jobDefinition", "job_definition"],
  ["share", "share_identifier"],
  ["user", "share_identifier"],
  ["group", "share_identifier"],
  ["priority", "scheduling_priority"],
  ["nodes", "nodes"],
  ["array", "array_id"],
  ["arraySize", "array_size"],
  ["dependsOn", "depends_on"],
];

export function filledColumns(mapping: ColumnMapping): readonly CanonicalColumn[] {
  return FILLED.filter(([key]) => mapping[key] !== undefined).map(([, column]) => column);
}
