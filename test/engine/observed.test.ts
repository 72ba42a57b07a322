// The engine where AWS Batch places: it is told of placements, foresees those to come, and lives with ends that take their time.

import { describe, expect, it } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import { orderHeard } from "../../src/engine/heard-events.js";
import { type ActionBuffer, ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import { EndCause } from "../../src/model/market.js";
import { NONE } from "../../src/model/tables.js";
import { instanceType, job, jobs, pool, s, shape, simulationInput } from "../builders.js";
import { attemptsOf, decisionsOf, instancesOf } from "../ledger/read-ledger.js";

const { NaN: UNKNOWN } = Number;

/** One type of four vCPUs and 16 GiB; jobs of two vCPUs and 4 GiB: two to an instance. Idle delay 60 s. */
function engine(): Engine {
  const rows = jobs(8, job(0, s(10), shape(2, 4)));
  const { tables } = simulationInput({ types: [instanceType("m", 4, 16)], pools: [pool(0, 1)], jobs: rows });
  return new Engine({ ...tables, placedBy: "batch" }, 8);
}

const submit = (it: Engine, number: number, atMs: number) =>
  it.ingest(EventKind.JobSubmitted, atMs, number, 0, UNKNOWN);
const place = (it: Engine, number: number, instance: number, atMs: number) =>
  it.ingest(EventKind.JobPlaced, atMs, number, instance, 0);
const end = (it: Engine, number: number, atMs: number) => it.ingest(EventKind.JobEnded, atMs, number, atMs - 1, 0);
const tell = (it: Engine, kind: EventKind, subject: number, atMs: number, a = 0, b = 0) =>
  it.ingest(kind, atMs, subject, a, b);

function words(actions: ActionBuffer): string[] {
  return Array.from({ length: actions.length }, (_, i) => {
    const subject = actions.subject[i]!;
    switch (actions.kind[i]) {
      case ActionKind.Launch:
        return `launch ${subject}`;
      case ActionKind.Terminate:
        return `terminate ${subject}`;
      case ActionKind.Drain:
        return `${actions.a[i] === 1 ? "drain" : "undrain"} ${subject}`;
      case ActionKind.WakeAt:
        return `wake at ${actions.timeMs[i]! / 1000} s`;
      default:
        return "places";
    }
  });
}

/** An engine with instance 0 registered at 2 s, for one job that Batch has not placed yet. */
function withInstance(): Engine {
  const it = engine();
  submit(it, 0, 0);
  expect(words(it.evaluate(0))).toEqual(["launch 0"]);
  tell(it, EventKind.InstanceRunning, 0, s(1));
  tell(it, EventKind.InstanceRegistered, 0, s(2));
  return it;
}

describe("where AWS Batch places", () => {
  it("nothing is placed, and nothing bought for what has room", () => {
    const it = withInstance();
    submit(it, 1, s(2));
    expect(words(it.evaluate(s(2)))).toEqual(["wake at 62 s"]); // both will go to instance 0
    expect([it.waitingJobs, it.placedJobs]).toEqual([2, 0]);
  });

  it("room is kept for jobs that wait for Batch's next cycle, however long the instance has been empty", () => {
    const it = withInstance();
    it.evaluate(s(2));
    expect(words(it.evaluate(s(62)))).toEqual(["wake at 122 s"]);
    place(it, 0, 0, s(63));
    expect([it.waitingJobs, it.placedJobs]).toEqual([0, 1]);
  });

  it("placements are adopted where they really were", () => {
    const it = engine();
    for (let number = 0; number < 4; number++) submit(it, number, 0);
    expect(words(it.evaluate(0))).toEqual(["launch 0", "launch 1"]);
    for (const instance of [0, 1]) tell(it, EventKind.InstanceRunning, instance, s(1));
    for (const instance of [0, 1]) tell(it, EventKind.InstanceRegistered, instance, s(2));
    // One each: two halves are left, enough for the two that still wait.
    place(it, 2, 0, s(3));
    place(it, 0, 1, s(3));
    expect(words(it.evaluate(s(3)))).toEqual([]);
    expect(attemptsOf(it.ledger)).toMatchObject([
      { job: 2, instance: 0, placedMs: s(3) },
      { job: 0, instance: 1, placedMs: s(3) },
    ]);
  });

  it("a job on an instance that is not known is placed all the same, and is bought for no more", () => {
    const it = engine();
    submit(it, 0, 0);
    place(it, 0, NONE, s(1));
    expect([it.waitingJobs, it.placedJobs]).toEqual([0, 1]);
    expect(words(it.evaluate(s(1)))).toEqual([]);
    end(it, 0, s(5));
    expect(it.placedJobs).toBe(0);
    expect(attemptsOf(it.ledger)).toMatchObject([{ job: 0, instance: NONE, endedMs: s(5) }]);
  });

  it("a third job on an instance that holds two, as far as we know, makes it busy and takes nothing", () => {
    const it = withInstance();
    for (const number of [1, 2]) submit(it, number, s(2));
    for (const number of [0, 1, 2]) place(it, number, 0, s(3));
    expect(it.placedJobs).toBe(3);
    for (const number of [0, 1]) end(it, number, s(4));
    expect(words(it.evaluate(s(4)))).toEqual([]); // not empty
    end(it, 2, s(5));
    expect(words(it.evaluate(s(5)))).toEqual(["wake at 65 s"]);
  });

  it("an instance's life ends when its end is done, not when it is decided", () => {
    const it = withInstance();
    place(it, 0, 0, s(3));
    end(it, 0, s(10));
    it.evaluate(s(10));
    expect(words(it.evaluate(s(70)))).toEqual(["terminate 0"]);
    expect(instancesOf(it.ledger)[0]!.endedMs).toBeNaN();
    tell(it, EventKind.InstanceTerminated, 0, s(85));
    expect(instancesOf(it.ledger)[0]!.endedMs).toBe(s(85));
  });

  it("a job that slips in keeps the instance", () => {
    const it = withInstance();
    place(it, 0, 0, s(3));
    end(it, 0, s(10));
    it.evaluate(s(10));
    expect(words(it.evaluate(s(70)))).toEqual(["terminate 0"]);
    submit(it, 1, s(71));
    place(it, 1, 0, s(72));
    tell(it, EventKind.InstanceKept, 0, s(85));
    expect(words(it.evaluate(s(85)))).toEqual([]);
    submit(it, 2, s(86));
    expect(words(it.evaluate(s(86)))).toEqual([]); // its other half is free
    expect(instancesOf(it.ledger)[0]!.endDecision).toBe(NONE);
  });

  it("what is about to end serves jobs that come meanwhile, before anything is bought", () => {
    const it = withInstance();
    place(it, 0, 0, s(3));
    end(it, 0, s(10));
    it.evaluate(s(10));
    expect(words(it.evaluate(s(70)))).toEqual(["terminate 0"]);
    submit(it, 1, s(71));
    expect(words(it.evaluate(s(71)))).toEqual(["undrain 0", "wake at 131 s"]);
    expect(decisionsOf(it.ledger).at(-1)).toMatchObject({ kind: "drain", reason: "wanted-again", instance: 0 });
    // Too late after all: it is gone, and another is bought.
    tell(it, EventKind.InstanceTerminated, 0, s(72));
    expect(words(it.evaluate(s(72)))).toEqual(["launch 1"]);
  });

  it("takes up instances that it finds, and never ends a foreign one", () => {
    const it = engine();
    tell(it, EventKind.InstanceFound, 0, 0, 0, 0);
    tell(it, EventKind.ForeignFound, 1, 0, 0, 0);
    for (const instance of [0, 1]) {
      tell(it, EventKind.InstanceRunning, instance, 0);
      tell(it, EventKind.InstanceRegistered, instance, 0);
    }
    for (let number = 0; number < 4; number++) submit(it, number, 0);
    expect(words(it.evaluate(0))).toEqual(["wake at 60 s"]); // both hold two
    for (let number = 0; number < 4; number++) place(it, number, number % 2, s(1));
    for (let number = 0; number < 4; number++) end(it, number, s(2));
    it.evaluate(s(2));
    expect(words(it.evaluate(s(62)))).toEqual(["terminate 0"]);
    expect(words(it.evaluate(s(600)))).toEqual([]);
    expect(() => tell(it, EventKind.InstanceFound, 7, s(600), 0, 0)).toThrow("another number");
  });

  it("places nothing on what somebody else drains", () => {
    const it = withInstance();
    place(it, 0, 0, s(3));
    tell(it, EventKind.InstanceDrained, 0, s(3), 1);
    submit(it, 1, s(4));
    expect(words(it.evaluate(s(4)))).toEqual(["launch 1"]); // the free half of instance 0 is not to be had
    tell(it, EventKind.InstanceDrained, 0, s(5), 0);
    submit(it, 2, s(5));
    expect(words(it.evaluate(s(5)))).toEqual([]); // one goes there, the other to what is on its way
    tell(it, EventKind.InstanceDrained, 0, s(6), 1);
    end(it, 0, s(7));
    expect(words(it.evaluate(s(7)))).toContain("terminate 0"); // nobody wants it, and it is empty
  });

  it("outlives an instance that goes with its jobs, in whatever order it is told", () => {
    const it = withInstance();
    place(it, 0, 0, s(3));
    tell(it, EventKind.InstanceLost, 0, s(20), EndCause.HostFailed);
    expect(it.placedJobs).toBe(1);
    end(it, 0, s(30));
    it.ingest(EventKind.JobRetried, s(30), 0, 0, UNKNOWN);
    expect(words(it.evaluate(s(30)))).toEqual(["launch 1"]);
  });
});

describe("what is heard at one look", () => {
  const heard = (kind: EventKind, timeMs: number, subject: number, attempt = 0, order = subject) => ({
    ...{ kind, timeMs, subject, a: 0, b: 0, attempt, order },
  });

  it("is told by time, causes before effects; what has no time is now, what is too old is since the last look", () => {
    const events = [
      heard(EventKind.JobEnded, 40, 1),
      heard(EventKind.JobPlaced, UNKNOWN, 2),
      heard(EventKind.JobSubmitted, 3, 2), // before the last look: at 10
      heard(EventKind.JobPlaced, 20, 1),
      heard(EventKind.InstanceRegistered, 20, 0),
      heard(EventKind.InstanceRunning, 20, 0),
      heard(EventKind.JobRetried, 40, 1),
      heard(EventKind.JobPlaced, 40, 1, 1), // its second attempt begins as its first ends
      heard(EventKind.JobSubmitted, 70, 3), // AWS's clock is ahead: now
    ];
    expect(orderHeard(events, 10, 50).map(({ kind, subject, timeMs }) => [kind, subject, timeMs])).toEqual([
      [EventKind.JobSubmitted, 2, 10],
      [EventKind.InstanceRunning, 0, 20],
      [EventKind.InstanceRegistered, 0, 20],
      [EventKind.JobPlaced, 1, 20],
      [EventKind.JobEnded, 1, 40],
      [EventKind.JobRetried, 1, 40],
      [EventKind.JobPlaced, 1, 40],
      [EventKind.JobSubmitted, 3, 50],
      [EventKind.JobPlaced, 2, 50],
    ]);
  });

  it("begins on an instance that was just found when that was found, whenever AWS says that it began", () => {
    const events = [
      { ...heard(EventKind.JobEnded, 20, 7), a: 5 }, // on another instance, before
      { ...heard(EventKind.JobRetried, 20, 7) },
      { ...heard(EventKind.JobPlaced, 25, 7, 1), a: 4 },
      { ...heard(EventKind.JobEnded, 30, 7, 1) },
      { ...heard(EventKind.JobRetried, 30, 7, 1) },
      { ...heard(EventKind.JobPlaced, 40, 7, 2), a: 0 },
      { ...heard(EventKind.JobSubmitted, 35, 8) },
      { ...heard(EventKind.JobPlaced, 38, 8), a: 4 },
      heard(EventKind.InstanceFound, UNKNOWN, 4),
      heard(EventKind.InstanceRunning, UNKNOWN, 4),
      heard(EventKind.InstanceRegistered, UNKNOWN, 4),
    ];
    expect(orderHeard(events, 10, 50).map(({ kind, subject, timeMs }) => [kind, subject, timeMs])).toEqual([
      [EventKind.JobEnded, 7, 20],
      [EventKind.JobRetried, 7, 20],
      [EventKind.JobSubmitted, 8, 35],
      [EventKind.InstanceFound, 4, 50],
      [EventKind.InstanceRunning, 4, 50],
      [EventKind.InstanceRegistered, 4, 50],
      [EventKind.JobPlaced, 8, 50],
      [EventKind.JobPlaced, 7, 50],
      [EventKind.JobEnded, 7, 50],
      [EventKind.JobRetried, 7, 50],
      [EventKind.JobPlaced, 7, 50],
    ]);
  });

  it("is told the same in whatever order it was heard", () => {
    const events = [5, 3, 9, 1].map((order) => heard(EventKind.JobEnded, 20, order));
    const told = orderHeard(events, 0, 30).map(({ subject }) => subject);
    expect(told).toEqual([1, 3, 5, 9]);
    expect(orderHeard([...events].reverse(), 0, 30).map(({ subject }) => subject)).toEqual(told);
  });
});
