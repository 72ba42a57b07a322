import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { TraceFindings } from "../../../src/model/trace-inspection.js";
import { renderInspectionHtml } from "../../../src/report/inspection/html.js";
import { HOSTILE } from "../fixture-variants.js";
import { inspectionOf, soundFindings, tally } from "./fixture.js";

const sha256Base64 = (text: string): string => createHash("sha256").update(text).digest("base64");
const page = (findings: TraceFindings) => renderInspectionHtml(inspectionOf(findings), sha256Base64);

describe("the page of an inspection", () => {
  it("allows its own style sheet and nothing else", () => {
    const html = page(soundFindings());
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    expect(html).toContain(
      `default-src 'none'; style-src 'sha256-${sha256Base64(style)}'; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/<script|<link|<img|https?:|style="/);
  });

  it("is the same bytes every time", () => {
    expect(page(soundFindings())).toBe(page(soundFindings()));
  });

  it("draws a column for every bin that has jobs, the tallest over the full height", () => {
    const html = page(soundFindings());
    const [arrivals] = /<svg class="columns".*?<\/svg>/.exec(html)!;
    expect(arrivals.match(/<rect /g)!.length).toBe(10); // 11 bins, one of them empty
    // 11 bins are 9.091 % wide each; the tenth has the most jobs, 39.
    expect(arrivals).toContain(
      '<rect x="81.818%" width="9.091%" y="0%" height="100%"><title>2026-01-23T01:00:00Z: 39 jobs',
    );
    expect(html.match(/<svg class="cells"[\s\S]*?<\/svg>/)![0].match(/<rect /g)!.length).toBe(7 * 24);
  });

  it("links to the sections that it has", () => {
    const findings = soundFindings();
    const bare = page({
      ...findings,
      failures: { ...findings.failures, byExitCode: [], byName: [] },
    });
    for (const html of [page(findings), bare]) {
      const links = [...html.matchAll(/<a href="#([a-z]+)"/g)].map(([, id]) => id);
      const sections = [...html.matchAll(/<section id="([a-z]+)"/g)].map(([, id]) => id);
      expect(links).toEqual(sections);
    }
    expect(bare).not.toContain('id="failures"');
  });

  it("runs no markup out of names", () => {
    const findings = soundFindings();
    const example = { file: HOSTILE, line: 3, detail: HOSTILE };
    const html = page({
      ...findings,
      records: {
        ...{ ...findings.records, source: HOSTILE, notes: [HOSTILE] },
        rejected: [{ ...tally("bad-vcpus", 1), examples: [example] }],
      },
      arrivals: { ...findings.arrivals, zone: HOSTILE },
      work: { ...findings.work, names: findings.work.names.map((row) => ({ ...row, name: row.name && HOSTILE })) },
      failures: { ...findings.failures, byName: [{ name: HOSTILE, jobs: 9, failedJobs: 9 }] },
      structure: { ...findings.structure, queues: [0, 1].map((i) => ({ queue: HOSTILE + i, jobs: 1 })) },
    });
    expect(html).not.toContain("<img");
    expect(html).not.toContain("</script>");
    expect(html.split("&lt;img").length).toBeGreaterThan(8);
  });

  it("draws nothing where there is nothing", () => {
    const findings = soundFindings();
    const none = { count: 0, zero: 0, meanMs: null, quantilesMs: [], maxMs: null, roundedToMs: null, buckets: [] };
    const html = page({
      ...{ ...findings, jobs: 0, runtimes: none, waits: none },
      arrivals: { ...findings.arrivals, series: { startMs: 0, stepMs: 60_000, jobs: [] } },
      work: { ...findings.work, shapes: [], names: [], hours: 0 },
    });
    expect(html).not.toContain("NaN");
    expect(html).not.toContain("undefined");
    expect(html).not.toContain('class="columns"');
  });
});
