// `stowage live --shadow` on an account that AWS Batch is said to scale: a World that lives in real time, whose instances a test
// launches and ends. Three watchers look at it at once: one until Ctrl-C, one to its last tick, one that reports in between.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { systemClock } from "../../../src/live/clock.js";
import { makeLogger } from "../../../src/live/operate/logger.js";
import type { ShadowComparison } from "../../../src/live/shadow/comparison.js";
import { liveScenario } from "../../../src/run/live/live-tables.js";
import { openLive, requireIdentity } from "../../../src/run/live/open-live.js";
import { watchShadow } from "../../../src/run/live/watch-shadow.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { makeRig, type Rig } from "../rig/rig.js";

const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

/** When jobs come. */
const SUBMIT_S = 6;
/** The account's time stands still here until every watcher has begun, however slow the machine is. */
const HELD_MS = 5_000;
/** Looks of the watcher that counts them, 2 s apart: it begins at 5 s at the latest, and the first jobs have ended after 11 s; a
 * busy machine launches their instance late. */
const TICKS = 11;

const text = (instanceTypes: string) => `
name: managed
trace:
  jobs:
    # Time 0 is that of the first job: this one is over when the watchers begin.
    - { jobName: early, jobQueue: main, submit: 0s, runtime: 100ms, vcpus: 1, memory: 1 GiB }
    - { jobName: a, jobQueue: main, submit: ${SUBMIT_S}s, runtime: 3s, arrayProperties: { size: 4 }, vcpus: 1, memory: 1 GiB }
    - { jobName: b, jobQueue: other, submit: ${SUBMIT_S}s, runtime: 3s, vcpus: 2, memory: 2 GiB }
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
  - { jobQueueName: other, priority: 2, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, maxvCpus: 16, instanceTypes: [${instanceTypes}], zones: [use1-az1, use1-az2] }
strategies: [{ name: plain, scaleDown: { idleDelay: 2s } }]
baselines: []
world: { decisionInterval: 2s, unmanaged: { schedulerInterval: 500ms }, pending: 500ms, boot: 500ms, pull: 0s, cachedPull: 0s }
`;

/** Of the account alone: spot prices are twice those of the catalogue. */
const DEAR = 'stress: ["price x2 from 0s"]\n';

const ENV = {
  ...process.env,
  ...{ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_EC2_METADATA_DISABLED: "true" },
  ...{ NO_COLOR: "1", NODE_NO_WARNINGS: "1" },
};

class Watcher {
  stdout = "";
  stderr = "";
  readonly code: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(folder: string, ...args: string[]) {
    mkdirSync(folder);
    this.child = spawn(process.execPath, [MAIN, "live", "../live.yaml", "--shadow", ...args], {
      cwd: folder,
      env: ENV,
    });
    this.child.stdout!.on("data", (data) => {
      this.stdout += data;
    });
    this.child.stderr!.on("data", (data) => {
      this.stderr += data;
    });
    this.code = new Promise((resolve) => this.child.on("close", resolve));
  }

  interrupt(): void {
    this.child.kill("SIGINT");
  }
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 600) throw new Error(`never happened: ${what}`);
    await sleep(50);
  }
}

/** The only folder below that of a watcher's reports. */
function reportOf(folder: string): string {
  const all = join(folder, ".stowage/live/ours/shadow");
  const [only, ...others] = readdirSync(all);
  expect(others).toEqual([]);
  return join(all, only!);
}

const PAGE = new URL("../../../docs/shadow.md", import.meta.url);
/** By service and operation, as the page lists them. */
const CALLS = [
  ...["batch:DescribeComputeEnvironments", "batch:DescribeJobQueues", "batch:DescribeJobs", "batch:ListJobs"],
  ...["ec2:DescribeInstances", "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets"],
  ...["ecs:DescribeContainerInstances", "ecs:ListContainerInstances", "sts:GetCallerIdentity"],
];
const FILES = ["shadow-jobs.csv", "shadow.json", "shadow.txt"];
const comparisonOf = (report: string): ShadowComparison =>
  JSON.parse(readFileSync(join(report, "shadow.json"), "utf8")).comparison;
const figureOf = ({ figures }: ShadowComparison, name: string) => figures.find((figure) => figure.name === name)!;

describe("docs/shadow.md", () => {
  it("has a scenario that is one", () => {
    const yaml = /```yaml\n(.*?)```/s.exec(readFileSync(PAGE, "utf8"))![1]!;
    const live = liveScenario(resolveScenario(parseScenario(yaml, "s.yaml", "s"), loadCatalog(), "s.yaml"), "s.yaml");
    expect(live).toMatchObject({ queues: ["nightly"], strategy: "karpenter", strategies: 1 });
  });
});

