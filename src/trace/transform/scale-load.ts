// k times the load in the same time, as bursty as before: load-plan.ts chooses, here the jobs are put together.

import { randomStream } from "../../base/random.js";
import type { Trace } from "../workload-builder.js";
import { freeSuffix } from "./free-suffix.js";
import { planLoad } from "./load-plan.js";
import { type JobCopy, type Rebuilt, rebuild } from "./rebuild.js";

/** A trace with `factor` times the jobs. Copies have the ids of their jobs with "~2", "~3", ... behind them. */
export function scaleLoad(trace: Trace, factor: number, seed: number): Rebuilt {
  const { sessions, copies } = planLoad(trace, factor, randomStream(seed, "trace/scale-load"));
  const suffix = copies.length < 2 ? "" : freeSuffix(trace.workload);
  const jobCopies = copies.map(({ shiftMs }, index): JobCopy => {
    const shiftOf = (job: number) => shiftMs[sessions.ofJob[job]!]!;
    return {
      trace,
      keeps: (job) => !Number.isNaN(shiftOf(job)),
      moveMs: (timeMs, job) => timeMs + shiftOf(job),
      renameId: (id) => (index === 0 ? id : `${id}${suffix}${index + 1}`),
    };
  });
  return rebuild(jobCopies);
}
