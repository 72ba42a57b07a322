// Every chart of a result, in the order in which a reader wants them.

import type { ResultFile } from "../../model/run-result.js";
import { primaryRun } from "../comparison.js";
import { baselinesChart } from "./baselines.js";
import { billingRateChart } from "./billing-rate.js";
import { type Chart, runFileNames } from "./chart.js";
import { costCategoriesChart } from "./cost-categories.js";
import { fleetChart } from "./fleet.js";
import { jobNamesChart } from "./job-names.js";
import { queueDepthChart } from "./queue-depth.js";
import { spotHoursChart } from "./spot-hours.js";
import { waitDistributionChart } from "./wait-distribution.js";

/**
 * All charts of a result. The fleet is drawn for every strategy (or, without any, for the first run), losses to the market
 * only where there were any.
 */
export function buildCharts(result: ResultFile): Chart[] {
  const names = runFileNames(result.runs);
  const primary = primaryRun(result);
  const fleets = result.runs.flatMap((run, index) =>
    run.role === "strategy" || run === primary ? [fleetChart(result, run, `fleet-${names[index]!}`)] : [],
  );
  return [
    baselinesChart(result),
    costCategoriesChart(result),
    waitDistributionChart(result),
    queueDepthChart(result),
    ...fleets,
    billingRateChart(result),
    jobNamesChart(result, primary),
    ...(primary.spot.byHour.length === 0 ? [] : [spotHoursChart(result, primary)]),
  ];
}
