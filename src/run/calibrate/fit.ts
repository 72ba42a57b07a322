// The fit of one run: guesses as long as they help, then the search with what is left of the effort. It is made twice: on all
// jobs, for the world that is recommended; and on the first half alone, to see how well the second half is foretold.

import type { Ledger } from "../../ledger/ledger.js";
import { type FittedDelay, WORLD_DELAYS, type WorldDelay } from "../../model/calibration.js";
import type { WorldSpec } from "../../scenario/scenario.js";
import type { RunPlan } from "../baselines.js";
import { type ReplayTrace, runPlan } from "../replay.js";
import type { ResolvedScenario } from "../tables.js";
import { delayOf, readKnob, turnKnob, withDelay } from "./delays.js";
import { guessDelays, startsAsRecorded } from "./guess.js";
import { firstHalf, type Sample } from "./sample.js";
import { search } from "./search.js";
import { type SimulatedWaits, simulatedWaits } from "./simulated-waits.js";
import { lossOf, offBy, pairsOf, rounded } from "./wait-comparison.js";
import { type DelayPlans, knobsOf, planDelays } from "./which-delays.js";

/** A guess that improves the loss by less than this is the last one. */
const WORTH_ANOTHER = 0.99;

/** Each guess starts from the replay of the one before; after so many they go round in circles. */
const MOST_GUESSES = 4;

/** A delay is determined when half and twice of it are both off by this much more, e.g. by a factor of 1.26 instead of 1.2. */
const CLEARLY_WORSE = 1.05;

/** A replay of a run in some world. */
export interface Trial {
  readonly world: WorldSpec;
  readonly ledger: Ledger;
  readonly waits: SimulatedWaits;
}

type Attempt = (world: WorldSpec) => Trial;

export interface Fit {
  readonly asGiven: Trial;
  readonly fitted: Trial;
  /** In the world that the first half alone leads to. */
  readonly foretold: Trial;
  readonly delays: readonly FittedDelay[];
  readonly replays: number;
}

/**
 * Fits the delays of a run's world, twice with at most `effort` replays each, and two more for each delay that was searched
 * for. `onReplay` is called before each.
 */
export function fitRun(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  plan: RunPlan,
  sample: Sample,
  effort: number,
  onReplay: () => void,
): Fit {
  let replays = 0;
  const attempt = (world: WorldSpec): Trial => {
    onReplay();
    replays++;
    return tryWorld(resolved, trace, plan, sample, world);
  };
  const asGiven = attempt(resolved.scenario.world);
  const plans = planDelays(asGiven.waits, sample, hasBoots(plan));
  const fitted = fitDelays(asGiven, plans, sample, attempt, effort);
  const foretold = fitDelays(asGiven, plans, firstHalf(sample), attempt, effort);
  const delays = WORLD_DELAYS.map((delay): FittedDelay => {
    const { basis, reason } = plans[delay];
    return {
      ...{ delay, basis, reason },
      given: delayOf(asGiven.world, delay),
      value: delayOf(fitted.world, delay),
      fromFirstHalf: delayOf(foretold.world, delay),
      ...certaintyOf(delay, basis, fitted, sample, attempt),
    };
  });
  return { asGiven, fitted, foretold, delays, replays };
}

/** Replays a planned run in another world. */
function tryWorld(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  plan: RunPlan,
  sample: Sample,
  world: WorldSpec,
): Trial {
  const scenario = { ...resolved.scenario, world };
  const strategy = { ...plan.strategy, decisionIntervalMs: world.decisionIntervalMs };
  const ledger = runPlan({ ...resolved, scenario }, trace, { ...plan, strategy });
  return { world, ledger, waits: simulatedWaits(ledger, trace.workload, sample) };
}

/** How far the waits of the jobs that the fit looks at are off. */
function trialLoss({ waits }: Trial, sample: Sample): number {
  return lossOf(pairsOf(waits.waitMs, sample.recordedWaitMs, 0, sample.fitted), sample.summary.grainMs);
}

/** The best of at most `effort` replays. */
function fitDelays(asGiven: Trial, plans: DelayPlans, sample: Sample, attempt: Attempt, effort: number): Trial {
  let left = effort;
  const counted: Attempt = (world) => {
    left--;
    return attempt(world);
  };
  let best = bestGuess(asGiven, plans, sample, counted, effort);
  let loss = trialLoss(best, sample);
  const knobs = knobsOf(plans);
  const { grainMs } = sample.summary;
  const start = best.world;
  const turned = (places: readonly number[]) =>
    knobs.reduce((world, knob, index) => turnKnob(world, knob, places[index]!, grainMs), start);
  const lossAt = (places: readonly number[]) => {
    const trial = counted(turned(places));
    const itsLoss = trialLoss(trial, sample);
    if (itsLoss < loss) [best, loss] = [trial, itsLoss];
    return itsLoss;
  };
  search({ places: knobs.map((knob) => readKnob(start, knob, grainMs)), loss }, lossAt, left);
  return best;
}

/** Guesses from one replay after the other, while that helps; the best trial of all. */
function bestGuess(asGiven: Trial, plans: DelayPlans, sample: Sample, attempt: Attempt, budget: number): Trial {
  const searched = new Set(WORLD_DELAYS.filter((delay) => plans[delay].basis === "searched"));
  // Recorded starts are facts: with them a guess that fits worse is still nearer to the truth than the scenario.
  const recorded = WORLD_DELAYS.some((delay) => plans[delay].basis === "recorded");
  let best = asGiven;
  let loss = recorded ? Number.POSITIVE_INFINITY : trialLoss(asGiven, sample);
  let last = asGiven;
  for (let guesses = 0; guesses < Math.min(budget, MOST_GUESSES); guesses++) {
    const world = guessDelays(last.world, last.waits, sample, searched);
    last = attempt(recorded ? startsAsRecorded(world, last.waits, sample) : world);
    const itsLoss = trialLoss(last, sample);
    const isWorthIt = itsLoss < loss * WORTH_ANOTHER;
    if (itsLoss < loss) [best, loss] = [last, itsLoss];
    if (!isWorthIt && guesses > 0) break;
  }
  return best;
}

/** How much worse half and twice a searched delay fit. */
function certaintyOf(
  delay: WorldDelay,
  basis: FittedDelay["basis"],
  fitted: Trial,
  sample: Sample,
  attempt: Attempt,
): Pick<FittedDelay, "offByWithHalf" | "offByWithTwice" | "determined"> {
  const { medianMs, p95Ms } = delayOf(fitted.world, delay);
  const nothing = basis !== "searched" || medianMs === 0;
  if (nothing) return { offByWithHalf: null, offByWithTwice: null, determined: null };
  const [half, twice] = [0.5, 2].map((factor) => {
    const figures = { medianMs: medianMs * factor, p95Ms: p95Ms * factor };
    return offBy(trialLoss(attempt(withDelay(fitted.world, delay, figures)), sample));
  }) as [number, number];
  const bound = offBy(trialLoss(fitted, sample)) * CLEARLY_WORSE;
  return {
    offByWithHalf: rounded(half),
    offByWithTwice: rounded(twice),
    determined: half >= bound && twice >= bound,
  };
}

/** Whether any compute environment launches instances that have to boot. */
function hasBoots({ environments }: RunPlan): boolean {
  return environments.some(({ fixedFleet, fargate }) => fixedFleet === null && !fargate);
}
