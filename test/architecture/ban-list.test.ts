// The ban list: the tree is clean, each rule finds what it is there for, and none trips over harmless text.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { RULES, violations } from "../../tools/ban-list.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, "tools/ban-list.mjs"), ...args], { encoding: "utf8" });
const found = (path: string, text: string) => violations(path, text).map(({ rule }) => rule.name);

/** Where, what, and the one rule that must object. */
const BROKEN = [
  ["src/core/decide.ts", "const t = Date.now();", "no-clock"],
  ["src/core/decide.ts", 'const t = Date["now"]();', "no-clock"],
  ["src/report/html.ts", "const t = new Date();", "no-clock"],
  ["src/report/html.ts", "const t = new Date;", "no-clock"],
  ["src/sim/world.ts", "const t = Date();", "no-clock"],
  ["src/sim/world.ts", "const t = performance.now();", "no-clock"],
  ["src/trace/csv.ts", "const t = globalThis.Date.now();", "no-clock"],
  ["src/core/decide.ts", "const x = Math.random();", "no-chance"],
  ["src/trace/synthetic.ts", "const x = Math.random();", "no-chance"],
  ["src/model/job.ts", "const id = crypto.randomUUID();", "no-chance"],
  ["src/engine/engine.ts", "setTimeout(() => 0, 5);", "no-timers"],
  ["src/engine/engine.ts", "globalThis.setInterval(() => 0, 5);", "no-timers"],
  ["src/ledger/ledger.ts", 'console.log("x");', "no-console"],
  ["src/report/runtime/draw-charts.js", 'console.log("x");', "no-console"],
  ["src/base/assert.ts", "const verbose = process.env.VERBOSE;", "no-process"],
  ["src/base/hash.ts", 'const bytes = Buffer.from("x");', "no-process"],
  ["src/sim/world.ts", 'import { readFileSync } from "node:fs";', "no-node"],
  ["src/sim/world.ts", 'export * from "node:fs";', "no-node"],
  ["src/sim/world.ts", 'const fs = import("node:fs");', "no-node"],
  ["src/metrics/waits.ts", "const x = Math.log(2);", "same-bits"],
  ["src/metrics/waits.ts", 'const x = Math["exp"](2);', "same-bits"],
  ["src/metrics/waits.ts", "const f = Math[name];", "same-bits"],
  ["src/metrics/waits.ts", "const { log } = Math;", "same-bits"],
  ["src/metrics/waits.ts", "const x = globalThis.Math.sin(2);", "same-bits"],
  ["src/base/random.ts", "const x = y ** 0.5;", "same-bits"],
  ["src/base/random.ts", "const x = 10 ** 3;", "same-bits"],
  ["src/base/random.ts", "x **= 2;", "same-bits"],
  ["src/trace/synthetic.ts", "const x = Math.cos(1);", "same-bits"],
] as const;

/** Where, and what nobody must object to. */
const HARMLESS = [
  ["src/core/decide.ts", "// Math.random() and Date.now() in prose, console.log too"],
  ["src/core/decide.ts", 'const text = "Date.now() ** Math.log(2) node:fs setTimeout"; const t = `console.log`;'],
  ["src/core/decide.ts", "const x = Math.sqrt(Math.abs(-4)) + Math.max(1, 2) + Math.PI + 2 ** 28;"],
  ["src/report/format.ts", "const day = new Date(timeMs).getUTCDay(); const x = Math.log10(5);"],
  ["src/report/runtime/draw-charts.js", "setTimeout(draw, 100);"],
  ["src/sim/world.ts", "interface Options { process: number; performance: string }"],
  ["src/sim/world.ts", "const x = options.process + options.console.length + this.performance;"],
  ["src/trace/csv.ts", 'import { createReadStream } from "node:fs"; const x = Math.log(2);'],
  ["src/cli/main.ts", "console.log(Date.now(), Math.random(), process.argv);"],
] as const;

it("the tree keeps the ban list", () => {
  const { status, stdout } = run();
  expect(stdout).toMatch(/^ban list: \d+ files, 0 violations\n$/);
  expect(status).toBe(0);
});

it.each(BROKEN)("%s: %s", (path, text, rule) => {
  expect(found(path, text)).toEqual([rule]);
});

it("every rule has an example above", () => {
  expect(new Set(BROKEN.map(([, , rule]) => rule))).toEqual(new Set(RULES.map(({ name }) => name)));
});

it.each(HARMLESS)("harmless in %s: %s", (path, text) => {
  expect(found(path, text)).toEqual([]);
});

it("the command fails, and says where and why", () => {
  const copy = join(root, ".cache/ban-violation");
  mkdirSync(join(copy, "src/core/queue"), { recursive: true });
  writeFileSync(join(copy, "src/core/queue/lottery.ts"), "export const draw = () =>\n  Math.random();\n");
  const { status, stdout } = run(copy);
  rmSync(copy, { recursive: true });
  expect(stdout).toContain("src/core/queue/lottery.ts:2:3 no-chance: every random number comes from a named stream");
  expect(status).toBe(1);
});
