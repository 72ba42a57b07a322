// The page of an inspection: one file that needs no network and no script. Its policy allows one style sheet, by its hash.

import type { InspectionWarning, TimeDistribution, TraceInspection, Weight } from "../../model/trace-inspection.js";
import { formatCount, formatDuration, formatInstant, formatPercent, formatUtc, MISSING } from "../format.js";
import { escapeHtml, foldedTables, section, tableBlock } from "../html-blocks.js";
import { HTML_STYLE } from "../html-style.js";
import { durationTicks, timeTicks } from "./axis.js";
import { barTableBlock, columnPlot, weekPlot } from "./plots.js";
import { INSPECTION_STYLE } from "./style.js";
import {
  adjustedTable,
  arraySizesTable,
  exitCodesTable,
  failingNamesTable,
  fieldsTable,
  foldedTable,
  namesTable,
  queuesTable,
  rejectedTable,
  shapesTable,
  structureLines,
  timesTable,
} from "./tables.js";
import { formatHours, recordsLine, spanLine, weekOf, workTitle } from "./wording.js";

const STYLE = HTML_STYLE + INSPECTION_STYLE;

/** The inspection as one self-contained HTML page. `sha256Base64` hashes a text's UTF-8 bytes. */
export function renderInspectionHtml(inspection: TraceInspection, sha256Base64: (text: string) => string): string {
  const { source, format } = inspection.records;
  const policy = `default-src 'none'; style-src 'sha256-${sha256Base64(STYLE)}'; base-uri 'none'; form-action 'none'`;
  const sections = pageSections(inspection).filter(({ html }) => html !== "");
  const links = sections.map(({ id, heading }) => `<a href="#${id}">${escapeHtml(heading)}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(source)} – Stowage trace inspection</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(source)}</h1>
<p class="quiet">${escapeHtml(`Format ${format}. ${recordsLine(inspection)}.`)}<br>
${escapeHtml(`Submitted: ${spanLine(inspection)}.`)}</p>
<nav aria-label="Sections">${links.join(" ")}</nav>
</header>
<main>
${cards(inspection)}
${sections.map(({ html }) => html).join("\n")}
</main>
<footer>Stowage ${escapeHtml(inspection.productVersion)}. This page is complete in itself: it loads nothing.</footer>
</body>
</html>
`;
}

interface PageSection {
  readonly id: string;
  readonly heading: string;
  /** Empty when nothing is in it. */
  readonly html: string;
}

function pageSections(inspection: TraceInspection): PageSection[] {
  const { records, structure, runtimes, waits, warnings } = inspection;
  const contents: readonly (readonly [id: string, heading: string, blocks: readonly string[]])[] = [
    ["doubts", "What to doubt", [warningList(warnings)]],
    ["arrivals", "Arrivals", arrivalBlocks(inspection)],
    ["work", "Work", [barTableBlock(shapesTable(inspection)), barTableBlock(namesTable(inspection))]],
    [
      "times",
      "Times",
      [
        distributionPlot("Run times", runtimes, "From the container's start to its end, of the last attempt."),
        distributionPlot("Recorded waits", waits, WAITS_MEANING),
        tableBlock(timesTable(inspection)),
      ],
    ],
    ["failures", "Failures", [barTableBlock(exitCodesTable(inspection)), barTableBlock(failingNamesTable(inspection))]],
    [
      "structure",
      "Structure",
      [
        ...structureLines(inspection).map(paragraph),
        barTableBlock(arraySizesTable(inspection)),
        structure.queues.length > 1 ? barTableBlock(queuesTable(inspection)) : "",
      ],
    ],
    [
      "records",
      "Records",
      [
        ...records.notes.map(paragraph),
        ...[rejectedTable, adjustedTable, foldedTable, fieldsTable].map((table) => tableBlock(table(inspection))),
        examplesBlock(inspection),
      ],
    ],
  ];
  return contents.map(([id, heading, blocks]) => ({ id, heading, html: section(id, heading, blocks) }));
}

const WAITS_MEANING =
  "As the old system had them, from submission to the first start. For calibration; a replay never uses them.";

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** The figures to remember. */
function cards({ jobs, work, runtimes, waits, failures, warnings }: TraceInspection): string {
  const serious = warnings.filter(({ weight }) => weight === "serious").length;
  const contents: readonly (readonly [string, string, string])[] = [
    ["Jobs", formatCount(jobs), `${formatHours(work.hours)} ${workTitle(work.unit)}`],
    ["Run time", level(runtimes, 0.5), `median; p95 ${level(runtimes, 0.95)}`],
    ["Recorded wait", level(waits, 0.5), `median; p95 ${level(waits, 0.95)}`],
    [
      "Failed",
      failures.known && jobs > 0 ? formatPercent(failures.failedJobs / jobs) : MISSING,
      failures.known ? `${formatCount(failures.failedJobs)} jobs` : "not recorded",
    ],
    ["To doubt", formatCount(warnings.length), `${formatCount(serious)} serious`],
  ];
  const items = contents.map(
    ([label, value, context]) =>
      `<li><span>${label}</span><b>${escapeHtml(value)}</b><span>${escapeHtml(context)}</span></li>`,
  );
  return `<ul class="cards" aria-label="Headline figures">${items.join("\n")}</ul>`;
}

function level(times: TimeDistribution, probability: number): string {
  const found = times.quantilesMs.find(({ p }) => p === probability);
  return found === undefined ? MISSING : formatDuration(found.ms);
}

const WEIGHT_WORDS: Readonly<Record<Weight, string>> = { serious: "Serious", doubt: "Doubt", note: "Note" };

function warningList(warnings: readonly InspectionWarning[]): string {
  if (warnings.length === 0) return "<p>Nothing was found that a replay would have to fear.</p>";
  const items = warnings.map(({ weight, message, advice }) => {
    const more = advice === "" ? "" : `<p>${escapeHtml(advice)}</p>`;
    return `<li class="${weight}"><b>${WEIGHT_WORDS[weight]}</b>${escapeHtml(message)}${more}</li>`;
  });
  return `<ul class="doubts">${items.join("\n")}</ul>`;
}

function arrivalBlocks(inspection: TraceInspection): string[] {
  const { series, isDated, firstMs, zone } = inspection.arrivals;
  const week = weekOf(inspection);
  if (series.jobs.length === 0) return [];
  const step = formatDuration(series.stepMs);
  const labels = series.jobs.map((_, i) => {
    const startMs = series.startMs + i * series.stepMs;
    return isDated ? formatUtc(startMs) : formatInstant(0, startMs);
  });
  const scale = firstMs === null ? "since the first submission" : "in UTC";
  const explanation = `Jobs submitted in each ${step}, ${scale}.`;
  return [
    columnPlot({
      ...{ title: "Arrivals", explanation, values: series.jobs, labels, ticks: timeTicks(series, isDated) },
    }),
    week === null
      ? ""
      : weekPlot(
          {
            title: "Week",
            explanation: `Jobs by weekday and hour of the day, in ${zone}; the stronger the colour, the more.`,
          },
          week,
        ),
  ];
}

function distributionPlot(title: string, times: TimeDistribution, meaning: string): string {
  const { buckets, zero } = times;
  const zeros = zero === 0 ? "" : ` ${formatCount(zero)} jobs of 0 s are not drawn.`;
  return columnPlot({
    title,
    explanation: `${meaning} Logarithmic axis.${zeros}`,
    values: buckets.map(({ count }) => count),
    labels: buckets.map(({ fromMs, toMs }) => `${formatDuration(fromMs)} to ${formatDuration(toMs)}`),
    ticks: durationTicks(times),
  });
}

/** All examples that were kept, with their lines, folded away. */
function examplesBlock({ records }: TraceInspection): string {
  const tallies = [...records.rejected, ...records.adjusted, ...records.folded];
  return foldedTables("Examples of each reason", [
    {
      title: "Examples",
      caption: "The first rows of each reason.",
      columns: [
        { title: "Reason", align: "left" },
        { title: "File", align: "left" },
        { title: "Line", align: "right" },
        { title: "There it says", align: "left" },
      ],
      rows: tallies.flatMap(({ code, examples }) =>
        examples.map(({ file, line, detail }) => [code, file ?? "", String(line), detail]),
      ),
    },
  ]);
}
