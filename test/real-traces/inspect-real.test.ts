// Every real file can be inspected: the figures agree with each other, and both renderings hold. A few known truths about
// single files must be told.

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { TraceInspection } from "../../src/model/trace-inspection.js";
import { renderInspectionHtml } from "../../src/report/inspection/html.js";
import { renderInspection } from "../../src/report/inspection/terminal.js";
import { inspectFiles } from "../../src/run/traces/inspect-trace.js";
import { parseTraceSettings } from "../../src/scenario/trace-settings.js";
import { HAS_REAL_FILES, REAL_FILES, type RealFile, realPath } from "./real-files.js";

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function inspect({ files, settings = {} }: RealFile): Promise<TraceInspection> {
  return await inspectFiles(parseTraceSettings(settings), files.map(realPath));
}

describe.skipIf(!HAS_REAL_FILES)("inspecting real files (skipped without ../shared/data)", () => {
  const codesOf = new Map<string, readonly string[]>();

  it.each(REAL_FILES.map((file) => [file.files.join(", "), file] as const))("%s", async (name, file) => {
    const inspection = await inspect(file);
    codesOf.set(
      name,
      inspection.warnings.map(({ code }) => code),
    );
    const { jobs, arrivals, runtimes, work, failures, records } = inspection;
    expect(records.rowsRead).toBe(records.accepted + sum(records.rejected.map(({ count }) => count)));
    expect(sum(arrivals.series.jobs)).toBe(jobs);
    expect(arrivals.series.jobs.length).toBeLessThanOrEqual(400);
    if (arrivals.week !== null) expect(sum(arrivals.week.flat())).toBe(jobs);
    expect(runtimes.count).toBe(jobs);
    expect(runtimes.zero + sum(runtimes.buckets.map(({ count }) => count))).toBe(jobs);
    for (const rows of [work.shapes, work.names]) {
      expect(sum(rows.map((row) => row.jobs))).toBe(jobs);
      if (work.hours > 0) expect(sum(rows.map(({ share }) => share))).toBeCloseTo(1, 4);
    }
    expect(sum(failures.byExitCode.map(({ attempts }) => attempts))).toBe(failures.failedAttempts);
    // Examples quote the files, which may hold anything.
    const quiet = { ...inspection, records: { ...records, rejected: [], adjusted: [], folded: [] } };
    const text = renderInspection(quiet, { colour: false, width: 80 });
    const html = renderInspectionHtml(quiet, (style) => createHash("sha256").update(style).digest("base64"));
    for (const drawn of [text, html]) expect(drawn).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
  });

  describe("what is known of them is told", () => {
    let kth: TraceInspection;
    beforeAll(async () => {
      kth = await inspect(REAL_FILES.find(({ files }) => files.includes("swf/KTH-SP2.swf"))!);
    });

    it("KTH: 7,946 failed, waits in whole minutes, no memory", () => {
      expect(kth.failures.failedJobs).toBe(7_946);
      expect(kth.waits).toMatchObject({ count: 28_481, roundedToMs: 60_000 });
      expect(kth.warnings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(["missing-memory", "failures", "rounded-waits"]),
      );
    });

    it.each([
      ["swf/NASA-iPSC-1993-3.1-cln.swf.gz", ["submit-is-start", "missing-memory", "ran-zero", "endings-unknown"]],
      ["nextflow/execution_trace.cluster-cached.2020-01-23.txt", ["cached"]],
      ["aws-batch/describe-jobs.mnp-running.json", ["nothing-usable", "cut-off"]],
      ["alibaba-gpu-2023/openb_pod_list_default.csv", ["never-ran", "cut-off", "no-dates"]],
    ])("%s", (name, codes) => {
      expect(codesOf.get(name)).toEqual(expect.arrayContaining(codes));
    });
  });
});
