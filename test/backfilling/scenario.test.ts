// The whole way of a log: SWF text and a scenario with a machine of processors in an ideal world, one strategy per
// discipline; every start equals that of the independent implementation.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textAt } from "../../src/base/text-column.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import type { Workload } from "../../src/model/job.js";
import { loadReplay } from "../../src/run/load-replay.js";
import { planRuns, runPlan } from "../../src/run/replay.js";
import { s } from "../builders.js";
import { attemptsOf } from "../ledger/read-ledger.js";
import { type OracleDiscipline, type OracleJob, oracleStarts } from "./oracle.js";

const DISCIPLINES: readonly OracleDiscipline[] = ["fifo", "easy", "conservative"];
const PROCESSORS = 16;

const SCENARIO = `
name: machine
region: us-east-1
trace: { file: log.swf, unplaceable: reject }
computeEnvironments:
  - computeEnvironmentName: machine
    fixedFleet: { processors: ${PROCESSORS} }
world: ideal
baselines: []
strategies:
${DISCIPLINES.map((queueDiscipline) => `  - { name: ${queueDiscipline}, queueDiscipline: ${queueDiscipline} }`).join("\n")}
`;

interface LoggedJob extends OracleJob {
  readonly id: number;
}

/** A log: its lines are not in order of submission, and some jobs are larger than the machine. */
const logs = fc
  .array(
    fc.record({
      submitS: fc.oneof(fc.nat(5), fc.nat(100)),
      processors: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: PROCESSORS + 2 })),
      runtimeS: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
      moreS: fc.oneof(fc.constant(0), fc.nat(30)),
    }),
    { minLength: 20, maxLength: 60, size: "max" },
  )
  .map((list) =>
    list.map(
      ({ submitS, processors, runtimeS, moreS }, index): LoggedJob => ({
        id: index + 1,
        submitMs: s(submitS),
        processors,
        runtimeMs: s(runtimeS),
        limitMs: s(Math.max(1, runtimeS + moreS)),
      }),
    ),
  );

function swf(jobs: readonly LoggedJob[]): string {
  const line = ({ id, submitMs, runtimeMs, limitMs, processors }: LoggedJob) =>
    [id, submitMs / 1000, 0, runtimeMs / 1000, processors, -1, -1, processors, limitMs / 1000, -1, 1, 1]
      .concat([1, -1, -1, -1, -1, -1])
      .join(" ");
  return `; Version: 2.2\n${jobs.map(line).join("\n")}\n`;
}

/** How long each job waited, ms, by its id in the log. */
function waits(ledger: Ledger, workload: Workload): Map<number, number> {
  return new Map(
    attemptsOf(ledger).map((row) => [
      Number(textAt(workload.ids, row.job)),
      row.startedMs - workload.submitMs[row.job]!,
    ]),
  );
}

function expectedWaits(jobs: readonly LoggedJob[], discipline: OracleDiscipline): Map<number, number> {
  const kept = jobs
    .filter(({ processors }) => processors <= PROCESSORS)
    .sort((a, b) => a.submitMs - b.submitMs || a.id - b.id);
  const starts = oracleStarts(kept, PROCESSORS, discipline);
  return new Map(kept.map((job) => [job.id, starts.get(job)! - job.submitMs]));
}

describe("a log on a machine of processors", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "machine-"));
    writeFileSync(join(folder, "scenario.yaml"), SCENARIO);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("starts every job when the definition says, under every discipline", async () => {
    for (const jobs of fc.sample(logs, { numRuns: 60, seed: 3 })) {
      writeFileSync(join(folder, "log.swf"), swf(jobs));
      const { resolved, trace } = await loadReplay(join(folder, "scenario.yaml"));
      const plans = planRuns(resolved, trace);
      expect(plans.map(({ label }) => label.name)).toEqual(DISCIPLINES);
      DISCIPLINES.forEach((discipline, index) => {
        const ledger = runPlan(resolved, trace, plans[index]!);
        expect(sorted(waits(ledger, trace.workload))).toEqual(sorted(expectedWaits(jobs, discipline)));
      });
    }
  });
});

function sorted(byId: Map<number, number>): [number, number][] {
  return [...byId].sort(([a], [b]) => a - b);
}
