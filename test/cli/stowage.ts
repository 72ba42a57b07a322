// Runs the command as a user does: the built program, in a process of its own.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const MAIN = join(root, "dist/cli/main.js");

/** Long enough for a build on a busy machine. */
const BUILD_TIMEOUT_MS = 180_000;

export interface Outcome {
  /** null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `stowage` with these arguments; neither stdout nor stderr is a terminal. */
export function stowage(args: readonly string[], options: RunOptions = {}): Outcome {
  return outcomeOf(spawnSync(process.execPath, [MAIN, ...args], spawnOptions(options)));
}

/** Runs a line of bash in which $STOWAGE is the command. */
export function bash(line: string, options: RunOptions = {}): Outcome {
  return outcomeOf(spawnSync("bash", ["-c", line], spawnOptions(options)));
}

function spawnOptions({ cwd, env }: RunOptions) {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  return {
    cwd: cwd ?? root,
    env: { ...inherited, STOWAGE: `${process.execPath} ${MAIN}`, ...env },
    encoding: "utf8" as const,
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  };
}

function outcomeOf({ status, stdout, stderr, error }: SpawnSyncReturns<string>): Outcome {
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** A refusal: this exit code, nothing on stdout, and on stderr sentences, not the inside of the program. */
export function expectRefusal(outcome: Outcome, code: 1 | 2): void {
  expect(outcome.stderr).toMatch(/^error /);
  expectNoStackTrace(outcome);
  expect(outcome).toMatchObject({ code, stdout: "" });
}

export function expectNoStackTrace({ stderr }: Outcome): void {
  expect(stderr).not.toMatch(/^ {4}at |node:internal|Node\.js v|Error:|\[object/m);
}

/** A folder for this test file, gone afterwards; and a built program. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stowage-cli-"));
  beforeAll(buildIfStale, BUILD_TIMEOUT_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, given by their paths inside `folder`; returns the folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Everything in a folder, hidden files too: paths of files with their content, of folders with a slash at the end. */
export function contentOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .map((entry): [string, string] => {
        const path = join(entry.parentPath, entry.name);
        const name = path.slice(folder.length + 1);
        return entry.isDirectory() ? [`${name}/`, ""] : [name, readFileSync(path, "latin1")];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** `npm run build`, once for all test files, when dist does not come from the sources as they are. */
function buildIfStale(): void {
  const lock = join(root, ".cache/build.lock");
  mkdirSync(dirname(lock), { recursive: true });
  const giveUpAt = Date.now() + BUILD_TIMEOUT_MS;
  while (!tryLock(lock)) {
    if (Date.now() > giveUpAt) throw new Error(`another build does not end; if there is none, remove ${lock}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    if (!isStale()) return;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/build.mjs"], {
      cwd: root,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
  } finally {
    rmdirSync(lock);
  }
}

function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function isStale(): boolean {
  // The runtime of the report is the last thing that a build makes.
  const last = join(root, "dist/report/report-runtime.js");
  if (!existsSync(MAIN) || !existsSync(last)) return true;
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true });
  const builtMs = statSync(last).mtimeMs;
  return sources.some((entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > builtMs);
}
