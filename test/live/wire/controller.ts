// A controller that knows its World by its URL alone: for Worlds in another process, or controllers in one.

import { pathToFileURL } from "node:url";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { systemClock } from "../../../src/live/clock.js";
import type { Clock, Lease } from "../../../src/live/ports.js";
import { type Composed, composeController } from "../../../src/run/live/compose.js";
import { liveScenario } from "../../../src/run/live/live-tables.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import type { Rig } from "../rig/rig.js";

/** All that it is told; plain data. */
export interface RemoteWorld {
  /** With the live block. */
  readonly scenarioText: string;
  readonly url: string;
  readonly region: string;
  readonly clusterArn: string;
  readonly originMs: number;
}

export interface RemoteController {
  readonly composed: Composed;
  tick(nowMs: number): ReturnType<Composed["controller"]["tick"]>;
}

// The World takes any.
process.env.AWS_ACCESS_KEY_ID ??= "test";
process.env.AWS_SECRET_ACCESS_KEY ??= "test";

const SILENT = { append() {}, flush: async () => {}, close: async () => {} };

export function remoteWorld({ world, input, scenarioText }: Rig): RemoteWorld {
  const { url, region, clusterArn } = world;
  return { scenarioText, url, region, clusterArn, originMs: input.workload.originMs };
}

/** Runs in the project's folder. Between ticks the World's time goes on, and within one this machine's. */
export async function remoteController(remote: RemoteWorld, lease: Lease): Promise<RemoteController> {
  const { url: endpoint, region, clusterArn, originMs } = remote;
  const catalog = loadCatalog(pathToFileURL("src/catalog/data/"));
  const scenario = parseScenario(remote.scenarioText, "live.yaml", "live");
  const given = liveScenario(resolveScenario(scenario, catalog, "live.yaml"), "live.yaml");
  // The World's time stands still while this process works, however slow the machine is.
  const slow = { deadlineMs: 600_000, freshMs: 600_000, settleTicks: 0 };
  const live = { ...given, settings: { ...given.settings, timing: { ...given.settings.timing, ...slow } } };
  const system = systemClock();
  let atMs = 0;
  const clock: Clock = {
    monotonicMs: () => atMs + system.monotonicMs(),
    wallMs: () => originMs + atMs,
    sleep: system.sleep,
  };
  const clients = makeAwsClients({ region, endpoint, clock, zeroDelay: true, batchReadsPerSecond: 1_000 });
  const composed = await composeController({
    ...{ live, clients, clock, lease, originMs, clusterArn, journal: SILENT, version: "test" },
    holdLease: async () => {
      await lease.hold();
    },
    writeSession: () => {},
    readKill: async () => ({ modes: new Set(), sources: [] }),
    readPrices: async () => [],
    identityOk: () => true,
    note: () => {},
  });
  const tick = (nowMs: number) => {
    atMs = nowMs;
    return composed.controller.tick(nowMs);
  };
  return { composed, tick };
}
