// A clock that only sleeping moves: whoever sleeps wakes at once, and it is later.

import type { Clock } from "../../../src/live/ports.js";

export interface FakeClock extends Clock {
  /** Called when the clock has moved. */
  onMove: (nowMs: number) => void;
}

/** Begins at 0 (monotonic) and at `epochMs`. */
export function fakeClock(epochMs = Date.UTC(2026, 10, 23)): FakeClock {
  let nowMs = 0;
  const clock: FakeClock = {
    onMove: () => {},
    monotonicMs: () => nowMs,
    wallMs: () => epochMs + nowMs,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return;
      const untilMs = nowMs + ms;
      await new Promise((resolve) => setImmediate(resolve));
      if (untilMs <= nowMs) return;
      nowMs = untilMs;
      clock.onMove(nowMs);
    },
  };
  return clock;
}
