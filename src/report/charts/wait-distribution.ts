// How many jobs started within which wait, one line per run: the higher a line on the left, the better.

import type { ResultFile, RunSummary } from "../../model/run-result.js";
import { formatDuration } from "../format.js";
import { CHART_CONFIG, CHART_WIDTH, type Chart, LEGEND_BELOW, runColours, runDashes } from "./chart.js";

interface Point {
  readonly run: string;
  readonly upTo: string;
  readonly share: number;
  readonly jobs: number;
}

/** Cumulative distribution of waits of every run, over the histogram's buckets. */
export function waitDistributionChart(result: ResultFile): Chart {
  const title = "Waiting times";
  const explanation =
    "Share of jobs that started within the wait on the horizontal axis. Higher is better; solid lines are strategies, " +
    "dashed lines are baselines.";
  const upTo = { field: "upTo", type: "ordinal", sort: bucketLabels(result) } as const;
  return {
    name: "wait-distribution",
    title,
    explanation,
    spec: {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      description: `${title}. ${explanation}`,
      width: CHART_WIDTH,
      height: 260,
      config: CHART_CONFIG,
      data: { values: result.runs.flatMap(cumulativePoints) },
      mark: { type: "line", strokeWidth: 1.5, point: { size: 24, filled: true } },
      encoding: {
        x: {
          ...upTo,
          axis: { title: "Wait at most", labelAngle: 0, labelOverlap: "greedy", labelSeparation: 6, grid: false },
        },
        y: {
          field: "share",
          type: "quantitative",
          scale: { domain: [0, 1] },
          axis: { title: "Share of jobs", format: ".0%", tickCount: 5 },
        },
        color: {
          field: "run",
          type: "nominal",
          scale: runColours(result),
          legend: { ...LEGEND_BELOW, title: null, symbolType: "stroke", symbolStrokeWidth: 2 },
        },
        strokeDash: { field: "run", type: "nominal", scale: runDashes(result) },
        tooltip: [
          { field: "run", type: "nominal", title: "Run" },
          { ...upTo, title: "Wait at most" },
          { field: "share", type: "quantitative", title: "Share of jobs", format: ".2%" },
          { field: "jobs", type: "quantitative", title: "Jobs", format: "," },
        ],
      },
    },
  };
}

/** "longer" stands for the open bucket. */
function bucketLabel(upToMs: number | null): string {
  return upToMs === null ? "longer" : formatDuration(upToMs);
}

/** The labels of every run's buckets, shortest wait first. */
function bucketLabels(result: ResultFile): string[] {
  const bounds = result.runs.flatMap((run) => run.waitHistogram.map((bucket) => bucket.upToMs));
  const ascending = [...new Set(bounds)].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  return ascending.map(bucketLabel);
}

function cumulativePoints(run: RunSummary): Point[] {
  const total = run.waitHistogram.reduce((sum, bucket) => sum + bucket.jobs, 0);
  let jobs = 0;
  return run.waitHistogram.map((bucket) => {
    jobs += bucket.jobs;
    return { run: run.name, upTo: bucketLabel(bucket.upToMs), share: total === 0 ? 0 : jobs / total, jobs };
  });
}
