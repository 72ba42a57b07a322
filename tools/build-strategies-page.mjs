// @ts-check
// Writes the tables of docs/strategies.md: every scenario of test/strategies on ten seeds, by the built command line, each
// table between its markers. What stands outside the markers is written by hand.
// Usage: npm run strategies [-- NAME…]; needs the traces of ../shared.

import { execFile } from "node:child_process";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const page = join(root, "docs/strategies.md");
const folder = "test/strategies";
const SEEDS = 10;
/** Four times the jobs take four times as long: fewer seeds. */
const SEEDS_OF = new Map([["saturated", 3]]);
/** A comparison as Markdown is a few kilobytes. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

const run = promisify(execFile);

/** @param {string} name */
async function table(name) {
  const args = [
    "dist/cli/main.js",
    "compare",
    `${folder}/${name}.yaml`,
    "--seeds",
    String(SEEDS_OF.get(name) ?? SEEDS),
    "--format",
    "markdown",
  ];
  const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: MAX_OUTPUT_BYTES });
  return stdout.trim();
}

/**
 * Replaces what stands between a table's markers.
 * @param {string} text
 * @param {string} name
 * @param {string} content
 */
function replaced(text, name, content) {
  const begin = `<!-- table ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${page} has no markers "${begin}" and "${end}"`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

const known = readdirSync(join(root, folder))
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => basename(file, ".yaml"))
  .sort();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;

/** @type {Map<string, string>} */
const tables = new Map();
const queue = [...wanted];
await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), queue.length) }, async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const started = Date.now();
      tables.set(name, await table(name));
      process.stdout.write(`${name}: ${((Date.now() - started) / 1_000).toFixed(0)} s\n`);
    }
  }),
);
let text = readFileSync(page, "utf8");
for (const [name, content] of tables) text = replaced(text, name, content);
writeFileSync(`${page}.new`, text);
renameSync(`${page}.new`, page);
