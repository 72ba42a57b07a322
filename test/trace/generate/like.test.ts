import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textAt } from "../../../src/base/text-column.js";
import type { GoodnessOfFit } from "../../../src/model/trace-fit.js";
import { importOptions } from "../../../src/run/traces/reading.js";
import { parseTraceSettings } from "../../../src/scenario/trace-settings.js";
import { traceText } from "../../../src/trace/canonical/trace-text.js";
import { generateCloud } from "../../../src/trace/generate/cloud.js";
import { goodnessOfFit } from "../../../src/trace/generate/goodness.js";
import { generateLike, type LikeOptions } from "../../../src/trace/generate/like.js";
import { generateLublin } from "../../../src/trace/generate/lublin.js";
import { readTraceFiles } from "../../../src/trace/read-trace.js";
import type { SealedTrace } from "../../../src/trace/workload-builder.js";
import { jobsOf, traceFile } from "../trace-files.js";

const DAY = 86_400_000;
const TRACES = join(import.meta.dirname, "../../../../shared/data/traces");

function like(source: SealedTrace, overrides: Partial<LikeOptions> = {}) {
  const options = { jobs: undefined, durationMs: undefined, seed: 7, settings: [], anonymousNames: false };
  return generateLike(source, { ...options, ...overrides });
}

async function readCsv(text: string): Promise<SealedTrace> {
  const path = traceFile(text);
  return await readTraceFiles(importOptions(parseTraceSettings({ format: "csv" }), [path]), [path]);
}

const idsOf = ({ workload }: SealedTrace) =>
  Array.from({ length: workload.jobCount }, (_, job) => textAt(workload.ids, job));
const distances = (fit: GoodnessOfFit) => new Map(fit.marginals.map(({ name, distance }) => [name, distance]));
const figures = (fit: GoodnessOfFit) => new Map(fit.arrivals.map((figure) => [figure.name, figure]));

const cloud = generateCloud({ jobs: 20_000, seed: 3, settings: ["days=35", "arrayMost=500"] });