describe.skipIf(motoMissing() !== null && process.env.CI === undefined)("stowage live --shadow", () => {
  const folder = mkdtempSync(join(tmpdir(), "stowage-shadow-"));
  let moto: Moto;
  let rig: Rig;
  let timer: NodeJS.Timeout;
  let ticking: Watcher;
  let endless: Watcher;
  let before = 0;
  let spot = 0;
  let other = 0;
  const lines: string[] = [];
  let interim: readonly string[] = [];

  const poolOf = (type: string, market: string) =>
    rig.input.tables.pools.findIndex(
      (pool) => rig.input.tables.instanceTypes[pool.instanceType]!.name === type && pool.market === market,
    );

  beforeAll(async () => {
    moto = await startMoto();
    rig = await makeRig({
      text: text("m6i.large, c6i.xlarge") + DEAR,
      moto,
      originMs: Math.floor(Date.now() / 1000) * 1000,
      live: "  batchReadsPerSecond: 50",
    });
    rig.world.patchEnvironment("ours", { type: "MANAGED", computeResources: { type: "SPOT", maxvCpus: 16 } });
    // The watchers' scenario may not buy c6i.xlarge, and knows nothing of today's spot prices.
    const own = rig.scenarioText.replace("m6i.large, c6i.xlarge", "m6i.large").replace(DEAR, "");
    writeFileSync(join(folder, "live.yaml"), own);
    before = await rig.world.addForeignInstance(poolOf("m6i.large", "on-demand"));
    let began = Date.now();
    let isHeld = true;
    let busy = false;
    timer = setInterval(async () => {
      if (busy) return;
      busy = true;
      if (isHeld) began = Math.max(began, Date.now() - HELD_MS);
      await rig.world.advance(Math.max(rig.account.nowMs, Date.now() - began));
      busy = false;
    }, 100);
    await until("the end of the first job", () => rig.account.job(0).status === "SUCCEEDED");
    endless = new Watcher(join(folder, "endless"));
    const reporting = watchAndReport();
    reporting.catch(() => {}); // it is awaited at the end
    const isLook = (line: string) => line.includes('"tick":0');
    await until("the first looks", () => isLook(endless.stderr) && lines.some(isLook));
    ticking = new Watcher(join(folder, "ticking"), "--ticks", String(TICKS));
    await until("its first look", () => isLook(ticking.stderr));
    isHeld = false;
    await until("jobs", () => rig.account.nowMs > SUBMIT_S * 1000 + 200);
    spot = await rig.world.addForeignInstance(poolOf("m6i.large", "spot"));
    other = await rig.world.addForeignInstance(poolOf("c6i.xlarge", "spot"));
    await until("the ends of all jobs", () => rig.account.done && endless.stderr.includes('"instances":3'));
    await rig.world.userKills(other);
    await until("its end is seen", () => endless.stderr.includes('"left":1'));
    endless.interrupt();
    await Promise.all([endless.code, ticking.code, reporting]);
  }, 60_000);
  afterAll(async () => {
    clearInterval(timer);
    await rig?.world.close();
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Within this process, with an interval that is not an hour; it ends when a report has been written. */
  async function watchAndReport(): Promise<void> {
    const clock = systemClock();
    const opened = await openLive(join(folder, "live.yaml"), undefined);
    const { live } = opened;
    const own = { ...opened, live: { ...live, settings: { ...live.settings, folder: join(folder, "in-process") } } };
    const stop = new AbortController();
    const to = {
      write: (line: string) => {
        lines.push(line);
        if (!line.includes("so far: cost")) return;
        interim = readdirSync(join(folder, "in-process/shadow"), { recursive: true }).map(String);
        stop.abort();
      },
    };
    const { clusterArn } = await requireIdentity(own, { mayBeManaged: true });
    const log = makeLogger({ level: "info", clock, to });
    const watched = { opened: own, clusterArn, ticks: 30, signal: stop.signal, log, reportMs: 3_000 };
    expect(await watchShadow(watched)).toContain("What the account did");
    opened.clients.destroy();
  }

  it("writes on Ctrl-C what happened beside what would have, for a managed environment", async () => {
    expect(await endless.code, endless.stderr).toBe(0);
    const report = reportOf(join(folder, "endless"));
    expect(readdirSync(report).sort()).toEqual(FILES);
    expect(readFileSync(join(report, "shadow.txt"), "utf8")).toBe(endless.stdout);
    expect(readFileSync(join(report, "shadow-jobs.csv"), "utf8").trim().split("\n")).toHaveLength(1 + 5);
    const comparison = comparisonOf(report);
    expect(comparison).toMatchObject({ jobsCompared: 5, jobsOnlyActual: 0, jobsOnlySimulated: 0 });
    const { quality } = comparison;
    expect(quality).toMatchObject({ instancesBefore: 1, missedAttempts: 0, unpricedHours: 0 });

    // The account's waits, as it knows them.
    const { account, input, originMs } = rig;
    const waits = Array.from({ length: 5 }, (_, job) => {
      const { createdMs, ended } = account.job(1 + job);
      return ended[0]!.startedMs - createdMs;
    });
    expect(figureOf(comparison, "mean wait").actual).toBeCloseTo(waits.reduce((a, b) => a + b) / 5 / 1000, 6);
    expect(figureOf(comparison, "mean wait").simulated).toBeGreaterThan(0);

    // Charged from the launch, or from the first look, to the last; an ended one that was there for less than a minute: a minute.
    const sinceLaunchMs = quality.untilMs - originMs - account.host(spot).launchedMs;
    const ms = [quality.untilMs - quality.fromMs, sinceLaunchMs, 60_000];
    const poolPrice = (host: number) => account.priceMicroUsdPerHour(account.host(host).pool);
    const prices = [before, spot, other].map(poolPrice);
    expect(poolPrice(spot)).toBe(2 * input.tables.pools[account.host(spot).pool]!.priceMicroUsdPerHour);
    const hours = ms.reduce((sum, each) => sum + each, 0) / 3_600_000;
    const microUsd = ms.reduce((sum, each, at) => sum + (each * prices[at]!) / 3_600_000, 0);
    expect(figureOf(comparison, "instances").actual).toBe(3);
    expect(figureOf(comparison, "instance-hours").actual).toBeCloseTo(hours, 9);
    expect(figureOf(comparison, "spot share of instance-hours").actual).toBeCloseTo(1 - ms[0]! / 3_600_000 / hours, 9);
    const withOverhead = microUsd + hours * input.tables.overheadMicroUsdPerHour;
    expect(figureOf(comparison, "cost").actual).toBeCloseTo(withOverhead / 1e6, 5);
    // The strategy buys one kind of instance, at the price that the account's were charged with.
    const simulatedHours = figureOf(comparison, "instance-hours").simulated!;
    const simulatedMicroUsd = simulatedHours * (poolPrice(spot) + input.tables.overheadMicroUsdPerHour);
    expect(simulatedHours).toBeGreaterThan(0);
    expect(figureOf(comparison, "cost").simulated).toBeCloseTo(simulatedMicroUsd / 1e6, 5);
    expect(endless.stdout).not.toContain("without a live price");
  });

  it("tells each look: queues, instances, dollars", () => {
    const told = endless.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ queues }) => queues !== undefined);
    expect(told.map(({ tick }) => tick)).toEqual(Array.from(told, (_, tick) => tick));
    expect(told[0]).toMatchObject({ instances: 1, came: 1, left: 0, queues: { main: { runnable: 0 }, other: {} } });
    expect(told.reduce((sum, { ended }) => sum + ended, 0)).toBe(5);
    expect(told.reduce((sum, { came }) => sum + came, 0)).toBe(3);
    expect(told.at(-1)).toMatchObject({ instances: 2, vcpus: 4 });
    expect(told.reduce((sum, { left }) => sum + left, 0)).toBe(1);
    expect(told.at(-1).message).toMatch(
      /^main: 0 runnable, 0 starting, 0 running; other: .*; 2 instances.*, 4 vCPUs; \$/,
    );
    expect(Math.max(...told.map(({ queues }) => queues.main.runnable + queues.main.running))).toBeGreaterThan(0);
  });

  it("ends after the last tick", async () => {
    expect(await ticking.code, ticking.stderr).toBe(0);
    const report = reportOf(join(folder, "ticking"));
    expect(readdirSync(report).sort()).toEqual(FILES);
    expect(comparisonOf(report).quality.looks).toBe(TICKS);
    expect(ticking.stdout).toBe(readFileSync(join(report, "shadow.txt"), "utf8"));
  });

  it("writes it in between, too", () => {
    expect(interim.map((path) => path.split("/").at(-1)!).sort()).toEqual([expect.any(String), ...FILES].sort());
    // The first time there was no job yet.
    expect(lines.some((line) => line.includes("no comparison so far"))).toBe(true);
    expect(lines.find((line) => line.includes("so far: cost"))).toMatch(/cost \$.* actual, \$.* simulated; mean wait/);
  });

  it("changes nothing, and takes no message", () => {
    expect(rig.world.requests.length).toBeGreaterThan(100);
    expect(rig.world.requests.filter(({ mutating }) => mutating)).toEqual([]);
    // All that docs/shadow.md says must be allowed; nothing of SQS.
    const operations = new Set(rig.world.requests.map(({ service, operation }) => `${service}:${operation}`));
    expect([...operations].sort()).toEqual(CALLS);
  });
});
