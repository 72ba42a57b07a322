// Jobs that can be placed are placed, even when the compute environment is full of instances that do not suit them: these
// become idle, are ended, and make room under maxvCpus.

import { describe, expect, it } from "vitest";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, job, pool, s, shape, simulationInput } from "../builders.js";
import { instancesOf } from "../ledger/read-ledger.js";

const thin = shape(1, 1);
/** Fits only r. */
const fat = shape(1, 24);

/** maxvCpus is one instance of either type: c (4 vCPUs, 8 GiB, 1 USD/h) or r (4 vCPUs, 32 GiB, 2 USD/h). */
const full = {
  types: [instanceType("c", 4, 8), instanceType("r", 4, 32)],
  pools: [pool(0, 1), pool(1, 2)],
  environments: [environment([0, 1], { maxVcpuMilli: 4000 })],
};

describe("a full environment", () => {
  it("buys for a waiting job once the unsuitable instance has been ended", () => {
    const { ledger, stuckJobs } = simulate(
      simulationInput({ ...full, jobs: [job(0, s(10), thin), job(s(1), s(10), fat)] }),
    );
    expect(stuckJobs).toBe(0);
    // The thin job runs on a c from 0 to 10. The c is ended 60 s later, the r bought then.
    const [c, r] = instancesOf(ledger);
    expect(c).toMatchObject({ pool: 0, endedMs: s(70) });
    expect(r).toMatchObject({ pool: 1 });
    // No delays in this world: at the very instant, or a decision (1 ms) later.
    expect(r!.requestedMs).toBeGreaterThanOrEqual(s(70));
    expect(r!.requestedMs).toBeLessThanOrEqual(s(70) + 1);
  });

  it.each(["fifo", "fifo-skip"] as const)(
    "does not keep an idle instance for a job behind a blocked head (%s)",
    (queueDiscipline) => {
      const { stuckJobs } = simulate(
        simulationInput({
          ...full,
          // The thin job behind the fat one fits the idle c, the fat one does not: under strict FIFO the c must go first.
          jobs: [job(0, s(10), thin), job(s(1), s(10), fat), job(s(2), s(10), thin)],
          strategy: { queueDiscipline },
        }),
      );
      expect(stuckJobs).toBe(0);
    },
  );
});
