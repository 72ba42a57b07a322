// The simulator against queueing theory: c servers that each hold one job, Poisson arrivals, exponential service, first
// come first served. Erlang C gives the share of jobs that wait and the mean wait (Erlang 1917; Gross et al., Fundamentals
// of Queueing Theory, section 2.3). Every case is 20 independent replications with fixed seeds; each leaves its first jobs
// out (the system starts empty); theory must lie in the 99 % t-interval of the replications' means, and the interval must
// be narrow enough that a wrong simulator would fall outside.

import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/base/random.js";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, type JobRow, pool, shape, simulationInput } from "../builders.js";
import { attemptsOf } from "../ledger/read-ledger.js";

const REPLICATIONS = 20;
/** Student's t, two-sided 99 %, 19 degrees of freedom. */
const T_99 = 2.861;
/** Long against a millisecond, to which all times are rounded. */
const MEAN_SERVICE_MS = 100_000;
const JOB = shape(1, 1);

/** Erlang's C: the probability of waiting with c servers and offered load a = lambda / mu < c. */
function erlangC(c: number, a: number): number {
  // Erlang's B by its recurrence in the number of servers, then C from B.
  let b = 1;
  for (let n = 1; n <= c; n++) b = (a * b) / (n + a * b);
  return b / (1 - (a / c) * (1 - b));
}

/** Mean wait: C / (c mu - lambda). */
function theory(c: number, utilisation: number) {
  const waiting = erlangC(c, c * utilisation);
  return { waiting, meanWaitMs: (waiting * MEAN_SERVICE_MS) / (c * (1 - utilisation)) };
}

function poissonJobs(count: number, c: number, utilisation: number, seed: string): JobRow[] {
  const arrivals = randomStream(seed, "arrivals");
  const services = randomStream(seed, "services");
  const gapMs = MEAN_SERVICE_MS / (c * utilisation);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    atMs += arrivals.exponential(gapMs);
    return { submitMs: Math.round(atMs), runtimeMs: Math.round(services.exponential(MEAN_SERVICE_MS)), shape: JOB };
  });
}

/** Share of jobs that wait and mean wait of one replication, its warm-up left out. */
function replicate(jobs: number, warmUp: number, c: number, utilisation: number, seed: string) {
  const input = simulationInput({
    types: [instanceType("server", 1, 1)],
    pools: [pool(0, 1)],
    jobs: poissonJobs(jobs, c, utilisation, seed),
    environments: [environment([0], { fixedFleet: [{ pool: 0, count: c }] })],
  });
  let waited = 0;
  let waitMs = 0;
  for (const attempt of attemptsOf(simulate(input).ledger)) {
    if (attempt.job < warmUp) continue;
    const ms = attempt.startedMs - input.workload.submitMs[attempt.job]!;
    if (ms > 0) waited++;
    waitMs += ms;
  }
  return { waiting: waited / (jobs - warmUp), meanWaitMs: waitMs / (jobs - warmUp) };
}

function interval(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, halfWidth: T_99 * Math.sqrt(variance / values.length) };
}

describe("Erlang C itself", () => {
  it("agrees with closed forms", () => {
    // One server: the probability of waiting is the utilisation.
    expect(erlangC(1, 0.8)).toBeCloseTo(0.8, 12);
    // Two: 2 r^2 / (1 + r) with r = a / 2; r = 1/2: 1/3.
    expect(erlangC(2, 1)).toBeCloseTo(1 / 3, 12);
  });
});

// Jobs per replication grow with what the wait's variance asks for; the warm-up is a tenth of them. `relative` bounds the
// half-width of the mean wait as a share of theory: a tenth, and more only where the wait is below 3 % of a service time.
describe.each([
  { c: 1, utilisation: 0.5, jobs: 5_000, relative: 0.1 },
  { c: 1, utilisation: 0.8, jobs: 10_000, relative: 0.1 },
  { c: 1, utilisation: 0.9, jobs: 40_000, relative: 0.1 },
  { c: 10, utilisation: 0.5, jobs: 20_000, relative: 0.15 },
  { c: 10, utilisation: 0.8, jobs: 25_000, relative: 0.1 },
  { c: 10, utilisation: 0.9, jobs: 35_000, relative: 0.1 },
  { c: 100, utilisation: 0.8, jobs: 20_000, relative: 0.4 },
  { c: 100, utilisation: 0.9, jobs: 40_000, relative: 0.3 },
])("M/M/$c at utilisation $utilisation", ({ c, utilisation, jobs, relative }) => {
  it("waits as Erlang C says", () => {
    const expected = theory(c, utilisation);
    const results = Array.from({ length: REPLICATIONS }, (_, i) =>
      replicate(jobs, jobs / 10, c, utilisation, `mmc-${c}-${utilisation}-${i}`),
    );
    for (const figure of ["waiting", "meanWaitMs"] as const) {
      const { mean, halfWidth } = interval(results.map((result) => result[figure]));
      expect(halfWidth).toBeLessThan(relative * expected[figure]);
      expect(Math.abs(mean - expected[figure])).toBeLessThan(halfWidth);
    }
  });
});

describe("M/M/100 at utilisation 0.5", () => {
  it("waits for nothing: Erlang C is below 1e-9", () => {
    expect(theory(100, 0.5).waiting).toBeLessThan(1e-9);
    expect(replicate(20_000, 0, 100, 0.5, "mmc-100-0.5")).toEqual({ waiting: 0, meanWaitMs: 0 });
  });
});
