// Input that cannot be used, or not all of it: a sentence that says what, where and what to do; the right exit code; and
// nothing written.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { JOBS_CSV, scenarioYaml } from "./small-scenario.js";
import {
  contentOf,
  expectNoStackTrace,
  expectRefusal,
  type Outcome,
  stowage,
  testFolder,
  writeFiles,
} from "./stowage.js";

const folder = testFolder();
let next = 0;

interface Case {
  readonly outcome: Outcome;
  readonly cwd: string;
}

/** Replays a trace and a scenario from a folder of their own. */
function replay(trace: string | Uint8Array, lines: Readonly<Record<string, string>> = {}): Case {
  const cwd = join(folder, String(next++));
  writeFiles(cwd, { "scenarios/s.yaml": scenarioYaml(lines), "scenarios/jobs.csv": trace });
  return { outcome: stowage(["replay", "scenarios/s.yaml"], { cwd }), cwd };
}

/** One line on stderr, exit code 2, and no file that was not there before. */
function expectRefused({ outcome, cwd }: Case, message: RegExp): void {
  expectRefusal(outcome, 2);
  expect(outcome.stderr.trimEnd()).toMatch(message);
  expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(Object.keys(contentOf(cwd)).filter((name) => !name.startsWith("scenarios/"))).toEqual([]);
}

const HEADER = "id,submit_ms,runtime_s,vcpus,memory_mib\n";

describe("a trace that is no trace", () => {
  it("is missing", () => {
    const given = replay(JOBS_CSV, { trace: "{ file: job.csv }" });
    expectRefused(
      given,
      /^error scenarios\/job\.csv: there is no such file \(the relative paths of a scenario start at the scenario file\)/,
    );
  });

  it("is an empty folder", () => {
    const cwd = writeFiles(join(folder, "is-a-folder"), { "scenarios/s.yaml": scenarioYaml() });
    mkdirSync(join(cwd, "scenarios/jobs.csv"));
    const outcome = stowage(["replay", "scenarios/s.yaml"], { cwd });
    expectRefused({ outcome, cwd }, /^error scenarios\/jobs\.csv: the folder has no files/);
  });

  it("is a truncated gzip file", () => {
    const whole = gzipSync(JOBS_CSV);
    const given = replay(whole.subarray(0, whole.length - 20));
    expectRefused(
      given,
      /^error scenarios\/jobs\.csv: the file ends in the middle of its gzip stream \(copy it again\)/,
    );
  });

  it("is binary", () => {
    const given = replay(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3, 0, 0, 10]));
    expectRefused(given, /^error scenarios\/jobs\.csv: the file is binary .*\(a trace is UTF-8 text/);
  });

  it("is empty", () => {
    expectRefused(replay(""), /^error scenarios\/jobs\.csv: the trace is empty/);
  });

  it("has a header and no jobs", () => {
    expectRefused(replay(HEADER), /^error scenarios\/jobs\.csv: the trace has no jobs/);
  });

  it("lacks a column", () => {
    const given = replay("id,submit_ms,vcpus,memory_mib\na,0,1,1024\n");
    expectRefused(given, /^error scenarios\/jobs\.csv:1.*runtime_s/);
  });
});

describe("rows that cannot be used", () => {
  it("are counted, and the others run", () => {
    const { outcome, cwd } = replay(`${HEADER}a,0,10,1,1024\nb,1000,-5,1,1024\nc,2000,10,1,1024\n`);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain("jobs.csv: 3 rows read, 2 accepted, 1 rejected\n");
    expect(outcome.stdout).toContain("  rejected 1: the run time is negative\n");
    expect(outcome.stdout).toMatch(/first at line 3: runtime_s="-5"/);
    const result = JSON.parse(readFileSync(join(cwd, "reports/s/result.json"), "utf8"));
    expect(result.trace).toMatchObject({
      rowsRead: 3,
      accepted: 2,
      rejected: [{ code: "negative-runtime", count: 1 }],
    });
  });

  it("are refused when there are no others", () => {
    const given = replay(`${HEADER}a,0,-1.5,1,1024\nb,1000,-5,1,1024\n`);
    expectRefused(
      given,
      /^error scenarios\/jobs\.csv:2: none of the trace's 2 rows can be used: 2 x the run time is negative/,
    );
  });
});

