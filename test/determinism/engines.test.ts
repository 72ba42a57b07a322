// The same replay gives the same bytes on every Node line and in a browser. What is bundled has no part of Node in it, so
// this also shows that everything from the generator to the result runs in a browser unchanged.

import type { Plugin } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadReplay } from "../../src/run/load-replay.js";
import { generatorHashes, type ReplayFiles, type ReplayInput, replayFiles, samplerBits } from "./engine-entry.js";
import { bundleForBrowser, CHROMIUM, closeBrowser, ENGINES, skips } from "./engines.js";
import { filesOf, SCENARIOS, sha256 } from "./scenarios.js";

const ENTRY = "test/determinism/engine-entry.ts";
const bitsOf = "engine.samplerBits()";

afterAll(closeBrowser);

describe("result.json and jobs.csv are the same bytes", () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundleForBrowser(ENTRY);
  });

  describe.each(SCENARIOS)("of $name", ({ file }) => {
    let input: ReplayInput;
    let inputJson: string;
    let expected: ReplayFiles;
    beforeAll(async () => {
      const loaded = await loadReplay(file);
      input = { resolved: loaded.resolved, header: loaded.header };
      inputJson = JSON.stringify(input);
      expected = filesOf(loaded);
    }, 60_000);

    it("and JSON keeps all of a resolved scenario", () => {
      expect(JSON.parse(inputJson)).toEqual(input);
    });

    for (const engine of ENGINES) {
      it.skipIf(skips(engine))(`in ${engine.name}`, async () => {
        const reply = await engine.evaluate(bundle, `engine.replayFiles(${JSON.stringify(inputJson)})`);
        const files: ReplayFiles = JSON.parse(reply);
        expect(sha256(files.resultJson)).toBe(sha256(expected.resultJson));
        expect(sha256(files.jobsCsv)).toBe(sha256(expected.jobsCsv));
      });
    }

    it("but other bytes with another seed of the world", () => {
      const { resolved, header } = input;
      const scenario = { ...resolved.scenario, seed: resolved.scenario.seed + 1 };
      const files: ReplayFiles = JSON.parse(
        replayFiles(JSON.stringify({ resolved: { ...resolved, scenario }, header })),
      );
      expect(sha256(files.resultJson)).not.toBe(sha256(expected.resultJson));
      expect(sha256(files.jobsCsv)).not.toBe(sha256(expected.jobsCsv));
    });
  });

  it("and a part of Node in the bundle would be noticed", async () => {
    await expect(bundleForBrowser("src/run/load-replay.ts")).rejects.toThrow('Could not resolve "node:fs"');
  });
});

// Durations are rounded to whole milliseconds, which hides a wrong last bit nearly always: the results above come out the
// same even with Math.log. So the samplers are compared bit by bit.
describe("random numbers are the same bits", () => {
  let bundle: string;
  let builtIn: string;
  beforeAll(async () => {
    bundle = await bundleForBrowser(ENTRY);
    builtIn = await bundleForBrowser(ENTRY, { plugins: [builtInMath] });
  });

  for (const engine of ENGINES) {
    it.skipIf(skips(engine))(`in ${engine.name}`, async () => {
      expect(await engine.evaluate(bundle, bitsOf)).toBe(samplerBits());
    });
    it.skipIf(skips(engine))(`and generated traces, in ${engine.name}`, async () => {
      expect(await engine.evaluate(bundle, "engine.generatorHashes()")).toBe(generatorHashes());
    });
  }

  // Should this fail one day, the engines have come to agree, and base/exact-math.ts may be given up.
  it.skipIf(skips(CHROMIUM))(`which they are not with Math.log and Math.exp, in ${CHROMIUM.name}`, async () => {
    const inNode = await ENGINES[0]!.evaluate(builtIn, bitsOf);
    expect(await CHROMIUM.evaluate(builtIn, bitsOf)).not.toBe(inNode);
  });
});

/** Gives a bundle the engine's own logarithm and exponential instead of the product's. */
const builtInMath: Plugin = {
  name: "built-in-math",
  setup: ({ onLoad }) => {
    onLoad({ filter: /exact-math\.ts$/ }, () => ({
      contents: "export const ln = Math.log; export const exp = Math.exp;",
    }));
  },
};
