// Retries and checkpoints of jobs: what the trace section says of those without a job definition, and what a definition says.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JobDefinition } from "../../src/model/job.js";
import { loadReplay } from "../../src/run/load-replay.js";
import { settleJobsWithoutDefinition } from "../../src/trace/jobs-without-definition.js";
import { neutralJobRow, type Trace, WorkloadBuilder } from "../../src/trace/workload-builder.js";
import { s } from "../builders.js";
import { issuesOf } from "./trace-files.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-retries-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const RULES = [
  { onStatusReason: "Host EC2*", onReason: undefined, onExitCode: undefined, action: "RETRY" as const },
  { onStatusReason: undefined, onReason: "*", onExitCode: undefined, action: "EXIT" as const },
];
const RETRY = { attempts: 3, evaluateOnExit: RULES };
const STRATEGY = {
  attempts: 3,
  evaluateOnExit: [
    { onStatusReason: "Host EC2*", action: "RETRY" },
    { onReason: "*", action: "EXIT" },
  ],
};
const ONCE = { attempts: 1, evaluateOnExit: [] };

/** The workload of a scenario with this trace, on EC2 instances. */
async function workloadOf(trace: object, jobDefinitions: readonly object[] = [], table?: string) {
  const path = join(folder, `scenario-${++files}.yaml`);
  if (table !== undefined) writeFileSync(join(folder, "jobs.csv"), table);
  const scenario = {
    name: "t",
    region: "us-east-1",
    computeEnvironments: [
      {
        computeEnvironmentName: "ce",
        type: "MANAGED",
        computeResources: { type: "EC2", minvCpus: 0, maxvCpus: 64, instanceTypes: ["m6i.2xlarge"] },
      },
    ],
    trace,
    jobDefinitions,
  };
  writeFileSync(path, JSON.stringify(scenario)); // JSON is YAML
  return (await loadReplay(path)).trace.workload;
}

/** The definition of each job. */
function definitionsOf({ definitions, jobDefinition, jobCount }: Awaited<ReturnType<typeof workloadOf>>) {
  return Array.from({ length: jobCount }, (_, job) => definitions[jobDefinition[job] ?? 0]!);
}
const ALIGN = {
  jobDefinitionName: "align",
  retryStrategy: { attempts: 2 },
  checkpointInterval: "10m",
  containerProperties: { vcpus: 2, memory: 4096 },
};
const job = (id: string, more: object = {}) => ({ id, vcpus: 1, memory: "1 GiB", runtime: "1m", ...more });

describe("the trace's retryStrategy and checkpointInterval", () => {
  it("are those of generated jobs", async () => {
    const synthetic = {
      jobs: 2,
      duration: "1h",
      shapes: [{ name: "a", vcpus: 1, memory: "1 GiB", runtime: "1m" }],
    };
    const given = await workloadOf({ synthetic, retryStrategy: STRATEGY, checkpointInterval: "5m" });
    const expected = { name: "", retry: RETRY, timeoutMs: Number.NaN, checkpointMs: s(300) };
    expect(definitionsOf(given)).toEqual([expected, expected]);
    const plain = await workloadOf({ synthetic });
    expect(definitionsOf(plain)[0]).toEqual({ name: "", retry: ONCE, timeoutMs: Number.NaN });
    expect(given.hash).not.toBe(plain.hash);
  });

  it("are those of rows without a job definition, and leave timeouts alone", async () => {
    const table = [
      "id,submit,runtime_s,vcpus,memory_mib,limit_s,job_definition",
      "a,2026-01-01T00:00:00Z,60,1,1024,100,",
      "b,2026-01-01T00:00:01Z,60,1,1024,,align",
      "c,2026-01-01T00:00:02Z,60,1,1024,,",
    ].join("\n");
    const trace = { file: "jobs.csv", retryStrategy: STRATEGY, checkpointInterval: "5m", limits: "timeout" };
    expect(definitionsOf(await workloadOf(trace, [ALIGN], table))).toEqual([
      { name: "", retry: RETRY, timeoutMs: s(100), checkpointMs: s(300) },
      { name: "align", retry: { attempts: 2, evaluateOnExit: [] }, timeoutMs: Number.NaN, checkpointMs: s(600) },
      { name: "", retry: RETRY, timeoutMs: Number.NaN, checkpointMs: s(300) },
    ]);
  });

  it("are those of listed jobs without a job definition; a job's own retryStrategy goes before", async () => {
    const jobs = [
      job("a"),
      job("b", { retryStrategy: { attempts: 7 } }),
      job("c", { jobDefinition: "align" }),
      job("d", { jobDefinition: "align", retryStrategy: { attempts: 9 } }),
    ];
    const trace = { jobs, retryStrategy: STRATEGY, checkpointInterval: "5m" };
    const found = definitionsOf(await workloadOf(trace, [ALIGN]));
    expect(found.map(({ retry, checkpointMs }) => [retry.attempts, checkpointMs])).toEqual([
      [3, s(300)],
      [7, s(300)],
      [2, s(600)],
      [9, s(600)],
    ]);
    expect(found[0]!.retry).toEqual(RETRY);
  });

  it("have their mistakes found with others", async () => {
    const trace = { jobs: [job("a")], retryStrategy: { attempts: 11 }, checkpointInterval: 0 };
    const issues = await issuesOf(workloadOf(trace));
    expect(issues.map(({ path }) => path).sort()).toEqual(["trace.checkpointInterval", "trace.retryStrategy.attempts"]);
  });
});

describe("the settings of jobs without a definition", () => {
  function traceOf(definitions: readonly JobDefinition[]): Trace {
    const builder = new WorkloadBuilder();
    for (const definition of definitions) {
      const row = neutralJobRow();
      row.id = `j${builder.jobCount}`;
      row.definition = builder.addDefinition(definition);
      builder.addJob(row);
    }
    const report = { source: "", format: "", recordsRead: 0, rowsRead: 0, accepted: 0 };
    return { ...builder.seal(), report: { ...report, rejected: [], adjusted: [], folded: [], notes: [] } };
  }
  const recorded: JobDefinition = { name: "", retry: { attempts: 5, evaluateOnExit: [] }, timeoutMs: s(9) };
  const named: JobDefinition = { name: "align", retry: ONCE, timeoutMs: Number.NaN };

  it("allow no fewer attempts than were recorded", () => {
    const { workload } = settleJobsWithoutDefinition(traceOf([recorded, named]), { retry: RETRY });
    expect(workload.definitions).toEqual([
      { name: "", retry: RETRY, timeoutMs: Number.NaN },
      { name: "", retry: { attempts: 5, evaluateOnExit: RULES }, timeoutMs: s(9) },
      named,
    ]);
  });

  it("without a retry strategy leave attempts as they are", () => {
    const { workload } = settleJobsWithoutDefinition(traceOf([recorded]), { checkpointMs: 1 });
    expect(workload.definitions[1]).toEqual({ ...recorded, checkpointMs: 1 });
  });

  it("that say nothing change nothing", () => {
    const trace = traceOf([recorded]);
    expect(settleJobsWithoutDefinition(trace, {})).toBe(trace);
  });
});
