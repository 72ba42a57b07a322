// The folder for everything that tests write: a new one for each run, gone when it ends, whatever becomes of the tests.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** Short: Chromium puts the path of a socket below it, and the system takes 107 characters. */
const PREFIX = "stowage-";

/** Called by vitest for each project before the first worker starts; what it returns is called after the last one has ended. */
export function setup(): (() => void) | undefined {
  if (basename(tmpdir()).startsWith(PREFIX)) return undefined; // another project's has made it
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
