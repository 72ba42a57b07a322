// `stowage live --shadow`: looks at an account that somebody else serves, tells at each look what is there, and writes again and again
// what our strategy would have cost and how long jobs would have waited. It calls nothing that changes anything, and takes no
// messages: whoever serves the account needs them.

import { join } from "node:path";
import { InputError } from "../../base/issues.js";
import { MS_PER_HOUR } from "../../base/units.js";
import { deadlineAfter } from "../../live/clock.js";
import type { Observation } from "../../live/observation.js";
import { makeObserver } from "../../live/observe/observer.js";
import type { LiveLogger } from "../../live/operate/logger.js";
import type { Observer } from "../../live/ports.js";
import { comparedWords } from "../../live/shadow/comparison.js";
import { ForeignFleet } from "../../live/shadow/foreign-fleet.js";
import { LookTeller } from "../../live/shadow/look-words.js";
import { ShadowRecorder } from "../../live/shadow/recorder.js";
import type { ShadowJob } from "../../live/shadow/shadow-rows.js";
import { OutputError } from "../errors.js";
import type { OpenedLive } from "./open-live.js";
import { type ShadowResult, shadowRecord } from "./shadow.js";
import { ShadowPrices } from "./shadow-prices.js";
import { writeShadowReport } from "./shadow-report.js";

export interface ShadowWatch {
  readonly opened: OpenedLive;
  readonly clusterArn: string;
  readonly ticks: number;
  readonly signal: AbortSignal;
  readonly log: LiveLogger;
  /** From one interim report to the next; default: an hour. */
  readonly reportMs?: number;
}

/** A crash loses no more than this of a watch that takes days. */
const REPORT_MS = MS_PER_HOUR;
/** A report simulates all of the watch. It may take a twentieth of the time: looks wait for it. */
const REPORT_SHARE = 20;

/**
 * Watches until the signal or the last tick, and writes shadow-jobs.csv, shadow.txt and shadow.json into a folder of its own: every
 * hour, and at the end. Returns the text of the last report. Throws OutputError, and InputError where the whole watch has nothing to
 * compare.
 */
export async function watchShadow(watch: ShadowWatch): Promise<string> {
  const { opened, ticks, signal, log, reportMs = REPORT_MS } = watch;
  const { live, clients, clock } = opened;
  const desk = await openDesk(watch);
  const { folder, looks } = desk;
  const { intervalMs } = live.settings.timing;
  log.info({ folder }, "watching begins: nothing is changed, and no message is taken");
  let reportDueMs = clock.monotonicMs() + reportMs;
  for (let tick = 0; tick < ticks && !signal.aborted; tick++) {
    await look(watch, desk, tick);
    if (tick + 1 === ticks || signal.aborted) break;
    const beganMs = clock.monotonicMs();
    if (beganMs >= reportDueMs) {
      reportSoFar(watch, desk);
      const endedMs = clock.monotonicMs();
      reportDueMs = endedMs + Math.max(reportMs, REPORT_SHARE * (endedMs - beganMs));
    }
    await clock.sleep(intervalMs - (clients.time.serverMs() % intervalMs), signal);
  }
  const { text } = report(watch, desk);
  log.info({ folder, looks: looks.count }, "watching has ended");
  return text;
}

interface Desk {
  readonly folder: string;
  readonly observer: Observer;
  readonly foreign: ForeignFleet;
  readonly prices: ShadowPrices;
  readonly recorder: ShadowRecorder;
  readonly looks: LookTeller;
  /** Jobs that have ended. */
  readonly ended: ShadowJob[];
}

async function openDesk({ opened, clusterArn, log }: ShadowWatch): Promise<Desk> {
  const { live, clients, clock } = opened;
  const { queues, tables } = live;
  const settings = { ...live.settings, eventQueueUrl: null };
  const note = (text: string) => log.info(text);
  const prices = new ShadowPrices(opened, log);
  // Of its own: a watch that is begun again keeps what the last one has written.
  const began = new Date(clients.time.serverMs()).toISOString().replace(/[:.]/g, "");
  const { overheadMicroUsdPerHour } = tables;
  return {
    folder: join(settings.folder, "shadow", began),
    observer: await makeObserver({ clients, clock, settings, queues, clusterArn, note }),
    foreign: await ForeignFleet.make(clients),
    prices,
    recorder: new ShadowRecorder({ priceOf: prices.priceOf, overheadMicroUsdPerHour }),
    looks: new LookTeller(queues),
    ended: [],
  };
}

async function look({ opened, log }: ShadowWatch, desk: Desk, tick: number): Promise<void> {
  const { clock, live } = opened;
  const { observer, foreign, prices, recorder, looks, ended } = desk;
  const deadline = deadlineAfter(clock, live.settings.timing.deadlineMs);
  const seen: Observation = await foreign.complete(await observer.look(deadline), deadline);
  await prices.refresh(seen, deadline);
  deadline.cancel();
  recorder.observe(seen);
  const rows = recorder.takeEndedJobs();
  for (const row of rows) ended.push(row);
  for (const { part, code, message } of seen.problems) log.error({ tick, part, code }, message);
  for (const warning of looks.newWarnings(seen)) log.warn({ tick }, warning);
  const { words, ...counts } = looks.tell(seen, recorder, rows.length);
  log.info({ tick, ...counts }, words);
}

function report({ opened }: ShadowWatch, { folder, recorder, prices, ended }: Desk): ShadowResult {
  const record = shadowRecord(recorder, ended);
  return writeShadowReport(folder, { resolved: opened.live.resolved, record, prices: prices.means() });
}

/** What cannot be compared yet, or not be written now, is tried again an hour later: the watch goes on. */
function reportSoFar(watch: ShadowWatch, desk: Desk): void {
  const { log } = watch;
  const { folder } = desk;
  try {
    log.info({ folder }, `so far: ${comparedWords(report(watch, desk).comparison)}`);
  } catch (error) {
    if (error instanceof OutputError) log.error({ error }, "the report so far could not be written");
    else if (error instanceof InputError) log.warn({ folder }, `no comparison so far: ${error.issues[0]!.message}`);
    else throw error;
  }
}
