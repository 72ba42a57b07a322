// The whole of live mode over HTTP against a World, in stepped virtual time: a harness advances the world and calls for ticks, the
// controller's own parts do the rest, as in production.

import { loadCatalog } from "../../../src/catalog/catalog.js";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import type { TickReport } from "../../../src/live/loop/controller-parts.js";
import type { Clock, Journal, KillMode, KillState, Lease, PendingLaunch } from "../../../src/live/ports.js";
import type { SessionLine } from "../../../src/live/session/session-log.js";
import type { SystemTables } from "../../../src/model/tables.js";
import { type Composed, composeController } from "../../../src/run/live/compose.js";
import { liveScenario } from "../../../src/run/live/live-tables.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { nextGridMs } from "../../../src/sim/decision-grid.js";
import type { SimulationInput } from "../../../src/sim/simulate.js";
import type { SimulatedAccount } from "../../../src/sim/unmanaged/account.js";
import type { Moto } from "../../support/moto.js";
import type { WorldSetup } from "../../world/account-state.js";
import { scenarioAccount } from "../../world/scenario-account.js";
import { startWorld, type World } from "../../world/world.js";

export interface RigOptions {
  /** A scenario's text with `world: { unmanaged: ... }` and no live block: the rig adds one. */
  readonly text: string;
  readonly moto: Moto;
  readonly setup?: WorldSetup;
  readonly applies?: boolean;
  /** Default: 0. */
  readonly settleTicks?: number;
  /** Epoch ms of the account's time 0; default: the trace's, or a Monday. */
  readonly originMs?: number;
  /** Lines of the live block beside the rig's own. */
  readonly live?: string;
  /** Kinds of jobs that a session can tell apart; default: live mode's own. */
  readonly capacity?: SystemTables["capacity"];
}

/** What outlives a controller: the account, its World, the lease's store. */
export interface Rig {
  readonly account: SimulatedAccount;
  readonly input: SimulationInput;
  readonly world: World;
  readonly options: RigOptions;
  /** Epoch ms of the account's time 0. */
  readonly originMs: number;
  readonly leaseStore: MemoryLeaseStore;
  readonly scenarioText: string;
}

// moto takes any; with an endpoint given, live mode looks for credentials nowhere else.
process.env.AWS_ACCESS_KEY_ID ??= "test";
process.env.AWS_SECRET_ACCESS_KEY ??= "test";

/** For traces of relative times. */
const A_MONDAY_MS = Date.UTC(2026, 0, 5);

/** An account with its World. The origin of its time is the trace's own. */
export async function makeRig(options: RigOptions): Promise<Rig> {
  const { account, input } = await scenarioAccount(options.text);
  const { tables, workload } = input;
  const { moto, setup = {} } = options;
  const originMs = options.originMs ?? (workload.originMs === 0 ? A_MONDAY_MS : workload.originMs);
  const world = await startWorld({
    ...{ account, tables, workload, moto, originMs },
    setup: { jobEvents: "short", ...setup },
  });
  await world.advance(0);
  return {
    ...{ account, input, world, options, originMs },
    leaseStore: { epoch: 0, pending: [], killModes: [] },
    scenarioText: `${options.text}\n${liveBlock(world, input, options.live ?? "")}`,
  };
}

function liveBlock(world: World, { tables }: SimulationInput, more: string): string {
  const zones = new Set(tables.pools.map(({ zone }) => zone));
  const subnets = world.subnets.filter(({ zoneId }) => zones.has(zoneId));
  return `
live:
  account: "${world.accountId}"
  launch:
    subnets: [${subnets.map(({ subnetId, zoneId }) => `{ subnetId: ${subnetId}, zoneId: ${zoneId} }`).join(", ")}]
    securityGroupIds: [sg-12345678]
    instanceProfile: ecsInstanceRole
  caps: { maxUsdPerHour: $10000, maxUsdPerDay: $100000, maxInstances: 5000, maxVcpus: 100000, maxLaunchesPerTick: 2000, maxLaunchesPerTenMinutes: 20000, maxTerminationsPerTick: 2000, maxTerminationPercent: 100 }
  timing: {}
  lease: { file: unused }
  eventQueueUrl: ${world.eventQueueUrl}
  endpoint: ${world.url}
${more}
`;
}

/** A lease's item, in memory. */
export interface MemoryLeaseStore {
  epoch: number;
  pending: PendingLaunch[];
  killModes: string[];
}

class MemoryLease implements Lease {
  readonly epoch: number;
  private readonly store: MemoryLeaseStore;
  constructor(store: MemoryLeaseStore) {
    this.store = store;
    this.epoch = ++store.epoch;
  }
  hold = async () => this.store.epoch === this.epoch;
  leftMs = () => (this.store.epoch === this.epoch ? 3_600_000 : 0);
  get pending(): readonly PendingLaunch[] {
    return this.store.pending;
  }
  async write(launches: readonly PendingLaunch[]): Promise<void> {
    this.store.pending.push(...launches);
  }
  async clear(tokens: readonly string[]): Promise<void> {
    this.store.pending = this.store.pending.filter(({ token }) => !tokens.includes(token));
  }
  get killModes(): readonly string[] {
    return this.store.killModes;
  }
  release = async () => {};
}

