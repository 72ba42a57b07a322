// report.html: one file that needs no network, no server and no eval. Charts are compiled from Vega-Lite to Vega here, so
// that the page carries only a slim Vega; its policy allows exactly one script and one style sheet, by their hashes.

import type { ResultFile, RunSummary } from "../model/run-result.js";
import type { Chart } from "./charts/chart.js";
import { SPOT_CHART } from "./charts/spot-hours.js";
import { compareRun, floorOf, primaryRun } from "./comparison.js";
import { compileChart } from "./compile-chart.js";
import {
  adjustedTable,
  categoryTable,
  foldedTable,
  instanceTypeTable,
  jobNameTable,
  longestWaitsTable,
  queueTable,
  rejectedTable,
  shareTable,
} from "./detail-tables.js";
import { formatDuration, formatPercent, formatSignedPercent, formatUsd, MISSING } from "./format.js";
import {
  bareTable,
  chartBlock,
  chartElementId,
  escapeHtml,
  escapeJson,
  escapeScript,
  foldedTables,
  section,
  tableBlock,
} from "./html-blocks.js";
import { HTML_STYLE } from "./html-style.js";
import {
  COST_FIGURES,
  comparisonTable,
  FLOOR_FIGURES,
  figuresTable,
  fleetTable,
  floorsTable,
  noteLines,
  outcomesTable,
  provenanceTable,
  runsTable,
  SERVICE_FIGURES,
  spanLine,
  workloadLine,
} from "./overview-tables.js";
import { refusalsTable, retriesTable, reworkTable, savingsTable, spotPoolTable, spotTable } from "./spot-tables.js";
import { changesLine, traceLine } from "./trace-lines.js";

/**
 * Where the build (tools/build-report-runtime.mjs) puts the script of the page. Source and compiled modules lie equally
 * deep, so that both find the one in dist.
 */
export const REPORT_RUNTIME_URL: string = new URL("../../dist/report/report-runtime.js", import.meta.url).href;

/**
 * The result as one self-contained HTML page. `runtimeJs` is the text of the file at REPORT_RUNTIME_URL;
 * `sha256Base64` hashes a text's UTF-8 bytes (the platform's hash functions are not the same everywhere).
 */
