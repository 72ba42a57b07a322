// Scenarios as tables: one World each, one moto per file.

import { afterAll, beforeAll, describe, it } from "vitest";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { Play, type PlayOptions } from "./play.js";

/** What is played, and what is expected of it beside the invariants. */
export type Scenario = readonly [name: string, options: PlayOptions, story: (play: Play) => Promise<void>];

/** A busy machine is slow; an undisturbed one takes two seconds for most of them. */
const SLOW_MS = 120_000;

export function playAll(title: string, scenarios: readonly Scenario[]): void {
  describe.skipIf(motoMissing() !== null)(title, () => {
    let moto: Moto;
    beforeAll(async () => {
      moto = await startMoto();
    }, SLOW_MS);
    afterAll(() => moto?.stop());

    it.each(scenarios)(
      "%s",
      async (_, options, story) => {
        const play = await Play.start(moto, options);
        try {
          await story(play);
        } finally {
          await play.world.close();
        }
      },
      SLOW_MS,
    );
  });
}
