// Hostile input, scaled down, for every format: whatever bytes come, the import ends soon, with a report in which every
// record is accepted, rejected or folded, or with a message about the file.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import type { IngestReport } from "../../src/model/ingest.js";
import { TRACE_FORMATS } from "../../src/trace/formats.js";
import { importTrace } from "../../src/trace/import-trace.js";
import { type Names, SAMPLES, type Sample } from "./hostile-samples.js";
import { counts, NO_DEFAULTS, traceFile, traceOptions } from "./trace-files.js";

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Far above what any of it takes (below 1 s per MiB), far below what anything quadratic would. */
const MOST_MS = 10_000;

const FORMATS = TRACE_FORMATS.map(({ id }) => id);
const DEFAULTS = { ...NO_DEFAULTS, vcpus: 1, memoryMib: 1_024 };

async function importedFiles(
  format: string,
  paths: readonly string[],
): Promise<{ report: IngestReport; text: string }> {
  const options = traceOptions({ purpose: "import", format, defaults: DEFAULTS });
  let text = "";
  const target = { write: (part: string) => (text += part), drained: async () => {} };
  const startMs = performance.now();
  const report = await importTrace(options, paths, target);
  expect(performance.now() - startMs).toBeLessThan(MOST_MS);
  const rejected = report.rejected.reduce((sum, { count }) => sum + count, 0);
  const folded = report.folded.reduce((sum, { count }) => sum + count, 0);
  expect(report.recordsRead).toBe(report.accepted + rejected + folded);
  return { report, text };
}

function imported(format: string, content: string | Uint8Array) {
  return importedFiles(format, [traceFile(content)]);
}

/** The report, or the codes of the issues with which the import ended. */
async function outcome(format: string, content: string | Uint8Array): Promise<IngestReport | readonly string[]> {
  try {
    return (await imported(format, content)).report;
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ code }) => code);
    throw error;
  }
}

function fileOf({ head, record, foot }: Sample, names: readonly Names[]): string {
  return head + names.map((each, index) => record(index, each)).join("") + foot;
}

function records({ record }: Sample, count: number): string {
  return Array.from({ length: count }, (_, index) => record(index)).join("");
}

/** What is put between good records. */
const DEEP = 50_000;
const RUNS: readonly (readonly [what: string, text: string])[] = [
  ...["x", '"', "{", "[", "}]", ",", "\t", "|", " ", "1", ";", "\\", '"\\"",', "\u00e9"].map(
    (unit): [string, string] => [`a line of ${JSON.stringify(unit)}`, `${unit.repeat((1.125 * MIB) / unit.length)}\n`],
  ),
  ...['{"a":}', "", "x", '"', "{}", "{},", "[]", "#", "{", '{"a":1}{"a":1}', "1", "1x", '"\\x"', '{"a"}', "nul"].map(
    (unit): [string, string] => [
      `lines of ${JSON.stringify(unit)}`,
      `${unit}\n`.repeat((64 * KIB) / (unit.length + 1)),
    ],
  ),
  ["lone CRs", "\r".repeat(64 * KIB)],
  ["a deep object", `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}\n`],
  ["a deep list", `${"[".repeat(DEEP)}${"]".repeat(DEEP)}\n`],
];

it("every format has a sample whose records are jobs", async () => {
  expect(Object.keys(SAMPLES).sort()).toEqual([...FORMATS].sort());
  for (const format of FORMATS) {
    const { head, foot } = SAMPLES[format]!;
    const { report } = await imported(format, head + records(SAMPLES[format]!, 20) + foot);
    expect(report.accepted, format).toBeGreaterThanOrEqual(20);
  }
});

