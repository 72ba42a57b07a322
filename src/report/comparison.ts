// The figures that only exist between runs: saving against the on-demand baseline, distance from the floor.

import type { Market } from "../model/instance-type.js";
import type { Floor, ResultFile, RunSummary } from "../model/run-result.js";

/** The baseline that savings are measured against. */
const SAVING_BASELINE = "on-demand";

export interface RunComparison {
  readonly run: RunSummary;
  /** 1 - cost / cost of the on-demand baseline; null without that baseline (or when it cost nothing). */
  readonly savingVsOnDemand: number | null;
  /** The market whose floor this run is measured against: spot as soon as the run used any spot instance. */
  readonly floorMarket: Market;
  /**
   * (cost + refunds) / floor - 1 in the run's own market; null without that floor. The floor bounds what hours cost, which EC2
   * may have refunded.
   */
  readonly aboveFloor: number | null;
  /** (cost + refunds) / floor, for both markets. */
  readonly timesOnDemandFloor: number | null;
  readonly timesSpotFloor: number | null;
}

/** The floor of a market, if the result has it. */
export function floorOf(result: ResultFile, market: Market): Floor | undefined {
  return result.floors.find((floor) => floor.market === market);
}

/** The run that headlines, charts and the money bar show: the first strategy, else the first run. */
export function primaryRun(result: ResultFile): RunSummary {
  return result.runs.find((run) => run.role === "strategy") ?? result.runs[0]!;
}

/** Puts one run beside the on-demand baseline and the floors of its result. */
export function compareRun(result: ResultFile, run: RunSummary): RunComparison {
  const cost = run.cost.totalMicroUsd;
  const baseline = result.runs.find((other) => other.role === "baseline" && other.name === SAVING_BASELINE);
  const relative = baseline === undefined ? null : ratio(cost, baseline.cost.totalMicroUsd);
  const floorMarket: Market = run.cost.byInstanceType.some((row) => row.market === "spot") ? "spot" : "on-demand";
  const hoursCost = cost + run.spot.refundedMicroUsd;
  const timesOnDemandFloor = ratio(hoursCost, floorOf(result, "on-demand")?.microUsd);
  const timesSpotFloor = ratio(hoursCost, floorOf(result, "spot")?.microUsd);
  const timesFloor = floorMarket === "spot" ? timesSpotFloor : timesOnDemandFloor;
  return {
    run,
    savingVsOnDemand: relative === null || run === baseline ? null : 1 - relative,
    floorMarket,
    aboveFloor: timesFloor === null ? null : timesFloor - 1,
    timesOnDemandFloor,
    timesSpotFloor,
  };
}

function ratio(numerator: number, denominator: number | undefined): number | null {
  return denominator === undefined || denominator === 0 ? null : numerator / denominator;
}
