// `stowage live --shadow`: looks at an account that somebody else serves, and at the end says what our strategy would have cost and
// how long jobs would have waited.

import { resolve } from "node:path";
import { deadlineAfter } from "../../live/clock.js";
import { poolFinder } from "../../live/loop/pool-finder.js";
import { makeObserver } from "../../live/observe/observer.js";
import type { LiveLogger } from "../../live/operate/logger.js";
import { ShadowRecorder } from "../../live/shadow/recorder.js";
import { NONE } from "../../model/tables.js";
import type { OpenedLive } from "./open-live.js";
import { shadowRecord } from "./shadow.js";
import { writeShadowReport } from "./shadow-report.js";

export interface ShadowWatch {
  readonly opened: OpenedLive;
  readonly clusterArn: string;
  readonly ticks: number;
  readonly signal: AbortSignal;
  readonly log: LiveLogger;
}

/** Watches until the signal or the last tick, then writes shadow.json, shadow.txt and shadow-jobs.csv into the folder. */
export async function watchShadow({ opened, clusterArn, ticks, signal, log }: ShadowWatch): Promise<void> {
  const { live, clients, clock } = opened;
  const { settings, queues, tables } = live;
  const observer = await makeObserver({ clients, clock, settings, queues, clusterArn, note: (text) => log.info(text) });
  const finder = poolFinder(tables);
  const recorder = new ShadowRecorder({
    priceOf: (type, zoneId, market) => {
      const pool = finder.find(type, zoneId, market);
      return pool === NONE ? Number.NaN : tables.pools[pool]!.priceMicroUsdPerHour;
    },
    overheadMicroUsdPerHour: tables.overheadMicroUsdPerHour,
  });
  const { intervalMs, deadlineMs } = settings.timing;
  for (let tick = 0; tick < ticks && !signal.aborted; tick++) {
    const deadline = deadlineAfter(clock, deadlineMs);
    const observation = await observer.look(deadline);
    deadline.cancel();
    recorder.observe(observation);
    log.info({ tick, jobs: observation.jobs.length, instances: observation.instances.length }, "look");
    const nextMs = intervalMs - (clients.time.serverMs() % intervalMs);
    if (tick + 1 < ticks) await clock.sleep(nextMs, signal);
  }
  const folder = resolve(settings.folder, "shadow");
  const { text } = writeShadowReport(folder, { resolved: live.resolved, record: shadowRecord(recorder) });
  process.stdout.write(text);
  log.info({ folder }, "watching has ended");
}
