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
  const bounds = bucketBounds(result);
  const upTo = { field: "upTo", type: "ordinal", sort: bounds.map(bucketLabel) } as const;
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
      data: { values: result.runs.flatMap((run) => cumulativePoints(run, bounds)) },
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

type Bucket = RunSummary["waitHistogram"][number];

function boundOf(bucket: Bucket): number {
  return bucket.upToMs ?? Number.POSITIVE_INFINITY;
}

/** "longer" stands for the open bucket. */
function bucketLabel(boundMs: number): string {
  return boundMs === Number.POSITIVE_INFINITY ? "longer" : formatDuration(boundMs);
}

/** Upper bounds of all runs' buckets, shortest first, as far as any job waited. */
function bucketBounds(result: ResultFile): number[] {
  const buckets = result.runs.flatMap((run) => run.waitHistogram);
  const longest = Math.max(...buckets.filter((bucket) => bucket.jobs > 0).map(boundOf));
  return [...new Set(buckets.map(boundOf))].filter((bound) => bound <= longest).sort((a, b) => a - b);
}

/** Jobs of `run` that waited at most each of `bounds`. */
function cumulativePoints(run: RunSummary, bounds: readonly number[]): Point[] {
  const jobsWithin = (bound: number): number =>
    run.waitHistogram.reduce((sum, bucket) => (boundOf(bucket) <= bound ? sum + bucket.jobs : sum), 0);
  const total = jobsWithin(Number.POSITIVE_INFINITY);
  return bounds.map((bound) => {
    const jobs = jobsWithin(bound);
    return { run: run.name, upTo: bucketLabel(bound), share: total === 0 ? 0 : jobs / total, jobs };
  });
}
