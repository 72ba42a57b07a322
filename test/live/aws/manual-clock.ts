// A clock that a test moves, or that whoever sleeps moves; and deadlines by it.

import type { Clock, Deadline } from "../../../src/live/ports.js";

export interface ManualClock extends Clock {
  nowMs: number;
  /** This machine's epoch time minus the monotonic one. */
  originMs: number;
  /** What was slept, in order. */
  readonly slept: number[];
}

/** Sleeping takes no time of ours: the clock is moved on instead. */
export function manualClock(originMs = Date.UTC(2026, 0, 5)): ManualClock {
  const clock: ManualClock = {
    nowMs: 0,
    originMs,
    slept: [],
    monotonicMs: () => clock.nowMs,
    wallMs: () => clock.originMs + clock.nowMs,
    async sleep(ms, signal) {
      if (signal?.aborted) return;
      clock.slept.push(ms);
      clock.nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}

/** Passes when the clock says so; its signal is the test's. */
export function deadlineOf(clock: Clock, ms: number, signal = new AbortController().signal): Deadline {
  const untilMs = clock.monotonicMs() + ms;
  return { leftMs: () => untilMs - clock.monotonicMs(), signal };
}