describe.each(FORMATS)("%s", (format) => {
  const sample = SAMPLES[format]!;
  const { head, record, foot } = sample;

  it.each(RUNS)("%s among records", async (_, run) => {
    const result = await outcome(format, head + record(0) + record(1) + run + record(2) + foot);
    if ("accepted" in result) expect(result.accepted).toBeGreaterThan(0);
    else expect(result).toHaveLength(1);
  });

  it("records without line breaks, and cut at every place", async () => {
    const line = record(0).replaceAll("\n", "");
    await outcome(format, head + line.repeat((1.125 * MIB) / line.length) + foot);
    for (let end = 0; end < record(0).length; end += 29)
      await outcome(format, head + record(1) + record(0).slice(0, end));
  });

  it("other line ends, byte-order marks and encodings say the same", async () => {
    const plain = head + records(sample, 50) + foot;
    const { accepted } = (await imported(format, plain)).report;
    const isReport = format === "nextflow-report"; // (its lines are only those of the page)
    const same: (string | Uint8Array)[] = [
      plain.replaceAll("\n", "\r\n"),
      `\ufeff${plain}`,
      Buffer.from(`\ufeff${plain}`, "utf16le"),
      Buffer.from(`\ufeff${plain}`, "utf16le").swap16(),
      gzipSync(plain),
      Buffer.concat([head, records(sample, 50), foot].filter((part) => part !== "").map((part) => gzipSync(part))),
      ...(isReport ? [] : [plain.replaceAll("\n", "\r")]),
    ];
    for (const content of same) expect((await imported(format, content)).report.accepted).toBe(accepted);
  });

  it.each<[string, (plain: string) => Uint8Array, string]>([
    ["zero bytes", (plain) => Buffer.from(`${plain}\0`), "binary-file"],
    ["a cut gzip stream", (plain) => half(gzipSync(plain)), "truncated-gzip"],
    ["gzip inside gzip", (plain) => gzipSync(gzipSync(plain)), "unsupported-encoding"],
    ["a compressed tar archive", (plain) => gzipSync(`${tarHeader()}${plain}`), "unsupported-encoding"],
    ["half a UTF-16 character", (plain) => half(Buffer.from(`\ufeff${plain}`, "utf16le")), "not-utf8"],
  ])("refuses %s", async (_, made, code) => {
    expect(await outcome(format, made(head + records(sample, 20) + foot))).toEqual([code]);
  });

  it("nothing, blanks and comments are no jobs", async () => {
    for (const content of ["", "\n \n\t\n", "# a\n# b\n"]) {
      const result = await outcome(format, content);
      if ("accepted" in result) expect(result.accepted).toBe(0);
    }
  });

  it("names of objects' own properties are names", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const file = fileOf(
      sample,
      names.map((name) => ({ name, queue: name, ...(format === "google-2011" ? {} : { id: name }) })),
    );
    const result = await outcome(format, file);
    if (!("accepted" in result)) throw new Error(`refused: ${result.join()}`);
    expect(result.recordsRead).toBeGreaterThanOrEqual(names.length);
    expect(({} as Record<string, unknown>).accepted).toBeUndefined();
  });

  it("texts longer than any name are not taken", async () => {
    const long = "N".repeat(70_000);
    for (const key of ["id", "name", "queue"] as const) {
      const { text } = await imported(format, fileOf(sample, [{ [key]: long }, {}, { [key]: long }, {}]));
      expect(text.includes(long), key).toBe(false);
    }
  });

  it("one id or a thousand names: nothing is lost", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => index);
    const once = await imported(
      format,
      fileOf(
        sample,
        many.map(() => ({ id: "7" })),
      ),
    );
    expect(once.report.recordsRead).toBeGreaterThanOrEqual(1_000);
    const names = many.map((index) => ({ name: `n${index}`, queue: String(index) }));
    expect((await imported(format, fileOf(sample, names))).report.accepted).toBeGreaterThanOrEqual(1_000);
  });

  it("numbers beyond any job", async () => {
    for (const number of ["1e308", "-0", "NaN", "Infinity", "-1e308", "1e999", "0x10", "9".repeat(400)]) {
      await outcome(format, head + records(sample, 3).replace(/\b(?:1024|1|60)\b/g, number) + foot);
    }
    for (const [seconds, year] of [
      ["9".repeat(25), "0000"],
      ["-1", "0099"],
      ["0", "9999"],
    ] as const) {
      const text = records(sample, 3).replaceAll("17000000", seconds).replaceAll("2024-", `${year}-`);
      await outcome(format, head + text + foot);
    }
  });
});

