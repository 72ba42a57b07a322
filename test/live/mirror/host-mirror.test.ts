// What is seen of instances, as events for the engine.

import { describe, expect, it } from "vitest";
import { orderHeard } from "../../../src/engine/heard-events.js";
import { poolFinder } from "../../../src/live/loop/pool-finder.js";
import { HostMirror } from "../../../src/live/mirror/host-mirror.js";
import type { Notice, SeenInstance } from "../../../src/live/observation.js";
import { EventKind } from "../../../src/model/event.js";
import { EndCause } from "../../../src/model/market.js";
import { HEALTH, ORIGIN_MS, recordingEngine, seenInstance } from "./support.js";

const NAMES = Object.fromEntries(Object.entries(EventKind).map(([name, kind]) => [kind, name]));
const at = (ms: number) => ORIGIN_MS + ms;
const NOBODY: ReadonlySet<number> = new Set();

function mirror() {
  const { engine } = recordingEngine();
  const it = new HostMirror(engine, poolFinder(engine.tables), HEALTH, ORIGIN_MS);
  let sinceMs = 0;
  const look = (seen: SeenInstance[], nowMs: number, notices: Notice[] = [], drainedByUs = NOBODY) => {
    const { heard, warnings } = it.look(seen, notices, drainedByUs, nowMs);
    const ordered = orderHeard(heard, sinceMs, nowMs);
    sinceMs = nowMs;
    for (const { kind, subject, timeMs, a, b } of ordered) engine.ingest(kind, timeMs, subject, a, b);
    return {
      told: ordered.map(({ kind, subject, timeMs, a }) => `${NAMES[kind]} ${subject} @${timeMs} ${a}`),
      warnings,
    };
  };
  return { it, look, engine };
}

const registered = (more: Partial<SeenInstance> = {}) =>
  seenInstance("i-1", {
    ...{ containerInstanceArn: "arn:ci/a", ecsStatus: "ACTIVE", registeredAtMs: at(130_000) },
    ...more,
  });
const notice = (kind: Notice["kind"], timeMs: number, instanceId = "i-1"): Notice => ({
  ...{ messageId: "m", kind, timeMs, instanceId, jobId: "", detail: "" },
});

