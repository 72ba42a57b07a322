import { describe, expect, test } from "vitest";
import { deadlineAfter, systemClock } from "../../../src/live/clock.js";

describe("the real clock", () => {
  test("sleeps as long as it should, and no longer than its signal", async () => {
    const clock = systemClock();
    const beganMs = clock.monotonicMs();
    await clock.sleep(30);
    expect(clock.monotonicMs() - beganMs).toBeGreaterThanOrEqual(30);
    const longMs = 60_000;
    await clock.sleep(longMs, AbortSignal.timeout(10));
    await clock.sleep(longMs, AbortSignal.abort());
    expect(clock.monotonicMs() - beganMs).toBeLessThan(longMs);
  });

  test("a deadline passes and aborts", async () => {
    const clock = systemClock();
    const deadline = deadlineAfter(clock, 20);
    expect(deadline.leftMs()).toBeGreaterThan(0);
    expect(deadline.signal.aborted).toBe(false);
    await clock.sleep(60);
    expect(deadline.leftMs()).toBeLessThanOrEqual(0);
    expect(deadline.signal.aborted).toBe(true);
  });

  test("one that was given up does not abort", async () => {
    const clock = systemClock();
    const deadline = deadlineAfter(clock, 20);
    deadline.cancel();
    await clock.sleep(60);
    expect(deadline.signal.aborted).toBe(false);
  });
});
