// @ts-check
// What the tests need and what comes before them, side by side: browser, other Node lines and AWS emulator are fetched while the
// sources are built and checked. Each one's output is printed when it is done. Ends with 1 when any of them fails.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

const codes = await Promise.all([
  run("node", "tools/ensure-chromium.mjs"),
  run("node", "tools/ensure-nodes.mjs"),
  run("node", "tools/ensure-moto.mjs"),
  run("npm", "run", "build").then((code) => (code === 0 ? run("npm", "run", "check") : code)),
]);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

/**
 * Runs a program of this checkout; resolves to its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function run(command, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    /** @type {Buffer[]} */
    const said = [];
    child.stdout.on("data", (chunk) => said.push(chunk));
    child.stderr.on("data", (chunk) => said.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code ?? 1);
    });
  });
}
