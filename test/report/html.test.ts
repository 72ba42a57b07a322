import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { buildCharts } from "../../src/report/charts/all-charts.js";
import { REPORT_RUNTIME_URL, renderHtml } from "../../src/report/html.js";
import { escapeHtml, escapeJson, escapeScript } from "../../src/report/html-blocks.js";
import { fixtureResult } from "./fixture.js";
import {
  changedResult,
  eventsResult,
  failingResult,
  HOSTILE,
  hostileResult,
  stormyResult,
} from "./fixture-variants.js";

const sha256Base64 = (text: string): string => createHash("sha256").update(text).digest("base64");
const RUNTIME = `const a = "</script><!-- x";`;

function page(result = fixtureResult()): string {
  return renderHtml(result, buildCharts(result), RUNTIME, sha256Base64);
}

describe("renderHtml", () => {
  const html = page();

  it("allows exactly the script and the style that are in it", () => {
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)![1]!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    expect(policy.split("; ").slice(0, 3)).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${sha256Base64(script)}'`,
      `style-src 'sha256-${sha256Base64(style)}'`,
    ]);
    expect(html.match(/<script/g)!.length).toBe(2);
    expect(html).not.toMatch(/ (style|on[a-z]+)="/);
  });

  it("refers to nothing outside itself", () => {
    expect(html).not.toMatch(/<(link|img|iframe|base)\b|\b(src|href)="(?!#)/);
  });

  it("has a place and a spec for every chart", () => {
    const specs = JSON.parse(/id="chart-specs">([\s\S]*?)<\/script>/.exec(html)![1]!) as object;
    const ids = buildCharts(fixtureResult()).map((chart) => `chart-${chart.name}`);
    expect(Object.keys(specs)).toEqual(ids);
    for (const id of ids) expect(html).toMatch(new RegExp(`id="${id}" role="img" aria-label="[^"]+"`));
  });

  it("has headline figures, provenance and the rows refused", () => {
    for (const text of ["<b>$1,234.56</b>", "<b>68 %</b>", "<b>+42 %</b>", "<b>19 min</b>", "genomics-week –"]) {
      expect(html).toContain(text);
    }
    for (const text of ["0f1e2d3c4b5a6978", "8796a5b4c3d2e1f0", "spot 2026-01-02", "started 100, ended 90"]) {
      expect(html).toContain(text);
    }
  });

  it("tells of changes, of records that are part of others, and of the reader's notes", () => {
    const head = /<header>([\s\S]*?)<\/header>/.exec(page(changedResult()))![1]!;
    expect(head).toContain("48,210 jobs after the changes, 57 rows rejected.");
    expect(head).toContain("Changed: keep jobs with name a*_b; scale load x2, seed 1.");
    const events = page(eventsResult());
    for (const text of [
      "<li>times without a zone are taken as UTC</li>",
      "Folded records",
      "day_1.jsonl:3: RUNNABLE",
    ]) {
      expect(events).toContain(text);
      expect(html).not.toContain(text);
    }
    expect(html).not.toContain("Changed: ");
  });

  it("tells of rework, outcomes, shares and reasons only where there are any", () => {
    const texts = ["Rework", "<h3>Outcomes</h3>", "<h3>Shares: best-fit</h3>", "<h3>Shares: spread</h3>", ">Why</th>"];
    const failing = page(failingResult());
    for (const text of [...texts, "memory short by 569 MiB on m6i.2xlarge<br>maxvCpus 256 reached"]) {
      expect(html).not.toContain(text);
      expect(failing).toContain(text);
    }
  });

  it("has a section on spot where spot was used, with a chart where anything was lost", () => {
    expect(html).toContain('<a href="#spot">Spot</a>');
    expect(html).toContain('<section id="spot"');
    expect(html).not.toContain("chart-spot-hours");
    const stormy = page(stormyResult());
    const section = /<section id="spot"[\s\S]*?<\/section>/.exec(stormy)![0];
    for (const text of [
      'id="chart-spot-hours"',
      "<h3>Spot</h3>",
      "<h3>Refusals</h3>",
      "Rework by job name: best-fit",
    ]) {
      expect(section).toContain(text);
    }
    expect(stormy.match(/id="chart-spot-hours"/g)).toHaveLength(1);
    const without = { ...fixtureResult(), runs: fixtureResult().runs.slice(3) };
    expect(page(without)).not.toContain("#spot");
  });

  it("heads every column and every row of its tables", () => {
    const tables = html.match(/<table[\s\S]*?<\/table>/g)!;
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      const rows = table.match(/<tr>[\s\S]*?<\/tr>/g)!;
      expect(rows[0]!.match(/<th scope="col"/g)!.length).toBe(rows[1]!.match(/<t[hd]/g)!.length);
      for (const row of rows.slice(1)) expect(row).toContain('<th scope="row">');
    }
  });

  it("lets no markup through", () => {
    const hostile = page(hostileResult());
    expect(hostile).not.toContain(HOSTILE);
    expect(hostile).not.toContain("<img");
    expect(hostile.match(/<script/g)!.length).toBe(2);
    expect(hostile.match(/<\/script>/g)!.length).toBe(2);
  });

  it("is the same for the same result", () => {
    expect(page()).toBe(html);
  });
});

describe("escapes", () => {
  it("leave no way out of text, JSON and code", () => {
    expect(escapeHtml(`<a href="x" title='y'>&`)).toBe("&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;");
    expect(escapeJson({ a: "</script>" })).toBe('{"a":"\\u003c/script>"}');
    expect(escapeScript(RUNTIME)).toBe('const a = "<\\/script><\\!-- x";');
  });
});

it("finds the runtime in dist, beside the compiled report", () => {
  expect(REPORT_RUNTIME_URL).toMatch(/\/dist\/report\/report-runtime\.js$/);
  expect(REPORT_RUNTIME_URL).not.toContain("/src/");
});
