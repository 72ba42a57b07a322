// Whole runs in a disturbed market: what reaches the engine, what becomes of jobs, and that every run comes to an end.

import { describe, expect, it } from "vitest";
import { MS_PER_DAY } from "../../../src/base/units.js";
import { EndCause, type InterruptionModel, type MarketModel, type StressEffect } from "../../../src/model/market.js";
import { Outcome, outcomeOf } from "../../../src/model/outcome.js";
import { type SimulationInput, simulate, simulateUntil } from "../../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  job,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  withFuse,
  world,
} from "../../builders.js";
import { attemptsOf, instancesOf } from "../../ledger/read-ledger.js";
import { forAnyRun } from "../../property/arbitrary-runs.js";

/** A job that fills the instance. */
const whole = shape(4, 4);
const story: Omit<Story, "jobs"> = { types: [instanceType("m", 4, 16)], pools: [pool(0, 0.1, "spot")] };

/** Jobs are retried as often as AWS Batch allows. */
function withRetries(input: SimulationInput): SimulationInput {
  const definition = { name: "", retry: { attempts: 10, evaluateOnExit: [] }, timeoutMs: Number.NaN };
  return { ...input, workload: { ...input.workload, definitions: [definition] } };
}
const run = (more: Partial<Story> & Pick<Story, "jobs">) =>
  simulate(withRetries(simulationInput({ ...story, ...more })));
const delays = { pending: s(10), boot: s(100) };
const stress = (fromS: number, untilS: number | null, effect: StressEffect) => ({
  text: "",
  fromMs: s(fromS),
  untilMs: untilS === null ? null : s(untilS),
  effect,
});
const holds = (...steps: readonly (readonly [number, number])[]) => ({
  timesMs: steps.map(([timeMs]) => timeMs),
  instances: steps.map(([, count]) => count),
});
const WITHOUT_NOTICE = { warning: { kind: "constant", valueMs: 0 }, missingShare: 1, rebalanceLead: null } as const;

describe("prices", () => {
  it("are known to the first decision", () => {
    // By the table pool 0 is cheaper; the replayed price says otherwise from the start.
    const pools = [pool(0, 0.1, "spot"), { ...pool(0, 0.11, "spot"), zone: "use1-az2" }];
    const market = { prices: [{ timesMs: [0], microUsdPerHour: [120_000] }, null] };
    const { ledger } = run({ pools, jobs: [job(0, s(10), whole)], world: world({}, market) });
    expect(instancesOf(ledger).map((instance) => instance.pool)).toEqual([1]);
    expect([...ledger.prices.timeMs.view()]).toEqual([0]);
    expect([...ledger.prices.value.view()]).toEqual([120_000]);
  });

  it("that go on changing keep no run going", () => {
    const market = { priceProcess: { meanStepMs: s(1), sigma: 0.1, reversion: 0.1 } };
    const { ledger, lastJobEndMs } = run({ jobs: [job(0, s(600), whole)], world: world({}, market) });
    expect(lastJobEndMs).toBe(s(600));
    expect(ledger.prices.timeMs.data[ledger.prices.length - 1]).toBeLessThanOrEqual(s(600));
    expect(ledger.prices.length).toBeGreaterThan(500);
  });
});

