import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COST_CATEGORIES } from "../../src/model/billing.js";
import { buildCharts } from "../../src/report/charts/all-charts.js";
import { type Chart, runFileNames } from "../../src/report/charts/chart.js";
import { averaged, timeAxis } from "../../src/report/charts/time-axis.js";
import { waitDistributionChart } from "../../src/report/charts/wait-distribution.js";
import { compileChart } from "../../src/report/compile-chart.js";
import { CATEGORY_DEFINITIONS } from "../../src/report/definitions.js";
import { fixtureResult } from "./fixture.js";
import { emptyResult, failingResult, hostileResult, stormyResult } from "./fixture-variants.js";

/** The inline rows of a chart. */
function rowsOf(chart: Chart): Record<string, unknown>[] {
  const { data } = chart.spec as { data: { values: Record<string, unknown>[] } };
  return data.values;
}

function chartNamed(name: string, result = fixtureResult()): Chart {
  return buildCharts(result).find((chart) => chart.name === name)!;
}

describe("buildCharts", () => {
  it("draws one fleet per strategy and everything else once", () => {
    expect(buildCharts(fixtureResult()).map((chart) => chart.name)).toEqual([
      ...["baselines", "cost-categories", "wait-distribution", "queue-depth"],
      ...["fleet-best-fit", "fleet-first-fit", "fleet-spread", "billing-rate", "job-names"],
    ]);
  });

  it.each([
    ["dates", fixtureResult()],
    ["relative times", fixtureResult(0)],
    ["nothing", emptyResult()],
    ["markup in names", hostileResult()],
    ["failures", failingResult()],
    ["a bad day on spot", stormyResult()],
  ])("gives specs that compile without a warning and are plain JSON: %s", (_, result) => {
    for (const chart of buildCharts(result)) {
      expect(JSON.parse(JSON.stringify(chart.spec)), chart.name).toEqual(chart.spec);
      expect(compileChart(chart), chart.name).toHaveProperty("marks");
    }
  });

  it("is the same for the same result", () => {
    expect(JSON.stringify(buildCharts(fixtureResult()))).toBe(JSON.stringify(buildCharts(fixtureResult())));
  });
});

describe("the data of the charts", () => {
  it("accounts for every dollar of every run", () => {
    const rows = rowsOf(chartNamed("cost-categories"));
    for (const run of fixtureResult().runs) {
      const dollars = rows.filter((row) => row.run === run.name).reduce((sum, row) => sum + Number(row.usd), 0);
      expect(dollars, run.name).toBeCloseTo(run.cost.totalMicroUsd / 1e6, 6);
    }
  });

  it("labels bars with cost and saving", () => {
    const labels = rowsOf(chartNamed("baselines")).map((row) => row.label);
    expect(labels.slice(0, 5)).toEqual([
      "$1,234.56  (68 % saved)",
      "$1,402.11  (64 % saved)",
      "$1,978.00  (49 % saved)",
      "$3,871.22",
      "$9,114.72  (135 % dearer)",
    ]);
  });

  it("accumulates the histogram of waits as far as any job waited", () => {
    const result = fixtureResult();
    const run = {
      ...result.runs[0]!,
      waitHistogram: [
        { upToMs: 1_000, jobs: 5 },
        { upToMs: 60_000, jobs: 3 },
        { upToMs: 3_600_000, jobs: 2 },
        { upToMs: 7_200_000, jobs: 0 },
        { upToMs: null, jobs: 0 },
      ],
    };
    expect(rowsOf(waitDistributionChart({ ...result, runs: [run] }))).toEqual([
      { run: "best-fit", upTo: "1 s", share: 0.5, jobs: 5 },
      { run: "best-fit", upTo: "1 min", share: 0.8, jobs: 8 },
      { run: "best-fit", upTo: "1 h", share: 1, jobs: 10 },
    ]);
  });

  it("shows the 15 dearest job names, with their queue where there are several", () => {
    const rows = rowsOf(chartNamed("job-names"));
    expect(rows.length).toBe(15);
    expect(rows[0]!.job).toBe("genomics / align-reads");
    const result = fixtureResult();
    const oneQueue = { ...result, workload: { ...result.workload, queues: ["genomics"] } };
    expect(rowsOf(chartNamed("job-names", oneQueue))[0]!.job).toBe("align-reads");
  });

  it("stacks the fleet of every step and adds the queue to the demand", () => {
    const { series } = fixtureResult().runs[0]!;
    const row = rowsOf(chartNamed("fleet-best-fit"))[120]!;
    const fleet = series.fleetVcpus.reduce((sum, { vcpus }) => sum + vcpus[120]!, 0);
    const drawn = series.fleetVcpus.reduce((sum, _, type) => sum + Number(row[`v${type}`]), 0);
    expect(drawn).toBeCloseTo(fleet, 1);
    expect(row.demand).toBeCloseTo(series.busyVcpus[120]! + series.queuedVcpus[120]!, 2);
    expect(row.t).toBe(Date.UTC(2026, 0, 5, 6) + 120 * series.stepMs);
  });

  it("shows what was lost by the hour, in a run that lost anything", () => {
    expect(chartNamed("spot-hours")).toBeUndefined();
    const chart = chartNamed("spot-hours", stormyResult());
    const rows = rowsOf(chart);
    expect(rows.length).toBe(24);
    expect(rows[14]).toEqual({
      ...{ hour: "14", vcpuHours: 48.5, interruptions: 30, label: "30", refusals: 0, usd: 1.2, cost: "$1.20" },
    });
    expect(rows[9]).toMatchObject({ hour: "09", refusals: 12, label: "" });
    expect(chart.explanation).toContain("of the day (UTC)");
    expect(chartNamed("spot-hours", stormyResult(0)).explanation).toContain("of each day since the first submission");
  });

  it("says so when the demand line is cut off, and only then", () => {
    // The burst queues 1,100 vCPUs beside a fleet whose peak is 1,600 for best-fit and 2,240 for spread.
    expect(chartNamed("fleet-best-fit").explanation).toContain("cut off");
    expect(chartNamed("fleet-spread").explanation).not.toContain("cut off");
  });
});

