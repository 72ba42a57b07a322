// Memory just above what fits an instance a whole number of times: a little less, and one more job fits, or a smaller
// instance does. The usual case is a request for the advertised size, of which the system takes a few per cent.

import type { Shape } from "../../model/job.js";
import { formatSignedPercent } from "../../report/format.js";
import type { ResolvedScenario } from "../tables.js";
import { byRequest, type JobKind } from "./figures.js";
import type { LintRule } from "./finding.js";
import { cheapestFit, type Fit, firstPools, hourlyPrice, jobsPerInstance, typeOf } from "./packing.js";
import { counted, describeCost, describeMemory, kindName } from "./wording.js";
import { worstFirst } from "./worst-first.js";

/** Requests are guesses with a margin; what is more than this below one is another job. */
const LARGEST_REDUCTION = 0.08;
/** Below this it is not worth anybody's time. */
const SMALLEST_SAVING = 0.05;
/** On large instances any reduction saves about its own share; a boundary is where it saves at least so many times that. */
const SAVING_PER_REDUCTION = 2;
/** A suggestion is rounded down to a power of two of MiB that is at most this share of the request. */
const ROUNDING = 0.01;

export const memoryBoundary: LintRule = {
  code: "memory-boundary",
  severity: "warning",
  check: ({ resolved, trace, places }) =>
    worstFirst(
      byRequest(trace.kinds).flatMap((kind) => {
        const step = smallerStep(resolved, kind);
        if (step === undefined) return [];
        const { now, better, memoryMib } = step;
        const type = typeOf(resolved, better.pool).name;
        const cheaper = formatSignedPercent(better.microUsdPerJobHour / now.microUsdPerJobHour - 1);
        const lets = better.jobs === 1 ? `lets one fit on ${type}` : `lets ${better.jobs} fit on ${type}`;
        const saved = (now.microUsdPerJobHour - better.microUsdPerJobHour) * kind.nodes;
        return {
          path: places.kind(kind),
          message: `${kindName(kind)}: ${describeMemory(kind.shape.memoryMib)} → ${describeMemory(memoryMib)} ${lets}: ${cheaper}`,
          figure: `${describeCost(saved, kind.runtimeMs)} saved over the ${counted(kind.jobs, "job")} of the trace, on full instances`,
          fix: `ask for ${memoryMib} MiB of memory if the jobs can do with it`,
          cost: saved * kind.runtimeMs,
        };
      }),
    ),
};

interface Step {
  readonly now: Fit;
  readonly better: Fit;
  readonly memoryMib: number;
}

/** The reduction that saves most beyond what its size would by itself; undefined when none is worth it. */
function smallerStep(resolved: ResolvedScenario, kind: JobKind): Step | undefined {
  const { shape, nodes } = kind;
  const least = { ...shape, memoryMib: Math.ceil(shape.memoryMib * (1 - LARGEST_REDUCTION)) };
  const poolsFor = (request: Shape) =>
    firstPools(resolved, kind, (own) => cheapestFit(resolved, own, request, nodes) !== undefined) ?? [];
  const now = cheapestFit(resolved, poolsFor(shape), shape, nodes);
  if (now === undefined) return undefined;
  let best: Step | undefined;
  let bestScore = 0;
  for (const pool of poolsFor(least)) {
    const type = typeOf(resolved, pool);
    for (let jobs = jobsPerInstance(type, least, nodes); jobs > jobsPerInstance(type, shape, nodes); jobs--) {
      const memoryMib = Math.floor(type.memoryMib / jobs);
      const microUsdPerJobHour = hourlyPrice(resolved, resolved.pools[pool]!) / jobs;
      const saving = 1 - microUsdPerJobHour / now.microUsdPerJobHour;
      const score = saving - SAVING_PER_REDUCTION * (1 - memoryMib / shape.memoryMib);
      if (saving < SMALLEST_SAVING || score <= bestScore) continue;
      best = { now, better: { pool, jobs, microUsdPerJobHour }, memoryMib };
      bestScore = score;
    }
  }
  if (best === undefined) return undefined;
  return { ...best, memoryMib: Math.max(least.memoryMib, roundedDown(best.memoryMib, shape.memoryMib * ROUNDING)) };
}

function roundedDown(mib: number, coarsest: number): number {
  let unit = 1;
  while (unit * 2 <= coarsest) unit *= 2;
  return Math.floor(mib / unit) * unit;
}
