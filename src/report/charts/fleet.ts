// The fleet of one run over time: vCPUs by instance type as stacked areas, what jobs use and what they ask for on top.

import type { TopLevelSpec } from "vega-lite";
import type { ResultFile, RunSummary, Series } from "../../model/run-result.js";
import { CHART_CONFIG, CHART_WIDTH, type Chart, COUNT_AXIS_FORMAT } from "./chart.js";
import { areaLayer, type FleetAxes, hoverLayer, lineLayer } from "./fleet-layers.js";
import { averaged, seriesSpanMs, stepsPerPoint, type TimeAxis, timeAxis } from "./time-axis.js";

/** A burst can queue many times the fleet; beyond this multiple of the fleet's peak the demand line is cut off. */
const MAX_DEMAND_TO_FLEET = 2;

/** Fleet of `run` over time; `name` is the chart's file name. */
export function fleetChart(result: ResultFile, run: RunSummary, name: string): Chart {
  const title = `Fleet over time: ${run.name}`;
  const { top, cut } = verticalRange(run.series);
  const explanation =
    "vCPUs of billed instances by type (areas), vCPUs that jobs hold (solid line) and would hold if nothing waited " +
    `(dashed line).${cut ? " The dashed line is cut off where it exceeds twice the fleet's peak." : ""}`;
  return { name, title, explanation, spec: fleetSpec(result, run.series, top, `${title}. ${explanation}`) };
}

function verticalRange(series: Series): { top: number; cut: boolean } {
  const group = stepsPerPoint(series);
  const fleets = series.fleetVcpus.map((fleet) => averaged(fleet.vcpus, group));
  const busy = averaged(series.busyVcpus, group);
  const queued = averaged(series.queuedVcpus, group);
  const fleetPeak = Math.max(0, ...busy.map((_, i) => fleets.reduce((sum, fleet) => sum + fleet[i]!, 0)));
  const demandPeak = Math.max(0, ...busy.map((value, i) => value + queued[i]!));
  const cut = fleetPeak > 0 && demandPeak > fleetPeak * MAX_DEMAND_TO_FLEET;
  return { top: Math.max(1, fleetPeak, cut ? fleetPeak * MAX_DEMAND_TO_FLEET : demandPeak), cut };
}

type Row = Record<string, number>;

/** One row per time step: t, t2, busy, demand and a column v0, v1, … per instance type. */
function rowsOf(series: Series, axis: TimeAxis): Row[] {
  const group = stepsPerPoint(series);
  const fleets = series.fleetVcpus.map((fleet) => averaged(fleet.vcpus, group));
  const busy = averaged(series.busyVcpus, group);
  const queued = averaged(series.queuedVcpus, group);
  const at = (index: number): number => axis.at(Math.min(index * group, series.steps) * series.stepMs);
  const rows = busy.map((value, index): Row => {
    const columns = fleets.map((fleet, type): [string, number] => [`v${type}`, fleet[index]!]);
    const demand = Math.round((value + queued[index]!) * 1_000) / 1_000;
    return { t: at(index), t2: at(index + 1), busy: value, demand, ...Object.fromEntries(columns) };
  });
  // The last row once more at the end of its step: stepped areas would stop short of it.
  return [...rows, ...rows.slice(-1).map((row) => ({ ...row, t: row.t2! }))];
}

function fleetSpec(result: ResultFile, series: Series, top: number, description: string): TopLevelSpec {
  const axis = timeAxis(result, seriesSpanMs(series));
  const types = series.fleetVcpus.map((fleet) => fleet.instanceType);
  const axes: FleetAxes = {
    x: { field: "t", ...axis.x },
    y: { type: "quantitative", scale: { domain: [0, top] }, axis: { title: "vCPUs", format: COUNT_AXIS_FORMAT } },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description,
    width: CHART_WIDTH,
    height: 300,
    config: CHART_CONFIG,
    data: { values: rowsOf(series, axis) },
    layer: [areaLayer(types, axes), lineLayer(axes), hoverLayer(types, axes, axis)],
  };
}
