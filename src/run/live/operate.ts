// `stowage live`: the controller in real time. It opens everything, ticks until it is told to stop, and closes everything.

import { join } from "node:path";
import { deadlineAfter } from "../../live/clock.js";
import { parameterReader, readKillState } from "../../live/gate/kill-switch.js";
import { openJournal } from "../../live/journal/journal.js";
import type { HeldLease } from "../../live/lease/store-lease.js";
import type { TickReport } from "../../live/loop/controller-parts.js";
import { runLoop } from "../../live/loop/run-loop.js";
import { StatusBuilder } from "../../live/loop/status-builder.js";
import { type LiveLogger, makeLogger } from "../../live/operate/logger.js";
import { LiveMetrics } from "../../live/operate/metrics.js";
import { type StatusServer, startStatusServer } from "../../live/operate/server.js";
import type { LiveStatus } from "../../live/operate/status.js";
import { type Palette, renderTerminalStatus } from "../../live/operate/terminal.js";
import type { Journal, KillState } from "../../live/ports.js";
import { openSessionFile, type SessionFile } from "../../live/session/session-file.js";
import type { LiveSettings } from "../../model/live-settings.js";
import { productVersion } from "../product-version.js";
import { composeController } from "./compose.js";
import { LeaseKeeper } from "./lease-keeper.js";
import { type OpenedLive, openLease, openLive, requireIdentity } from "./open-live.js";
import { poolPrices } from "./pool-prices.js";
import { openRecording } from "./recording.js";
import { SpendingFile } from "./spending-file.js";
import { type StopSignals, stopOnSignals } from "./stop-signals.js";
import { watchShadow } from "./watch-shadow.js";

export interface OperateOptions {
  readonly scenario: string;
  readonly mode: "dry-run" | "apply" | "shadow";
  /** Infinity: until a signal. */
  readonly ticks: number;
  /** Redraw a status on stdout; else log lines alone. */
  readonly showsStatus: boolean;
  readonly paint: Palette;
  /** Of the status page, before the scenario's; 0: none. */
  readonly port: number | undefined;
  readonly endpoint: string | undefined;
  /** Folder for what AWS answers, redacted; not with `apply`. */
  readonly record: string | undefined;
}

/** Clears the screen and goes to its top left corner (ECMA-48). */
const CLEAR = "\u001b[2J\u001b[H";

/** Runs until a signal or the last tick; returns the exit code. Throws InputError for what is wrong at the start. */
export async function operate(options: OperateOptions): Promise<number> {
  const recording = options.record === undefined ? null : openRecording(options.record, options.scenario);
  const opened = await openLive(options.scenario, options.endpoint, recording?.recorder);
  const stop = stopOnSignals();
  const log = makeLogger({
    level: options.showsStatus ? "error" : opened.live.settings.logLevel,
    clock: opened.clock,
  });
  try {
    return await run(opened, options, log, stop);
  } finally {
    stop.dispose();
    opened.clients.destroy();
    if (recording?.end())
      process.stdout.write(`Recorded in ${options.record}: read both files before you send them.\n`);
  }
}

async function run(opened: OpenedLive, options: OperateOptions, log: LiveLogger, stop: StopSignals): Promise<number> {
  const { clusterArn } = await requireIdentity(opened, { mayBeManaged: options.mode === "shadow" });
  if (options.mode === "shadow") {
    const { ticks } = options;
    process.stdout.write(await watchShadow({ opened, clusterArn, ticks, signal: stop.signal, log }));
    return 0;
  }
  for (let ticks = options.ticks; ; ) {
    const session = await control({ opened, options, ticks, clusterArn, log, stop });
    ticks -= session.ticks;
    if (!session.isFull || ticks === 0 || stop.signal.aborted) return session.code;
    log.info("this session has met as much as it can keep in mind: another takes over from what AWS shows");
  }
}

interface Session {
  /** Exit code: 0 when the account could be read. */
  readonly code: number;
  /** Those that it has made. */
  readonly ticks: number;
  /** It has met as much as it can keep in mind: another session takes over from what AWS shows. */
  readonly isFull: boolean;
}

/** What every session of a process begins with. */
interface Start {
  readonly opened: OpenedLive;
  readonly options: OperateOptions;
  /** The most that it may make. */
  readonly ticks: number;
  readonly clusterArn: string;
  readonly log: LiveLogger;
  readonly stop: StopSignals;
}

/** What a controller writes to, and what it is told by; all of it is closed again. */
interface Desk extends Start {
  readonly folder: string;
  readonly startedMs: number;
  /** Epoch ms of the engine's time 0: a point of the decision grid. */
  readonly originMs: number;
  readonly lease: HeldLease | null;
  readonly keeper: LeaseKeeper;
  readonly journal: Journal;
  readonly session: SessionFile;
  readonly page: StatusServer | null;
}

async function control(start: Start): Promise<Session> {
  const desk = await openDesk(start);
  try {
    return await runController(desk);
  } finally {
    await desk.keeper.end();
    desk.session.close();
    await desk.journal.close();
    await desk.page?.close();
  }
}

