// @ts-check
// Runs every check of the source tree, each by its npm script, as many at once as the machine has cores, and says at the end which
// failed: one run shows them all.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
/** @type {{ scripts: Record<string, string> }} */
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const checks = Object.keys(scripts).filter((name) => name.startsWith("check:"));

/**
 * Prints a check with all that it says when it is over; resolves to whether it found nothing.
 * @param {string} name
 * @returns {Promise<boolean>}
 */
function check(name) {
  return new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", name], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
      });
    }
    child.on("error", reject).on("close", (code) => {
      process.stdout.write(`\n${name}: ${scripts[name]}\n${said}`);
      resolve(code === 0);
    });
  });
}

/** @type {string[]} */
const failed = [];
const waiting = [...checks];
async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (!(await check(name))) failed.push(name);
  }
}
await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work));
process.stdout.write(
  failed.length === 0 ? `\n${checks.length} checks passed\n` : `\nchecks failed: ${failed.join(", ")}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
