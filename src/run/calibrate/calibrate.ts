// Calibration: delays fitted to the waits that a trace recorded, and how near the replay comes then. Every strategy is fitted
// on its own, since what a queue's discipline explains need not be a delay.

import { didYouMean, errorIssue, InputError } from "../../base/issues.js";
import { CALIBRATION_FORMAT_VERSION, type CalibratedRun, type Calibration } from "../../model/calibration.js";
import type { ResultHeader } from "../../model/run-result.js";
import type { RunPlan } from "../baselines.js";
import { planRuns, type ReplayTrace } from "../replay.js";
import type { ResolvedScenario } from "../tables.js";
import { compareSecondHalf, compareTrial, type KnownFigures } from "./compare.js";
import { delaysInWords } from "./delays.js";
import { fitRun } from "./fit.js";
import { type Sample, takeSample } from "./sample.js";

/** Replays per fit when the user does not say: enough for a table's accuracy with all knobs in use. */
export const DEFAULT_EFFORT = 25;

export interface CalibrationOptions extends KnownFigures {
  /** One run alone, strategy or baseline; null: every strategy. */
  readonly run: string | null;
  /** Most replays of a fit; each run is fitted twice. At least 1. */
  readonly effort: number;
  /** Called before each replay. */
  readonly onReplay?: (run: string, replays: number, most: number) => void;
}

/** Each searched delay is tried with half and with twice its value afterwards; there are four at the most. */
const REPLAYS_AFTERWARDS = 8;

/**
 * Fits the world's delays to the recorded waits. Deterministic. Throws InputError when the trace has too few recorded waits or
 * the scenario no such run.
 */
export function calibrate(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  header: ResultHeader,
  options: CalibrationOptions,
): Calibration {
  const sample = takeSample(trace.workload, trace.profiles);
  const plans = choosePlans(planRuns(resolved, trace), options.run);
  const runs = plans.map((plan) => calibrateRun(resolved, trace, plan, sample, options));
  return {
    formatVersion: CALIBRATION_FORMAT_VERSION,
    header,
    source: trace.report.source,
    sample: sample.summary,
    runs: runs.sort((a, b) => a.fitted.wait.offBy - b.fitted.wait.offBy),
  };
}

function calibrateRun(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  plan: RunPlan,
  sample: Sample,
  options: CalibrationOptions,
): CalibratedRun {
  const { name, description } = plan.label;
  const most = 1 + 2 * options.effort + REPLAYS_AFTERWARDS;
  let replays = 0;
  const onReplay = () => options.onReplay?.(name, replays++, most);
  const fit = fitRun(resolved, trace, plan, sample, options.effort, onReplay);
  return {
    name,
    description,
    replays: fit.replays,
    delays: fit.delays,
    world: delaysInWords(fit.fitted.world),
    asGiven: compareTrial(resolved, trace, plan, sample, fit.asGiven, options),
    fitted: compareTrial(resolved, trace, plan, sample, fit.fitted, options),
    secondHalf: {
      asGiven: compareSecondHalf(fit.asGiven, sample),
      foretold: compareSecondHalf(fit.foretold, sample),
    },
  };
}

function choosePlans(plans: readonly RunPlan[], name: string | null): readonly RunPlan[] {
  if (name === null) return plans.filter(({ label }) => label.role === "strategy");
  const chosen = plans.filter(({ label }) => label.name === name);
  if (chosen.length > 0) return chosen;
  const names = plans.map(({ label }) => label.name);
  const hint = didYouMean(name, names) ?? `runs: ${names.join(", ")}`;
  throw new InputError([errorIssue("not-found", `there is no run ${JSON.stringify(name)}`, { hint })]);
}
