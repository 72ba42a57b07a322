// The tables about all runs together, the workload and where the figures come from.

import { JOB_OUTCOMES, type JobOutcome, type ResultFile, type RunSummary } from "../model/run-result.js";
import { compareRun, type RunComparison } from "./comparison.js";
import { FAILURE_LABELS, FIGURE_DEFINITIONS } from "./definitions.js";
import {
  formatCount,
  formatCounted,
  formatDuration,
  formatPercent,
  formatRatio,
  formatSignedPercent,
  formatUnitPrice,
  formatUsd,
  formatUtc,
  MISSING,
} from "./format.js";
import { numberColumn, type Table, textColumn } from "./table.js";

interface Figure {
  readonly title: string;
  readonly cell: (comparison: RunComparison) => string;
}

/** What a run cost, put in proportion. Also the columns of the terminal's first table. */
export const COST_FIGURES: readonly Figure[] = [
  { title: "Cost", cell: ({ run }) => formatUsd(run.cost.totalMicroUsd) },
  { title: "Saving", cell: ({ savingVsOnDemand }) => optional(savingVsOnDemand, formatPercent) },
  {
    title: "Above floor",
    cell: ({ aboveFloor, floorMarket }) =>
      aboveFloor === null ? MISSING : `${formatSignedPercent(aboveFloor)} ${floorMarket}`,
  },
];

/** Every run against both floors, whatever its market. */
export const FLOOR_FIGURES: readonly Figure[] = [
  { title: "× on-demand floor", cell: ({ timesOnDemandFloor }) => optional(timesOnDemandFloor, formatRatio) },
  { title: "× spot floor", cell: ({ timesSpotFloor }) => optional(timesSpotFloor, formatRatio) },
];

/** How long jobs waited, and what the fleet did for it. Also the columns of the terminal's second table. */
export const SERVICE_FIGURES: readonly Figure[] = [
  { title: "Wait p50", cell: ({ run }) => formatDuration(run.waitMs.p50) },
  { title: "Wait p95", cell: ({ run }) => formatDuration(run.waitMs.p95) },
  { title: "Wait p99", cell: ({ run }) => formatDuration(run.waitMs.p99) },
  { title: "Mean slowdown", cell: ({ run }) => formatCount(run.boundedSlowdown.mean, 2) },
  { title: "Makespan", cell: ({ run }) => formatDuration(run.makespanMs) },
  { title: "vCPU use", cell: ({ run }) => formatPercent(run.utilisation.vcpu) },
  { title: "Instances", cell: ({ run }) => formatCount(run.instances.launched) },
];

function optional(value: number | null, format: (value: number) => string): string {
  return value === null ? MISSING : format(value);
}

/** One row per run, one column per figure. */
export function comparisonTable(result: ResultFile, figures: readonly Figure[], title: string): Table {
  return {
    title,
    caption: "",
    columns: [textColumn("Run"), ...figures.map((figure) => numberColumn(figure.title))],
    rows: result.runs.map((run) => {
      const comparison = compareRun(result, run);
      return [run.name, ...figures.map((figure) => figure.cell(comparison))];
    }),
  };
}

/** What each run did: role, description, policies. */
export function runsTable(result: ResultFile): Table {
  return {
    title: "What each run does",
    caption: "",
    columns: [textColumn("Run"), textColumn("Role"), textColumn("Description"), textColumn("Policies")],
    rows: result.runs.map((run) => [run.name, run.role, run.description, policiesText(run)]),
  };
}

function policiesText(run: RunSummary): string {
  return Object.entries(run.policies)
    .map(([name, value]) => {
      // Amounts read better as durations and dollars, under names without their units.
      if (typeof value !== "number") return `${name}: ${value}`;
      if (name.endsWith("Ms")) return `${name.slice(0, -"Ms".length)}: ${formatDuration(value)}`;
      if (name.includes("MicroUsd")) return `${name.replace("MicroUsd", "")}: ${formatUsd(value)}`;
      return `${name}: ${value}`;
    })
    .join(", ");
}

/** Fleet figures of every run that are too many for the comparison. */
export function fleetTable(result: ResultFile): Table {
  return {
    title: "Fleet",
    caption: "Used shares of what was billed while the instances could run jobs.",
    columns: [
      textColumn("Run"),
      ...["Launched", "Peak", "Instance-hours", "Mean life", "vCPU use", "Memory use", "GPU use"].map(numberColumn),
    ],
    rows: result.runs.map(({ name, instances, utilisation }) => [
      name,
      formatCount(instances.launched),
      formatCount(instances.peak),
      formatCount(instances.instanceHours, 1),
      formatDuration(instances.meanLifeMs),
      formatPercent(utilisation.vcpu),
      formatPercent(utilisation.memory),
      optional(utilisation.gpu, formatPercent),
    ]),
  };
}

