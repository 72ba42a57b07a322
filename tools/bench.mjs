// @ts-check
// Runs benchmarks, one process each, with the garbage collector within reach (--expose-gc).
// Usage: npm run bench [-- [NAME…] [OPTIONS OF THE BENCHMARK…]]; NAME is a file test/bench/NAME.bench.ts, default all.
// A benchmark is a module that measures when it is imported and prints ratios (to a yardstick measured in the same process)
// and the hash of what it computed. Everything from the first option on is passed on to it.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTypescript } from "./run-typescript.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = "test/bench";
const suffix = ".bench.ts";

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith("-"));
const wanted = firstOption === -1 ? args : args.slice(0, firstOption);
const options = args.slice(wanted.length);

const known = readdirSync(join(root, folder))
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .sort();
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(", ")}; there is ${known.join(", ")}\n`);
  process.exit(2);
}

for (const name of wanted.length > 0 ? wanted : known) {
  process.stdout.write(`\n${name}\n`);
  const code = await runTypescript(`${folder}/${name}${suffix}`, options, { cwd: root, nodeArgs: ["--expose-gc"] });
  if (code !== 0) {
    process.stderr.write(`benchmark ${name} failed with exit code ${code}\n`);
    process.exitCode = 1;
  }
}