export function renderHtml(
  result: ResultFile,
  charts: readonly Chart[],
  runtimeJs: string,
  sha256Base64: (text: string) => string,
): string {
  const script = escapeScript(runtimeJs);
  const specs = Object.fromEntries(charts.map((chart) => [chartElementId(chart), compileChart(chart)]));
  const policy =
    `default-src 'none'; script-src 'sha256-${sha256Base64(script)}'; style-src 'sha256-${sha256Base64(HTML_STYLE)}'; ` +
    "base-uri 'none'; form-action 'none'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(result.header.scenario)} – Stowage report</title>
<style>${HTML_STYLE}</style>
</head>
<body>
${pageHeader(result)}
<main>
${pageSections(result, charts).join("\n")}
</main>
<footer>Stowage ${escapeHtml(result.header.productVersion)}. This page is complete in itself: it loads nothing.</footer>
<script type="application/json" id="chart-specs">${escapeJson(specs)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function pageHeader(result: ResultFile): string {
  const { header } = result;
  const changes = changesLine(result);
  return `<header>
<h1>${escapeHtml(header.scenario)}</h1>
${header.question === "" ? "" : `<p class="question">${escapeHtml(header.question)}</p>`}
${header.description === "" ? "" : `<p>${escapeHtml(header.description)}</p>`}
<p class="quiet">${escapeHtml(`${header.region}, seed ${header.seed}. ${workloadLine(result)}.`)}<br>
${escapeHtml(`Submitted: ${spanLine(result)}.`)}<br>
${escapeHtml(`Trace ${result.trace.source}: ${traceLine(result)}.`)}${changes === "" ? "" : `<br>\n${escapeHtml(`Changed: ${changes}.`)}`}</p>
<nav aria-label="Sections">${sectionLinks(result)}</nav>
</header>`;
}

function sectionLinks(result: ResultFile): string {
  const hasSpot = spotTables(result).some((block) => block !== "");
  const links: readonly (readonly [id: string, text: string])[] = [
    ["comparison", "Comparison"],
    ["charts", "Charts"],
    ["money", "Where the money went"],
    ...(hasSpot ? [["spot", "Spot"] as const] : []),
    ["jobs", "Jobs"],
    ["trace", "Trace"],
    ["provenance", "Provenance"],
  ];
  return links.map(([id, text]) => `<a href="#${id}">${text}</a>`).join("\n");
}

function pageSections(result: ResultFile, charts: readonly Chart[]): string[] {
  const primary = primaryRun(result);
  const others = result.runs.filter((run) => run !== primary);
  const script = "<noscript><p>The charts are drawn by a script inside this page; tables need none.</p></noscript>";
  return [
    cards(result, primary),
    notesBlock("Notes", noteLines(result)),
    section("comparison", "Comparison", [
      bareTable(comparisonTable(result, [...COST_FIGURES, ...SERVICE_FIGURES], "Comparison of runs")),
      foldedTables("How to read the figures", [figuresTable()]),
      tableBlock(runsTable(result)),
      tableBlock(floorsTable(result)),
      result.floors.length === 0
        ? ""
        : tableBlock(comparisonTable(result, FLOOR_FIGURES, "Cost as a multiple of the floors")),
    ]),
    section("charts", "Charts", [script, ...charts.filter((chart) => !isOfSpot(chart)).map(chartBlock)]),
    section("money", "Where the money went", [
      tableBlock(categoryTable(result)),
      tableBlock(instanceTypeTable(primary)),
      foldedTables("Cost by instance type of the other runs", others.map(instanceTypeTable)),
      tableBlock(queueTable(primary)),
      foldedTables("Cost by queue of the other runs", others.map(queueTable)),
      tableBlock(fleetTable(result)),
    ]),
    section("spot", "Spot", [...charts.filter(isOfSpot).map(chartBlock), ...spotTables(result)]),
    section("jobs", "Jobs", [
      tableBlock(jobNameTable(primary)),
      tableBlock(outcomesTable(result)),
      tableBlock(retriesTable(result)),
      tableBlock(shareTable(primary)),
      foldedTables("Shares of the other runs", others.map(shareTable)),
      tableBlock(longestWaitsTable(result, primary)),
      foldedTables(
        "Longest waits of the other runs",
        others.map((run) => longestWaitsTable(result, run)),
      ),
    ]),
    section("trace", "Trace", [
      `<p>${escapeHtml(traceLine(result))}.</p>`,
      notesBlock("What the reader of the trace assumed", result.trace.notes),
      tableBlock(rejectedTable(result)),
      tableBlock(adjustedTable(result)),
      tableBlock(foldedTable(result)),
    ]),
    section("provenance", "Provenance", [bareTable(provenanceTable(result))]),
  ];
}

function isOfSpot({ name }: Chart): boolean {
  return name === SPOT_CHART;
}

/** What the spot market did, table by table; empty texts where it did nothing. */
function spotTables(result: ResultFile): string[] {
  const primary = primaryRun(result);
  const others = result.runs.filter((run) => run !== primary);
  return [
    tableBlock(spotTable(result)),
    tableBlock(savingsTable(result)),
    tableBlock(spotPoolTable(primary)),
    foldedTables("Spot pools of the other runs", others.map(spotPoolTable)),
    tableBlock(refusalsTable(result)),
    tableBlock(reworkTable(primary)),
    foldedTables("Rework by job name of the other runs", others.map(reworkTable)),
  ];
}

function notesBlock(label: string, notes: readonly string[]): string {
  if (notes.length === 0) return "";
  return `<ul class="notes" aria-label="${escapeHtml(label)}">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("")}</ul>`;
}

/** The four figures to remember, for the first strategy. */
function cards(result: ResultFile, run: RunSummary): string {
  const { savingVsOnDemand, aboveFloor, floorMarket } = compareRun(result, run);
  const floor = floorOf(result, floorMarket);
  const { p50, p95, p99 } = run.waitMs;
  const contents: readonly (readonly [string, string, string])[] = [
    ["Cost", formatUsd(run.cost.totalMicroUsd), run.name],
    ["Saving", savingVsOnDemand === null ? MISSING : formatPercent(savingVsOnDemand), "against the on-demand baseline"],
    [
      "Above floor",
      aboveFloor === null ? MISSING : formatSignedPercent(aboveFloor),
      floor === undefined ? "no floor" : `${floorMarket} floor ${formatUsd(floor.microUsd)}`,
    ],
    ["Wait p95", formatDuration(p95), `p50 ${formatDuration(p50)}, p99 ${formatDuration(p99)}`],
  ];
  const items = contents.map(
    ([label, value, context]) =>
      `<li><span>${label}</span><b>${escapeHtml(value)}</b><span>${escapeHtml(context)}</span></li>`,
  );
  return `<ul class="cards" aria-label="Headline figures of ${escapeHtml(run.name)}">${items.join("\n")}</ul>`;
}