describe("generateLike", () => {
  const { trace, notes } = like(cloud);

  it("gives as many jobs in the same time, with the parts of the original", () => {
    expect(Math.abs(trace.workload.jobCount - 20_000)).toBeLessThan(500); // less than one array or workflow
    expect(trace.workload.submitMs.at(-1)).toBeLessThan(36 * DAY);
    const names = ({ workload }: SealedTrace) => new Set(workload.jobNames);
    for (const name of names(trace)) expect(names(cloud)).toContain(name);
    const shapes = new Set(cloud.workload.shapes.map((shape) => JSON.stringify(shape)));
    for (const shape of trace.workload.shapes) expect(shapes).toContain(JSON.stringify(shape));
    expect(notes.join("\n")).toContain("7 at a time");
  });

  it("fits: what jobs are and when they come", () => {
    const fit = goodnessOfFit(cloud, trace);
    // Measured for seeds 1 to 10: at most 0.02 for jobs and arrays, 0.03 for gaps.
    for (const [name, distance] of distances(fit)) expect.soft(distance, name).toBeLessThan(0.06);
    for (const bin of ["1 min", "1 h", "1 day"]) {
      const { original, generated } = figures(fit).get(`index of dispersion, ${bin}`)!;
      expect.soft(generated! / original!, bin).toBeGreaterThan(1 / 1.3);
      expect.soft(generated! / original!, bin).toBeLessThan(1.3);
    }
    for (const lag of [1, 24, 168]) {
      const { original, generated } = figures(fit).get(`autocorrelation per hour, ${lag} h`)!;
      expect.soft(Math.abs(generated! - original!), `${lag} h`).toBeLessThan(0.15);
    }
  });

  it("tells a bad fit: against another model nearly everything is poor", () => {
    const fit = goodnessOfFit(cloud, generateLublin({ jobs: 20_000, seed: 1, settings: [] }));
    expect(fit.marginals.filter(({ verdict }) => verdict === "poor").length).toBeGreaterThanOrEqual(3);
  });

  it("copies no row: no id of the original is used again, not even in a copy of a copy", () => {
    const old = new Set(idsOf(cloud));
    const fresh = idsOf(trace);
    expect(new Set(fresh).size).toBe(fresh.length);
    expect(fresh.filter((id) => old.has(id))).toEqual([]);
    const again = new Set(fresh);
    expect(idsOf(like(trace).trace).filter((id) => again.has(id))).toEqual([]);
  });

  it("keeps workflows whole: each array and gathering job waits as in the original", () => {
    const shapeOf = ({ workload }: SealedTrace) => {
      const { arrays, dependencies } = workload;
      return Array.from(dependencies.dependent, (unit, edge) => {
        return `${unit < arrays.count} on ${dependencies.on[edge]! < arrays.count}`;
      });
    };
    const share = (edges: string[], kind: string) => edges.filter((edge) => edge === kind).length / edges.length;
    const [before, after] = [shapeOf(cloud), shapeOf(trace)];
    expect(after.length / trace.workload.jobCount).toBeCloseTo(before.length / 20_000, 2);
    expect(share(after, "true on false")).toBeCloseTo(share(before, "true on false"), 1);
    // No array loses a child: sizes are those of the original.
    const sizes = ({ workload: { arrays } }: SealedTrace) =>
      new Set(Array.from({ length: arrays.count }, (_, i) => arrays.starts[i + 1]! - arrays.starts[i]!));
    for (const size of sizes(trace)) expect(sizes(cloud)).toContain(size);
  });

  it("gives k times the jobs with the dispersion of the original, and longer traces", () => {
    const triple = like(cloud, { jobs: 60_000 }).trace;
    expect(Math.abs(triple.workload.jobCount - 60_000)).toBeLessThan(500);
    expect(triple.workload.submitMs.at(-1)).toBeLessThan(36 * DAY);
    const minute = figures(goodnessOfFit(cloud, triple)).get("index of dispersion, 1 min")!;
    expect(Math.abs(minute.generated! / minute.original! - 1)).toBeLessThan(0.3);
    const long = like(cloud, { durationMs: 70 * DAY }).trace;
    const spanMs = cloud.workload.submitMs.at(-1)!;
    expect(Math.abs(long.workload.jobCount - (20_000 * 70 * DAY) / spanMs)).toBeLessThan(500);
    expect(long.workload.submitMs.at(-1)).toBeGreaterThan(68 * DAY);
    const half = like(cloud, { jobs: 10_000 }).trace;
    expect(Math.abs(half.workload.jobCount - 10_000)).toBeLessThan(500);
  });

  it("depends on the seed and on nothing else", () => {
    expect(like(cloud).trace.workload.hash).toBe(trace.workload.hash);
    expect(like(cloud, { seed: 8 }).trace.workload.hash).not.toBe(trace.workload.hash);
  });

  it("hides names when asked, queues excepted", () => {
    const hidden = like(cloud, { anonymousNames: true }).trace;
    expect(hidden.workload.jobNames.every((name) => /^name-\d+$/.test(name))).toBe(true);
    expect(hidden.workload.jobNames).toHaveLength(trace.workload.jobNames.length);
    expect(hidden.workload.queueNames).toEqual(trace.workload.queueNames);
    expect(hidden.workload.submitMs).toEqual(trace.workload.submitMs);
  });

  it("reads back as it was written", async () => {
    const text = [...traceText(trace)].join("");
    expect([...traceText(await readCsv(text))].join("")).toBe(text);
  });
});

