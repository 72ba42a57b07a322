import { describe, expect, test } from "vitest";
import { ServerTime } from "../../../src/live/aws/server-time.js";
import { manualClock } from "./manual-clock.js";

const NOON = Date.UTC(2026, 0, 5, 12);

function header(ms: number): string {
  return new Date(ms).toUTCString(); // whole seconds, cut off
}

describe("AWS's time", () => {
  test("answers bound it ever closer", () => {
    const clock = manualClock(NOON);
    const time = new ServerTime(clock);
    // True: AWS's noon is our monotonic 0. The answer to a request of 0..100 ms says 12:00:00.
    expect(time.isKnown).toBe(false);
    time.answered(header(NOON), 0, 100);
    expect(time.isKnown).toBe(true);
    // AWS - ours lies between -100 and +1000.
    expect(time.serverMs(0)).toBe(NOON + 450);
    // At 1,950..1,990 ms of ours AWS said 12:00:01: between 1000 - 1990 = -990 and 2000 - 1950 = 50.
    time.answered(header(NOON + 1_960), 1_950, 1_990);
    expect(time.serverMs(0)).toBe(NOON - 25);
    expect(time.serverMs(10_000)).toBe(NOON + 10_000 - 25);
  });

  test("a clock that was set is followed", () => {
    const clock = manualClock(NOON);
    const time = new ServerTime(clock);
    time.answered(header(NOON), 0, 10);
    time.answered(header(NOON + 3_600_000), 20, 30);
    // AWS - ours lies an hour and between -30 and 1000 - 20 further: 475 in the middle.
    expect(time.serverMs(20)).toBe(NOON + 3_600_000 + 20 + 475);
  });

  test("an answer that was long under way says nothing, even where it contradicts", () => {
    const time = new ServerTime(manualClock(NOON));
    // A long poll alone: AWS may be anywhere in 20 s.
    time.answered(header(NOON + 20_000), 0, 20_000);
    expect(time.isKnown).toBe(false);
    time.answered(header(NOON + 20_000), 20_000, 20_020);
    // AWS - ours lies between -20 and +1000.
    expect(time.serverMs(0)).toBe(NOON + 490);
    // A poll of 14 s by a clock that runs a second ahead: 2,000..17,000, whose middle is 8 s off.
    time.answered(header(NOON + 37_000), 21_000, 35_000);
    time.answered(header(NOON + 50_000), 36_000, 38_001);
    expect(time.serverMs(0)).toBe(NOON + 490);
    // Two seconds are near enough: between 39,000 - 40,000 = -1000 and 40,000 - 38,000 = 2000, nothing new.
    time.answered(header(NOON + 39_000), 38_000, 40_000);
    expect(time.serverMs(0)).toBe(NOON + 490);
    time.answered(header(NOON + 3_640_000), 40_000, 42_000);
    // Now -2,000..1,000 around an hour.
    expect(time.serverMs(0)).toBe(NOON + 3_600_000 - 500);
  });

  test("without an answer, or with one that has no date, it is this machine's", () => {
    const clock = manualClock(NOON);
    clock.nowMs = 500;
    const time = new ServerTime(clock);
    time.answered("", 0, 10);
    time.answered("yesterday", 0, 10);
    expect(time.isKnown).toBe(false);
    expect(time.serverMs()).toBe(NOON + 500);
    expect(time.serverMs(100)).toBe(NOON + 100);
    expect(time.skewMs()).toBe(0);
  });
});
