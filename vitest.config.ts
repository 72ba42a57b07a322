import { defineConfig } from "vitest/config";
import { findChromium } from "./tools/find-chromium.mjs";

const chromium = findChromium();

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // Tests start processes of their own (the command, other Node lines, a browser): two at a time fill a small machine.
    pool: "forks",
    maxWorkers: 2,
    env: chromium === undefined ? {} : { CHROMIUM_PATH: chromium },
    // .ci/run reads the totals.
    reporters: process.env.CI === undefined ? ["default"] : ["default", ["json", { outputFile: ".cache/vitest.json" }]],
  },
});
