// Jobs waiting over time, one line per run.

import type { ResultFile, Series } from "../../model/run-result.js";
import { type Chart, COUNT_AXIS_FORMAT } from "./chart.js";
import { runLines } from "./run-lines.js";

/** Queue depth of every run over time. */
export function queueDepthChart(result: ResultFile): Chart {
  const title = "Queue depth over time";
  const explanation = "Jobs submitted and not yet placed. Solid lines are strategies, dashed lines are baselines.";
  const values = (series: Series): readonly number[] => series.queuedJobs;
  const quantity = { title: "Queued jobs", axisFormat: COUNT_AXIS_FORMAT, format: ",.1~f", values };
  return { name: "queue-depth", title, explanation, spec: runLines(result, quantity, `${title}. ${explanation}`) };
}