const SILENT: Journal = { append() {}, flush: async () => {}, close: async () => {} };

/** Virtual time, and the real time that passes while it stands still. */
function rigClock(account: SimulatedAccount, originMs: number): Clock {
  const realMs = () => performance.now();
  return {
    monotonicMs: () => account.nowMs + realMs(),
    wallMs: () => originMs + account.nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const timer = setTimeout(resolve, ms);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

/** One life of a controller process. */
export class LiveProcess {
  readonly rig: Rig;
  readonly parts: Composed;
  readonly lines: SessionLine[];
  readonly reports: TickReport[] = [];
  readonly kill: Set<KillMode>;
  /** Of its last tick; -1 before the first. */
  lastMs = -1;
  private pricesMs = 0;
  private readonly priceIntervalMs: number;

  private constructor(rig: Rig, parts: Composed, lines: SessionLine[], kill: Set<KillMode>, priceIntervalMs: number) {
    this.rig = rig;
    this.parts = parts;
    this.lines = lines;
    this.kill = kill;
    this.priceIntervalMs = priceIntervalMs;
  }

  static async start(rig: Rig): Promise<LiveProcess> {
    const { world, account, input, options } = rig;
    const resolved = resolveScenario(parseScenario(rig.scenarioText, "live.yaml", "live"), loadCatalog(), "live.yaml");
    const given = liveScenario(resolved, "live.yaml");
    // A predecessor's launches are seen at once in a World whose reads are consistent; a test machine may be slow.
    const slow = { deadlineMs: 600_000, freshMs: 600_000 };
    const timing = { ...given.settings.timing, ...slow, settleTicks: options.settleTicks ?? 0 };
    const tables = options.capacity === undefined ? given.tables : { ...given.tables, capacity: options.capacity };
    const live = { ...given, tables, settings: { ...given.settings, timing } };
    const { originMs } = rig;
    const clock = rigClock(account, originMs);
    const clients = makeAwsClients({
      region: world.region,
      endpoint: world.url,
      clock,
      zeroDelay: true,
      batchReadsPerSecond: 1_000,
    });
    const lease = options.applies === false ? null : new MemoryLease(rig.leaseStore);
    const lines: SessionLine[] = [];
    const kill = new Set<KillMode>();
    const parts = await composeController({
      ...{ live, clients, clock, lease, originMs, journal: SILENT, version: "test" },
      holdLease: async () => {
        await lease?.hold();
      },
      writeSession: (line) => lines.push(line),
      clusterArn: world.clusterArn,
      readKill: async (): Promise<KillState> => ({ modes: kill, sources: [...kill] }),
      readPrices: async () =>
        input.tables.pools.map((_, pool) => ({ pool, microUsdPerHour: account.priceMicroUsdPerHour(pool) })),
      identityOk: () => true,
      note: () => {},
      launchesAtOnce: 1,
      queueLooks: 1_000_000,
    });
    return new LiveProcess(rig, parts, lines, kill, live.priceIntervalMs);
  }

  async tick(nowMs: number): Promise<TickReport> {
    if (nowMs >= this.pricesMs) this.pricesMs = nowMs + this.priceIntervalMs;
    const report = await this.parts.controller.tick(nowMs);
    this.lastMs = nowMs;
    this.reports.push(report);
    return report;
  }

  /** Advances the world to the next tick at which there is something to hear or to do; Infinity: there is none. */
  async advance(): Promise<number> {
    const { account, world, input } = this.rig;
    const { earlyMs = 0 } = input.world.unmanaged ?? {};
    const { intervalMs } = { intervalMs: Math.max(1, input.tables.strategy.decisionIntervalMs) };
    const onGrid = (timeMs: number) => nextGridMs(Math.max(timeMs, this.lastMs + 1), intervalMs);
    let nextMs = onGrid(this.parts.controller.dueMs);
    if (this.parts.executor.ending.size > 0) nextMs = Math.min(nextMs, onGrid(0));
    if (Math.min(nextMs, account.nextMs) === Number.POSITIVE_INFINITY) return nextMs;
    nextMs = Math.min(nextMs, onGrid(this.pricesMs));
    const { version } = account;
    while (account.nextMs < nextMs) {
      const { warnings } = account;
      account.advance(account.nextMs);
      if (account.version !== version) nextMs = Math.min(nextMs, onGrid(account.nowMs));
      const calls = account.warnings > warnings;
      if (calls && earlyMs > 0) nextMs = Math.min(nextMs, nextGridMs(account.nowMs, earlyMs));
    }
    await world.advance(nextMs);
    return nextMs;
  }
}
