// One replay, its result and its job table; free of Node.

import type { ResultFile, ResultHeader } from "../../src/model/run-result.js";
import { jobsCsv } from "../../src/run/jobs-csv.js";
import { type ReplayTrace, replay } from "../../src/run/replay.js";
import type { ResolvedScenario } from "../../src/run/tables.js";

export interface ReplayOutput {
  readonly result: ResultFile;
  /** Of the first strategy. */
  readonly jobsCsv: string;
}

export function runReplay(resolved: ResolvedScenario, trace: ReplayTrace, header: ResultHeader): ReplayOutput {
  const jobs: string[] = [];
  const result = replay(resolved, trace, header, {
    onLedger: (_, ledger) => {
      if (jobs.length === 0) jobs.push(...jobsCsv(ledger, trace.workload));
    },
  });
  return { result, jobsCsv: jobs.join("") };
}
