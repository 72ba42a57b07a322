// The files of a report folder that are drawn from a result. Separate from writing them, because Vega, which is needed here,
// takes longer to load than a small replay to run.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResultFile } from "../model/run-result.js";
import { buildCharts } from "../report/charts/all-charts.js";
import { REPORT_RUNTIME_URL, renderHtml } from "../report/html.js";
import { renderMarkdown } from "../report/markdown.js";
import type { ReportFile } from "./write-report.js";

/** Everything that is drawn from a result: report.md, report.html and the charts' Vega-Lite specs. */
export function renderedFiles(result: ResultFile): ReportFile[] {
  const charts = buildCharts(result);
  const runtime = readFileSync(fileURLToPath(REPORT_RUNTIME_URL), "utf8");
  return [
    { path: "report.md", text: [renderMarkdown(result)] },
    { path: "report.html", text: [renderHtml(result, charts, runtime, sha256Base64)] },
    ...charts.map(({ name, spec }) => ({
      path: join("charts", `${name}.vl.json`),
      text: [`${JSON.stringify(spec, null, 1)}\n`],
    })),
  ];
}

function sha256Base64(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
