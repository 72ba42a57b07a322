// What every run pays per hour, over time.

import { MICRO_USD } from "../../base/units.js";
import type { ResultFile, Series } from "../../model/run-result.js";
import { type Chart, USD_AXIS_FORMAT } from "./chart.js";
import { runLines } from "./run-lines.js";

/** Billing rate of every run over time, dollars per hour. */
export function billingRateChart(result: ResultFile): Chart {
  const title = "Billing rate over time";
  const explanation =
    "Dollars per hour of the instances running at the time. Minimum charges beyond an instance's life are not in it.";
  const values = (series: Series): number[] => series.microUsdPerHour.map((rate) => rate / MICRO_USD);
  const quantity = { title: "Dollars per hour", axisFormat: USD_AXIS_FORMAT, format: USD_AXIS_FORMAT, values };
  return { name: "billing-rate", title, explanation, spec: runLines(result, quantity, `${title}. ${explanation}`) };
}
