// What counts as spent today: fleets of $0.10 an hour each, seen at some times.

import { describe, expect, it } from "vitest";
import { type LiveGate, makeGate } from "../../../src/live/gate/gate.js";
import type { FleetMember } from "../../../src/live/ports.js";
import { HandClock, HOUR_MS, launchOf, memberOf, NOON, observationOf, seenOf, settingsOf, viewOf } from "./views.js";

const MIDNIGHT = NOON - 12 * HOUR_MS;
const MINUTE_MS = 60_000;

function gateOf(): LiveGate {
  return makeGate(settingsOf(), new HandClock());
}

/** A look at a time, at instances with launch times. */
function look(gate: LiveGate, nowMs: number, launched: Record<number, number>, tick = 1): void {
  const numbers = Object.keys(launched).map(Number);
  const fleet: FleetMember[] = numbers.map((i) => memberOf(i));
  const instances = numbers.map((i) => seenOf(i, { launchTimeMs: launched[i]! }));
  gate.look(viewOf({ nowMs, fleet, observation: observationOf({ instances }), ticksSinceStart: tick }));
}

describe("spent today", () => {
  it("is the time between looks at the price of who was there", () => {
    const gate = gateOf();
    look(gate, NOON, { 1: NOON, 2: NOON });
    look(gate, NOON + 30 * MINUTE_MS, { 1: NOON, 2: NOON });
    expect(gate.spentTodayMicroUsd).toBe(100_000); // 2 × half an hour × $0.10
    // 2 has gone meanwhile, nobody knows when: it counts in full.
    look(gate, NOON + 60 * MINUTE_MS, { 1: NOON });
    expect(gate.spentTodayMicroUsd).toBe(200_000);
    look(gate, NOON + 90 * MINUTE_MS, { 1: NOON });
    expect(gate.spentTodayMicroUsd).toBe(250_000);
  });

  it("counts what is found running from its launch, or from midnight", () => {
    const gate = gateOf();
    look(gate, NOON, { 1: NOON - HOUR_MS, 2: NOON - 48 * HOUR_MS });
    expect(gate.spentTodayMicroUsd).toBe(1_300_000); // 1 h and 12 h
  });

  it("begins anew at midnight UTC, in the middle of an interval", () => {
    const gate = gateOf();
    look(gate, MIDNIGHT - 30 * MINUTE_MS, { 1: MIDNIGHT - HOUR_MS });
    expect(gate.spentTodayMicroUsd).toBe(50_000);
    look(gate, MIDNIGHT + 15 * MINUTE_MS, { 1: MIDNIGHT - HOUR_MS });
    expect(gate.spentTodayMicroUsd).toBe(25_000);
    expect(gate.spending.dayStartMs).toBe(MIDNIGHT);
  });

  it("does not run backwards with AWS's clock, nor count twice", () => {
    const gate = gateOf();
    look(gate, NOON, { 1: NOON });
    look(gate, NOON + 36_000, { 1: NOON });
    look(gate, NOON + 30_000, { 1: NOON });
    look(gate, NOON + 36_000, { 1: NOON });
    expect(gate.spentTodayMicroUsd).toBe(1_000); // a hundredth of an hour
  });

  it("goes on after a restart, with what ran since it was written down", () => {
    const before = gateOf();
    look(before, NOON, { 1: NOON - HOUR_MS });
    const { microUsd, dayStartMs, asOfMs } = before.spending;
    expect({ microUsd, dayStartMs, asOfMs }).toEqual({ microUsd: 100_000, dayStartMs: MIDNIGHT, asOfMs: NOON });
    const after = gateOf();
    after.restore(microUsd, dayStartMs, asOfMs);
    expect(after.spentTodayMicroUsd).toBe(100_000);
    look(after, NOON + HOUR_MS, { 1: NOON - HOUR_MS, 2: NOON + 30 * MINUTE_MS });
    expect(after.spentTodayMicroUsd).toBe(250_000); // + 1 h + half an hour
  });

  it("without the time of writing, counts nothing of the pause", () => {
    const gate = gateOf();
    gate.restore(100_000, MIDNIGHT);
    look(gate, NOON, { 1: NOON - HOUR_MS });
    expect(gate.spentTodayMicroUsd).toBe(100_000);
    look(gate, NOON + HOUR_MS, { 1: NOON - HOUR_MS });
    expect(gate.spentTodayMicroUsd).toBe(200_000);
  });

  it("goes on from what the lease's holder before had spent, when it takes over", () => {
    const standby = gateOf();
    look(standby, NOON, { 1: NOON });
    look(standby, NOON + 6 * MINUTE_MS, { 1: NOON });
    expect(standby.spentTodayMicroUsd).toBe(10_000); // what it has seen: a tenth of an hour
    // The holder had counted $5 until three minutes before; 1 has cost since.
    const spent = { microUsd: 5_000_000, dayStartMs: MIDNIGHT, asOfMs: NOON + 3 * MINUTE_MS };
    standby.inherit(spent);
    expect(standby.spentTodayMicroUsd).toBe(5_005_000); // three minutes of $0.10 an hour
    standby.inherit({ ...spent, microUsd: 20 });
    standby.inherit({ ...spent, microUsd: 9e9, dayStartMs: MIDNIGHT - 24 * HOUR_MS });
    expect(standby.spentTodayMicroUsd).toBe(5_005_000);
    // Before its first look it goes on from there, and from the greater of what the file and the lease say.
    for (const file of [4_000_000, 6_000_000]) {
      const fresh = gateOf();
      fresh.restore(file, MIDNIGHT, NOON);
      fresh.inherit(spent);
      look(fresh, NOON + 9 * MINUTE_MS, { 1: NOON });
      expect(fresh.spentTodayMicroUsd).toBe(file === 6_000_000 ? 6_015_000 : 5_010_000); // nine minutes, six minutes
    }
  });

  it("drops what was written down on another day", () => {
    const gate = gateOf();
    gate.restore(9e9, MIDNIGHT - 24 * HOUR_MS, MIDNIGHT - HOUR_MS);
    look(gate, MIDNIGHT + HOUR_MS, { 1: MIDNIGHT - 5 * HOUR_MS });
    expect(gate.spentTodayMicroUsd).toBe(100_000);
  });

  it("takes the dearer of two prices", () => {
    const gate = gateOf();
    const at = (nowMs: number, price: number) => {
      const observation = observationOf({ instances: [seenOf(1, { launchTimeMs: NOON })] });
      gate.look(viewOf({ nowMs, fleet: [memberOf(1)], observation, priceOf: () => price }));
    };
    at(NOON, 100_000);
    at(NOON + HOUR_MS, 300_000);
    expect(gate.spentTodayMicroUsd).toBe(300_000);
    at(NOON + 2 * HOUR_MS, 100_000);
    expect(gate.spentTodayMicroUsd).toBe(600_000);
  });

  it("counts what was launched and gone before anybody saw it, but not what was refused", () => {
    const gate = gateOf();
    const view = viewOf();
    gate.judge([launchOf(2, { pools: [0, 1] })], view);
    const answers = [
      { instance: 1_000, granted: true as const, instanceId: "i-a", pool: 0 },
      { instance: 1_001, granted: false as const },
    ];
    gate.learn([{ kind: "launched", answers, refusals: [] }], view);
    // Its fleet no longer has it; it may have run for the whole hour.
    const later = viewOf({ nowMs: NOON + HOUR_MS, fleet: [memberOf(1_000)], ticksSinceStart: 101 });
    gate.look(later);
    expect(gate.spentTodayMicroUsd).toBe(100_000);
    gate.look(viewOf({ nowMs: NOON + 2 * HOUR_MS, ticksSinceStart: 102 }));
    expect(gate.spentTodayMicroUsd).toBe(200_000);
  });
});
