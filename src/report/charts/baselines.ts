// What every run cost, beside the floors that no schedule can beat.

import { MICRO_USD } from "../../base/units.js";
import type { ResultFile } from "../../model/run-result.js";
import { compareRun } from "../comparison.js";
import { formatPercent, formatUsd } from "../format.js";
import {
  BAR_GAP,
  BAR_STEP,
  CHART_CONFIG,
  CHART_WIDTH,
  type Chart,
  type ChartLayer,
  LEGEND_BELOW,
  USD_AXIS_FORMAT,
} from "./chart.js";

const ROLE_COLOURS = { domain: ["strategy", "baseline"], range: ["#0072b2", "#b0b0b0"] };
const FLOOR_COLOURS = { domain: ["spot floor", "on-demand floor"], range: ["#009e73", "#d55e00"] };

/** Room for the labels behind the longest bar, as a multiple of its length. */
const LABEL_ROOM = 1.3;

/** Cost of every run as bars with savings, floors as rules. */
export function baselinesChart(result: ResultFile): Chart {
  const title = "Cost of every run";
  const explanation =
    "Bars are labelled with the cost and the saving against the on-demand baseline; the vertical lines are the floors, " +
    "below which no schedule of this workload can go in that market.";
  const values = result.runs.map((run) => {
    const { savingVsOnDemand } = compareRun(result, run);
    const cost = formatUsd(run.cost.totalMicroUsd);
    const label = savingVsOnDemand === null ? cost : `${cost}  (${savingText(savingVsOnDemand)})`;
    return { run: run.name, role: run.role, usd: run.cost.totalMicroUsd / MICRO_USD, cost, label };
  });
  const largest = Math.max(
    ...values.map((row) => row.usd),
    ...result.floors.map((floor) => floor.microUsd / MICRO_USD),
  );
  const spec: Chart["spec"] = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${title}. ${explanation}`,
    width: CHART_WIDTH,
    height: values.length * BAR_STEP,
    config: CHART_CONFIG,
    data: { values },
    encoding: {
      y: {
        field: "run",
        type: "nominal",
        sort: result.runs.map((run) => run.name),
        scale: BAR_GAP,
        axis: { title: null },
      },
      x: {
        type: "quantitative",
        scale: { domain: [0, largest > 0 ? largest * LABEL_ROOM : 1], nice: false },
        axis: { title: "Cost", format: USD_AXIS_FORMAT, tickCount: 6 },
      },
    },
    layer: [barLayer(), floorLayer(result), labelLayer()],
  };
  return { name: "baselines", title, explanation, spec };
}

function savingText(saving: number): string {
  return saving < 0 ? `${formatPercent(-saving)} dearer` : `${formatPercent(saving)} saved`;
}

function barLayer(): ChartLayer {
  return {
    mark: { type: "bar" },
    encoding: {
      x: { field: "usd" },
      color: { field: "role", type: "nominal", scale: ROLE_COLOURS, legend: { ...LEGEND_BELOW, title: null } },
      tooltip: [
        { field: "run", type: "nominal", title: "Run" },
        { field: "cost", type: "nominal", title: "Cost" },
      ],
    },
  };
}

/** Behind the end of the bar; on a phone there is only room for the cost. */
const LABEL_MARK = {
  type: "text",
  align: "left",
  dx: 5,
  text: { expr: "width < 400 ? datum.cost : datum.label" },
} as const;

/** Labels stand on a white halo, so that a rule behind them does not cross them out. */
function labelLayer(): ChartLayer {
  return {
    layer: [
      { mark: { ...LABEL_MARK, stroke: "white", strokeWidth: 4, strokeJoin: "round" } },
      { mark: { ...LABEL_MARK, color: "#222" } },
    ],
    encoding: { x: { field: "usd" } },
  };
}

function floorLayer(result: ResultFile): ChartLayer {
  const values = result.floors.map((floor) => ({
    floor: `${floor.market} floor`,
    usd: floor.microUsd / MICRO_USD,
    cost: formatUsd(floor.microUsd),
  }));
  return {
    data: { values },
    mark: { type: "rule", strokeWidth: 2 },
    encoding: {
      y: { value: 0 },
      y2: { value: "height" },
      x: { field: "usd" },
      stroke: {
        field: "floor",
        type: "nominal",
        scale: FLOOR_COLOURS,
        legend: { ...LEGEND_BELOW, title: null, symbolType: "stroke", symbolStrokeWidth: 2 },
      },
      tooltip: [
        { field: "floor", type: "nominal", title: "Floor" },
        { field: "cost", type: "nominal", title: "Cost" },
      ],
    },
  };
}
