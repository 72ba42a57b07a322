// A maxvCpus below one instance that is needed: nothing is launched for such jobs, or only the one instance by which AWS
// Batch may exceed maxvCpus.

import { MILLI } from "../../base/units.js";
import type { ComputeEnvironment } from "../../model/environment.js";
import type { JobKind } from "./figures.js";
import type { LintInput, LintRule, RuleFinding } from "./finding.js";
import { isElastic, jobsPerInstance, typeOf } from "./packing.js";
import { describeJobs } from "./wording.js";

export const maxVcpusTooSmall: LintRule = {
  code: "max-vcpus-too-small",
  severity: "warning",
  check: (input) =>
    input.resolved.environments.filter(isElastic).flatMap((environment) => {
      const path = [...input.places.environment(environment.name), "computeResources", "maxvCpus"];
      return checkEnvironment(input, environment).map((finding) => ({ ...finding, path }));
    }),
};

function checkEnvironment(
  { resolved, trace }: LintInput,
  environment: ComputeEnvironment,
): Omit<RuleFinding, "path">[] {
  const { name, maxVcpuMilli, pools } = environment;
  const smallest = (own: readonly number[]) =>
    own.map((pool) => typeOf(resolved, pool)).reduce((a, b) => (b.vcpuMilli < a.vcpuMilli ? b : a));
  if (pools.length === 0) return [];
  const least = smallest(pools);
  if (least.vcpuMilli > maxVcpuMilli) {
    return [
      {
        severity: "error",
        message: `maxvCpus ${maxVcpuMilli / MILLI} of ${name} is less than its smallest instance type, ${least.name}, has (${least.vcpuMilli / MILLI})`,
        figure: "",
        fix: `maxvCpus: ${least.vcpuMilli / MILLI} or more, or a smaller instance type`,
      },
    ];
  }
  const concerned = trace.kinds.flatMap((kind) => {
    const queue = resolved.scenario.jobQueues.find((spec) => spec.name === kind.queue);
    if (queue === undefined || !queue.computeEnvironments.includes(name)) return [];
    const holding = pools.filter((pool) => jobsPerInstance(typeOf(resolved, pool), kind.shape, kind.nodes) > 0);
    if (holding.length === 0) return [];
    const type = smallest(holding);
    const neededMilli = type.vcpuMilli * kind.nodes;
    return neededMilli > maxVcpuMilli ? [{ kind, type, neededMilli }] : [];
  });
  if (concerned.length === 0) return [];
  const { type, neededMilli } = concerned.reduce((a, b) => (b.neededMilli > a.neededMilli ? b : a));
  const kinds: JobKind[] = concerned.map(({ kind }) => kind);
  return [
    {
      message: `maxvCpus ${maxVcpuMilli / MILLI} of ${name} is less than what its jobs need at once: up to ${neededMilli / MILLI} vCPUs of ${type.name}`,
      figure: describeJobs(kinds),
      fix: `maxvCpus: ${neededMilli / MILLI} or more`,
    },
  ];
}
