// A comparison over seeds as one table: strategies and baselines by cost, with the intervals that seeds leave.

import type { ComparedRun, Estimate, SeedComparison } from "../../model/seed-comparison.js";
import {
  formatCount,
  formatCounted,
  formatDuration,
  formatPercent,
  formatSignedPercent,
  formatUsd,
} from "../format.js";
import { numberColumn, type Table, textColumn } from "../table.js";

/** Cheapest first. */
export function comparisonOfSeedsTable(comparison: SeedComparison): Table {
  const { runs, reference, floorMarket } = comparison;
  const sorted = [...runs].sort((a, b) => a.costMicroUsd.mean - b.costMicroUsd.mean);
  return {
    title: comparison.scenario,
    caption: captionOf(comparison),
    columns: [
      textColumn("Run"),
      numberColumn("Cost"),
      numberColumn(`to ${reference}`),
      numberColumn(`above ${floorMarket} floor`),
      numberColumn("Wait p50"),
      numberColumn("Wait p95"),
      numberColumn(`p95 to ${reference}`),
      numberColumn("Interruptions"),
      numberColumn("Rework vCPU-h"),
      numberColumn("Rework"),
      numberColumn("Failed jobs"),
    ],
    rows: sorted.map((run) => rowOf(run, reference)),
  };
}

function rowOf(run: ComparedRun, reference: string): string[] {
  const isReference = run.name === reference;
  const relative = (value: Estimate) => (isReference ? "" : withInterval(value, formatSignedPercent, formatPercent));
  return [
    run.role === "baseline" ? `${run.name} (baseline)` : run.name,
    withInterval(run.costMicroUsd, formatUsd),
    relative(run.costToReference),
    formatSignedPercent(run.aboveFloor.mean),
    formatDuration(run.waitP50Ms.mean),
    withInterval(run.waitP95Ms, formatDuration),
    relative(run.waitP95ToReference),
    formatCount(run.interruptions.mean, run.interruptions.mean < 10 ? 1 : 0),
    formatCount(run.reworkVcpuHours.mean, run.reworkVcpuHours.mean < 10 ? 1 : 0),
    formatUsd(run.reworkMicroUsd.mean),
    formatCount(run.failedJobs.mean, run.failedJobs.mean === 0 ? 0 : 1),
  ];
}

/** "mean ± half width"; the mean alone where no interval is known or it has no width. */
function withInterval(
  { mean, halfWidth }: Estimate,
  format: (value: number) => string,
  formatWidth: (value: number) => string = format,
): string {
  return halfWidth === null || halfWidth === 0 ? format(mean) : `${format(mean)} ± ${formatWidth(halfWidth)}`;
}

function captionOf({ jobs, vcpuHours, submitSpanMs, seeds, floorMicroUsd, floorMarket }: SeedComparison): string {
  const over =
    seeds.length === 1 ? `seed ${seeds[0]}` : `means over ${formatCounted(seeds.length, "seed")} ± 95 % interval`;
  return `${formatCounted(jobs, "job")}, ${formatCount(vcpuHours)} vCPU-hours submitted over ${formatDuration(submitSpanMs)}; ${over}; ${floorMarket} floor ${formatUsd(floorMicroUsd)}.`;
}
