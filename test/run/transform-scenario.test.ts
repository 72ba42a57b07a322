// trace.transform in a scenario: read as it is, changed, then completed for the scenario.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { loadReplay } from "../../src/run/load-replay.js";
import { allJobs } from "../trace/transform/made-traces.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-transformed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = "id,name,queue,submit_ms,runtime_s,vcpus,memory_mib";
const rows = (...lines: string[]) => `${HEADER}\n${lines.join("\n")}\n`;
writeFileSync(
  join(folder, "t.csv"),
  rows("a,w,old,0,60,1,1024", "b,w,old,1000,60,1,", "c,x,gpu,2000,60,2,1024", "d,x,old,3000,60,bad,1024"),
);
writeFileSync(join(folder, "more.csv"), rows("e,w,old,500,60,1,1024"));
writeFileSync(join(folder, "bad.csv"), "nothing,of,ours\n1,2,3\n");
writeFileSync(join(folder, "big.csv"), rows("big,w,old,0,60,1000,1024"));

async function load(trace: object) {
  const path = join(folder, "scenario.yaml");
  const environments = [
    {
      computeEnvironmentName: "ce",
      type: "MANAGED",
      computeResources: { type: "EC2", minvCpus: 0, maxvCpus: 64, instanceTypes: ["m6i.2xlarge"] },
    },
  ];
  const queue = (name: string) => ({
    jobQueueName: name,
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: "ce" }],
  });
  const scenario = { region: "us-east-1", seed: 4, trace, jobQueues: [queue("main"), queue("side")] };
  writeFileSync(path, JSON.stringify({ ...scenario, computeEnvironments: environments }));
  return await loadReplay(path);
}

async function issues(trace: object) {
  const error = await load(trace).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).issues.map(({ code, file, path }) => [code, file?.slice(folder.length + 1), path]);
}

const base = { file: "t.csv", queueMap: { old: "main", gpu: "side" }, defaults: { memory: "2 GiB" } };

describe("a scenario's steps", () => {
  it("see the file's own queues; the scenario's queues and defaults come after them", async () => {
    const { trace, header } = await load({
      ...base,
      transform: [{ filter: { queue: "old" } }, { mapQueues: { old: "gpu" } }, { scaleLoad: 2 }],
    });
    const jobs = allJobs(trace).map(({ id, queue, shape }) => `${id} ${queue} ${shape.memoryMib}`);
    expect(jobs.sort()).toEqual(["a side 1024", "a~2 side 1024", "b side 2048", "b~2 side 2048"]);
    expect(header.transforms).toEqual(["keep jobs with queue old", "map queues: old to gpu", "scale load x2, seed 4"]);
  });

  it("account for every row: read = accepted + rejected + folded", async () => {
    const { report } = (await load({ ...base, transform: [{ scaleLoad: 2 }] })).trace;
    const sum = (tallies: readonly { count: number }[]) => tallies.reduce((all, { count }) => all + count, 0);
    expect(report.accepted).toBe(6);
    expect(sum(report.rejected)).toBe(1); // the row with vcpus "bad"
    expect(report.recordsRead).toBe(report.accepted + sum(report.rejected) + sum(report.folded));
    expect(report.source).toBe("t.csv");
    expect(report.notes).toContain("3 rows were accepted before the trace was changed");
  });

  it("that change nothing give the workload of the file alone", async () => {
    const plain = await load(base);
    const shifted = await load({ ...base, transform: [{ stretchTime: 1 }] });
    expect(allJobs(shifted.trace)).toEqual(allJobs(plain.trace));
    expect(plain.header.transforms).toEqual([]);
  });

  it("merge files beside the scenario", async () => {
    const { trace } = await load({ ...base, transform: [{ merge: "more.csv" }] });
    expect(allJobs(trace).map(({ id }) => id)).toEqual(["a", "e", "b", "c"]);
    expect(trace.report.notes).toContain("merged more.csv: 1 rows read, 1 accepted, 0 rejected");
  });

  it("mistakes stand where they were made", async () => {
    expect(await issues({ ...base, transform: [{ scaleLoad: 2 }, { filter: { queue: "none" } }] })).toEqual([
      ["no-jobs-left", "scenario.yaml", "trace.transform[1]"],
    ]);
    const merged = await issues({ ...base, transform: [{ merge: "bad.csv" }] });
    expect(merged.every(([, file]) => file === "bad.csv")).toBe(true);
    expect(await issues({ ...base, transform: [{ merge: "big.csv" }] })).toEqual([
      ["unplaceable-job", "t.csv", undefined],
    ]);
  });
});