describe("an instance that is taken", () => {
  // One is asked for at 0, runs at 10 and registers at 110; there is none from `offS` on, and again from 1000 on.
  it.each([
    { name: "before it runs", offS: 5, runningMs: Number.NaN, registeredMs: Number.NaN, endedMs: s(5) },
    { name: "before it registers", offS: 50, runningMs: s(10), registeredMs: Number.NaN, endedMs: s(50) },
    { name: "with its job", offS: 150, runningMs: s(10), registeredMs: s(110), endedMs: s(150) },
  ])("$name is no more heard of, and another one comes for the job", ({ offS, runningMs, registeredMs, endedMs }) => {
    const market = { capacitySeries: [holds([0, 1], [s(offS), 0], [s(1000), 1])], notice: WITHOUT_NOTICE };
    const { ledger, stuckJobs } = run({ jobs: [job(0, s(600), whole)], world: world(delays, market) });
    const [first, second] = instancesOf(ledger).filter(
      (instance) => !Number.isNaN(instance.runningMs) || instance.endedMs === s(5),
    );
    expect(first).toMatchObject({ runningMs, registeredMs, endedMs });
    expect(ledger.instances.endCause.data[0]).toBe(EndCause.Reclaimed);
    expect(second!.requestedMs).toBeGreaterThanOrEqual(s(1000));
    const outcomes = attemptsOf(ledger).map((attempt) => outcomeOf(attempt.outcome));
    expect(outcomes).toEqual(offS === 150 ? [Outcome.HostTerminated, Outcome.Succeeded] : [Outcome.Succeeded]);
    expect(stuckJobs).toBe(0);
  });

  it("takes no job from its notice on", () => {
    // Runs and registers at 0; told at 180, taken at 300. Job 0 ends at 200, job 1 comes then and gets an instance of its own,
    // of another pool: this one is not trusted for a while.
    const interruptions: InterruptionModel = {
      hourlyByBand: [0],
      early: { share: 1, after: { kind: "constant", valueMs: s(300) } },
    };
    const rows = [job(0, s(200), whole), job(s(200), s(20), whole)];
    const pools = [...story.pools, { ...pool(0, 0.2, "spot"), zone: "use1-az2" }];
    const { ledger } = run({ pools, jobs: rows, world: world({}, { interruptions }) });
    expect(attemptsOf(ledger)).toMatchObject([
      { instance: 0, endedMs: s(200) },
      { instance: 1, placedMs: s(200), endedMs: s(220) },
    ]);
    expect(ledger.instances.warnedMs.data[0]).toBe(s(180));
  });

  it("takes no job at all when it is expected to go while it boots, where the strategy drains", () => {
    // Runs at 10, to be taken at 610: told at 490, and expected at 490 - 450 = 40. It registers at 110.
    const interruptions: InterruptionModel = {
      hourlyByBand: [0],
      early: { share: 1, after: { kind: "constant", valueMs: s(600) } },
    };
    const notice: MarketModel["notice"] = {
      warning: { kind: "constant", valueMs: s(120) },
      missingShare: 0,
      rebalanceLead: { kind: "constant", valueMs: s(450) },
    };
    const first = (onRebalance: "ignore" | "drain") => {
      const input = simulationInput({
        ...story,
        jobs: [job(0, s(20), whole)],
        world: world(delays, { interruptions, notice }),
        strategy: { spot: { onRebalance } },
      });
      return simulateUntil(input, s(115)).ledger.attempts.length;
    };
    expect([first("ignore"), first("drain")]).toEqual([1, 0]);
  });

  it("is not lost when we have ended it before", () => {
    const interruptions: InterruptionModel = {
      hourlyByBand: [0],
      early: { share: 1, after: { kind: "constant", valueMs: s(400) } },
    };
    const rows = [job(0, s(10), whole), job(s(3000), s(10), whole)];
    const { ledger } = run({ jobs: rows, world: world({}, { interruptions }) });
    // Empty at 10, ended at 70 after a minute; the second job's instance likewise.
    expect(instancesOf(ledger).map((instance) => instance.endedMs)).toEqual([s(70), s(3070)]);
    expect([...ledger.instances.endCause.view()]).toEqual([EndCause.Ours, EndCause.Ours]);
    expect([...ledger.instances.warnedMs.view()]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("a zone that is lost", () => {
  const lost = world(delays, { stress: [stress(200, 900, { kind: "pools-lost", pools: [0] })] });

  it("takes instances with their jobs, which start again elsewhere", () => {
    const pools = [pool(0, 0.1, "spot"), { ...pool(0, 0.2, "spot"), zone: "use1-az2" }];
    const { ledger } = run({ pools, jobs: [job(0, s(600), whole)], world: lost });
    expect([...ledger.instances.endCause.view()]).toContain(EndCause.HostFailed);
    const [first, second] = attemptsOf(ledger);
    expect(first).toMatchObject({ placedMs: s(110), endedMs: s(200) });
    expect(outcomeOf(first!.outcome)).toBe(Outcome.HostTerminated);
    expect(instancesOf(ledger)[second!.instance]).toMatchObject({ pool: 1, endedMs: second!.endedMs + s(60) });
    expect(second!.endedMs - second!.startedMs).toBe(s(600));
  });

  it("leaves fixed fleets alone: they are there for the whole run", () => {
    const environments = [environment([0], { fixedFleet: [{ pool: 0, count: 1 }] })];
    const { ledger } = run({ environments, jobs: [job(0, s(600), whole)], world: lost });
    expect(attemptsOf(ledger).length).toBe(1);
  });
});

describe("slow boots", () => {
  it("delay registration", () => {
    const market = { stress: [stress(0, 50, { kind: "slow-boot", factor: 3 })] };
    const rows = [job(0, s(5), whole), job(s(50), s(5), whole)];
    const { ledger } = run({ jobs: rows, world: world(delays, market) });
    // 10 + 3 x 100; the second one is asked for when that is over.
    expect(instancesOf(ledger).map((instance) => instance.registeredMs)).toEqual([s(310), s(50 + 110)]);
  });
});

describe("a run in a market without capacity", () => {
  const inMarket = (market: Partial<MarketModel>, jobs: Story["jobs"]) =>
    run({ jobs, world: world({}, market), strategy: { decisionIntervalMs: s(15) } });

  it("is given up after a month in which nothing has happened to a job", () => {
    const { ledger, stuckJobs, stuckExamples, lastJobEndMs } = inMarket({ capacitySeries: [holds([0, 0])] }, [
      job(0, s(5), whole),
      job(s(7), s(5), whole),
    ]);
    expect({ stuckJobs, stuckExamples, lastJobEndMs }).toEqual({
      stuckJobs: 2,
      stuckExamples: [0, 1],
      lastJobEndMs: 0,
    });
    const refusals = ledger.refusals.timeMs.view();
    expect(refusals[refusals.length - 1]).toBeGreaterThan(29 * MS_PER_DAY);
    expect(refusals[refusals.length - 1]).toBeLessThan(31 * MS_PER_DAY);
  });

  it("with jobs that ran before counts from the last of them", () => {
    const { stuckJobs, lastJobEndMs } = inMarket({ capacitySeries: [holds([0, 1], [s(100), 0])] }, [
      job(0, s(5), whole),
      job(s(500), s(5), whole),
    ]);
    expect({ stuckJobs, lastJobEndMs }).toEqual({ stuckJobs: 1, lastJobEndMs: s(5) });
  });

  it.each([
    { name: "comes to nothing when it returns too late", moreJobs: [], stuck: 1 },
    { name: "goes on while more jobs are to come", moreJobs: [job(500 * MS_PER_DAY, s(5), whole)], stuck: 0 },
  ])("$name", ({ moreJobs, stuck }) => {
    const market = { capacitySeries: [holds([0, 0], [400 * MS_PER_DAY, 1])] };
    const { stuckJobs } = inMarket(market, [job(0, s(5), whole), ...moreJobs]);
    expect(stuckJobs).toBe(stuck);
  });

  it("goes on as long as the user's stress lasts, and a month more", () => {
    const closed = stress(0, 200 * 86_400, { kind: "no-capacity", pools: [0] });
    const { stuckJobs, lastJobEndMs } = inMarket({ stress: [closed] }, [job(0, s(5), whole)]);
    expect(stuckJobs).toBe(0);
    expect(lastJobEndMs).toBeGreaterThan(200 * MS_PER_DAY);
  });

  it("goes on while a job runs", () => {
    // The only instance is taken for 400 days; then the second job has its turn.
    const rows = [job(0, 400 * MS_PER_DAY, whole), job(s(5), s(5), whole)];
    const { stuckJobs, lastJobEndMs } = inMarket({ capacitySeries: [holds([0, 1])] }, rows);
    expect(stuckJobs).toBe(0);
    expect(lastJobEndMs).toBeGreaterThanOrEqual(400 * MS_PER_DAY + s(5));
  });

  it("goes on when a job of more than a year has just lost its host", () => {
    // Lost after 390 days, with nothing to decide in between; a day later it starts again.
    const lostS = 390 * 86_400;
    const market = { stress: [stress(lostS, lostS + 86_400, { kind: "pools-lost", pools: [0] })] };
    const { stuckJobs, lastJobEndMs } = inMarket(market, [job(0, 400 * MS_PER_DAY, whole)]);
    expect(stuckJobs).toBe(0);
    expect(lastJobEndMs).toBeGreaterThanOrEqual(s(lostS + 86_400) + 400 * MS_PER_DAY);
  });

  it("ends the instances that were on their way when it was given up", () => {
    // There is always one, which is taken again before it registers.
    const interruptions: InterruptionModel = {
      hourlyByBand: [0],
      early: { share: 1, after: { kind: "constant", valueMs: s(3600) } },
    };
    const slow = world({ pending: s(10), boot: s(7200) }, { interruptions });
    const { ledger, stuckJobs } = run({ jobs: [job(0, s(5), whole)], world: slow });
    expect(stuckJobs).toBe(1);
    expect(instancesOf(ledger).every((instance) => !Number.isNaN(instance.endedMs))).toBe(true);
    expect(attemptsOf(ledger)).toEqual([]);
  });

  it("can be looked into after it was given up", () => {
    const market = { capacitySeries: [holds([0, 0])] };
    const input = simulationInput({ ...story, jobs: [job(0, s(5), whole)], world: world({}, market) });
    expect(simulateUntil(input, Number.POSITIVE_INFINITY).waitingJobs).toBe(1);
  });

  it("ends with its last job all the same: minvCpus are not waited for", () => {
    // The instance of minvCpus is lost at 100, with the job on it, which has no attempt left; its pool never comes back.
    const pools = [pool(0, 0.1, "spot")];
    const environments = [environment([0], { minVcpuMilli: 4000 })];
    const market = { stress: [stress(100, null, { kind: "pools-lost", pools: [0] })] };
    const { ledger } = simulate(
      simulationInput({ ...story, pools, environments, jobs: [job(0, s(200), whole)], world: world({}, market) }),
    );
    expect(attemptsOf(ledger).map((attempt) => attempt.endedMs)).toEqual([s(100)]);
    expect(ledger.refusals.length).toBeLessThan(5);
  });
});

/** A bad day on all spot pools: early interruptions, pools that come and go, moving prices, half of the notices missing. */
const BAD_DAY: Partial<MarketModel> = {
  priceProcess: { meanStepMs: s(60), sigma: 0.3, reversion: 0.1 },
  capacity: {
    medianVcpus: 48,
    sigma: 0.5,
    meanOnMs: s(300),
    meanPartialMs: s(120),
    meanOffMs: s(60),
    partialChance: 0.5,
    partialShare: 0.5,
  },
  interruptions: {
    hourlyByBand: [0.05, 0.1, 0.2, 0.5, 5, 0.2],
    early: { share: 0.2, after: { kind: "lognormal", medianMs: s(100), p95Ms: s(600) } },
  },
  notice: {
    warning: { kind: "uniform", minMs: 0, maxMs: s(120) },
    missingShare: 0.5,
    rebalanceLead: { kind: "exponential", meanMs: s(60) },
  },
  stress: [
    stress(100, 300, { kind: "price", pools: [0], factor: 2 }),
    stress(200, 400, { kind: "pools-lost", pools: [0] }),
    stress(300, null, { kind: "reclaim-storm", share: 0.3, everyMs: s(200) }),
    stress(50, 150, { kind: "api-throttled", launchesPerMinute: 4 }),
  ],
};

describe("in any run on a bad day", () => {
  const onBadDay = (input: SimulationInput) =>
    withFuse(withRetries({ ...input, world: { ...input.world, market: { ...input.world.market, ...BAD_DAY } } }));

  it("jobs end with their instances or before, and every one of them; and the same happens when it is run again", () => {
    forAnyRun((input) => {
      const { ledger, stuckJobs } = simulate(onBadDay(input));
      expect(stuckJobs).toBe(0);
      const instances = instancesOf(ledger);
      const { endCause, warnedMs } = ledger.instances;
      for (const attempt of attemptsOf(ledger)) {
        const instance = instances[attempt.instance]!;
        expect(attempt.endedMs).toBeLessThanOrEqual(instance.endedMs);
        expect(attempt.placedMs > warnedMs.data[attempt.instance]!).toBe(false); // NaN: no notice
        const isLost = outcomeOf(attempt.outcome) === Outcome.HostTerminated;
        const cause = endCause.data[attempt.instance];
        expect(cause === EndCause.Reclaimed || cause === EndCause.HostFailed || !isLost).toBe(true);
        if (isLost) expect(attempt.endedMs).toBe(instance.endedMs);
      }
      for (const instance of instances) expect(instance.endedMs).not.toBeNaN();
      const again = simulate(onBadDay(input)).ledger;
      expect(attemptsOf(again)).toEqual(attemptsOf(ledger));
      expect(instancesOf(again)).toEqual(instances);
      expect([...again.prices.value.view()]).toEqual([...ledger.prices.value.view()]);
    });
  });
});
