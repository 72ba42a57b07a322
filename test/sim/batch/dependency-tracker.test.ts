// What dependencies cost: every edge is followed once, in graphs as large as anybody's.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Workload } from "../../../src/model/job.js";
import { DependencyTracker } from "../../../src/sim/batch/dependency-tracker.js";
import { environment, instanceType, type JobRow, job, pool, s, shape, simulationInput } from "../../builders.js";
import { exits, jobEvents, roomy, rows, withParts } from "./batch-story.js";

const folder = new URL("../../../../shared/data/traces/wfformat/", import.meta.url);
const file = fileURLToPath(new URL("nextflow-rnaseq-dirt02-001.json", folder));
const present = existsSync(file);

interface Graph {
  readonly jobs: readonly JobRow[];
  readonly edges: readonly (readonly [waits: `j${number}`, on: `j${number}`])[];
}

/** The workflow of the file, repeated until there are at least `count` jobs. */
function repeatedWorkflow(count: number): Graph {
  const { workflow } = JSON.parse(readFileSync(file, "utf8")) as {
    workflow: {
      specification: { tasks: { id: string; parents: string[] }[] };
      execution: { tasks: { id: string; runtimeInSeconds: number }[] };
    };
  };
  const { tasks } = workflow.specification;
  const numberOf = new Map(tasks.map(({ id }, number) => [id, number]));
  const runS = new Map(workflow.execution.tasks.map((task) => [task.id, task.runtimeInSeconds]));
  const copies = Math.ceil(count / tasks.length);
  const each = Array.from({ length: copies }, (_, copy) => copy * tasks.length);
  return {
    jobs: each.flatMap(() => tasks.map(({ id }) => job(0, Math.round(s(runS.get(id)!)), shape(1, 1)))),
    edges: each.flatMap((first) =>
      tasks.flatMap(({ parents }, number) =>
        parents.map((parent) => [`j${first + number}`, `j${first + numberOf.get(parent)!}`] as const),
      ),
    ),
  };
}

/** Ends every job as soon as it is ready, or has failed; returns how many succeeded. */
function runThrough(tracker: DependencyTracker, jobCount: number, failing: ReadonlySet<number>): number {
  let succeeded = 0;
  for (let number = 0; number < jobCount; number++) {
    if (tracker.stateOf(number) === "ready") tracker.released.push(number);
  }
  const { released, failed } = tracker;
  for (let r = 0, f = 0; r < released.length || f < failed.length; ) {
    if (f < failed.length) {
      tracker.jobEnded(failed.data[f++]!, false);
    } else {
      const number = released.data[r++]!;
      const success = !failing.has(number);
      if (success) succeeded++;
      tracker.jobEnded(number, success);
    }
  }
  return succeeded;
}

describe("following edges", () => {
  it("costs one step per edge on a chain of 100,000, failing from its first job on, without recursion", () => {
    const count = 100_000;
    const { workload } = simulationInput({ types: [instanceType("m", 1, 1)], pools: [pool(0, 1)], jobs: rows([0, 1]) });
    const chain: Workload = {
      ...workload,
      jobCount: count,
      dependencies: {
        count: count - 1,
        dependent: Int32Array.from({ length: count - 1 }, (_, edge) => edge + 1),
        on: Int32Array.from({ length: count - 1 }, (_, edge) => edge),
        kind: new Uint8Array(count - 1),
      },
    };
    const tracker = new DependencyTracker(chain);
    expect(runThrough(tracker, count, new Set([0]))).toBe(0);
    expect(tracker.edgesFollowed).toBe(count - 1);
    expect(tracker.failed.length).toBe(count - 1);
  });

  it("costs an array's edges once, not once per child", () => {
    // 20 jobs before an array of 1000, 50 behind it: 20 edges, 1000 children told once that all 20 are done, 50 edges.
    const parts = {
      arrays: [{ children: Array.from({ length: 1000 }, (_, index) => 20 + index) }],
      dependsOn: [
        ...Array.from({ length: 20 }, (_, index) => ["a0", `j${index}`] as const),
        ...Array.from({ length: 50 }, (_, index) => [`j${1020 + index}`, "a0"] as const),
      ],
    };
    const { workload } = withParts(roomy(rows(...Array.from({ length: 1070 }, () => [0, 1] as const))), parts);
    const tracker = new DependencyTracker(workload);
    expect(runThrough(tracker, 1070, new Set())).toBe(1070);
    expect(tracker.edgesFollowed).toBe(20 + 1000 + 50);
  });

  it("takes no more from an edge that is given twice than from one", () => {
    const parts = {
      dependsOn: [
        ["j1", "j0"],
        ["j1", "j0"],
      ],
    } as const;
    const tracker = new DependencyTracker(withParts(roomy(rows([0, 1], [0, 1])), parts).workload);
    tracker.jobEnded(0, true);
    expect(Array.from(tracker.released.view())).toEqual([1]);
  });
});

describe.skipIf(!present)(`a real workflow repeated to 100,000 jobs (needs ${file})`, () => {
  const graph = present ? repeatedWorkflow(100_000) : { jobs: [], edges: [] };
  const input = withParts(
    simulationInput({
      types: [instanceType("m", 10, 100)],
      pools: [pool(0, 1)],
      environments: [environment([0], { fixedFleet: [{ pool: 0, count: 200 }] })],
      jobs: graph.jobs,
      strategy: { decisionIntervalMs: s(15) },
    }),
    { dependsOn: graph.edges },
  );

  it("costs one step per edge", () => {
    const tracker = new DependencyTracker(input.workload);
    expect(graph.jobs.length).toBeGreaterThanOrEqual(100_000);
    expect(runThrough(tracker, graph.jobs.length, new Set())).toBe(graph.jobs.length);
    expect(tracker.edgesFollowed).toBe(graph.edges.length);
  });

  it("starts no job before all it depends on have succeeded", () => {
    const startedMs = new Float64Array(graph.jobs.length).fill(Number.NaN);
    const endedMs = new Float64Array(graph.jobs.length).fill(Number.NaN);
    for (const event of jobEvents(input)) {
      if (event.kind !== "ended") continue;
      expect(event.packed).toBe(0);
      startedMs[event.job] = event.startedMs;
      endedMs[event.job] = event.atMs;
    }
    expect(endedMs.some(Number.isNaN)).toBe(false);
    const early = graph.edges.filter(
      ([waits, on]) => !(startedMs[Number(waits.slice(1))]! >= endedMs[Number(on.slice(1))]!),
    );
    expect(early).toEqual([]);
  });

  it("fails every other job, once, when all jobs that wait for nothing fail", () => {
    const roots = new Set(graph.jobs.map((_, number) => number));
    for (const [waits] of graph.edges) roots.delete(Number(waits.slice(1)));
    const scripts = Object.fromEntries([...roots].map((number) => [number, [exits(1)]]));
    const events = jobEvents(withParts(input, { dependsOn: graph.edges, scripts }));
    const cancelled = events.filter(({ kind }) => kind === "cancelled").map((event) => event.job);
    expect([cancelled.length, new Set(cancelled).size]).toEqual(Array(2).fill(graph.jobs.length - roots.size));
    expect(events.filter(({ kind }) => kind === "ended").length).toBe(roots.size);
  });
});
