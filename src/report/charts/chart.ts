// What all charts share: the shape of a chart, its look, and colours for runs.

import type { TopLevelSpec } from "vega-lite";
import type { ResultFile, RunSummary } from "../../model/run-result.js";

/** One layer of a layered spec. */
export type ChartLayer = Extract<TopLevelSpec, { layer: unknown }>["layer"][number];

export interface Chart {
  /** Unique among the charts of a result; safe as a file name. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what is drawn and how to read it. */
  readonly explanation: string;
  /** Vega-Lite with all data inline. */
  readonly spec: TopLevelSpec;
}

/** Width of the plot when a spec is rendered alone; the HTML report fits charts to the page instead. */
export const CHART_WIDTH = 760;

/** Height of one horizontal bar and its gap. */
export const BAR_STEP = 26;

/** Gap between horizontal bars, as a share of a step. */
export const BAR_GAP = { paddingInner: 0.28, paddingOuter: 0.14 } as const;

/** Ticks are round numbers: shown with all their digits, however small or large, and never as a power of ten. */
export const USD_AXIS_FORMAT = "$,.4~r";
export const COUNT_AXIS_FORMAT = ",.4~r";

/** The look of every chart: quiet axes, no frame. */
export const CHART_CONFIG = {
  font: "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif",
  background: "white",
  // Room for the half of the last tick's label that stands beyond the plot.
  padding: { left: 5, right: 16, top: 5, bottom: 5 },
  view: { stroke: null },
  axis: {
    labelColor: "#444",
    titleColor: "#222",
    titleFontWeight: 600,
    labelFontSize: 11,
    titleFontSize: 11,
    gridColor: "#e6e6e6",
    domainColor: "#999",
    tickColor: "#999",
    titlePadding: 8,
  },
  legend: { labelColor: "#222", titleColor: "#222", labelFontSize: 11, titleFontSize: 11, labelLimit: 200 },
} as const;

// The element's width, where there is one: the plot's own width changes while the layout is still being fitted, and a
// legend that wraps then is cut off. Naming `width` all the same makes Vega look again when the page is resized.
const LEGEND_COLUMNS = "max(1, floor((containerSize()[0] || width) / 160))";

/** Legend entries side by side below the plot, as many as the width has room for. */
export const LEGEND_BELOW = {
  orient: "bottom",
  direction: "horizontal",
  columns: { expr: LEGEND_COLUMNS },
  symbolType: "square",
} as const;

// Okabe and Ito's palette (2008), distinguishable with every common colour blindness; its yellow is too light for lines
// on white and is replaced by a brown.
const RUN_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a5a00", "#56b4e9", "#e69f00", "#555555"];

/** A fixed colour for every run, in the order of the result. */
export function runColours(result: ResultFile): { readonly domain: string[]; readonly range: string[] } {
  return {
    domain: result.runs.map((run) => run.name),
    range: result.runs.map((_, index) => RUN_COLOURS[index % RUN_COLOURS.length]!),
  };
}

/** Solid lines for strategies, dashed ones for baselines. */
export function runDashes(result: ResultFile): { readonly domain: string[]; readonly range: number[][] } {
  return {
    domain: result.runs.map((run) => run.name),
    range: result.runs.map((run) => (run.role === "strategy" ? [1, 0] : [5, 3])),
  };
}

/** Each run's name as part of a file name: lower case, digits and dashes, numbered where two would collide. */
export function runFileNames(runs: readonly RunSummary[]): string[] {
  const taken = new Set<string>();
  return runs.map((run) => {
    const plain = run.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "");
    const stem = plain === "" ? "run" : plain;
    let name = stem;
    for (let suffix = 2; taken.has(name); suffix++) name = `${stem}-${suffix}`;
    taken.add(name);
    return name;
  });
}