async function openDesk(start: Start): Promise<Desk> {
  const { opened, options, log } = start;
  const { settings } = opened.live;
  const { intervalMs } = settings.timing;
  const { folder } = settings;
  const startedMs = Math.round(opened.clients.time.serverMs());
  const originMs = Math.floor(startedMs / intervalMs) * intervalMs;
  const lease = options.mode === "apply" ? await openLease(opened) : null;
  const keeper = new LeaseKeeper(lease, log);
  const journal = await openJournal(join(folder, "audit.jsonl"));
  const began = new Date(startedMs).toISOString().replace(/[:.]/g, "");
  const session = openSessionFile(join(folder, `session-${began}.jsonl`));
  const page = await openPage(settings, options.port, opened);
  return { ...start, folder, startedMs, originMs, lease, keeper, journal, session, page };
}

async function runController(desk: Desk): Promise<Session> {
  const { opened, options, clusterArn, log, stop, folder, startedMs, originMs } = desk;
  const { lease, keeper, journal, session, page } = desk;
  const { live, clients, clock } = opened;
  const { timing, eventQueueUrl } = live.settings;
  await keeper.take();
  const composed = await composeController({
    ...{ live, clients, clock, lease, journal, originMs, clusterArn },
    holdLease: async () => {
      await keeper.take();
      const spent = keeper.takeInherited();
      if (spent !== null) composed.gate.inherit(spent);
    },
    writeSession: session.write,
    version: productVersion(),
    readKill: await killReader(desk),
    readPrices: await poolPrices(opened),
    identityOk: () => true, // asked at the start; credentials of another account would need another process
    note: (text) => log.info({ part: "observe" }, text),
  });
  const { controller, observer, executor, gate } = composed;
  const spending = new SpendingFile(folder, live.settings.identity.pool);
  spending.restore(gate, log);
  const { tables, queues, strategy, settings } = live;
  const mode = lease === null ? "dry-run" : "apply";
  const allowedRates = clients.allowedReads;
  const version = productVersion();
  const context = { mode, version, settings, strategy, tables, queues, startedMs, originMs, allowedRates } as const;
  const statuses = new StatusBuilder(context);
  const { file: stopFile } = live.settings.killSwitch;
  log.info(
    { folder, page: page?.url, ...(stopFile === null ? {} : { stopFile }) },
    lease === null ? "a dry run begins: nothing is changed" : "live mode begins",
  );
  let read = false;
  const ticks = await runLoop(controller, {
    ...{ clock, observer, originMs, intervalMs: timing.intervalMs, earlyMs: timing.earlyMs, signal: stop.signal },
    awsNowMs: () => clients.time.serverMs(),
    hasMessages: eventQueueUrl !== null && lease !== null,
    ticks: desk.ticks,
    ticked: (report, nextMs) => {
      read ||= report.isWhole;
      session.flush();
      spending.write(gate);
      keeper.note(gate.spending);
      const nextInMs = originMs + nextMs - clients.time.serverMs();
      const calls = clients.takeCallCounts();
      const status = statuses.build(controller, report, gate, keeper.status(lease), calls, nextInMs);
      page?.publish(status);
      show(status, report, options, log);
    },
  });
  if (lease !== null) {
    const deadline = deadlineAfter(clock, timing.deadlineMs);
    await executor.settle(deadline, false);
    deadline.cancel();
  }
  log.info("live mode has ended; instances stay as they are");
  return { code: read ? 0 : 1, ticks, isFull: controller.isFull };
}

async function killReader({ opened, stop, lease }: Desk): Promise<() => Promise<KillState>> {
  const { file, ssmParameter } = opened.live.settings.killSwitch;
  const readParameter = ssmParameter === null ? null : parameterReader(await opened.clients.ssm(), ssmParameter);
  return () => readKillState({ file, readParameter, signals: stop.killModes, leaseModes: lease?.killModes ?? [] });
}

function show(
  status: LiveStatus,
  report: TickReport,
  { showsStatus, paint, ticks }: OperateOptions,
  log: LiveLogger,
): void {
  if (showsStatus) {
    const { columns: width = 100, rows: height = 40 } = process.stdout;
    process.stdout.write(CLEAR + renderTerminalStatus(status, { width, height, paint }));
    return;
  }
  if (ticks === 1) process.stdout.write(renderTerminalStatus(status, { width: process.stdout.columns ?? 100, paint }));
  for (const warning of report.warnings) log.warn({ tick: report.number }, warning);
  for (const { part, code, message } of report.observation.problems)
    log.error({ tick: report.number, part, code }, message);
  const decided = status.decisions.filter(({ tick }) => tick === report.number);
  for (const { kind, subject, reason, verdict, rule, why } of decided.reverse()) {
    log.info(
      { tick: report.number, kind, verdict, ...(rule === null ? {} : { rule, why }) },
      `${kind} ${subject}: ${reason}`,
    );
  }
  const { tookMs } = report;
  const runnable = status.queues.reduce((sum, queue) => sum + queue.runnable, 0);
  log.info({ tick: report.number, tookMs, runnable, instances: status.limits.instances.now }, "tick");
}

async function openPage(
  settings: LiveSettings,
  port: number | undefined,
  { clock }: OpenedLive,
): Promise<StatusServer | null> {
  const http = settings.http === null && port !== undefined ? { host: "127.0.0.1", port } : settings.http;
  if (http === null || port === 0) return null;
  const startupMs = 4 * settings.timing.intervalMs;
  return startStatusServer({ host: http.host, port: port ?? http.port, clock, metrics: new LiveMetrics(), startupMs });
}