describe("small originals", () => {
  it("of one job give one job, or many of them", async () => {
    const one = await readCsv("id,submit_ms,runtime_s,vcpus,memory_mib\na,1700000000000,10,2,4096\n");
    const [job] = jobsOf(like(one).trace);
    expect(job).toMatchObject({ id: "like1-job-0000001", runtimeMs: 10_000, vcpuMilli: 2_000, memoryMib: 4_096 });
    expect(like(one, { jobs: 5 }).trace.workload.jobCount).toBe(5);
    expect(like(one, { jobs: 5, durationMs: 3 * DAY }).trace.workload.jobCount).toBe(5);
    const two = await readCsv("id,submit_ms,runtime_s,vcpus,memory_mib\na,0,1,1,1024\nb,1,1,1,1024\n");
    expect(() => like(two, { durationMs: 365 * DAY })).toThrow("say how many with --jobs");
  });

  it("of one workflow are used whole, and the surplus is told", async () => {
    const header = "id,submit_ms,runtime_s,vcpus,memory_mib,depends_on\n";
    const flow = await readCsv(`${header}a,0,10,1,1024,\nb,0,20,1,1024,a\nc,5000,30,1,1024,a;b\n`);
    const { trace, notes } = like(flow, { jobs: 4 });
    expect(trace.workload.jobCount).toBe(6);
    expect(trace.workload.dependencies.count).toBe(6);
    expect(notes.join("\n")).toContain("2 jobs more than asked for");
    // c comes 5 s after its workflow's first job, wherever that is.
    const jobs = jobsOf(trace).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(jobs[2]!.submitMs - jobs[0]!.submitMs).toBe(5_000);
  });

  it("of jobs with few days in between find days with jobs", async () => {
    const header = "id,submit_ms,runtime_s,vcpus,memory_mib\n";
    const sparse = await readCsv(`${header}a,0,1,1,1024\nb,${9 * DAY},1,1,1024\n`);
    for (let seed = 1; seed <= 20; seed++) expect(like(sparse, { seed }).trace.workload.jobCount).toBe(2);
  });

  it("draw run times between those seen of a kind, and limits with them", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `j${i},${i * 60_000},${100 + i},1,1024,${(100 + i) * 2}`);
    const source = await readCsv(`id,submit_ms,runtime_s,vcpus,memory_mib,limit_s\n${rows.join("\n")}\n`);
    for (const { runtimeMs, limitMs } of jobsOf(like(source).trace)) {
      expect(runtimeMs).toBeGreaterThanOrEqual(100_000);
      expect(runtimeMs).toBeLessThanOrEqual(299_000);
      // The nearest job's limit is twice its run time, which is within half a second of the one drawn.
      expect(Math.abs(limitMs / 2 - runtimeMs)).toBeLessThanOrEqual(500);
    }
  });
});

/** Measured with seed 7, see docs/workload-models.md; the bounds leave room for other seeds. */
const REAL = [
  { file: "swf/KTH-SP2.swf", jobs: 28_481, gaps: 0.03, runtime: 0.03 },
  { file: "swf/NASA-iPSC-1993-3.1-cln.swf.gz", jobs: 18_239, gaps: 0.06, runtime: 0.03 },
  { file: "nextflow/execution_trace.awsbatch.2022-05-13.txt", jobs: 864, gaps: 0.08, runtime: 0.1 },
];

describe.each(REAL)("like $file", ({ file, jobs, gaps, runtime }) => {
  const path = join(TRACES, file);
  it.skipIf(!existsSync(path))("fits", async () => {
    const source = await readTraceFiles(importOptions(parseTraceSettings({}), [path]), [path]);
    const { trace } = like(source);
    expect(trace.workload.jobCount).toBe(jobs);
    const fit = goodnessOfFit(source, trace);
    expect(distances(fit).get("time between submissions")).toBeLessThan(gaps);
    expect(distances(fit).get("run time")).toBeLessThan(runtime);
    for (const { name, original, generated } of fit.arrivals.filter((figure) => /dispersion/.test(figure.name))) {
      if (original === null || generated === null) continue;
      expect.soft(generated / original, name).toBeGreaterThan(1 / 1.4);
      expect.soft(generated / original, name).toBeLessThan(1.4);
    }
  });
});
