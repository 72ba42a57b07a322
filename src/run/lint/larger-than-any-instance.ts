// Jobs that nothing can run: the trace's own, which its reader counts, and definitions that no instance type of any compute
// environment holds.

import type { Shape } from "../../model/job.js";
import type { JobDefinitionSpec } from "../../scenario/scenario.js";
import type { ResolvedScenario } from "../tables.js";
import type { LintInput, LintRule, RuleFinding } from "./finding.js";
import { typeOf } from "./packing.js";
import { counted, describeShape } from "./wording.js";

export const largerThanAnyInstance: LintRule = {
  code: "larger-than-any-instance",
  severity: "error",
  check: (input) => [...unplaceableRows(input), ...unplaceableDefinitions(input)],
};

/** The trace is read with `unplaceable: reject`: such rows are counted with their reasons. */
function unplaceableRows({ trace: { report } }: LintInput): RuleFinding[] {
  return (report?.rejected ?? [])
    .filter(({ code }) => code === "unplaceable")
    .map(({ count, examples }) => ({
      path: ["trace"],
      message: `${counted(count, "job")} of the trace can run nowhere: ${examples[0]?.detail ?? "no reason is known"}`,
      figure: `${report?.format === "inline" ? "jobs" : "lines"} ${examples.map(({ line }) => line).join(", ")}${count > examples.length ? " and more" : ""}`,
      fix: "allow larger instance types, or ask for less; AWS advises about 5 % less memory than advertised",
    }));
}

function unplaceableDefinitions({ resolved, places }: LintInput): RuleFinding[] {
  return resolved.scenario.jobDefinitions.flatMap((definition) => {
    const shape = shapeOf(definition);
    if (shape === undefined || fitsSomewhere(resolved, shape)) return [];
    return {
      path: places.definition(definition.name),
      message: `${definition.name} (${describeShape(shape)}) fits no instance type of any compute environment`,
      figure: largestTypes(resolved),
      fix: "allow larger instance types, or ask for less; AWS advises about 5 % less memory than advertised",
    };
  });
}

function shapeOf({ platform, vcpuMilli, memoryMib, gpuMilli }: JobDefinitionSpec): Shape | undefined {
  if (platform === "FARGATE" || vcpuMilli === undefined || memoryMib === undefined) return undefined;
  return { vcpuMilli, memoryMib, gpuMilli: gpuMilli ?? 0 };
}

function fitsSomewhere(resolved: ResolvedScenario, shape: Shape): boolean {
  const holds = (pool: number) => {
    const type = typeOf(resolved, pool);
    return type.vcpuMilli >= shape.vcpuMilli && type.memoryMib >= shape.memoryMib && type.gpuMilli >= shape.gpuMilli;
  };
  return resolved.environments.some(({ fixedFleet, pools }) => {
    return (fixedFleet?.map(({ pool }) => pool) ?? pools).some(holds);
  });
}

function largestTypes(resolved: ResolvedScenario): string {
  if (resolved.instanceTypes.length === 0) return "";
  const most = resolved.instanceTypes.reduce((a, b) => (b.memoryMib > a.memoryMib ? b : a));
  return `the one with most memory, ${most.name}, has ${describeShape(most)} for jobs`;
}
