// When the market struck: the work lost with its hosts, and how many instances were taken, by the hour of the day.

import { MICRO_USD } from "../../base/units.js";
import type { ResultFile, RunSummary } from "../../model/run-result.js";
import { formatUsd } from "../format.js";
import { CHART_CONFIG, CHART_WIDTH, type Chart, COUNT_AXIS_FORMAT } from "./chart.js";

/** The chart's name. */
export const SPOT_CHART = "spot-hours";

/** Bars of lost vCPU-hours, labelled with interruptions. The chart of a run in which nothing was lost is empty. */
export function spotHoursChart(result: ResultFile, run: RunSummary): Chart {
  const title = `Lost to the market, by hour: ${run.name}`;
  const hour = result.workload.originMs === 0 ? "of each day since the first submission" : "of the day (UTC)";
  const explanation =
    `vCPU-hours of work lost with their hosts (bars) and instances that EC2 took (figures above them), by the hour ${hour} ` +
    "in which it happened.";
  const values = run.spot.byHour.map((row, index) => ({
    hour: String(index).padStart(2, "0"),
    vcpuHours: row.reworkVcpuHours,
    interruptions: row.interruptions,
    label: row.interruptions === 0 ? "" : String(row.interruptions),
    refusals: row.refusals,
    usd: row.reworkMicroUsd / MICRO_USD,
    cost: formatUsd(row.reworkMicroUsd),
  }));
  const spec: Chart["spec"] = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${title}. ${explanation}`,
    width: CHART_WIDTH,
    height: 220,
    config: CHART_CONFIG,
    data: { values },
    encoding: {
      x: {
        field: "hour",
        type: "ordinal",
        axis: { title: `Hour ${hour}`, labelAngle: 0, labelOverlap: "greedy", labelSeparation: 4, grid: false },
      },
      y: { field: "vcpuHours", type: "quantitative", axis: { title: "vCPU-hours lost", format: COUNT_AXIS_FORMAT } },
      tooltip: [
        { field: "hour", type: "ordinal", title: "Hour" },
        { field: "interruptions", type: "quantitative", title: "Interruptions", format: "," },
        { field: "refusals", type: "quantitative", title: "Refusals", format: "," },
        { field: "vcpuHours", type: "quantitative", title: "vCPU-hours lost", format: ",.1f" },
        { field: "cost", type: "nominal", title: "Cost of it" },
      ],
    },
    layer: [
      { mark: { type: "bar", color: "#d55e00" } },
      {
        mark: { type: "text", baseline: "bottom", dy: -3, fontSize: 10, color: "#222" },
        encoding: { text: { field: "label", type: "nominal" } },
      },
    ],
  };
  return { name: SPOT_CHART, title, explanation, spec };
}
