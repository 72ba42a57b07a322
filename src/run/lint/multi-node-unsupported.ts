// Multi-node parallel jobs run on MANAGED on-demand EC2 only: AWS Batch refuses them on Spot, on Fargate and on UNMANAGED
// compute environments.

import type { ComputeEnvironmentSpec } from "../../scenario/scenario.js";
import { byRequest } from "./figures.js";
import type { LintInput, LintRule, RuleFinding } from "./finding.js";
import { describeJobs, kindName } from "./wording.js";

export const multiNodeUnsupported: LintRule = {
  code: "multi-node-unsupported",
  severity: "error",
  check: (input) => [...refusedJobs(input), ...refusedDefinitions(input)],
};

const FIX = "give the queue a MANAGED compute environment of type EC2";

function takesNodes({ managed, type }: ComputeEnvironmentSpec): boolean {
  return managed && type === "EC2";
}

function describeEnvironment({ name, managed, type }: ComputeEnvironmentSpec): string {
  return `${name} (${managed ? type : `UNMANAGED, ${type}`})`;
}

function refusedJobs({ resolved: { scenario }, trace, places }: LintInput): RuleFinding[] {
  return byRequest(trace.kinds.filter(({ nodes }) => nodes > 1)).flatMap((kind) => {
    const queue = scenario.jobQueues.find(({ name }) => name === kind.queue);
    const environments = scenario.computeEnvironments.filter(({ name }) => queue?.computeEnvironments.includes(name));
    const refusing = environments.filter((environment) => !takesNodes(environment));
    if (refusing.length === 0) return [];
    const all = refusing.length === environments.length;
    const where = refusing.map(describeEnvironment).join(", ");
    return {
      path: places.kind(kind),
      severity: all ? "error" : "info",
      message: `${kindName(kind)} has ${kind.nodes} nodes: ${where} of queue ${kind.queue} ${all ? "refuse it" : "never take it, the queue's others do"}`,
      figure: describeJobs([kind]),
      fix: all ? FIX : "",
    };
  });
}

/** Definitions that no compute environment at all could run, used or not. */
function refusedDefinitions({ resolved: { scenario }, trace, places }: LintInput): RuleFinding[] {
  if (scenario.computeEnvironments.some(takesNodes)) return [];
  const used = new Set(trace.kinds.map(({ definition }) => definition.name));
  return scenario.jobDefinitions
    .filter(({ name, nodes }) => nodes > 1 && !used.has(name))
    .map(({ name, nodes }) => ({
      path: places.definition(name),
      message: `${name} has ${nodes} nodes, and no compute environment of the scenario takes multi-node parallel jobs`,
      figure: "",
      fix: FIX,
    }));
}
