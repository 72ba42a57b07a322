// @ts-check
// Runs a TypeScript program of this checkout on any Node line: bundled into .cache, packages left outside.
// Usage: node tools/run-typescript.mjs FILE.ts [ARGUMENTS]

import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * Bundles `file` (relative to the checkout) and runs it in a process of its own, with this one's output streams.
 * Resolves to its exit code.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, nodeArgs?: readonly string[] }} [options]
 * @returns {Promise<number>}
 */
export async function runTypescript(file, args, { cwd = process.cwd(), nodeArgs = [] } = {}) {
  const outfile = join(root, ".cache/programs", basename(file).replace(/\.ts$/, ".mjs"));
  await build({
    absWorkingDir: root,
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const { status, error } = spawnSync(process.execPath, ["--enable-source-maps", ...nodeArgs, outfile, ...args], {
    cwd,
    stdio: "inherit",
  });
  if (error !== undefined) throw error;
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) throw new Error("which file?");
  process.exitCode = await runTypescript(file, args);
}
