// Where every dollar went: one stacked bar per run, one colour per cost category.

import { MICRO_USD } from "../../base/units.js";
import { COST_CATEGORIES } from "../../model/billing.js";
import type { ResultFile } from "../../model/run-result.js";
import { CATEGORY_DEFINITIONS } from "../definitions.js";
import { formatUsd } from "../format.js";
import { BAR_GAP, BAR_STEP, CHART_CONFIG, CHART_WIDTH, type Chart, LEGEND_BELOW, USD_AXIS_FORMAT } from "./chart.js";

/** Cost of every run by category. Categories that cost nothing in any run are left out. */
export function costCategoriesChart(result: ResultFile): Chart {
  const title = "Where every dollar went";
  const explanation =
    "Each bar is the whole bill of a run, divided among the cost categories, whose meaning is in the table of that name.";
  const shown = COST_CATEGORIES.filter((category) =>
    result.runs.some((run) => run.cost.byCategory.some((row) => row.category === category && row.microUsd > 0)),
  );
  const values = result.runs.flatMap((run) =>
    run.cost.byCategory
      .filter((row) => row.microUsd > 0)
      .map((row) => ({
        run: run.name,
        category: CATEGORY_DEFINITIONS[row.category].label,
        position: COST_CATEGORIES.indexOf(row.category),
        usd: row.microUsd / MICRO_USD,
        cost: formatUsd(row.microUsd),
        share: row.microUsd / run.cost.totalMicroUsd,
      })),
  );
  const spec: Chart["spec"] = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${title}. ${explanation}`,
    width: CHART_WIDTH,
    height: result.runs.length * BAR_STEP,
    config: CHART_CONFIG,
    data: { values },
    mark: { type: "bar", stroke: "white", strokeWidth: 0.5 },
    encoding: {
      y: {
        field: "run",
        type: "nominal",
        sort: result.runs.map((run) => run.name),
        scale: BAR_GAP,
        axis: { title: null },
      },
      x: {
        field: "usd",
        type: "quantitative",
        stack: "zero",
        axis: { title: "Cost", format: USD_AXIS_FORMAT, tickCount: 6 },
      },
      color: {
        field: "category",
        type: "nominal",
        scale: {
          domain: shown.map((category) => CATEGORY_DEFINITIONS[category].label),
          range: shown.map((category) => CATEGORY_DEFINITIONS[category].colour),
        },
        legend: { ...LEGEND_BELOW, title: null },
      },
      order: { field: "position", type: "quantitative" },
      tooltip: [
        { field: "run", type: "nominal", title: "Run" },
        { field: "category", type: "nominal", title: "Category" },
        { field: "cost", type: "nominal", title: "Cost" },
        { field: "share", type: "quantitative", title: "Share of the bill", format: ".1%" },
      ],
    },
  };
  return { name: "cost-categories", title, explanation, spec };
}
