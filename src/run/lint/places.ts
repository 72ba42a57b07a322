// Where things stand in the user's document. Rules know names (of definitions, queues, environments, jobs); the document is
// searched for them, so that what was left out of the checked scenario does not shift anything.

import { asList, asMap, type PathKey, valueAt } from "../../scenario/finding.js";
import type { JobKind } from "./figures.js";

export class Places {
  private readonly document: unknown;

  /** `document`: the scenario file's plain value. */
  constructor(document: unknown) {
    this.document = document;
  }

  environment(name: string): PathKey[] {
    return this.named(["computeEnvironments"], "computeEnvironmentName", name) ?? ["computeEnvironments"];
  }

  queue(name: string): PathKey[] {
    return this.named(["jobQueues"], "jobQueueName", name) ?? ["jobQueues"];
  }

  schedulingPolicy(name: string): PathKey[] {
    return this.named(["schedulingPolicies"], "name", name) ?? ["schedulingPolicies"];
  }

  consumable(name: string): PathKey[] {
    return this.named(["consumableResources"], "consumableResourceName", name) ?? ["consumableResources"];
  }

  /** A job definition; the jobs of the trace that bring their own where the scenario has none of that name. */
  definition(name: string): PathKey[] {
    const bare = name.replace(/:\d+$/, "");
    return (
      this.named(["jobDefinitions"], "jobDefinitionName", bare) ??
      this.named(["trace", "jobs"], "jobDefinition", name) ?? ["trace"]
    );
  }

  /** Where the request of a kind of jobs is written: their definition, shape or job, else the trace. */
  kind(kind: JobKind): PathKey[] {
    const own = kind.definition.name === "" ? undefined : this.definition(kind.definition.name);
    if (own !== undefined && own.length > 1) return own;
    return (
      this.named(["trace", "synthetic", "shapes"], "name", kind.name) ??
      this.named(["trace", "jobs"], "jobName", kind.name) ?? ["trace"]
    );
  }

  /** The last entry of that name in a list: of job definitions the newest stands behind the others. */
  private named(list: readonly PathKey[], key: string, name: string): PathKey[] | undefined {
    const index = asList(valueAt(this.document, list)).findLastIndex((item) => asMap(item)?.[key] === name);
    return index < 0 ? undefined : [...list, index];
  }
}
