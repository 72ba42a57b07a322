// The three layers of the fleet chart: areas by instance type, lines of use and demand, and an invisible column per time
// step that shows all figures of that step under the pointer. All read the same rows: t, t2, busy, demand, v0, v1, …

import { type ChartLayer, LEGEND_BELOW } from "./chart.js";
import type { TimeAxis } from "./time-axis.js";

// Muted fills, so that the lines stay readable on top, ordered for contrast between stacked neighbours.
const TYPE_COLOURS = [
  "#7fb3d5",
  "#f5c08a",
  "#9ccf9c",
  "#c9b3dc",
  "#e8a5a0",
  "#8fd0c9",
  "#d9c77e",
  "#b8a08d",
  "#a3b1e0",
];

const BUSY = "Busy vCPUs";
const DEMAND = "Busy + queued vCPUs";

/** Format of vCPU counts, which are averages over time and thus rarely whole. */
const VCPU_FORMAT = ",.1~f";

/** The position channels that the layers share. */
export interface FleetAxes {
  readonly x: TimeAxis["x"] & { readonly field: "t" };
  readonly y: object;
}

/** Stacked areas; type i is in column v<i>. */
export function areaLayer(instanceTypes: readonly string[], { x, y }: FleetAxes): ChartLayer {
  const columns = instanceTypes.map((_, index) => `v${index}`);
  return {
    transform: [
      { fold: columns, as: ["column", "vcpus"] },
      { calculate: "toNumber(slice(datum.column, 1))", as: "position" },
      { calculate: `${JSON.stringify(instanceTypes)}[datum.position]`, as: "instanceType" },
    ],
    mark: { type: "area", interpolate: "step-after", clip: true },
    encoding: {
      x,
      y: { field: "vcpus", stack: "zero", ...y },
      fill: {
        field: "instanceType",
        type: "nominal",
        scale: {
          domain: [...instanceTypes],
          range: instanceTypes.map((_, index) => TYPE_COLOURS[index % TYPE_COLOURS.length]!),
        },
        legend: { ...LEGEND_BELOW, title: null },
      },
      order: { field: "position", type: "quantitative" },
    },
  };
}

/** What jobs hold (solid) and what they would hold if nothing waited (dashed). */
export function lineLayer({ x, y }: FleetAxes): ChartLayer {
  const domain = [BUSY, DEMAND];
  return {
    transform: [
      { fold: ["demand", "busy"], as: ["measure", "lineVcpus"] },
      { calculate: `datum.measure === 'busy' ? '${BUSY}' : '${DEMAND}'`, as: "line" },
    ],
    mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5, clip: true },
    encoding: {
      x,
      y: { field: "lineVcpus", ...y },
      stroke: {
        field: "line",
        type: "nominal",
        scale: { domain, range: ["#111111", "#b2182b"] },
        legend: { ...LEGEND_BELOW, title: null, symbolType: "stroke", symbolStrokeWidth: 2 },
      },
      strokeDash: {
        field: "line",
        type: "nominal",
        scale: {
          domain,
          range: [
            [1, 0],
            [4, 3],
          ],
        },
      },
    },
  };
}

/** One column per time step, drawn faintly under the pointer, with every figure in its tooltip. */
export function hoverLayer(instanceTypes: readonly string[], { x }: FleetAxes, axis: TimeAxis): ChartLayer {
  const figure = (field: string, title: string) =>
    ({ field, type: "quantitative", title, format: VCPU_FORMAT }) as const;
  return {
    params: [{ name: "pointed", select: { type: "point", on: "pointerover", clear: "pointerout" } }],
    mark: { type: "rect", fill: "#000000", aria: false },
    encoding: {
      x,
      x2: { field: "t2" },
      fillOpacity: { condition: { param: "pointed", empty: false, value: 0.1 }, value: 0 },
      tooltip: [
        { field: "t", ...axis.tooltip },
        figure("busy", BUSY),
        figure("demand", DEMAND),
        ...instanceTypes.map((instanceType, index) => figure(`v${index}`, instanceType)),
      ],
    },
  };
}
