// What the keys of one compute environment say about each other. Source: AWS Batch API reference, ComputeResource
// ("isn't applicable to jobs that are running on Fargate resources", allocation strategies by type).

import { ALLOCATION_STRATEGIES } from "../model/policy.js";
import { isFargate } from "./facts.js";
import { asList, asMap, type Finding, type PathKey, valueAt } from "./finding.js";

/** ComputeResource: "isn't applicable to jobs that are running on Fargate resources". */
const NOT_FOR_FARGATE = [
  "allocationStrategy",
  "minvCpus",
  "desiredvCpus",
  "instanceTypes",
  "bidPercentage",
  "scalingPolicy",
] as const;

/** Findings about each compute environment by itself. */
export function checkEnvironments(root: unknown): Finding[] {
  return asList(valueAt(root, ["computeEnvironments"])).flatMap((item, index) => {
    const environment = asMap(item);
    return environment === undefined ? [] : checkEnvironment(environment, ["computeEnvironments", index]);
  });
}

function checkEnvironment(environment: Readonly<Record<string, unknown>>, path: readonly PathKey[]): Finding[] {
  const resources = asMap(environment.computeResources) ?? {};
  const inside = (key: string) => [...path, "computeResources", key];
  const findings: Finding[] = [];
  const conflict = (message: string, at: readonly PathKey[], atKey = false) => {
    findings.push({ code: "conflicting-keys", message, path: at, atKey });
  };
  if (isFargate(String(resources.type))) {
    for (const key of NOT_FOR_FARGATE) {
      if (saysNothing(resources[key])) continue;
      conflict(
        `${key} isn't applicable to jobs that are running on Fargate resources. Don't specify it`,
        inside(key),
        true,
      );
    }
    if (environment.type === "UNMANAGED") conflict("UNMANAGED environments run on EC2, not on Fargate", inside("type"));
    if (environment.fixedFleet !== undefined) {
      conflict("a fixed fleet is made of instances: Fargate has none", [...path, "fixedFleet"], true);
    }
  } else if (Array.isArray(resources.instanceTypes) && resources.instanceTypes.length === 0) {
    const message = "must have at least one entry";
    findings.push({ code: "empty-value", message, path: inside("instanceTypes") });
  }
  const strategy = ALLOCATION_STRATEGIES.find((known) => known === resources.allocationStrategy);
  if (resources.type === "EC2" && strategy?.startsWith("SPOT_")) {
    conflict(`${strategy} is only available for Spot Instance compute resources`, inside("allocationStrategy"));
  }
  if (resources.type === "SPOT" && strategy === "BEST_FIT_PROGRESSIVE_ORDERED") {
    conflict(`${strategy} is only available for On-Demand compute resources`, inside("allocationStrategy"));
  }
  return findings;
}

/** AWS prints 0, [] and {} where nothing was set. */
function saysNothing(value: unknown): boolean {
  if (value === undefined || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return asMap(value) !== undefined && Object.values(value as object).every(saysNothing);
}