/** An odd number of bytes. */
function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, (bytes.length >> 1) | 1);
}

/** The first block of a tar archive with one file. */
function tarHeader(): string {
  return `${"trace.csv".padEnd(257, " ")}ustar  `.padEnd(512, " ");
}

it("a value broken in any way costs no more than a good one", async () => {
  // An error of JSON.parse with its stack trace takes some 15 microseconds: 2.5 s for each MiB of these.
  for (const line of ["{a}", "{{}", '{"a":}', '{"a":1,}', "1x", "tru", '"x']) {
    const { report } = await imported("aws-batch", SAMPLES["aws-batch"]!.record(0) + `${line}\n`.repeat(50_000));
    expect([line, counts(report.rejected)]).toEqual([line, { malformed: 50_000 }]);
  }
});

it.each(["cromwell", "wfformat"])(
  "%s: a document of too many values is refused before it is parsed",
  async (format) => {
    const { head, foot } = SAMPLES[format]!;
    for (const unit of ["{},", "[],"]) {
      const { length } = unit.repeat(2_000_001);
      expect(length).toBeLessThan(8 * MIB); // in memory it would be a hundred times that
      expect(await outcome(format, `${head}${unit.repeat(2_000_001)}${foot}`)).toEqual(["document-too-large"]);
    }
  },
);

describe("several files: an example names the file that its line is in", () => {
  const job = (id: string, more: object = {}) =>
    `${JSON.stringify({ jobId: id, jobName: "n", jobQueue: "q", ...more })}\n`;
  const ended = { status: "SUCCEEDED", startedAt: 5_000, stoppedAt: 65_000 };
  const runs = { status: "RUNNING", startedAt: 5_000 };
  const task = (id: string, group: string, version: number) =>
    `${JSON.stringify({ "detail-type": "ECS Task State Change", detail: { taskArn: `a/${id}`, group, version } })}\n`;
  const queued = (id: string) => `11/14/2023 10:59:15;Q;${id}.srv;user=u queue=q ctime=1700000000 qtime=1700000000\n`;
  const submitted = (id: string) => `600000001,,${id},0,,0,u,0,2,0.025,0.08,0.0004,1\n`;

  it.each([
    ["aws-batch", job("a", ended), job("b", ended), { "no-submit": ["0:1", "1:1"] }],
    [
      "aws-batch",
      job("a", { ...runs, createdAt: 1 }),
      job("a", { ...ended, createdAt: 1 }),
      { "earlier-event": ["0:1"] },
    ],
    [
      "aws-batch",
      job("a", { ...ended, createdAt: 1 }),
      job("a", { ...runs, createdAt: 1 }),
      { "earlier-event": ["1:1"] },
    ],
    ["ecs-events", task("a", "service:x", 1), `\n${task("b", "service:y", 1)}`, { "service-task": ["0:1", "1:2"] }],
    ["ecs-events", task("a", "x", 1), `\n${task("a", "x", 2)}`, { "earlier-event": ["0:1"], "no-submit": ["1:2"] }],
    ["pbs", queued("1"), `\n${queued("2")}`, { "still-queued": ["0:1", "1:2"] }],
    ["google-2011", submitted("1"), submitted("2"), { "still-queued": ["0:1", "1:1"] }],
  ])("%s: %j, %j", async (format, first, second, expected) => {
    const paths = [first, second].map(traceFile);
    const { report } = await importedFiles(format, paths);
    for (const [code, places] of Object.entries<readonly string[]>(expected)) {
      const tally = [...report.rejected, ...report.folded].find((each) => each.code === code);
      expect(tally?.examples.map(({ file, line }) => `${paths.indexOf(file ?? "")}:${line}`)).toEqual(places);
    }
  });
});
