// The import rules hold for the tree, and each of them fails on a file that breaks it: violating files are put into a copy
// of src, which the same command with the same configuration must reject for the reason named.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MODULES } from "../../.dependency-cruiser.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const copy = join(root, ".cache/import-violations");

/** Runs the checker over folders below `cwd`, as `npm run check:imports` does. */
function cruise(cwd: string, ...folders: string[]): { status: number | null; violations: string[] } {
  const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [program, "--config", ".dependency-cruiser.mjs", ...folders];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  return { status, violations: [...stdout.matchAll(/^ *error ([\w-]+: [^\s:]+)/gm)].map((match) => match[1]!) };
}

/** File in the copy, what it contains, and the rule that must reject it. */
const BROKEN: readonly (readonly [file: string, text: string, rule: string])[] = [
  ["src/base/uses-model.ts", 'import type { Shape } from "../model/job.js";\nexport type A = Shape;', "base-modules"],
  ["src/core/uses-sim.ts", 'export { simulate } from "../sim/simulate.js";', "core-modules"],
  ["src/core/loads-sim.ts", 'export const later = () => import("../sim/simulate.js");', "core-modules"],
  [
    "src/core/cheats.ts",
    'import type { Profiles } from "../model/profile.js";\nexport type Cheat = Profiles;',
    "no-hidden-truth",
  ],
  ["src/engine/uses-sim.ts", 'export { SimulatedWorld } from "../sim/world.js";', "engine-modules"],
  ["src/metrics/uses-engine.ts", 'export type { Engine } from "../engine/engine.js";', "metrics-modules"],
  ["src/sim/reads-files.ts", 'export { readFileSync } from "node:fs";', "sim-node"],
  ["src/sim/reads-files-bare.ts", 'export { readFileSync } from "fs";', "sim-node"],
  ["src/sim/fills-ledger.ts", 'export { Ledger } from "../ledger/ledger.js";', "sim-ledger-type-only"],
  ["src/report/uses-yargs.ts", 'export { default as yargs } from "yargs";', "report-packages"],
  ["src/scenario/reads-csv.ts", 'export { parse } from "csv-parse";', "scenario-packages"],
  ["src/run/uses-cli.ts", 'export * from "../cli/main.js";', "run-modules"],
  ["src/run/uses-dev.ts", 'export { default as check } from "fast-check";', "no-dev-dependencies"],
  ["src/run/uses-unlisted.ts", 'export { parse } from "acorn";', "no-unlisted-packages"],
  ["src/run/uses-test.ts", 'export { helper } from "../../test/helper.js";', "no-tests-in-product"],
  ["src/run/unresolved.ts", 'export { nothing } from "./nowhere.js";', "no-unresolved"],
  ["src/base/cycle-a.ts", 'export { b } from "./cycle-b.js";\nexport const a = 1;', "no-cycles"],
  ["src/base/orphan.ts", "export const alone = 1;", "no-orphans"],
  ["src/novel/module.ts", 'export { assert } from "../base/assert.js";', "no-unknown-modules"],
];

it("the tree keeps its import rules", () => {
  expect(cruise(root, "src", "test", "tools")).toEqual({ status: 0, violations: [] });
});

describe("a file that breaks a rule is rejected", () => {
  let found: ReturnType<typeof cruise>;
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  };

  beforeAll(() => {
    rmSync(copy, { recursive: true, force: true });
    cpSync(join(root, "src"), join(copy, "src"), { recursive: true });
    for (const file of [".dependency-cruiser.mjs", "tsconfig.json", "package.json"])
      cpSync(join(root, file), join(copy, file));
    write("test/helper.ts", "export const helper = 1;\n");
    write("src/base/cycle-b.ts", 'export { a } from "./cycle-a.js";\nexport const b = 2;\n');
    for (const [file, text] of BROKEN) write(file, `${text}\n`);
    found = cruise(copy, "src", "test");
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(BROKEN)("%s", (file, _, rule) => {
    expect(found.violations).toContain(`${rule}: ${file}`);
  });

  it("so the command fails", () => {
    expect(found.status).toBeGreaterThan(0);
  });
});

describe("ARCHITECTURE.md", () => {
  const rows = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").matchAll(
    /^\| `([a-z]+)\/` \| [^|]+ \| ([^|]+) \|$/gm,
  );
  const documented = new Map([...rows].map(([, name, imports]) => [name, imports]));

  it("has a row for every module, in the same order", () => {
    expect([...documented.keys()]).toEqual(Object.keys(MODULES));
  });

  it.each(Object.entries(MODULES))("names the imports of %s", (name, { may, packages }) => {
    const names = [...may, ...packages.map((pattern) => `\`${pattern.replace("[^/]*", "*")}\``)];
    expect(documented.get(name)).toBe(names.join(", ") || "nothing");
  });
});
