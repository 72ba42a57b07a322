import { defineConfig } from "vitest/config";
import { HeavyFirst } from "./test/support/heavy-first.js";
import { findChromium } from "./tools/find-chromium.mjs";

const chromium = findChromium();

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // The dependency graph of the whole tree, a browser, an emulator: on a busy machine each takes its time.
    hookTimeout: 60_000,
    // Tests start processes of their own (the command, other Node lines, a browser, an AWS emulator): two at a time would fill a
    // small machine, if those of live mode did not wait for them, and for seconds to pass, half of their time.
    pool: "forks",
    maxWorkers: 3,
    sequence: { sequencer: HeavyFirst },
    env: chromium === undefined ? {} : { CHROMIUM_PATH: chromium },
    // .ci/run reads the totals.
    reporters: process.env.CI === undefined ? ["default"] : ["default", ["json", { outputFile: ".cache/vitest.json" }]],
  },
});
