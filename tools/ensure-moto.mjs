// @ts-check
// Sees to it that the tests of live mode have their AWS: puts moto's server, boto3 and the AWS command line, at pinned versions,
// into a virtual environment in .cache/moto. Where that is not possible those tests are skipped, which in CI (CI=1) is a failure.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const REQUIREMENTS = fileURLToPath(new URL("../test/support/moto-requirements.txt", import.meta.url));
const folder = fileURLToPath(new URL("../.cache/moto", import.meta.url));
const server = `${folder}/bin/moto_server`;
/** Written last: an environment without it, or with other pins, is made anew. */
const stamp = `${folder}/pins.txt`;
const SKIPPED = "the tests of live mode against an emulated AWS (test/live)";

const pins = readFileSync(REQUIREMENTS, "utf8");
const why = isReady() ? undefined : install();
if (why === undefined) {
  process.stdout.write(`moto: ${server}\n`);
} else {
  process.stdout.write(`no moto: ${SKIPPED} will be skipped; ${why}\n`);
  process.exitCode = process.env.CI === undefined ? 0 : 1;
}

function isReady() {
  return existsSync(server) && existsSync(stamp) && readFileSync(stamp, "utf8") === pins;
}

/**
 * Makes the environment; what was in the way, or undefined.
 * @returns {string | undefined}
 */
function install() {
  process.stdout.write("installing moto with pip\n");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const venv = run("python3", ["-m", "venv", folder]);
  if (venv !== undefined) return venv;
  const flags = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"];
  const pip = run(`${folder}/bin/python`, ["-m", "pip", "install", ...flags, "-r", REQUIREMENTS]);
  if (pip !== undefined) return pip;
  if (!existsSync(server)) return `pip installed no ${server}`;
  writeFileSync(stamp, pins);
  return undefined;
}

/**
 * What went wrong, in one line, or undefined.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
function run(command, args) {
  const { status, stderr, stdout, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return undefined;
  const said = (error?.message ?? `${stderr}${stdout}`).trim().split("\n").at(-1);
  return `${[command, ...args.slice(0, 3)].join(" ")}: ${said}`;
}
