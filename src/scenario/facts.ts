// What the checks need to know of queues and compute environments, read from the raw document: a part that is missing or
// wrong is undefined here, and the checks that would need it keep silent.

import type { Architecture } from "../model/instance-type.js";
import { resourceName } from "./arns.js";
import { DEFAULTS } from "./defaults.js";
import { asList, asMap, valueAt } from "./finding.js";

export interface EnvironmentFacts {
  readonly name: string;
  /** computeResources.type as written; undefined when it is missing or no text. */
  readonly type: string | undefined;
  readonly managed: boolean;
  /** Neither DISABLED nor INVALID. */
  readonly usable: boolean;
  /** A fixed fleet of processors: memory is not counted. */
  readonly processors: boolean;
  /** Of its instance types, as far as their names tell. */
  readonly architectures: readonly Architecture[];
}

export interface QueueFacts {
  readonly name: string;
  readonly fairShare: boolean;
  /** The usable ones that the queue names; undefined when one of them is not known. */
  readonly environments: readonly EnvironmentFacts[] | undefined;
}

export function isFargate(type: string | undefined): boolean {
  return type === "FARGATE" || type === "FARGATE_SPOT";
}

/** Every compute environment that has a name. */
export function environmentFacts(root: unknown): EnvironmentFacts[] {
  return asList(valueAt(root, ["computeEnvironments"])).flatMap((item) => {
    const environment = asMap(item);
    const name = environment?.computeEnvironmentName;
    return environment === undefined || typeof name !== "string" ? [] : [factsOf(name, environment)];
  });
}

function factsOf(name: string, environment: Readonly<Record<string, unknown>>): EnvironmentFacts {
  const resources = asMap(environment.computeResources);
  const processors = asMap(environment.fixedFleet) !== undefined;
  const type = processors && resources === undefined ? "EC2" : resources?.type;
  const given = asList(resources?.instanceTypes);
  const fleet = asList(environment.fixedFleet).map((entry) => asMap(entry)?.instanceType);
  const instanceTypes = fleet.length > 0 ? fleet : given.length > 0 ? given : DEFAULTS.computeResources.instanceTypes;
  const architectures =
    processors || (typeof type === "string" && isFargate(type)) ? [] : instanceTypes.map(architectureOf);
  return {
    name,
    type: typeof type === "string" ? type : undefined,
    managed: environment.type !== "UNMANAGED",
    usable: environment.state !== "DISABLED" && environment.status !== "INVALID",
    processors,
    architectures: [...new Set(architectures.filter((architecture) => architecture !== undefined))],
  };
}

/** Words for sets of instance types. */
const ARCHITECTURE_OF_WORD: ReadonlyMap<unknown, Architecture> = new Map([
  ["optimal", "x86_64"],
  ["default_x86_64", "x86_64"],
  ["all", "x86_64"],
  ["default_arm64", "arm64"],
  ["all_arm64", "arm64"],
  // The first Graviton family, older than the naming rule.
  ["a1", "arm64"],
]);

/** EC2's naming rule: letters, the generation, then letters of which g means Graviton (m7gd, is4gen), then a suffix. */
const FAMILY = /^[a-z]+\d+([a-z]*)(-[a-z0-9]+)*$/;

/** The architecture of an instance type, a family or a set of them; undefined when the name does not tell. */
function architectureOf(instanceType: unknown): Architecture | undefined {
  const family = typeof instanceType === "string" ? instanceType.split(".")[0] : undefined;
  const match = FAMILY.exec(family ?? "");
  if (match === null || ARCHITECTURE_OF_WORD.has(family)) return ARCHITECTURE_OF_WORD.get(family);
  return match[1]?.includes("g") ? "arm64" : "x86_64";
}

/** Every job queue that has a name; the queue that is made by default when there is no list. */
export function queueFacts(root: unknown): QueueFacts[] {
  const environments = environmentFacts(root);
  if (valueAt(root, ["jobQueues"]) === undefined) {
    const usable = environments.filter((environment) => environment.usable);
    return [{ name: DEFAULTS.jobQueue.name, fairShare: false, environments: usable }];
  }
  return asList(valueAt(root, ["jobQueues"])).flatMap((item) => {
    const queue = asMap(item);
    if (queue === undefined || typeof queue.jobQueueName !== "string") return [];
    const named = asList(queue.computeEnvironmentOrder).map((entry) => {
      const name = asMap(entry)?.computeEnvironment;
      return environments.find((environment) => typeof name === "string" && environment.name === resourceName(name));
    });
    const known = named.filter((environment) => environment !== undefined);
    return {
      name: queue.jobQueueName,
      fairShare: queue.schedulingPolicyArn !== undefined,
      environments: known.length === named.length ? known.filter((environment) => environment.usable) : undefined,
    };
  });
}