describe("a job that no instance type holds", () => {
  // m6i.large and m6i.xlarge: at most 4 vCPUs. The third line of the file asks for 9.
  const trace = `${HEADER}a,0,10,1,1024\nbig,1000,10,9,1024\nc,2000,10,1,1024\n`;

  it("stops the run: which row, which type is nearest, what it lacks, what to do", () => {
    expectRefused(
      replay(trace),
      /^error scenarios\/jobs\.csv:3: the job asks for 9 vCPUs, 1024 MiB; .*m6i\.xlarge.* is short of 5 vCPUs \(1 such rows? in all; .*unplaceable: reject.*\)/,
    );
  });

  it("is left out and counted when the scenario says so", () => {
    const { outcome } = replay(trace, { trace: "{ file: jobs.csv, unplaceable: reject }" });
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain("3 rows read, 2 accepted, 1 rejected\n");
    expect(outcome.stdout).toMatch(/first at line 3: the job asks for 9 vCPUs/);
    expectNoStackTrace(outcome);
  });

  it("may be in a queue that the scenario does not have", () => {
    const queue = "computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }]";
    const given = replay("id,queue,submit_ms,runtime_s,vcpus,memory_mib\na,day,0,10,1,1024\nb,nigth,1,10,1,1024\n", {
      jobQueues: `[{ jobQueueName: day, ${queue} }, { jobQueueName: night, ${queue} }]`,
    });
    expectRefused(given, /^error scenarios\/jobs\.csv:3: there is no job queue "nigth" .*night/);
  });

  it("may be one that the generator would make", () => {
    const shapes = "[{ name: huge, vcpus: 2, memory: 900GiB, runtime: 1m }]";
    const given = replay("", { trace: `{ synthetic: { jobs: 5, duration: 1h, shapes: ${shapes} } }` });
    expectRefused(
      given,
      /^error scenarios\/s\.yaml:? trace\.synthetic\.shapes\[0\]: the job asks for 2 vCPUs, 921600 MiB; .* short of \d+ MiB of memory/,
    );
  });
});

describe("a result that cannot be rendered", () => {
  let good: string;
  beforeAll(() => {
    const { outcome, cwd } = replay(JOBS_CSV);
    expect(outcome.code).toBe(0);
    good = readFileSync(join(cwd, "reports/s/result.json"), "utf8");
  });

  function report(text: string): Case {
    const cwd = writeFiles(join(folder, String(next++)), { "scenarios/result.json": text });
    return { outcome: stowage(["report", "scenarios", "--format", "folder", "--out", "made/here"], { cwd }), cwd };
  }

  it("is missing", () => {
    const cwd = writeFiles(join(folder, "no-result"), { "scenarios/readme": "" });
    const outcome = stowage(["report", "scenarios"], { cwd });
    expectRefused({ outcome, cwd }, /^error scenarios\/result\.json: there is no such file \(a replay writes one: /);
  });

  it("is cut off", () => {
    expectRefused(report(good.slice(0, good.length / 2)), /^error scenarios\/result\.json: not valid JSON: /);
  });

  it("comes from a newer version", () => {
    expectRefused(
      report(good.replace('"formatVersion": 4', '"formatVersion": 5')),
      /^error scenarios\/result\.json formatVersion: result format 5 cannot be read, .* \(it was written by a newer stowage: upgrade to read it\)/,
    );
  });

  it("is something else", () => {
    expectRefused(report("{}"), /^error scenarios\/result\.json formatVersion: the file has no numeric formatVersion/);
    expectRefused(report("[1, 2]"), /^error scenarios\/result\.json/);
  });

  it("contradicts itself", () => {
    expectRefused(
      report(good.replace(/"recordsRead": 5/, '"recordsRead": 6')),
      /^error scenarios\/result\.json trace\.recordsRead: /,
    );
  });

  it("has more wrong with it than anybody reads", () => {
    const wrong = good.replace(/"(jobs|microUsd|wait\w*|p\d\d|queue)":/g, '"$1_":');
    const { outcome } = report(wrong);
    expectRefusal(outcome, 2);
    const lines = outcome.stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(51);
    expect(lines[50]).toMatch(/^and \d+ more$/);
  });
});
