// Which jobs a run's money was spent on: the dearest job names.

import { MICRO_USD } from "../../base/units.js";
import type { ResultFile, RunSummary } from "../../model/run-result.js";
import { OTHER_NAMES } from "../definitions.js";
import { formatUsd } from "../format.js";
import { BAR_GAP, BAR_STEP, CHART_CONFIG, CHART_WIDTH, type Chart, USD_AXIS_FORMAT } from "./chart.js";

/** More bars than this are a table. */
const MAX_NAMES = 15;

/** Cost of `run` by job name, dearest first. */
export function jobNamesChart(result: ResultFile, run: RunSummary): Chart {
  const title = `Cost by job name: ${run.name}`;
  const explanation = `The dearest job names (at most ${MAX_NAMES}); every instance's cost is divided among the jobs that it ran.`;
  const queues = result.workload.queues.length;
  const dearest = [...run.cost.byJobName].sort((a, b) => b.microUsd - a.microUsd).slice(0, MAX_NAMES);
  const values = dearest.map((row) => ({
    job: jobLabel(row, queues),
    jobs: row.jobs,
    usd: row.microUsd / MICRO_USD,
    cost: formatUsd(row.microUsd),
    share: run.cost.totalMicroUsd === 0 ? 0 : row.microUsd / run.cost.totalMicroUsd,
  }));
  const spec: Chart["spec"] = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${title}. ${explanation}`,
    width: CHART_WIDTH,
    height: values.length * BAR_STEP,
    config: CHART_CONFIG,
    data: { values },
    mark: { type: "bar", color: "#0072b2" },
    encoding: {
      y: {
        field: "job",
        type: "nominal",
        sort: values.map((row) => row.job),
        scale: BAR_GAP,
        axis: { title: null, labelLimit: 190 },
      },
      x: { field: "usd", type: "quantitative", axis: { title: "Cost", format: USD_AXIS_FORMAT, tickCount: 6 } },
      tooltip: [
        { field: "job", type: "nominal", title: "Job name" },
        { field: "jobs", type: "quantitative", title: "Jobs", format: "," },
        { field: "cost", type: "nominal", title: "Cost" },
        { field: "share", type: "quantitative", title: "Share of the bill", format: ".1%" },
      ],
    },
  };
  return { name: "job-names", title, explanation, spec };
}

/** A job name with its queue, when there is more than one queue to tell apart. */
function jobLabel(row: RunSummary["cost"]["byJobName"][number], queues: number): string {
  if (row.name === null) return OTHER_NAMES;
  return queues > 1 && row.queue !== null ? `${row.queue} / ${row.name}` : row.name;
}
