// The engine, called as a driver calls it: events in, actions out. What contradicts itself crashes.

import { describe, expect, it } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import { type ActionBuffer, ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import { Outcome, packOutcome } from "../../src/model/outcome.js";
import { instanceType, job, jobs, pool, s, shape, simulationInput } from "../builders.js";
import { attemptsOf, instancesOf } from "../ledger/read-ledger.js";

/** One type of four vCPUs; jobs of four vCPUs, so that each needs an instance. */
function engine(count = 1): Engine {
  const rows = jobs(count, job(0, s(10), shape(4, 4)));
  const input = simulationInput({ types: [instanceType("m", 4, 16)], pools: [pool(0, 1)], jobs: rows });
  return new Engine(input.tables, count);
}
const submit = (it: Engine, number: number, atMs: number) =>
  it.ingest(EventKind.JobSubmitted, atMs, number, 0, Number.NaN);
const tell = (it: Engine, kind: EventKind, subject: number, atMs: number) => it.ingest(kind, atMs, subject, 0, 0);

const NAMES = ["launch", "place", "terminate", "wake"];
/** Actions as text: "launch 0", "place 0 on 0", "terminate 0", "wake at 70000". */
function describeActions(actions: ActionBuffer): string[] {
  return Array.from({ length: actions.length }, (_, i) => {
    const kind = actions.kind[i]!;
    if (kind === ActionKind.WakeAt) return `${NAMES[kind]} at ${actions.timeMs[i]}`;
    return kind === ActionKind.Place
      ? `${NAMES[kind]} ${actions.subject[i]} on ${actions.a[i]}`
      : `${NAMES[kind]} ${actions.subject[i]}`;
  });
}

describe("the engine", () => {
  it("takes a job through its life", () => {
    const it = engine();
    expect(describeActions(it.evaluate(0))).toEqual([]);
    submit(it, 0, 1);
    expect(it.waitingJobs).toBe(1);
    expect(describeActions(it.evaluate(1))).toEqual(["launch 0"]);
    // Asked again, it knows that the instance is on its way.
    expect(describeActions(it.evaluate(2))).toEqual([]);
    tell(it, EventKind.InstanceRunning, 0, 3);
    expect(describeActions(it.evaluate(3))).toEqual([]);
    tell(it, EventKind.InstanceRegistered, 0, 4);
    expect(describeActions(it.evaluate(4))).toEqual(["place 0 on 0"]);
    expect([it.waitingJobs, it.placedJobs]).toEqual([0, 1]);
    it.ingest(EventKind.JobEnded, s(10), 0, 5, 0);
    expect(it.placedJobs).toBe(0);
    // Idle since 10 s, to be ended at 70 s.
    expect(describeActions(it.evaluate(s(10)))).toEqual(["wake at 70000"]);
    expect(describeActions(it.evaluate(s(70)))).toEqual(["terminate 0"]);
    tell(it, EventKind.InstanceTerminated, 0, s(70));
    expect(describeActions(it.evaluate(s(71)))).toEqual([]);
    expect(attemptsOf(it.ledger)).toEqual([
      { job: 0, jobClass: 0, instance: 0, placedMs: 4, startedMs: 5, endedMs: s(10), outcome: 0 },
    ]);
    expect(instancesOf(it.ledger)).toMatchObject([{ requestedMs: 1, runningMs: 3, registeredMs: 4, endedMs: s(70) }]);
  });

  it("buys again when a launch is refused", () => {
    const it = engine();
    submit(it, 0, 0);
    expect(describeActions(it.evaluate(0))).toEqual(["launch 0"]);
    tell(it, EventKind.LaunchRefused, 0, 5);
    expect(describeActions(it.evaluate(5))).toEqual(["launch 1"]);
    expect(instancesOf(it.ledger)).toMatchObject([
      { runningMs: Number.NaN, registeredMs: Number.NaN, endedMs: 5 },
      { requestedMs: 5, endedMs: Number.NaN },
    ]);
  });

  it("records exit codes", () => {
    const it = engine();
    submit(it, 0, 0);
    it.evaluate(0);
    tell(it, EventKind.InstanceRunning, 0, 0);
    tell(it, EventKind.InstanceRegistered, 0, 0);
    it.evaluate(0);
    it.ingest(EventKind.JobEnded, 9, 0, 1, packOutcome(Outcome.Exited, 137));
    expect(attemptsOf(it.ledger)).toMatchObject([
      { startedMs: 1, endedMs: 9, outcome: packOutcome(Outcome.Exited, 137) },
    ]);
  });

  it("takes a job number again after its job has ended", () => {
    const it = engine();
    submit(it, 0, 0);
    it.evaluate(0);
    tell(it, EventKind.InstanceRunning, 0, 0);
    tell(it, EventKind.InstanceRegistered, 0, 0);
    it.evaluate(0);
    it.ingest(EventKind.JobEnded, 5, 0, 0, 0);
    submit(it, 0, 6);
    expect(describeActions(it.evaluate(6))).toEqual(["place 0 on 0"]);
    it.ingest(EventKind.JobEnded, 9, 0, 7, 0);
    expect(attemptsOf(it.ledger)).toMatchObject([
      { job: 0, placedMs: 0, endedMs: 5 },
      { job: 0, placedMs: 6, startedMs: 7, endedMs: 9 },
    ]);
  });

  it("crashes on what cannot be", () => {
    const booted = () => {
      const it = engine();
      submit(it, 0, 10);
      it.evaluate(10);
      return it;
    };
    expect(() => submit(booted(), 0, 9)).toThrow("backwards");
    expect(() => booted().evaluate(9)).toThrow("backwards");
    expect(() => booted().ingest(EventKind.JobEnded, 10, 0, 10, 0)).toThrow("not placed");
    // Not running yet.
    expect(() => tell(booted(), EventKind.InstanceRegistered, 0, 10)).toThrow("out of order");
    expect(() => tell(booted(), EventKind.InstanceTerminated, 0, 10)).toThrow("vanished");
    const running = booted();
    tell(running, EventKind.InstanceRunning, 0, 11);
    expect(() => tell(running, EventKind.InstanceRunning, 0, 12)).toThrow("runs twice");
    expect(() => tell(running, EventKind.LaunchRefused, 0, 12)).toThrow("too late");
  });
});