describe("the mirror of instances", () => {
  it("takes what it finds by its tags, and what is somebody else's, once each", () => {
    const { it: hosts, look } = mirror();
    const foreign = registered({ instanceId: "i-2", ours: false, containerInstanceArn: "arn:ci/b", market: "spot" });
    expect(look([seenInstance("i-1", { ec2State: "pending" }), foreign], 150_000).told).toEqual([
      "InstanceFound 0 @150000 0",
      "ForeignFound 1 @150000 0",
      "InstanceRunning 1 @150000 0",
      "InstanceRegistered 1 @150000 0",
    ]);
    expect(hosts.instanceOf("arn:ci/b")).toBe(1);
    expect(hosts.fleet(NOBODY, 150_000)).toMatchObject([{ instance: 0, state: "requested", ours: true }]);
    expect(look([seenInstance("i-1", { ec2State: "pending" }), foreign], 165_000).told).toEqual([]);
    expect(look([registered(), foreign], 180_000).told).toEqual([
      "InstanceRunning 0 @165000 0", // registered at 130 s, which nobody knew at the last look
      "InstanceRegistered 0 @165000 0",
    ]);
  });

  it("names what was launched, and drops what was refused", () => {
    const { it: hosts, look, engine } = mirror();
    engine.ingest(EventKind.JobSubmitted, 0, 0, 0, Number.NaN);
    expect(engine.evaluate(0).length).toBeGreaterThan(0); // launches instance 0
    hosts.asked(0, 0, 0);
    expect(hosts.fleet(NOBODY, 0)).toMatchObject([{ instance: 0, state: "requested", instanceId: "" }]);
    hosts.answered({ instance: 0, granted: true, instanceId: "i-1", pool: 0 });
    expect(look([registered()], 135_000).told).toEqual([
      "InstanceRunning 0 @130000 0",
      "InstanceRegistered 0 @130000 0",
    ]);
    hosts.asked(1, 0, 135_000);
    hosts.answered({ instance: 1, granted: false });
    expect(hosts.fleet(NOBODY, 135_000)).toHaveLength(1);
  });

  it("tells who took an instance, and only once", () => {
    const { look } = mirror();
    look([registered()], 150_000);
    const reclaimed = registered({ ec2State: "shutting-down", stateReason: "Server.SpotInstanceTermination" });
    expect(look([reclaimed], 165_000).told).toEqual([`InstanceLost 0 @165000 ${EndCause.Reclaimed}`]);
    expect(look([reclaimed], 180_000).told).toEqual([]);
    const killed = registered({ instanceId: "i-9", containerInstanceArn: "arn:ci/z" });
    look([killed], 195_000);
    expect(
      look([{ ...killed, ec2State: "terminated", stateReason: "Client.UserInitiatedShutdown" }], 210_000).told,
    ).toEqual([`InstanceLost 1 @210000 ${EndCause.HostFailed}`]);
  });

  it("waits before it believes that an instance is missing: three looks, and five minutes", () => {
    const { look } = mirror();
    look([registered()], 150_000);
    expect(look([], 165_000).told).toEqual([]);
    expect(look([registered()], 180_000).told).toEqual([]); // there it is
    for (let ms = 195_000; ms < 495_000; ms += 15_000) expect(look([], ms).told).toEqual([]);
    expect(look([], 495_000).told).toEqual([`InstanceLost 0 @495000 ${EndCause.HostFailed}`]); // missing since 195 s
  });

  it("finds an instance anew that was given up and is back, and one that was stopped and started", () => {
    const { it: hosts, look } = mirror();
    look([registered()], 150_000);
    for (let ms = 165_000; ms <= 465_000; ms += 15_000) look([], ms); // lost at 465 s
    expect(look([registered()], 480_000).told).toEqual([
      "InstanceFound 1 @480000 0",
      "InstanceRunning 1 @480000 0",
      "InstanceRegistered 1 @480000 0",
    ]);
    expect(hosts.instanceOf("arn:ci/a")).toBe(1);
    look([registered({ ec2State: "stopped" })], 495_000);
    expect(look([registered({ ec2State: "stopped" })], 510_000).told).toEqual([]);
    expect(look([registered()], 525_000).told[0]).toBe("InstanceFound 2 @525000 0");
    // One that EC2 has terminated does not come back, whatever a late answer says.
    look([registered({ ec2State: "terminated" })], 540_000);
    expect(look([registered()], 555_000).told).toEqual([]);
    expect(hosts.fleet(NOBODY, 555_000)).toEqual([]);
  });

  it("tells that an instance takes no jobs whose agent is gone for ten minutes, and that it does again", () => {
    const { look } = mirror();
    look([registered()], 150_000);
    const away = registered({ agentConnected: false });
    expect(look([away], 165_000).told).toEqual([]);
    expect(look([away], 764_999).told).toEqual([]);
    expect(look([away], 765_000).told).toEqual(["InstanceDrained 0 @765000 1"]);
    expect(look([registered()], 780_000).told).toEqual(["InstanceDrained 0 @780000 0"]);
  });

  it("tells that an instance takes no jobs whose container instance is gone, and that it has to register anew in its time", () => {
    const { it: hosts, look } = mirror();
    look([registered()], 150_000);
    const alone = seenInstance("i-1");
    expect(look([alone], 165_000).told).toEqual([]); // lists of two services do not change at one instant
    expect(look([alone], 180_000).told).toEqual([]);
    expect(look([alone], 195_000).told).toEqual(["InstanceDrained 0 @195000 1"]);
    expect(hosts.overdue(195_000 + HEALTH.registrationTimeoutMs)).toEqual([]);
    expect(hosts.overdue(195_001 + HEALTH.registrationTimeoutMs)).toMatchObject([{ instanceId: "i-1" }]);
    expect(look([registered({ containerInstanceArn: "arn:ci/new" })], 210_000).told).toEqual([
      "InstanceDrained 0 @210000 0",
    ]);
    expect(hosts.instanceOf("arn:ci/new")).toBe(0);
  });

  it("hears notices about its own instances alone", () => {
    const { look } = mirror();
    look([registered()], 150_000);
    const theirs = notice("interruption", at(151_000), "i-404");
    expect(look([registered()], 153_000, [notice("interruption", at(151_700)), theirs]).told).toEqual([
      `InterruptionWarned 0 @153000 ${151_000 + 120_000}`, // EventBridge tells whole seconds
    ]);
    expect(look([registered()], 156_000, [notice("rebalance", at(155_000))]).told).toEqual([
      "RebalanceRecommended 0 @156000 0",
    ]);
  });

  it("tells of DRAINING that is not our own doing", () => {
    const { look } = mirror();
    look([registered()], 150_000);
    const draining = registered({ ecsStatus: "DRAINING" });
    expect(look([draining], 165_000, [], new Set([0])).told).toEqual([]);
    expect(look([draining], 180_000).told).toEqual(["InstanceDrained 0 @180000 1"]);
    expect(look([registered()], 195_000).told).toEqual(["InstanceDrained 0 @195000 0"]);
  });

  it("knows who is unhealthy, busy, or has not registered for too long", () => {
    const { it: hosts, look } = mirror();
    look([seenInstance("i-1"), registered({ instanceId: "i-2", runningTasks: 1, agentConnected: false })], 150_000);
    expect(hosts.fleet(NOBODY, 150_000)).toMatchObject([
      { state: "running", healthy: true, busy: false },
      { state: "registered", healthy: true, busy: true }, // agents come and go
    ]);
    look([seenInstance("i-1"), registered({ instanceId: "i-2", agentConnected: false })], 750_000);
    expect(hosts.fleet(NOBODY, 750_000)[1]).toMatchObject({ healthy: false });
    // Launched at 0 by a predecessor, seen at 150 s; allowed 900 s, however often a controller starts anew.
    expect(hosts.overdue(900_000)).toEqual([]);
    expect(hosts.overdue(900_001)).toMatchObject([{ instanceId: "i-1" }]);
  });

  it("says what it cannot place in any pool", () => {
    const { look } = mirror();
    const { told, warnings } = look([seenInstance("i-7", { instanceType: "x9.huge" })], 150_000);
    expect(told).toEqual([]);
    expect(warnings).toEqual(["i-7 (x9.huge in use1-az1) is ours by its tag, but of no pool of this scenario"]);
  });
});
