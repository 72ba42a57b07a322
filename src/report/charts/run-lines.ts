// One stepped line per run over time: the common form of the queue-depth and billing-rate charts.

import type { TopLevelSpec } from "vega-lite";
import type { ResultFile, Series } from "../../model/run-result.js";
import { CHART_CONFIG, CHART_WIDTH, LEGEND_BELOW, runColours, runDashes } from "./chart.js";
import { averaged, seriesSpanMs, stepsPerPoint, timeAxis } from "./time-axis.js";

export interface LineQuantity {
  /** Title of the y axis and of the tooltip. */
  readonly title: string;
  /** d3 number formats of the ticks and of the tooltip. */
  readonly axisFormat: string;
  readonly format: string;
  /** One value per step of the series. */
  readonly values: (series: Series) => readonly number[];
}

/** Vega-Lite for one quantity of every run's series. */
export function runLines(result: ResultFile, quantity: LineQuantity, description: string): TopLevelSpec {
  const axis = timeAxis(result, Math.max(...result.runs.map((run) => seriesSpanMs(run.series))));
  const values = result.runs.flatMap((run) => {
    const group = stepsPerPoint(run.series);
    const means = averaged(quantity.values(run.series), group);
    // The last mean once more at the end of its step: a stepped line would stop short of it.
    return [...means, ...means.slice(-1)].map((value, index) => ({
      run: run.name,
      t: axis.at(Math.min(index * group, run.series.steps) * run.series.stepMs),
      value,
    }));
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description,
    width: CHART_WIDTH,
    height: 260,
    config: CHART_CONFIG,
    data: { values },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5, point: "transparent", clip: true },
    encoding: {
      x: { field: "t", ...axis.x },
      y: { field: "value", type: "quantitative", axis: { title: quantity.title, format: quantity.axisFormat } },
      color: {
        field: "run",
        type: "nominal",
        scale: runColours(result),
        legend: { ...LEGEND_BELOW, title: null, symbolType: "stroke", symbolStrokeWidth: 2 },
      },
      strokeDash: { field: "run", type: "nominal", scale: runDashes(result) },
      tooltip: [
        { field: "run", type: "nominal", title: "Run" },
        { field: "t", ...axis.tooltip },
        { field: "value", type: "quantitative", title: quantity.title, format: quantity.format },
      ],
    },
  };
}
