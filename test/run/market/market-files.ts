// Small market files for the tests of this folder.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, type Issue } from "../../../src/base/issues.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-market-"));
let files = 0;

/** Writes a file; its path. */
export function marketFile(content: string | Uint8Array): string {
  const path = join(folder, `market-${++files}`);
  writeFileSync(path, content);
  return path;
}

/** Real data, where there is any. */
export const DATA = new URL("../../../../shared/data/", import.meta.url);

/** The issues that something ends with; fails when it succeeds. */
export async function issuesOf(doing: () => unknown): Promise<readonly Issue[]> {
  try {
    await doing();
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  throw new Error("it was expected to fail");
}
