// The same trace, saved by other programs: with a byte-order mark, other line ends, as UTF-16, compressed, with blank lines
// at its end. What is read stays the same.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import type { RowTally } from "../../src/model/ingest.js";
import type { TraceFileOptions } from "../../src/trace/options.js";
import { readTraceFiles } from "../../src/trace/read-trace.js";
import { realBytes } from "./mutants.js";
import { HAS_REAL_FILES, REAL_FILES, realOptions } from "./real-files.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-dressings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DRESSINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  "a byte-order mark": (text) => Buffer.from(`\ufeff${text}`),
  CRLF: (text) => Buffer.from(text.replaceAll("\n", "\r\n")),
  "UTF-16 with CRLF": (text) => Buffer.from(`\ufeff${text.replaceAll("\n", "\r\n")}`, "utf16le"),
  "big-endian UTF-16": (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
  gzip: (text) => gzipSync(text),
  "no last line end": (text) => Buffer.from(text.trimEnd()),
  "blank lines at its end": (text) => Buffer.from(`${text.trimEnd()}\n\n\n`),
};

const counts = (list: readonly RowTally[]) => Object.fromEntries(list.map(({ code, count }) => [code, count]));

async function readBytes(bytes: Uint8Array, name: string, options: TraceFileOptions) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const { workload, report } = await readTraceFiles(options, [path]);
  const { recordsRead, accepted, rejected, adjusted } = report;
  return { hash: workload.hash, recordsRead, accepted, rejected: counts(rejected), adjusted: counts(adjusted) };
}

/** Rows that are all rejected, as those of the free CSV file, leave no trace to compare. */
function unlessNothingIsLeft(error: unknown): undefined {
  if (!(error instanceof InputError) || error.issues[0]!.code !== "no-usable-rows") throw error;
}

/** One file of each format: the same readers read the others. */
const ONE_EACH = REAL_FILES.filter(
  ({ format }, index) => REAL_FILES.findIndex((file) => file.format === format) === index,
);

describe.skipIf(!HAS_REAL_FILES)("a real file (skipped without ../shared/data)", () => {
  it.each(ONE_EACH.map((file) => [file.files.at(-1)!, file] as const))(
    "%s",
    { timeout: 60_000 },
    async (name, file) => {
      const options = { ...realOptions(file), format: file.format };
      const text = Buffer.from(realBytes(name))
        .toString("utf8")
        .replace(/^\ufeff/, "");
      const plain = await readBytes(Buffer.from(text), "plain", options).catch(unlessNothingIsLeft);
      if (plain === undefined) return;
      for (const [dressing, dress] of Object.entries(DRESSINGS)) {
        expect(await readBytes(dress(text), "dressed", options), dressing).toEqual(plain);
      }
    },
  );
});
