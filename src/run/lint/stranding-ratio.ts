// A request whose ratio of vCPUs to memory (and GPUs) no instance type on offer comes near: filled with such jobs, the
// cheapest instance for them still leaves most of another resource empty.

import { MIB_PER_GIB, MILLI } from "../../base/units.js";
import type { InstanceType } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";
import { formatPercent } from "../../report/format.js";
import type { ResolvedScenario } from "../tables.js";
import { byRequest } from "./figures.js";
import type { LintRule } from "./finding.js";
import { cheapestFit, type Fit, firstPools, typeOf } from "./packing.js";
import { counted, describeCost, describeShape, kindName } from "./wording.js";
import { worstFirst } from "./worst-first.js";

/** Half of an instance is soon filled by other jobs; from here on such jobs decide what is bought. */
const TOLERATED = 0.4;

const RESOURCES = ["vCPUs", "memory", "GPUs"] as const;
type Resource = (typeof RESOURCES)[number];

export const strandingRatio: LintRule = {
  code: "stranding-ratio",
  severity: "warning",
  check: ({ resolved, trace, places }) =>
    worstFirst(
      byRequest(trace.kinds).flatMap((kind) => {
        const { shape, nodes } = kind;
        const pools = firstPools(resolved, kind, (own) => cheapestFit(resolved, own, shape, nodes) !== undefined);
        const fit = pools === undefined ? undefined : cheapestFit(resolved, pools, shape, nodes);
        if (fit === undefined) return [];
        const empty = emptyShares(resolved, fit, shape);
        const stranded = empty.vCPUs + empty.memory + empty.GPUs;
        if (stranded <= TOLERATED) return [];
        const type = typeOf(resolved, fit.pool);
        const wasted = fit.microUsdPerJobHour * nodes * stranded;
        const each = fit.jobs === 1 ? "one takes" : `${fit.jobs} fill`;
        return {
          path: places.kind(kind),
          message: `${kindName(kind)} (${describeShape(shape)}): ${each} ${type.name}, the cheapest for it, and ${formatPercent(stranded)} of its price stays empty`,
          figure: `${describeCost(wasted, kind.runtimeMs)} over the ${counted(kind.jobs, "job")} of the trace, unless other jobs fill the rest`,
          fix: advice(empty, type, shape),
          cost: wasted * kind.runtimeMs,
        };
      }),
    ),
};

/** By resource, the share of an instance's price that jobs of one shape, as many as fit, leave without use. */
function emptyShares(
  resolved: ResolvedScenario,
  { pool, jobs }: Fit,
  shape: Shape,
): Readonly<Record<Resource, number>> {
  const type = typeOf(resolved, pool);
  const worth = resolved.priceShares[resolved.pools[pool]!.instanceType]!;
  const empty = (share: number, asked: number, offered: number) =>
    offered === 0 ? 0 : share * (1 - (asked * jobs) / offered);
  return {
    vCPUs: empty(worth.vcpu, shape.vcpuMilli, type.vcpuMilli),
    memory: empty(worth.memory, shape.memoryMib, type.memoryMib),
    GPUs: empty(worth.gpu, shape.gpuMilli, type.gpuMilli),
  };
}

/** What to do about the resource of which most stays empty. */
function advice(empty: Readonly<Record<Resource, number>>, type: InstanceType, shape: Shape): string {
  const perVcpu = ({ memoryMib, vcpuMilli }: Shape | InstanceType) => (memoryMib / MIB_PER_GIB / vcpuMilli) * MILLI;
  const most = RESOURCES.reduce((a, b) => (empty[b] > empty[a] ? b : a));
  if (most === "GPUs") return "mostly GPUs: allow types with fewer of them, or without any for jobs that ask for none";
  if (shape.gpuMilli > 0) return `mostly ${most}: allow types that have less beside each GPU, or let the jobs use more`;
  const ratios = `the jobs ask for ${perVcpu(shape).toFixed(1)} GiB per vCPU, ${type.name} has ${perVcpu(type).toFixed(1)}`;
  return most === "vCPUs"
    ? `mostly vCPUs, ${ratios}: allow a family with more memory, or let the jobs use more vCPUs`
    : `mostly memory, ${ratios}: allow a family with less memory, or let the jobs use fewer vCPUs`;
}