describe("timeAxis", () => {
  const day = 86_400_000;
  it("is in UTC when the trace has dates", () => {
    const axis = timeAxis(fixtureResult(Date.UTC(2026, 0, 5)), 6 * day);
    expect(axis.x).toMatchObject({ type: "temporal", scale: { type: "utc" }, axis: { title: "UTC, from 2026-01-05" } });
    expect(axis.at(1_000)).toBe(Date.UTC(2026, 0, 5) + 1_000);
  });
  it.each([
    [3 * 3_600_000, "Minutes since the first submission", 30_000, 0.5],
    [3 * day, "Hours since the first submission", 1_800_000, 0.5],
    [30 * day, "Days since the first submission", day / 2, 0.5],
  ])("is elapsed time otherwise: a span of %d ms in %s", (spanMs, title, offsetMs, position) => {
    const axis = timeAxis(fixtureResult(0), spanMs);
    expect(axis.x).toMatchObject({ type: "quantitative", axis: { title } });
    expect(axis.at(offsetMs)).toBe(position);
  });
  it.each([
    [10 * 60_000, "minute", 5],
    [day, "hour", 6],
    [7 * day, "day", 1],
    [40 * day, "week", 1],
    [5_000 * day, "year", 1],
  ])("has at most seven ticks or so: %d ms in steps of one %s × %d", (spanMs, interval, step) => {
    expect(timeAxis(fixtureResult(), spanMs).x.axis.tickCount).toEqual({ interval, step });
  });
});

describe("averaged", () => {
  it("averages groups of neighbours, the last one shorter", () => {
    expect(averaged([1, 3, 5, 7, 10], 2)).toEqual([2, 6, 10]);
  });
  it("keeps the sum when the groups are whole", () => {
    const groups = fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), fc.nat(1_000)));
    fc.assert(
      fc.property(groups, (quadruples) => {
        const values = quadruples.flat();
        const sum = averaged(values, 4).reduce((total, mean) => total + mean * 4, 0);
        expect(sum).toBeCloseTo(
          values.reduce((total, value) => total + value, 0),
          6,
        );
      }),
    );
  });
});

describe("names and colours", () => {
  it("makes file names of run names, all different", () => {
    const [run] = fixtureResult().runs;
    const names = ["Best fit", "best-fit", "../etc/passwd", "日本", "日本"].map((name) => ({ ...run!, name }));
    expect(runFileNames(names)).toEqual(["best-fit", "best-fit-2", "etc-passwd", "run", "run-2"]);
  });
  it("gives every cost category a colour of its own", () => {
    const colours = COST_CATEGORIES.map((category) => CATEGORY_DEFINITIONS[category].colour);
    expect(new Set(colours).size).toBe(COST_CATEGORIES.length);
  });
});
