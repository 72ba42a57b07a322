// The caps of the live block in a replay: the same gate, in numbers that can be worked out by hand.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { RefusalReason } from "../../../src/model/market.js";
import { loadTrace } from "../../../src/run/load-replay.js";
import { planRuns, runPlan } from "../../../src/run/replay.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { instancesOf } from "../../ledger/read-ledger.js";

const HOUR_S = 3600;
const WIDE = {
  maxInstances: "100",
  maxVcpus: "1000",
  maxUsdPerHour: "$100",
  maxUsdPerDay: "$1000",
  maxLaunchesPerTick: "100",
  maxLaunchesPerTenMinutes: "1000",
};
type Caps = Partial<typeof WIDE>;

interface Replayed {
  /** In order of asking: when each was asked for and gone, s, its vCPUs and its price. */
  readonly instances: readonly {
    readonly askedS: number;
    readonly goneS: number;
    readonly vcpus: number;
    readonly microUsdPerHour: number;
  }[];
  /** When instances were asked for, and when they were gone, s; in order of asking. */
  readonly askedS: readonly number[];
  readonly goneS: readonly number[];
  readonly mostAtOnce: number;
  readonly denied: number;
}

/** Jobs that fill an m6i.large each, at $0.096 an hour; caps before the wide ones. */
async function replayed(
  jobs: readonly string[],
  caps: Caps | null,
  idleDelay = "60s",
  types = "m6i.large",
  maxvCpus = 256,
): Promise<Replayed> {
  const text = `
trace:
  jobs:
${jobs.map((each, i) => `    - { id: job${i}, memory: 3 GiB, ${each.includes("vcpus") ? "" : "vcpus: 2, "}${each} }`).join("\n")}
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: EC2, maxvCpus: ${maxvCpus}, instanceTypes: [${types}], zones: [use1-az1] }
strategies: [{ like: best-fit, name: plain, holdBack: never, spareLaunches: 0, scaleDown: { idleDelay: ${idleDelay} } }]
baselines: []
world: { unmanaged: {}, pending: 5s, boot: 10s, pull: 0s, cachedPull: 0s, stopDelay: 0s }
${caps === null ? "" : live({ ...WIDE, ...caps })}
`;
  const resolved = resolveScenario(parseScenario(text, "s.yaml", "s"), loadCatalog(), "s.yaml");
  const trace = await loadTrace(resolved, resolved.scenario.trace, "s.yaml", undefined);
  const ledger = runPlan(resolved, trace, planRuns(resolved, trace)[0]!);
  const instances = instancesOf(ledger).filter(({ runningMs }) => !Number.isNaN(runningMs));
  const askedS = instances.map(({ requestedMs }) => requestedMs / 1000);
  const goneS = instances.map(({ endedMs }) => endedMs / 1000);
  const reasons = ledger.refusals.value.data.subarray(0, ledger.refusals.length);
  const resolvedPool = (pool: number) => resolved.pools[pool]!;
  return {
    instances: instances.map(({ pool, requestedMs, endedMs }) => ({
      askedS: requestedMs / 1000,
      goneS: endedMs / 1000,
      vcpus: resolved.instanceTypes[resolvedPool(pool).instanceType]!.vcpuMilli / 1000,
      microUsdPerHour: resolvedPool(pool).priceMicroUsdPerHour,
    })),
    askedS,
    goneS,
    mostAtOnce: Math.max(...askedS.map((at) => askedS.filter((from, i) => from <= at && goneS[i]! > at).length)),
    denied: reasons.filter((reason) => reason === RefusalReason.Capped).length,
  };
}

const live = (caps: Caps) => `
live:
  account: "123456789012"
  launch:
    subnets: [{ subnetId: subnet-12345678, zoneId: use1-az1 }]
    securityGroupIds: [sg-12345678]
    instanceProfile: ecs
  caps: { ${Object.entries(caps)
    .map(([name, cap]) => `${name}: ${cap}`)
    .join(", ")} }
  lease: { file: lease.json }
`;

const SIX = ["repeat: 6, submit: 0s, runtime: 30m"];

