// From a scenario file to its workload: what of the scenario the readers are told.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadReplay } from "../../src/run/load-replay.js";
import { counts, issuesOf, jobsOf } from "./trace-files.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-load-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Loads a scenario of one queue, `main`, on EC2 instances; `sections` are whole top-level keys of YAML. */
async function load(sections: Record<string, unknown>, contents: Record<string, string> = {}) {
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  const path = join(folder, `scenario-${++files}.yaml`);
  const scenario = {
    name: "t",
    region: "us-east-1",
    jobQueues: [
      { jobQueueName: "main", priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: "ce" }] },
    ],
    computeEnvironments: [
      {
        computeEnvironmentName: "ce",
        type: "MANAGED",
        computeResources: { type: "EC2", minvCpus: 0, maxvCpus: 64, instanceTypes: ["m6i.2xlarge"] },
      },
    ],
    ...sections,
  };
  writeFileSync(path, JSON.stringify(scenario)); // JSON is YAML
  return await loadReplay(path);
}

describe("jobs in the scenario", () => {
  const job = (id: string, more: object = {}) => ({ id, vcpus: 1, memory: "1 GiB", runtime: "1m", ...more });

  it("become the workload", async () => {
    const array = job("x", { arrayProperties: { size: 2 }, dependsOn: [{ jobId: "a" }] });
    const { trace } = await load({ trace: { jobs: [job("a", { attempts: [{ exitCode: 3 }] }), array] } });
    expect(trace.report).toMatchObject({ format: "inline", rowsRead: 2, accepted: 2 });
    expect(jobsOf(trace).map(({ id, queue }) => `${queue}/${id}`)).toEqual(["main/a", "main/x:0", "main/x:1"]);
    expect(trace.workload.dependencies.count).toBe(1);
    expect(trace.profiles.scripts).toMatchObject([[{ exitCode: 3 }]]);
  });

  it("that can never run stop the run, or are counted", async () => {
    const jobs = [job("big", { memory: "100 GiB" }), job("a")];
    expect(await issuesOf(load({ trace: { jobs } }))).toMatchObject([
      { code: "unplaceable-job", path: "trace.jobs", message: expect.stringContaining('job "big"') },
    ]);
    const { trace } = await load({ trace: { jobs, unplaceable: "reject" } });
    expect(counts(trace.report.rejected)).toEqual({ unplaceable: 1 });
  });
});

describe("a trace file", () => {
  const csv = { "jobs.csv": "id,submit_ms,runtime_s,job_definition\na,0,5,align\nb,0,5,align:1\n" };
  const definition = {
    jobDefinitionName: "align",
    revision: 1,
    type: "container",
    containerProperties: {
      image: "i",
      resourceRequirements: [
        { type: "VCPU", value: "2" },
        { type: "MEMORY", value: "1024" },
      ],
    },
    retryStrategy: { attempts: 2 },
  };

  it("may refer to the scenario's job definitions", async () => {
    const { trace } = await load({ trace: { file: "jobs.csv" }, jobDefinitions: [definition] }, csv);
    expect(jobsOf(trace)).toMatchObject([
      { id: "a", name: "align", vcpuMilli: 2_000, memoryMib: 1_024 },
      { id: "b", vcpuMilli: 2_000 },
    ]);
    expect(trace.workload.definitions[trace.workload.jobDefinition[1]!]).toMatchObject({ retry: { attempts: 2 } });
  });

  it("has shares where a scheduling policy or a strategy asks for them", async () => {
    const content = { "shares.csv": "submit_ms,runtime_s,vcpus,memory_mib,share_identifier\n0,5,1,1,team\n0,5,1,1,\n" };
    const sharesWith = async (sections: Record<string, unknown>) =>
      (await load({ trace: { file: "shares.csv" }, ...sections }, content)).trace.workload.shareNames;
    expect(await sharesWith({})).toEqual([""]);
    const strategies = [{ name: "s", queueDiscipline: "slurm-fair-share" }];
    expect(await sharesWith({ strategies })).toEqual(["", "team", "default"]);
    const schedulingPolicies = [{ name: "p", fairsharePolicy: { shareDistribution: [] } }];
    const order = [{ order: 1, computeEnvironment: "ce" }];
    const queue = { jobQueueName: "main", priority: 1, computeEnvironmentOrder: order, schedulingPolicyArn: "p" };
    expect(await sharesWith({ schedulingPolicies, jobQueues: [queue] })).toEqual(["", "team", "default"]);
  });

  it("needs no memory on a machine of processors", async () => {
    const log = { "log.swf": "1 0 0 5 4 -1 -1 4 60 -1 1 1 1 1 -1 1 -1 -1\n" };
    const machine = { computeEnvironmentName: "ce", fixedFleet: { processors: 8 } };
    const { trace } = await load({ trace: { file: "log.swf" }, computeEnvironments: [machine] }, log);
    expect(jobsOf(trace)).toMatchObject([{ vcpuMilli: 4_000, memoryMib: 0, limitMs: 60_000 }]);
  });
});

it("generated jobs have the share `default` in a fair-share queue", async () => {
  const shapes = [{ name: "s", vcpus: 1, memory: "1 GiB", runtime: "1m" }];
  const strategies = [{ name: "s", queueDiscipline: "slurm-fair-share" }];
  const { trace } = await load({ trace: { synthetic: { jobs: 3, duration: "1h", shapes } }, strategies });
  expect(trace.workload.classes.map(({ share }) => trace.workload.shareNames[share])).toEqual(["default"]);
});
