import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readTrace } from "../../src/trace/read-trace.js";
import { emptyFolder, issuesOf, read, traceFile, traceOptions } from "./trace-files.js";

describe("a file that cannot be used", () => {
  const head = "submit_ms,runtime_s,vcpus,memory_mib\n";
  const rows = Array.from({ length: 20_000 }, (_, row) => `${row},${(row * 7_919) % 10_007},1,1\n`).join("");
  const gz = gzipSync(head + rows);
  const damaged = Buffer.from(gz);
  damaged.fill(0xff, 3_000, 3_100);
  it.each<[string, string | Uint8Array, string, number | undefined]>([
    ["nothing in it", "", "empty-file", undefined],
    ["nothing in its gzip stream", gzipSync(""), "empty-file", undefined],
    ["only comments", "# a\n# b\n", "empty-file", undefined],
    ["only a header", head, "no-rows", undefined],
    ["a cut gzip stream", gz.subarray(0, gz.length / 2), "truncated-gzip", undefined],
    ["a damaged gzip stream", damaged, "corrupt-gzip", undefined],
    ["zero bytes", `${head}0,1,1,\0`, "binary-file", undefined],
    ["Latin-1 text", Buffer.from(`${head}é,1,1,1\n`, "latin1"), "not-utf8", undefined],
    ["half a character at its end", Buffer.from(`${head}0,1,1,1\né`).subarray(0, -1), "not-utf8", undefined],
    ["half of a UTF-16 character", Buffer.from(`\ufeff${head}`, "utf16le").subarray(0, -1), "not-utf8", undefined],
    ["a gzip bomb", gzipSync(Buffer.alloc(200 * 1024 * 1024, 10)), "suspicious-gzip", undefined],
    ["a zip archive", Buffer.from("504b03041400", "hex"), "unsupported-encoding", undefined],
    ["gzip inside gzip", gzipSync(gzipSync(head)), "unsupported-encoding", undefined],
    ["an open quote", `${head}0,1,1,1\n"0,1,1,1\n${"0,1,1,1\n".repeat(9)}`, "csv-syntax", 3],
    ["an endless quote", `${head}0,1,1,1\n"${"0,1,1,1\n".repeat(200_000)}`, "csv-syntax", 3],
    ["a quote inside a cell", `${head}0,1,1,1\n0,1"2,1,1\n`, "csv-syntax", 3],
    ["text behind a quote", `${head}"0"1,1,1,1\n`, "csv-syntax", 2],
    ["not one usable row", `${head}0,1,1,\n0,-5,1,1\n0,1,1,\n`, "no-usable-rows", 2],
  ])("because it has %s", async (_, content, code, line) => {
    const issues = await issuesOf(read(content, { file: "jobs.csv" }));
    expect(issues.map((issue) => [issue.code, issue.line, issue.file])).toEqual([[code, line, "jobs.csv"]]);
  });

  it("because nothing is left: the issue says why, how often and what would help", async () => {
    const [issue] = await issuesOf(read(`${head}0,1,1,\n0,-5,1,1\n0,1,1,\n`));
    expect(issue!.message).toContain("none of the trace's 3 rows can be used: 2 x the memory request is missing");
    expect(issue!.message).toContain("trace.defaults.memory");
    expect(issue!.message).toContain('1 x the run time is negative (first on line 3: runtime_s="-5")');
  });

  it("because it is not there, or is a directory", async () => {
    const path = traceFile("");
    const codes = async (at: string) => (await issuesOf(readTrace(traceOptions(), at))).map(({ code }) => code);
    expect(await codes(`${path}-missing`)).toEqual(["file-not-found"]);
    expect(await codes(`${path}/below-a-file`)).toEqual(["file-not-found"]);
    expect(await codes(emptyFolder())).toEqual(["no-files"]);
  });
});

it.skipIf(process.platform === "win32")("a pipe is refused, not waited for", async () => {
  const path = `${traceFile("")}-pipe`;
  execFileSync("mkfifo", [path]);
  expect((await issuesOf(readTrace(traceOptions(), path))).map(({ code }) => code)).toEqual(["not-a-file"]);
});

it("UTF-16 is read, either way round", async () => {
  const text = "\ufeffsubmit_ms,runtime_s,vcpus,memory_mib,name\n5,1,1,1,é\n";
  const little = Buffer.from(text, "utf16le");
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    const trace = await readTrace(traceOptions(), traceFile(bytes));
    expect(trace.workload.jobNames).toEqual(["é"]);
  }
});

it("progress ends at the whole file", async () => {
  const rows = Array.from({ length: 60_000 }, (_, row) => `${row},1,1,1\n`).join("");
  const seen: number[][] = [];
  const path = traceFile(`submit_ms,runtime_s,vcpus,memory_mib\n${rows}`);
  await readTrace(traceOptions(), path, (...values) => seen.push(values));
  const size = rows.length + "submit_ms,runtime_s,vcpus,memory_mib\n".length;
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.at(-1)!.slice(0, 2)).toEqual([size, size]);
  expect(seen.at(-1)![2]).toBeGreaterThan(0);
});

describe("folders", () => {
  const HEAD = "submit_ms,runtime_s,vcpus,memory_mib\n";
  const folderOf = (files: Readonly<Record<string, string>>) => {
    const folder = emptyFolder();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  };

  it("may have parts into which nothing was written, and CloudWatch's trial of its permission", async () => {
    const files = { "0.csv": "", "1.csv": `${HEAD}0,1,1,1\n`, "2.csv": "", "aws-logs-write-test": "Permission Check" };
    const { report } = await readTrace(traceOptions({ format: undefined }), folderOf(files));
    expect(report).toMatchObject({ format: "csv", recordsRead: 1, accepted: 1 });
  });

  it("of nothing but empty files are no trace", async () => {
    const issues = await issuesOf(readTrace(traceOptions({ format: undefined }), folderOf({ a: "", b: "" })));
    expect(issues.map(({ code }) => code)).toEqual(["empty-file"]);
  });
});