describe("a replay with caps", () => {
  it("has none without a live block", async () => {
    expect(await replayed(SIX, null)).toMatchObject({ askedS: [0, 0, 0, 0, 0, 0], mostAtOnce: 6, denied: 0 });
    expect(await replayed(SIX, WIDE)).toMatchObject({ askedS: [0, 0, 0, 0, 0, 0], mostAtOnce: 6, denied: 0 });
  });

  it.each([
    [{ maxInstances: "2" }],
    // Two vCPUs each.
    [{ maxVcpus: "5" }],
    // Two cost $0.192, three $0.288.
    [{ maxUsdPerHour: "$0.20" }],
  ])("has two instances at a time by %j, for all jobs in the end", async (caps) => {
    const { mostAtOnce, askedS, denied } = await replayed(SIX, caps);
    expect(mostAtOnce).toBe(2);
    expect(askedS).toEqual([0, 0]); // they serve one job after the other
    expect(denied).toBeGreaterThan(1);
  });

  it("ends what stands idle behind a blocked head, when the head lacks its place", async () => {
    // job0 needs four vCPUs, and only one instance may be there: the one that job2 would take must go first. It is idle from some
    // 20 s on, due a minute later, and drains; the launch that is denied at 75 pauses until 95.
    const jobs = ["submit: 1s, runtime: 1s, vcpus: 4", "submit: 0s, runtime: 1s", "submit: 1s, runtime: 1s"];
    const types = "m6i.large, m6i.xlarge";
    const { instances, mostAtOnce } = await replayed(jobs, { maxInstances: "1" }, "60s", types);
    expect(mostAtOnce).toBe(1);
    expect(instances.map(({ vcpus }) => vcpus)).toEqual([2, 4]);
    expect(instances[1]!.askedS).toBeLessThan(180);
    // maxvCpus is such a cap as well.
    const narrow = await replayed(jobs, null, "60s", types, 5);
    expect(narrow.instances.map(({ vcpus }) => vcpus)).toEqual([2, 4]);
    expect(narrow.instances[1]!.askedS).toBeLessThan(180);
  });

  it("says so when they let no job run", async () => {
    await expect(replayed(SIX, { maxVcpus: "1" })).rejects.toThrow(
      /6 jobs could never be placed.*caps of the live block let no launch through: raise/s,
    );
  });

  it("launches so many in a tick; a denial is a pause of 20 s, and ticks are 15 s apart", async () => {
    expect((await replayed(SIX, { maxLaunchesPerTick: "2" })).askedS).toEqual([0, 0, 30, 30, 60, 60]);
  });

  it("launches so many in ten minutes, and those of exactly ten minutes ago count no more", async () => {
    // Denied at 0, 30, 60, ...: the pause ends between two ticks.
    const { askedS } = await replayed(SIX, { maxLaunchesPerTenMinutes: "2" });
    expect(askedS).toEqual([0, 0, 600, 600, 1200, 1200]);
  });

  it("spends so much in a day, and goes on at midnight UTC", async () => {
    // 10 h cost $0.96, with a minute's idle and the drain a little more; another minute $0.0016. Time 0 is a midnight.
    const jobs = ["submit: 0s, runtime: 10h", "submit: 11h, runtime: 1h"];
    expect((await replayed(jobs, { maxUsdPerHour: "$0.5", maxUsdPerDay: "$1" })).askedS).toEqual([0, 11 * HOUR_S]);
    const { askedS, denied } = await replayed(jobs, { maxUsdPerHour: "$0.5", maxUsdPerDay: "$0.9615" });
    expect(askedS).toEqual([0, 24 * HOUR_S]);
    expect(denied).toBeGreaterThan(1000); // every 30 s of 13 h
  });

  it("ends nothing before its first minute is over", async () => {
    // Running at 5, registered at 15; the job takes a second. To end it is asked for when nothing waits any more.
    const short = ["submit: 0s, runtime: 1s", "submit: 10m, runtime: 1s"]; // the run ends with the second
    const [free] = (await replayed(short, null, "0s")).goneS;
    const [capped] = (await replayed(short, WIDE, "0s")).goneS;
    expect(free).toBeLessThan(60);
    expect(capped).toBe(75); // drained at 60, ended a drain of 15 s later
  });

  it("keeps them all, whatever they are and whatever comes", async () => {
    const dollars = (least: number, most: number) =>
      fc.integer({ min: least, max: most }).map((cents) => `$${cents / 100}`);
    const anyCaps = fc.record({
      maxInstances: fc.integer({ min: 1, max: 6 }).map(String),
      maxVcpus: fc.integer({ min: 8, max: 30 }).map(String),
      maxUsdPerHour: dollars(40, 120), // an m6i.2xlarge costs $0.384
      maxLaunchesPerTick: fc.integer({ min: 1, max: 4 }).map(String),
      maxLaunchesPerTenMinutes: fc.integer({ min: 1, max: 5 }).map(String),
    });
    const anyJob = fc
      .tuple(fc.nat(1800), fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 8 }))
      .map(([submitS, runS, vcpus]) => `submit: ${submitS}s, runtime: ${runS}s, vcpus: ${vcpus}`);
    await fc.assert(
      fc.asyncProperty(anyCaps, fc.array(anyJob, { minLength: 1, maxLength: 25 }), async (caps, jobs) => {
        const { instances } = await replayed(jobs, caps, "60s", "m6i.large, m6i.xlarge, m6i.2xlarge");
        for (const { askedS } of instances) {
          const there = instances.filter((each) => each.askedS <= askedS && each.goneS > askedS);
          const sum = (of: (each: (typeof there)[number]) => number) => there.reduce((all, each) => all + of(each), 0);
          expect(there.length).toBeLessThanOrEqual(Number(caps.maxInstances));
          expect(sum(({ vcpus }) => vcpus)).toBeLessThanOrEqual(Number(caps.maxVcpus));
          expect(sum(({ microUsdPerHour }) => microUsdPerHour) / 1e6).toBeLessThanOrEqual(
            Number(caps.maxUsdPerHour.slice(1)),
          );
          const askedIn = (windowS: number) =>
            instances.filter((each) => each.askedS <= askedS && each.askedS > askedS - windowS).length;
          expect(askedIn(1)).toBeLessThanOrEqual(Number(caps.maxLaunchesPerTick));
          expect(askedIn(600)).toBeLessThanOrEqual(Number(caps.maxLaunchesPerTenMinutes));
        }
      }),
      { numRuns: 40 },
    );
  });
});
