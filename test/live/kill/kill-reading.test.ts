// kill -9 at requests by which the controller reads, in the ticks in which it also changes something: what it had read is gone, and
// what it had done before is not. At each of them; in CI, which has little time, at some.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { readsOfChanges, tryPoints } from "./points.js";
import { type Played, play } from "./session.js";

const ONE_OF = process.env.CI === undefined ? 1 : 4;

describe.skipIf(motoMissing() !== null)("a controller that is killed while it reads", () => {
  let moto: Moto;
  let undisturbed: Played;
  beforeAll(async () => {
    moto = await startMoto();
    undisturbed = await play(moto, null);
  }, 60_000);
  afterAll(() => moto?.stop());

  it("in a tick that changes something: another one takes over", async () => {
    const reads = readsOfChanges(undisturbed).filter((_, at) => at % ONE_OF === 0);
    const { points, failures } = await tryPoints(
      moto,
      undisturbed,
      reads.map(({ index }) => ({ index, when: "before" })),
    );
    process.stdout.write(`killed at ${points} points of ${undisturbed.requests.length} requests\n`);
    expect(failures).toEqual([]);
    expect(points).toBeGreaterThan(30 / ONE_OF);
  }, 3_600_000);
});
