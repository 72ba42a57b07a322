// The caps of the live block in a replay: the same gate, in numbers that can be worked out by hand.

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
  /** When instances were asked for, and when they were gone, s; in order of asking. */
  readonly askedS: readonly number[];
  readonly goneS: readonly number[];
  readonly mostAtOnce: number;
  readonly denied: number;
}

/** Jobs that fill an m6i.large each, at $0.096 an hour; caps before the wide ones. */
async function replayed(jobs: readonly string[], caps: Caps | null, idleDelay = "60s"): Promise<Replayed> {
  const text = `
trace:
  jobs:
${jobs.map((each, i) => `    - { id: job${i}, vcpus: 2, memory: 3 GiB, ${each} }`).join("\n")}
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: EC2, maxvCpus: 256, instanceTypes: [m6i.large], zones: [use1-az1] }
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
  return {
    askedS,
    goneS,
    mostAtOnce: Math.max(...askedS.map((at) => askedS.filter((from, i) => from <= at && goneS[i]! > at).length)),
    denied: reasons.filter((reason) => reason === RefusalReason.Denied).length,
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
});
