// Whatever bytes come, an import ends with a report that counts every record once, or with an error made for the user: no
// crash, no other exception, no hang. Mutated copies of every real file, at least 2,000 per format.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import type { IngestReport, RowTally } from "../../src/model/ingest.js";
import { importTrace } from "../../src/trace/import-trace.js";
import type { TraceFileOptions } from "../../src/trace/options.js";
import { mutantsOf, realBytes } from "./mutants.js";
import { HAS_REAL_FILES, REAL_FILES, realOptions } from "./real-files.js";

const MUTANTS_PER_FORMAT = 2_000;
/** The bound is 1 s per MB; below it a busy machine may take this long. */
const SLACK_MS = 2_000;
/** Of so many mutants that import, one is read again. */
const READ_AGAIN = 10;

const folder = mkdtempSync(join(tmpdir(), "stowage-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FORMATS = [...new Set(REAL_FILES.map(({ format }) => format))];

async function importBytes(
  bytes: Uint8Array,
  options: TraceFileOptions,
): Promise<{ report: IngestReport; text: string }> {
  const path = join(folder, "mutant");
  writeFileSync(path, bytes);
  let text = "";
  const write = (chunk: string) => {
    text += chunk;
  };
  const report = await importTrace(options, [path], { write, drained: async () => {} });
  return { report, text };
}

function sum(list: readonly RowTally[]): number {
  return list.reduce((total, { count }) => total + count, 0);
}

describe.skipIf(!HAS_REAL_FILES)("mutants of real files (skipped without ../shared/data)", () => {
  it.each(FORMATS)("%s", { timeout: 180_000 }, async (format) => {
    const files = REAL_FILES.filter((file) => file.format === format).flatMap((file) =>
      file.files.map((name) => ({ name, options: { ...realOptions(file), format } })),
    );
    const each = Math.ceil(MUTANTS_PER_FORMAT / files.length);
    let imported = 0;
    let refused = 0;
    for (const { name, options } of files) {
      for (const { bytes, what } of mutantsOf(realBytes(name), each, 1)) {
        const began = performance.now();
        try {
          const { report, text } = await importBytes(bytes, options);
          const context = `${name}: ${what}`;
          expect(report.recordsRead, context).toBe(report.rowsRead + sum(report.folded));
          expect(report.rowsRead, context).toBe(report.accepted + sum(report.rejected));
          imported++;
          if (imported % READ_AGAIN === 0) await expectSameAgain(text, report.accepted, options, context);
        } catch (error) {
          if (!(error instanceof InputError)) throw new Error(`${name}: ${what}`, { cause: error });
          refused++;
        }
        expect(performance.now() - began, what).toBeLessThan(SLACK_MS + bytes.length / 1_000);
      }
    }
    expect(imported + refused).toBeGreaterThanOrEqual(MUTANTS_PER_FORMAT);
    // A test whose mutants are nearly all refused at the door would show nothing.
    expect(imported).toBeGreaterThan((imported + refused) / 4);
  });
});

/** What was written has as many jobs as were accepted, and nothing in it is rejected but what never ran. */
async function expectSameAgain(text: string, accepted: number, options: TraceFileOptions, context: string) {
  const canonical = { ...options, format: "csv", columns: undefined };
  const { report } = await importBytes(Buffer.from(text), canonical);
  expect(report.accepted, context).toBe(accepted);
  const codes = report.rejected.map(({ code }) => code);
  expect(
    codes.filter((code) => !["never-ran", "still-running", "still-queued"].includes(code)),
    context,
  ).toEqual([]);
}
