// kill -9 between any two AWS calls: whatever the controller was doing, another one takes over and brings the session to the same
// end. All requests, before and after their work, with STOWAGE_TEST_KILL=all (some minutes).

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { BOTH, requestsOfChanges, tryPoints } from "./points.js";
import { type KillPoint, type Played, play } from "./session.js";

const IS_ALL = process.env.STOWAGE_TEST_KILL === "all";

describe.skipIf(motoMissing() !== null)("a controller that is killed", () => {
  let moto: Moto;
  let undisturbed: Played;
  beforeAll(async () => {
    moto = await startMoto();
    undisturbed = await play(moto, null);
  });
  afterAll(() => moto?.stop());

  it(
    "at every request: another one takes over",
    async () => {
      const { requests } = undisturbed;
      const points: KillPoint[] = IS_ALL
        ? requests.flatMap(({ index }) => BOTH.map((when) => ({ index, when })))
        : requests.filter(({ mutating }) => mutating).flatMap(({ index }) => BOTH.map((when) => ({ index, when })));
      const { points: count, failures } = await tryPoints(moto, undisturbed, points);
      console.log(`killed at ${count} points of ${requests.length} requests`);
      expect(failures).toEqual([]);
      expect(requestsOfChanges(undisturbed).length).toBeGreaterThan(100);
    },
    3_600_000,
  );
});
