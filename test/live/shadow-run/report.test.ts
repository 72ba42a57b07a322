import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { textAt } from "../../../src/base/text-column.js";
import { OutputError } from "../../../src/run/errors.js";
import { shadowRecord } from "../../../src/run/live/shadow.js";
import { shadowJobsCsv, writeShadowReport } from "../../../src/run/live/shadow-report.js";
import { loadReplay } from "../../../src/run/load-replay.js";
import { planRuns, runPlan } from "../../../src/run/replay.js";
import { RESOLVED, record, row } from "./rows.js";
import { resolve, START_MS, watched } from "./watched-account.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stowage-shadow-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, name), "utf8");

describe("shadow-jobs.csv", () => {
  it("is a trace of the project's own", () => {
    const none = Number.NaN;
    const text = shadowJobsCsv([
      row("a", 0, { limitMs: 900_000, share: "imaging", priority: 7 }),
      row("b", -90, {
        ...{ status: "FAILED", exitCode: 9, arrayId: "p", arraySize: 50 },
        attempts: [
          { runtimeMs: 1_500, exitCode: 137 },
          { runtimeMs: 600_000, exitCode: 9 },
        ],
      }),
      row("c", 3_000, { runtimeMs: none, status: "", withoutRuntime: "still-running" }),
      row("gone", 3_000, { runtimeMs: none, status: "", withoutRuntime: "vanished" }),
    ]);
    expect(text.split("\n")).toEqual([
      "id,name,queue,submit_ms,runtime_s,vcpus,memory_mib,gpus,limit_s,wait_s,status,exit_code,attempts,share_identifier,scheduling_priority,nodes,array_id",
      "a,align,main,1772632800000,600,2,4096,0,900,30,SUCCEEDED,0,,imaging,7,1,",
      "b,align,main,1772632710000,600,2,4096,0,,30,FAILED,9,1.5:137;600:9,,0,1,p",
      "c,align,main,1772635800000,,2,4096,0,,30,RUNNING,0,,,0,1,",
      "",
    ]);
  });

  it("is replayed as the account's own jobs", async () => {
    const text = (trace: string) => `
trace: ${trace}
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, maxvCpus: 256, instanceTypes: [m6i, c6i] }
strategies: [karpenter]
baselines: []
world: { unmanaged: {} }
`;
    const shape = "{ name: s, vcpus: 2, memory: 4 GiB, runtime: { median: 4m, p95: 12m } }";
    const resolved = resolve(text(`{ synthetic: { jobs: 60, duration: 1h, shapes: [${shape}] } }`));
    const { recorder, input } = await watched(resolved);
    writeShadowReport(folder, { resolved, record: shadowRecord(recorder) });
    writeFileSync(join(folder, "again.yaml"), text("{ file: shadow-jobs.csv }"));
    const again = await loadReplay(join(folder, "again.yaml"));
    const { workload, profiles, report } = again.trace;
    expect(report).toMatchObject({ format: "csv", accepted: 60, rejected: [], adjusted: [] });
    expect(workload.originMs).toBe(START_MS);
    // Ids of jobs submitted at one time may change places: of each the same.
    const columns = (w: typeof workload, p: typeof profiles) =>
      Array.from({ length: w.jobCount }, (_, job) =>
        [textAt(w.ids, job), w.submitMs[job], p.runtimeMs[job], w.jobNames[w.jobName[job]!]].join(" "),
      ).sort();
    expect(columns(workload, profiles)).toEqual(columns(input.workload, input.profiles));
    const waits = JSON.parse(read("shadow.json")).comparison.figures[1];
    const { attempts } = runPlan(again.resolved, again.trace, planRuns(again.resolved, again.trace)[0]!);
    const total = attempts.startedMs
      .subarray(0, attempts.length)
      .reduce((sum, startedMs, at) => sum + startedMs - workload.submitMs[attempts.job[at]!]!, 0);
    expect(total / 60 / 1_000).toBeCloseTo(waits.simulated, 6);
  });
});

describe("the report", () => {
  const jobs = [row("a", 0), row("b", 10)];

  it("is three whole files, in place of older ones", () => {
    const place = join(folder, "new", "report");
    writeShadowReport(place, { resolved: RESOLVED, record: record(jobs.slice(0, 1)) });
    const { text, json } = writeShadowReport(place, { resolved: RESOLVED, record: record(jobs) });
    expect(readdirSync(place).sort()).toEqual(["shadow-jobs.csv", "shadow.json", "shadow.txt"]);
    expect(readFileSync(join(place, "shadow.txt"), "utf8")).toBe(text);
    expect(readFileSync(join(place, "shadow.json"), "utf8")).toBe(json);
    expect(JSON.parse(json)).toMatchObject({
      ...{ formatVersion: 1, scenario: "s", strategy: "best-fit", comparison: { quality: { looks: 241 } } },
      jobs: { leftOut: [], waitingAtStart: 0 },
    });
    expect(readFileSync(join(place, "shadow-jobs.csv"), "utf8").split("\n")).toHaveLength(4);
  });

  it("keeps the jobs where there is nothing to compare", () => {
    const open = row("a", 3_000, { runtimeMs: Number.NaN, status: "", withoutRuntime: "still-running" });
    expect(() => writeShadowReport(folder, { resolved: RESOLVED, record: record([open]) })).toThrow(InputError);
    expect(readdirSync(folder)).toEqual(["shadow-jobs.csv"]);
    expect(read("shadow-jobs.csv")).toContain("RUNNING");
  });

  it("that cannot be written leaves nothing half", () => {
    writeFileSync(join(folder, "file"), "");
    const input = { resolved: RESOLVED, record: record(jobs) };
    expect(() => writeShadowReport(join(folder, "file"), input)).toThrow(OutputError);
    // A folder stands where shadow.txt belongs.
    mkdirSync(join(folder, "shadow.txt"));
    expect(() => writeShadowReport(folder, input)).toThrow(OutputError);
    expect(readdirSync(folder).sort()).toEqual(["file", "shadow-jobs.csv", "shadow.txt"]);
    expect(existsSync(join(folder, "shadow.json"))).toBe(false);
  });
});
