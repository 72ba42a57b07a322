// Ticks in real time: one at every point of the decision grid, and early ones when a message calls for it. A tick that comes late
// is that of the latest point that has passed; none is made up for.

import type { Clock, Observer } from "../ports.js";
import type { Controller } from "./controller.js";
import type { TickReport } from "./controller-parts.js";

export interface LoopOptions {
  readonly clock: Clock;
  readonly observer: Pick<Observer, "waitForMessage">;
  /** AWS's time, epoch ms, as far as it is known. */
  readonly awsNowMs: () => number;
  readonly originMs: number;
  readonly intervalMs: number;
  /** Grid of early ticks; 0: none. */
  readonly earlyMs: number;
  /** Whether there is a queue to wait for messages on. */
  readonly hasMessages: boolean;
  /** Aborts: the tick that runs is finished, and no other begins. */
  readonly signal: AbortSignal;
  /** Ticks to make; Infinity: until the signal. */
  readonly ticks: number;
  readonly ticked: (report: TickReport, nextMs: number) => Promise<void> | void;
}

/** Runs until the signal, for so many ticks, or until the controller is full; returns how many ticks it has made. */
export async function runLoop(controller: Controller, options: LoopOptions): Promise<number> {
  const { awsNowMs, originMs, intervalMs, signal } = options;
  const nowMs = () => awsNowMs() - originMs;
  let lastMs = Number.NEGATIVE_INFINITY;
  let ticks = 0;
  while (ticks < options.ticks && !signal.aborted && !controller.isFull) {
    // The first at once, at the point that has just passed.
    const passedMs = Math.floor(nowMs() / intervalMs) * intervalMs;
    const atMs = passedMs > lastMs ? passedMs : await nextTick(nowMs, passedMs + intervalMs, lastMs, options);
    if (signal.aborted) break;
    const report = await controller.tick(atMs);
    ticks++;
    lastMs = atMs;
    await options.ticked(report, Math.ceil((nowMs() + 1) / intervalMs) * intervalMs);
  }
  return ticks;
}

/** Waits for the next point of the grid, or of the early one when a message has come; returns which it is. */
async function nextTick(
  nowMs: () => number,
  gridMs: number,
  lastMs: number,
  { clock, observer, earlyMs, hasMessages, signal }: LoopOptions,
): Promise<number> {
  let atMs = gridMs;
  let listens = hasMessages && earlyMs > 0;
  for (let leftMs = atMs - nowMs(); leftMs > 0 && !signal.aborted; leftMs = atMs - nowMs()) {
    if (!listens) {
      await clock.sleep(leftMs, signal);
    } else if (await observer.waitForMessage(leftMs, signal)) {
      listens = false;
      const earlyAtMs = Math.ceil(Math.max(nowMs(), lastMs + 1) / earlyMs) * earlyMs;
      atMs = Math.min(gridMs, earlyAtMs);
    }
  }
  return atMs;
}
