// One machine of so many processors under a discipline, through the engine and the simulator.

import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, job, pool, s, shape, simulationInput } from "../builders.js";
import { attemptsOf } from "../ledger/read-ledger.js";
import { type OracleDiscipline, type OracleJob, oracleStarts } from "./oracle.js";

export type Discipline = OracleDiscipline | "fifo-skip" | "shortest-job-first";

/** Everything `simulate` needs; limits of Infinity are left out. */
function machineInput(jobs: readonly OracleJob[], processors: number, discipline: Discipline) {
  return simulationInput({
    types: [instanceType("machine", processors, 0)],
    pools: [pool(0, 0)],
    environments: [environment([0], { fixedFleet: [{ pool: 0, count: 1 }] })],
    strategy: { queueDiscipline: discipline },
    jobs: jobs.map((one) =>
      job(
        one.submitMs,
        one.runtimeMs,
        shape(one.processors, 0),
        one.limitMs < Infinity ? { limitMs: one.limitMs } : {},
      ),
    ),
  });
}

/** Start times, ms, by position in `jobs`, which must be in order of submission. */
export function startsOf(jobs: readonly OracleJob[], processors: number, discipline: Discipline): number[] {
  const starts = new Array<number>(jobs.length).fill(Number.NaN);
  const { ledger } = simulate(machineInput(jobs, processors, discipline));
  for (const row of attemptsOf(ledger)) starts[row.job] = row.startedMs;
  return starts;
}

/** The same by the independent implementation. */
export function expectedStarts(jobs: readonly OracleJob[], processors: number, discipline: OracleDiscipline): number[] {
  const starts = oracleStarts(jobs, processors, discipline);
  return jobs.map((one) => starts.get(one)!);
}

/** Jobs from rows of [submit, processors, run time, limit] in seconds; without a limit where none is given. */
export function jobsOf(rows: readonly (readonly number[])[]): OracleJob[] {
  return rows.map(([submitS, processors, runtimeS, limitS]) => ({
    submitMs: s(submitS!),
    processors: processors!,
    runtimeMs: s(runtimeS!),
    limitMs: limitS === undefined ? Infinity : s(limitS),
  }));
}
