// How fast traces come in: a million rows of the project's own CSV imported and read, beside csv-parse's own streaming of the
// same file in the same process; and the compiled trace of them opened. With --memory instead: whether 2 GB of events and ten
// million rows are imported in bounded memory, each in a process of its own.
//
// Usage: npm run bench -- import [--memory]. Fails when a bound below does not hold.

import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Parser } from "csv-parse";
import { hashText } from "../../src/base/hash.js";
import { openCompiled, writeCompiled } from "../../src/trace/compiled/compiled.js";
import { importTrace, type TextTarget } from "../../src/trace/import-trace.js";
import type { TraceFileOptions } from "../../src/trace/options.js";
import { readTrace } from "../../src/trace/read-trace.js";
import type { Trace } from "../../src/trace/workload-builder.js";
import { inTemporaryFolder, writeCsv, writeEvents } from "./import-files.js";

/** Importing may take this many times as long as csv-parse alone. */
const MAX_IMPORT_RATIO = 1.5;
/** Opening a compiled trace must be so many times as fast as csv-parse. */
const MIN_OPEN_RATIO = 200;
const MAX_RSS_MIB = 1_024;
const ROWS = 1_000_000;
const MANY_ROWS = 10_000_000;
const EVENT_BYTES = 2e9;
/** Enough for one to be undisturbed. */
const ROUNDS = 3;

const OPTIONS: TraceFileOptions = {
  ...{
    file: "bench",
    purpose: "import",
    format: undefined,
    columns: undefined,
    delimiter: undefined,
    header: undefined,
  },
  ...{ timeZone: "UTC", release: "recorded", largestMachine: undefined, queue: undefined, queueMap: {} },
  ...{ gpuSharing: "share", limits: "estimate", shareFrom: undefined },
  defaults: { vcpus: undefined, memoryMib: undefined, memoryMibPerVcpu: undefined, jobDefinition: undefined },
};

/** Counts what is written. */
class Counter implements TextTarget {
  characters = 0;

  write(text: string): void {
    this.characters += text.length;
  }

  async drained(): Promise<void> {}
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

async function parseAlone(path: string): Promise<number> {
  let records = 0;
  for await (const _ of createReadStream(path).pipe(new Parser({}))) records++;
  return records;
}

async function importToGzip(path: string, target: string): Promise<void> {
  const gzip = createGzip({ level: 4 });
  const file = gzip.pipe(createWriteStream(target));
  const drained = () =>
    gzip.writableNeedDrain ? new Promise<void>((done) => gzip.once("drain", done)) : Promise.resolve();
  await importTrace(OPTIONS, [path], { write: (text) => gzip.write(text), drained });
  gzip.end();
  await finished(file);
}

/** Touches every column, so that all of them are read. */
function everyColumn({ workload, profiles }: Trace): unknown {
  return [{ ...workload }, { ...profiles }];
}

interface Round {
  readonly parse: number;
  readonly import: number;
  readonly gzip: number;
  readonly read: number;
  readonly open: number;
  readonly columns: number;
  readonly hash: string;
}

async function measure(csv: string, folder: string): Promise<Round> {
  const compiled = join(folder, "bench.stowage");
  const target = new Counter();
  let trace: Trace | undefined;
  let opened: Trace | undefined;
  const parse = await secondsOf(() => parseAlone(csv));
  const imported = await secondsOf(() => importTrace(OPTIONS, [csv], target));
  const gzip = await secondsOf(() => importToGzip(csv, join(folder, "bench.csv.gz")));
  const read = await secondsOf(async () => {
    trace = await readTrace(OPTIONS, csv);
  });
  writeFileSync(compiled, Buffer.concat([...writeCompiled(trace!)]));
  const open = await secondsOf(async () => {
    opened = openCompiled(compiled, "bench");
  });
  const columns = await secondsOf(async () => everyColumn(opened!));
  const hash = hashText(`${trace!.workload.hash} ${opened!.workload.hash} ${target.characters}`);
  return { parse, import: imported, gzip, read, open, columns, hash };
}

async function speed(): Promise<boolean> {
  const rounds: Round[] = [];
  await inTemporaryFolder(async (folder) => {
    const csv = join(folder, "bench.csv");
    writeCsv(csv, ROWS);
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(csv, folder));
  });
  const best = (name: Exclude<keyof Round, "hash">) => Math.min(...rounds.map((round) => round[name]));
  const parse = best("parse");
  const times = (seconds: number) => `${(seconds / parse).toFixed(2)} x`;
  const openRatio = parse / best("open");
  const hashes = new Set(rounds.map(({ hash }) => hash));
  console.log(
    `csv-parse's own streaming   ${parse.toFixed(2)} s (${ROWS.toLocaleString("en")} rows, best of ${ROUNDS})`,
  );
  console.log(
    `import to text              ${best("import").toFixed(2)} s, ${times(best("import"))} (bound ${MAX_IMPORT_RATIO})`,
  );
  console.log(
    `import to .csv.gz           ${best("gzip").toFixed(2)} s, ${times(best("gzip"))} (with a second core for zlib, as much as to text)`,
  );
  console.log(`read to columns             ${best("read").toFixed(2)} s, ${times(best("read"))}`);
  console.log(
    `open compiled               ${(best("open") * 1e3).toFixed(2)} ms, ${openRatio.toFixed(0)} times as fast (bound ${MIN_OPEN_RATIO})`,
  );
  const whole = best("open") + best("columns");
  console.log(
    `with every column read      ${(whole * 1e3).toFixed(1)} ms, ${(parse / whole).toFixed(0)} times as fast`,
  );
  console.log(`result hashes               ${[...hashes].join(" | ")}`);
  const isSlow = best("import") > MAX_IMPORT_RATIO * parse || openRatio < MIN_OPEN_RATIO;
  return !isSlow && hashes.size === 1;
}

/** In a process of its own: imports one file and tells its peak memory. */
async function importOne(path: string): Promise<void> {
  const target = new Counter();
  const report = await importTrace(OPTIONS, [path], target);
  const { recordsRead, accepted, format } = report;
  const rssMib = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ format, recordsRead, accepted, characters: target.characters, rssMib }));
}

async function memory(): Promise<boolean> {
  const run = (path: string): boolean => {
    const { stdout, status } = spawnSync(process.execPath, [process.argv[1]!, "--one", path], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) return false;
    console.log(`  ${stdout.trim()} (bound ${MAX_RSS_MIB} MiB)`);
    return (JSON.parse(stdout) as { rssMib: number }).rssMib <= MAX_RSS_MIB;
  };
  return await inTemporaryFolder(async (folder) => {
    const csv = join(folder, "many.csv");
    writeCsv(csv, MANY_ROWS);
    console.log(`${MANY_ROWS.toLocaleString("en")} rows of CSV`);
    const isCsvBounded = run(csv);
    const events = join(folder, "events.jsonl");
    console.log(
      `${writeEvents(events, EVENT_BYTES).toLocaleString("en")} events, ${EVENT_BYTES / 1e9} GB of JSON Lines`,
    );
    return run(events) && isCsvBounded;
  });
}

const [option, path] = process.argv.slice(2);
if (option === "--one") await importOne(path!);
else if (!(option === "--memory" ? await memory() : await speed())) {
  console.log("FAILED: a bound does not hold");
  process.exitCode = 1;
}
