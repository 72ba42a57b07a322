// Jobs that can be placed are placed in the end, even when the compute environment is full of instances that do not suit
// them: these become idle, are ended, and make room under maxvCpus.

import { describe, expect, it } from "vitest";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, job, pool, type Story, s, shape, simulationInput, withFuse } from "../builders.js";
import { attemptsOf, instancesOf } from "../ledger/read-ledger.js";

const thin = shape(1, 1);
/** Fits only an r. */
const fat = shape(1, 24);

/** c: 4 vCPUs, 8 GiB, 1 USD/h; r: 4 vCPUs, 32 GiB, 2 USD/h. An instance is ended after 60 s without a job. */
function run(maxvCpus: number, rows: Story["jobs"], strategy: NonNullable<Story["strategy"]>) {
  return simulate(
    withFuse(
      simulationInput({
        types: [instanceType("c", 4, 8), instanceType("r", 4, 32)],
        pools: [pool(0, 1), pool(1, 2)],
        environments: [environment([0, 1], { maxVcpuMilli: maxvCpus * 1000 })],
        jobs: rows,
        strategy,
      }),
    ),
  );
}

describe("a full environment", () => {
  it.each(["fifo", "fifo-skip"] as const)(
    "buys once the unsuitable instance has been ended (%s)",
    (queueDiscipline) => {
      // One instance at a time. The thin job runs on a c from 0 to 10; the c is ended at 70.
      const { ledger, stuckJobs } = run(4, [job(0, s(10), thin), job(s(1), s(10), fat)], { queueDiscipline });
      expect(stuckJobs).toBe(0);
      const [c, r] = instancesOf(ledger);
      expect(c).toMatchObject({ pool: 0, endedMs: s(70) });
      expect(r).toMatchObject({ pool: 1 });
      // No delays in this world: at the very instant, or a decision (1 ms) later.
      expect(r!.requestedMs).toBeGreaterThanOrEqual(s(70));
      expect(r!.requestedMs).toBeLessThanOrEqual(s(70) + 1);
    },
  );

  it.each([4, 6])("does not keep an idle instance for a job behind a head that it blocks (maxvCpus %i)", (maxvCpus) => {
    // Strict FIFO. From 10 on the c is idle; the fat head does not fit it, the thin job behind does, but may not overtake.
    // There is no room for an r beside the c: 4 + 4 vCPUs. The c must go although a waiting job would fit it.
    const rows = [job(0, s(10), thin), job(s(1), s(10), fat), job(s(2), s(10), thin)];
    const { ledger, stuckJobs } = run(maxvCpus, rows, { queueDiscipline: "fifo" });
    expect(stuckJobs).toBe(0);
    expect(attemptsOf(ledger).map((row) => row.job)).toEqual([0, 1, 2]);
  });

  it("buys for the head first when there is no room for everything", () => {
    // Strict FIFO, one instance per job, one launch per decision, room for one instance. The thin head needs a c, the fat
    // job behind it costs more and would come first in a plan; bought first, its r could neither run it nor make room.
    const rows = [job(0, s(10), thin), job(0, s(10), fat)];
    const { ledger, stuckJobs } = run(4, rows, {
      provisioning: "job-per-instance",
      maxLaunchesPerDecision: 1,
      queueDiscipline: "fifo",
    });
    expect(stuckJobs).toBe(0);
    expect(attemptsOf(ledger).map((row) => row.job)).toEqual([0, 1]);
  });
});

describe("an instance that becomes empty twice in one millisecond", () => {
  it("is ended once", () => {
    // At 20 an r registers, empty, takes a job without length, and is empty again, while a c (idle since 10) is first in
    // line to be ended, at 70. The r follows at 20 + 60, once, although another r (busy until 200) could be ended beside it.
    const rows = [job(0, s(10), shape(4, 8)), job(0, s(200), fat), job(s(20), 0, fat)];
    const { ledger } = run(100, rows, {});
    const lives = instancesOf(ledger).map((row) => ({
      pool: row.pool,
      fromS: row.requestedMs / 1000,
      toS: row.endedMs / 1000,
    }));
    expect(lives.sort((a, b) => a.toS - b.toS)).toEqual([
      { pool: 0, fromS: 0, toS: 70 },
      { pool: 1, fromS: 20, toS: 80 },
      { pool: 1, fromS: 0, toS: 260 },
    ]);
  });
});