/** How the jobs of every run ended, and in how many attempts; no rows when every job succeeded at the first. */
export function outcomesTable(result: ResultFile): Table {
  const failures = JOB_OUTCOMES.filter((outcome) => outcome !== "succeeded").filter((outcome) =>
    result.runs.some((run) => jobsThatEnded(run, outcome) > 0),
  );
  const isPlain = result.runs.every(({ jobs }) => jobs.succeeded === jobs.total && jobs.attempts === jobs.total);
  return {
    title: "Outcomes",
    caption: "Jobs by how they ended, retries included, and the attempts that were made.",
    columns: [
      textColumn("Run"),
      ...["Succeeded", ...failures.map((outcome) => FAILURE_LABELS[outcome]), "Attempts"].map(numberColumn),
    ],
    rows: isPlain
      ? []
      : result.runs.map((run) => [
          run.name,
          formatCount(run.jobs.succeeded),
          ...failures.map((outcome) => formatCount(jobsThatEnded(run, outcome))),
          formatCount(run.jobs.attempts),
        ]),
  };
}

function jobsThatEnded({ jobs }: RunSummary, outcome: JobOutcome): number {
  return jobs.byOutcome.find((row) => row.outcome === outcome)?.jobs ?? 0;
}

/** Lower bounds on the cost of this workload, and what an ideal fleet would be made of. */
export function floorsTable(result: ResultFile): Table {
  return {
    title: "Floors",
    caption:
      "Lower bounds on what any schedule could have paid for this workload, and the worth of one unit of each " +
      "resource that certifies the bound. An ideal fleet is made of the types named. Where prices move, every pool counts " +
      "at its lowest.",
    columns: [
      textColumn("Market"),
      ...["Floor", "Per vCPU-hour", "Per GiB-hour", "Per GPU-hour"].map(numberColumn),
      textColumn("Ideal fleet"),
    ],
    rows: result.floors.map((floor) => [
      floor.market,
      formatUsd(floor.microUsd),
      formatUnitPrice(floor.microUsdPerVcpuHour),
      formatUnitPrice(floor.microUsdPerGibHour),
      formatUnitPrice(floor.microUsdPerGpuHour),
      floor.bindingInstanceTypes.join(", "),
    ]),
  };
}

/** What the terms of the comparison mean. */
export function figuresTable(): Table {
  return {
    title: "How to read the figures",
    caption: "",
    columns: [textColumn("Figure"), textColumn("Meaning")],
    rows: FIGURE_DEFINITIONS.map(({ term, definition }) => [term, definition]),
  };
}

/** Everything needed to compute the same result again. */
export function provenanceTable(result: ResultFile): Table {
  const { header, workload, trace } = result;
  return {
    title: "Provenance",
    caption: "",
    columns: [textColumn("Item"), textColumn("Value")],
    rows: [
      ["Stowage version", header.productVersion],
      ["Scenario", `${header.scenario} (hash ${header.scenarioHash})`],
      ["Trace", `${trace.source} (${trace.format}, workload hash ${header.workloadHash})`],
      ["Region", header.region],
      ["Seed", String(header.seed)],
      ["Prices as of", `on-demand ${header.catalog.onDemand}, spot ${header.catalog.spot}`],
      ["Instance types as of", header.catalog.instanceTypes],
      ["Result format", String(result.formatVersion)],
      ["First submission", workload.originMs === 0 ? "unknown: relative times" : formatUtc(workload.originMs)],
    ],
  };
}

/** The jobs in one line: how many, how long, how much. */
export function workloadLine(result: ResultFile): string {
  const { workload } = result;
  const queues = `${formatCount(workload.queues.length)} ${workload.queues.length === 1 ? "queue" : "queues"}`;
  const gpus = workload.gpuHours > 0 ? `, ${formatCount(workload.gpuHours, 1)} GPU-hours` : "";
  return (
    `${formatCounted(workload.jobs, "job")} (${formatCounted(workload.shapes, "shape")}, ${queues}), ` +
    `${formatCount(workload.vcpuHours, 1)} vCPU-hours, ${formatCount(workload.memoryGibHours, 1)} GiB-hours${gpus}; ` +
    `run time p50 ${formatDuration(workload.runtimeMs.p50)}, p95 ${formatDuration(workload.runtimeMs.p95)}`
  );
}

/** When the jobs were submitted: from, to, how long. */
export function spanLine(result: ResultFile): string {
  const { originMs, submitSpanMs } = result.workload;
  const span = `${formatDuration(submitSpanMs)} from first to last submission`;
  if (originMs === 0) return `${span} (relative times)`;
  return `${formatUtc(originMs)} to ${formatUtc(originMs + submitSpanMs)}, ${span}`;
}

/** What a reader must know before comparing costs: jobs that did not succeed. Then the result's own notes. */
export function noteLines(result: ResultFile): string[] {
  const counts = ({ jobs }: RunSummary) =>
    `${formatCount(jobs.succeeded)} of ${formatCount(jobs.total)} jobs succeeded (${formatCount(jobs.failed)} failed)`;
  const [first, ...others] = result.runs;
  if (first !== undefined && others.every((run) => counts(run) === counts(first))) {
    const note = `In every run ${counts(first)}; the floors suppose that every job runs to its end.`;
    return first.jobs.succeeded === first.jobs.total ? [...result.notes] : [note, ...result.notes];
  }
  const incomplete = result.runs
    .filter(({ jobs }) => jobs.succeeded < jobs.total)
    .map((run) => `${run.name}: ${counts(run)}, so its cost is not for the same work.`);
  return [...incomplete, ...result.notes];
}
