// kill -9 between any two AWS calls: whatever the controller was doing, another one takes over and brings the session to the same
// end. Here: at every request that changes something, before and after it. At all requests, half an hour: STOWAGE_TEST_KILL=all.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { bothAt, tryPoints } from "./points.js";
import { type Played, play } from "./session.js";

const IS_ALL = process.env.STOWAGE_TEST_KILL === "all";

describe.skipIf(motoMissing() !== null)("a controller that is killed", () => {
  let moto: Moto;
  let undisturbed: Played;
  beforeAll(async () => {
    moto = await startMoto();
    undisturbed = await play(moto, null);
  }, 60_000);
  afterAll(() => moto?.stop());

  it("plays a session with everything in it when it is not", () => {
    const { requests, launched, interrupted, end } = undisturbed;
    const operations = new Set(requests.filter(({ mutating }) => mutating).map(({ operation }) => operation));
    expect([...operations].sort()).toEqual([
      "CreateFleet",
      "CreateLaunchTemplate",
      "DeleteMessageBatch",
      "DeregisterContainerInstance",
      "TerminateInstances",
      "UpdateContainerInstancesState",
    ]);
    expect(launched).toBeGreaterThan(5);
    expect(interrupted).toBeGreaterThan(0);
    expect(end).toEqual({ statuses: Array(16).fill("SUCCEEDED"), oursAlive: 0, containerInstances: 0, pending: 0 });
  });

  it("before and after every change: another one takes over", async () => {
    const { requests } = undisturbed;
    const changes = requests.filter(({ mutating }) => mutating);
    const killedAt = IS_ALL ? requests : changes;
    const { points, failures } = await tryPoints(moto, undisturbed, bothAt(killedAt));
    process.stdout.write(`killed at ${points} points around ${killedAt.length} of ${requests.length} requests\n`);
    expect(failures).toEqual([]);
    expect(points).toBeGreaterThan(50);
  }, 3_600_000);
});
