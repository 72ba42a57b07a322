// @ts-check
// Builds dist from nothing: the compiled modules, the embedded catalogue, the script of report.html.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
node("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");
cpSync(join(root, "src/catalog/data"), join(dist, "catalog/data"), { recursive: true });
node("tools/build-report-runtime.mjs", join(dist, "report/report-runtime.js"));
chmodSync(join(dist, "cli/main.js"), 0o755);

/**
 * Runs a program of this checkout; ends the build with its exit code when it fails.
 * @param {readonly string[]} args
 */
function node(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
