// Every real trace file imports; what became of its records stands in docs/imported-traces.md, which this test compares
// (UPDATE=1 writes it). And what is written is read again as the very same columns.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { IngestReport, RowTally } from "../../src/model/ingest.js";
import { importTrace } from "../../src/trace/import-trace.js";
import { filesAt } from "../../src/trace/read-files.js";
import { readTrace, readTraceFiles } from "../../src/trace/read-trace.js";
import { HAS_REAL_FILES, REAL_FILES, type RealFile, realOptions, realPath } from "./real-files.js";

const PAGE = new URL("../../docs/imported-traces.md", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "stowage-imports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function importText(file: RealFile): Promise<{ report: IngestReport; text: string }> {
  let text = "";
  const target = {
    write: (chunk: string) => {
      text += chunk;
    },
    drained: async () => {},
  };
  const report = await importTrace(realOptions(file), file.files.map(realPath), target);
  return { report, text };
}

function tallies(list: readonly RowTally[]): string {
  return list.map(({ code, count }) => `${count} ${code}`).join(", ");
}

function tableRow({ files, described, explained }: RealFile, report: IngestReport): string {
  const cells = [
    files.map((file) => `\`${file}\``).join(", "),
    report.format,
    described,
    String(report.recordsRead),
    tallies(report.folded),
    String(report.rowsRead),
    String(report.accepted),
    tallies(report.rejected),
    tallies(report.adjusted),
    explained,
  ];
  return `| ${cells.join(" | ")} |`;
}

const HEAD = `# What becomes of real trace files

Counts of \`stowage trace import\` for trace files that others published (not part of this repository). Written by
\`UPDATE=1 npx vitest run test/real-traces\`, and compared by the tests where the files are there. A record is a line, an event
or an element of a list; records = folded + jobs, jobs = accepted + rejected, always. "Described" is what the list of
sources says of the file.

| file | format | described | records | folded | jobs | accepted | rejected | changed | explanation |
|---|---|---|---|---|---|---|---|---|---|
`;

describe.skipIf(!HAS_REAL_FILES)("real trace files (skipped without ../shared/data)", () => {
  const rows: string[] = [];

  it.each(REAL_FILES.map((file) => [file.files[0]!, file] as const))(
    "%s imports, and reads back alike",
    async (_, file) => {
      const { report, text } = await importText(file);
      expect(report.format).toBe(file.format);
      const sum = (list: readonly RowTally[]) => list.reduce((total, { count }) => total + count, 0);
      expect(report.recordsRead).toBe(report.rowsRead + sum(report.folded));
      expect(report.rowsRead).toBe(report.accepted + sum(report.rejected));
      expect(report.recordsRead).toBeGreaterThan(0);
      rows.push(tableRow(file, report));
      if (report.accepted === 0) return;
      const path = join(folder, "again.csv");
      writeFileSync(path, text);
      const options = realOptions(file);
      const original = await readTraceFiles(
        options,
        file.files.flatMap((name) => filesAt(realPath(name))),
      );
      const { columns: _columns, largestMachine: _machine, ...others } = options;
      const again = await readTrace(
        { ...others, columns: undefined, largestMachine: undefined, format: undefined, file: "again.csv" },
        path,
      );
      expect(again.report.format).toBe("csv");
      expect(again.report.accepted).toBe(report.accepted);
      expect(again.workload.hash).toBe(original.workload.hash);
    },
  );

  it("have the counts of docs/imported-traces.md", () => {
    const page = `${HEAD}${rows.join("\n")}\n`;
    if (process.env.UPDATE === "1") writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, "utf8")).toBe(page);
  });
});
