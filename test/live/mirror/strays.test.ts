// Instances of ours that the scenario has no pool for: nobody thinks about them, and they go when they idle.

import { expect, it } from "vitest";
import { overdueEnds } from "../../../src/live/loop/end-commands.js";
import { poolFinder } from "../../../src/live/loop/pool-finder.js";
import { heardOf, undone } from "../../../src/live/loop/results.js";
import { HostMirror } from "../../../src/live/mirror/host-mirror.js";
import { RefusalReason } from "../../../src/model/market.js";
import { HEALTH, ORIGIN_MS, recordingEngine, seenInstance } from "./support.js";

const NOBODY: ReadonlySet<number> = new Set();
const TICK_MS = 15_000;

function mirror() {
  const { engine } = recordingEngine();
  return new HostMirror(engine, poolFinder(engine.tables), HEALTH, ORIGIN_MS);
}

const ofNoPool = { instanceType: "x9.huge" };
const registered = { ...ofNoPool, containerInstanceArn: "arn:ci/x", ecsStatus: "ACTIVE" as const };

it("is ended when it has idled for six looks, without the engine hearing of it", () => {
  const hosts = mirror();
  const looks = (tasks: number, from: number, count: number) => {
    for (let at = from; at < from + count; at++) {
      const seen = seenInstance("i-x", { ...registered, runningTasks: tasks });
      expect(hosts.look([seen], [], NOBODY, at * TICK_MS).heard).toEqual([]);
    }
  };
  looks(0, 0, 5);
  looks(1, 5, 1); // a job has come
  looks(0, 6, 5);
  expect(overdueEnds(hosts, NOBODY, 10 * TICK_MS)).toEqual([]);
  looks(0, 11, 1);
  const [command, ...others] = overdueEnds(hosts, NOBODY, 11 * TICK_MS);
  expect(others).toEqual([]);
  expect(command).toMatchObject({ kind: "end", instanceId: "i-x", containerInstanceArn: "arn:ci/x" });
  expect(command!.instance).toBeLessThan(0);
  expect(hosts.strayFleet(11 * TICK_MS)).toMatchObject([
    {
      instance: command!.instance,
      instanceId: "i-x",
      ours: true,
      state: "registered",
      busy: false,
      ageMs: 11 * TICK_MS,
    },
  ]);
  expect(hosts.fleet(NOBODY, 0)).toEqual([]);
  // Whatever becomes of it is no news for the engine.
  const { instance } = command!;
  expect(
    heardOf([
      { kind: "terminated", instance },
      { kind: "kept", instance, why: "" },
    ]),
  ).toEqual([]);
  expect(undone(command!, RefusalReason.Capped)).toEqual([]);
  expect(overdueEnds(hosts, new Set([instance]), 11 * TICK_MS)).toEqual([]);
  hosts.ended(instance);
  hosts.look([], [], NOBODY, 12 * TICK_MS);
  expect(hosts.strayFleet(12 * TICK_MS)).toEqual([]);
});

it("is ended when it has not registered in the time that any instance has", () => {
  const hosts = mirror();
  const seen = seenInstance("i-x", ofNoPool);
  hosts.look([seen], [], NOBODY, 0);
  hosts.look([seen], [], NOBODY, HEALTH.registrationTimeoutMs);
  expect(overdueEnds(hosts, NOBODY, HEALTH.registrationTimeoutMs)).toEqual([]);
  expect(overdueEnds(hosts, NOBODY, HEALTH.registrationTimeoutMs + 1)).toMatchObject([{ instanceId: "i-x" }]);
});

it("of somebody else is left alone", () => {
  const hosts = mirror();
  for (let at = 0; at < 20; at++) {
    hosts.look([seenInstance("i-x", { ...registered, ours: false })], [], NOBODY, at * TICK_MS);
  }
  expect(overdueEnds(hosts, NOBODY, 20 * TICK_MS)).toEqual([]);
});
