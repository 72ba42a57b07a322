// The step `merge`: the jobs of two traces together.

import { textAt } from "../../base/text-column.js";
import type { Workload } from "../../model/job.js";
import type { MergeTiming } from "../../model/trace-transform.js";
import type { SealedTrace, Trace } from "../workload-builder.js";
import { freeSuffix } from "./free-suffix.js";
import { type Rebuilt, rebuild } from "./rebuild.js";

/**
 * The jobs of both. With "recorded" each keeps its dates where both have some; with "start", or where one has none, the
 * other begins when the trace does. When an id is in both, all ids of the other one get a "~2" behind them.
 */
export function mergeTraces(trace: Trace, other: SealedTrace, align: MergeTiming): Rebuilt {
  const { originMs } = trace.workload;
  const theirOriginMs = other.workload.originMs;
  const moves = align === "start" || originMs === 0 || theirOriginMs === 0;
  const suffix = shareAnId(trace.workload, other.workload) ? commonSuffix(trace.workload, other.workload) : "";
  return rebuild([
    { trace },
    {
      trace: other,
      moveMs: (timeMs) => (moves ? timeMs - theirOriginMs + originMs : timeMs),
      renameId: (id) => id + suffix,
    },
  ]);
}

/** In neither of the two. */
function commonSuffix(workload: Workload, other: Workload): string {
  const [first, second] = [freeSuffix(workload), freeSuffix(other)];
  return `${first.length > second.length ? first : second}2`;
}

function shareAnId(workload: Workload, other: Workload): boolean {
  const known = new Set(idsOf(workload));
  for (const id of idsOf(other)) if (known.has(id)) return true;
  return false;
}

function* idsOf({ ids, jobCount, arrays }: Workload): Generator<string> {
  yield* arrays.ids;
  for (let job = 0; job < jobCount; job++) yield textAt(ids, job);
}
