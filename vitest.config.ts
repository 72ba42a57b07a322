import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { HeavyFirst } from "./test/support/heavy-first.js";
import { findChromium } from "./tools/find-chromium.mjs";

const chromium = findChromium();

/** Those that put something else in the place of a module, which nobody else may load then. */
const MOCKING = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((name) => join("test", name))
  .filter((name) => name.endsWith(".test.ts") && readFileSync(name, "utf8").includes("vi.mock("));

export default defineConfig({
  test: {
    // To load modules for each file anew would take as long as a tenth of all tests.
    projects: [
      { extends: true, test: { name: "shared", include: ["test/**/*.test.ts"], exclude: MOCKING, isolate: false } },
      { extends: true, test: { name: "mocking", include: MOCKING, isolate: true } },
    ],
    testTimeout: 60_000,
    // The dependency graph of the whole tree, a browser, an emulator: on a busy machine each takes its time.
    hookTimeout: 60_000,
    // Tests start processes of their own (the command, other Node lines, a browser, an AWS emulator): two at a time would fill a
    // small machine, if those of live mode did not wait for them, and for seconds to pass, half of their time.
    pool: "forks",
    maxWorkers: 3,
    globalSetup: "test/support/temporary-folder.ts",
    sequence: { sequencer: HeavyFirst },
    env: chromium === undefined ? {} : { CHROMIUM_PATH: chromium },
    // .ci/run reads the totals.
    reporters: process.env.CI === undefined ? ["default"] : ["default", ["json", { outputFile: ".cache/vitest.json" }]],
  },
});
