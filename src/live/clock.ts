// Real time: the one file of live mode that looks at a clock.

import type { Clock, Deadline } from "./ports.js";

const NS_PER_MS = 1e6;
/** Node's timers take no more; whoever sleeps for longer sleeps again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** This machine's clock. */
export function systemClock(): Clock {
  const monotonicMs = () => Number(process.hrtime.bigint()) / NS_PER_MS;
  return {
    monotonicMs,
    wallMs: () => Date.now(),
    async sleep(ms, signal) {
      const untilMs = monotonicMs() + ms;
      for (let leftMs = ms; leftMs > 0 && signal?.aborted !== true; leftMs = untilMs - monotonicMs()) {
        await timer(Math.min(leftMs, LONGEST_TIMER_MS), signal);
      }
    },
  };
}

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timeout);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timeout = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/** A deadline that can be given up, so that nothing waits for it any more. */
export interface OpenDeadline extends Deadline {
  /** Its signal will not abort any more. */
  cancel(): void;
}

/** Passes after `ms`, by the clock. */
export function deadlineAfter(clock: Clock, ms: number): OpenDeadline {
  const untilMs = clock.monotonicMs() + ms;
  const passed = new AbortController();
  const cancelled = new AbortController();
  void clock.sleep(ms, cancelled.signal).then(() => {
    if (!cancelled.signal.aborted) passed.abort();
  });
  return {
    leftMs: () => untilMs - clock.monotonicMs(),
    signal: passed.signal,
    cancel: () => cancelled.abort(),
  };
}
