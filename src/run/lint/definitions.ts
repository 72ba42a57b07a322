// Job definitions wherever they come from: the scenario's own, and those that jobs bring along.

import type { JobDefinition } from "../../model/job.js";
import type { PathKey } from "../../scenario/finding.js";
import type { JobKind } from "./figures.js";
import type { LintInput } from "./finding.js";

export interface DefinitionInUse extends Pick<JobDefinition, "name" | "retry"> {
  readonly path: readonly PathKey[];
  /** Jobs of the trace that use exactly this retry strategy under this name. */
  readonly kinds: readonly JobKind[];
}

/** Every named definition once per retry strategy, those of the scenario first. */
export function definitionsInUse({ resolved, trace, places }: LintInput): DefinitionInUse[] {
  const found = new Map<string, { readonly name: string; readonly retry: JobDefinition["retry"]; kinds: JobKind[] }>();
  const entryOf = ({ name, retry }: Pick<JobDefinition, "name" | "retry">) => {
    const key = JSON.stringify([name.replace(/:\d+$/, ""), retry]);
    const entry = found.get(key) ?? { name, retry, kinds: [] };
    found.set(key, entry);
    return entry;
  };
  for (const definition of resolved.scenario.jobDefinitions) entryOf(definition);
  for (const kind of trace.kinds) if (kind.definition.name !== "") entryOf(kind.definition).kinds.push(kind);
  return [...found.values()].map((entry) => ({ ...entry, path: places.definition(entry.name) }));
}
