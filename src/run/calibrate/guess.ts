// A first guess at the delays, from one replay and what was recorded of the same jobs. The replay says which jobs waited for
// which delay and nothing else; by how much their recorded waits differ is how much the delay should change. Guessing again
// from the next replay comes nearer still, and costs a replay where searching costs ten.

import { quantiles } from "../../base/quantiles.js";
import type { DelayFigures, WorldDelay } from "../../model/calibration.js";
import type { WorldSpec } from "../../scenario/scenario.js";
import { delayOf, withDelay } from "./delays.js";
import type { Sample } from "./sample.js";
import type { SimulatedWaits } from "./simulated-waits.js";

/** Fewer jobs than this have no 95th percentile to speak of. */
export const FEWEST_FOR_A_DELAY = 20;

/** What is known of some jobs: a median and a 95th percentile of each side. */
interface Figures {
  readonly simulated: DelayFigures;
  readonly recorded: DelayFigures;
}

/** The world with the delays in `which` guessed anew; those with too few jobs to tell stay as they are. */
export function guessDelays(
  world: WorldSpec,
  waits: SimulatedWaits,
  sample: Sample,
  which: ReadonlySet<WorldDelay>,
): WorldSpec {
  let guess = world;
  if (which.has("boot")) guess = guessLaunch(guess, "boot", waits, sample);
  if (which.has("pending")) guess = guessLaunch(guess, "pending", waits, sample);
  if (which.has("decisionInterval")) guess = guessScheduling(guess, waits, sample, which.has("cachedPull"));
  return guess;
}

/**
 * The world with container starts as they were recorded. Which of them found the image, the record does not say: as many as
 * in the replay, the shortest ones.
 */
export function startsAsRecorded(world: WorldSpec, waits: SimulatedWaits, sample: Sample): WorldSpec {
  const recorded: number[] = [];
  let pulled = 0;
  for (let i = 0; i < sample.fitted; i++) {
    if (Number.isNaN(sample.recordedPullMs[i]!) || Number.isNaN(waits.waitMs[i]!)) continue;
    recorded.push(sample.recordedPullMs[i]!);
    pulled += waits.pulledImage[i]!;
  }
  const sorted = Float64Array.from(recorded).sort();
  const cached = sorted.length - pulled;
  let guess = world;
  if (cached >= FEWEST_FOR_A_DELAY) guess = withDelay(guess, "cachedPull", figuresOf(sorted.subarray(0, cached)));
  if (pulled >= FEWEST_FOR_A_DELAY)
    guess = withDelay(guess, "pull", pullFigures(sorted.subarray(cached), world, waits, sample));
  return guess;
}

/**
 * Jobs that join an instance during its pull wait for a part of it: what the replay makes of the pull that it was given tells
 * how much the recorded starts fall short of the pull itself.
 */
function pullFigures(recorded: Float64Array, world: WorldSpec, waits: SimulatedWaits, sample: Sample): DelayFigures {
  const simulated: number[] = [];
  for (let i = 0; i < sample.fitted; i++) {
    if (waits.pulledImage[i] === 1 && !Number.isNaN(sample.recordedPullMs[i]!)) simulated.push(waits.parts.start[i]!);
  }
  const theirs = figuresOf(recorded);
  const ours = figuresOf(Float64Array.from(simulated));
  const given = delayOf(world, "pull");
  if (ours.medianMs === 0 || given.medianMs === 0) return theirs;
  const medianMs = (given.medianMs * theirs.medianMs) / ours.medianMs;
  return { medianMs, p95Ms: Math.max(medianMs, (given.p95Ms * theirs.p95Ms) / ours.p95Ms) };
}

/** Jobs that waited for a launch, and not for room. */
function guessLaunch(world: WorldSpec, delay: "boot" | "pending", waits: SimulatedWaits, sample: Sample): WorldSpec {
  const { parts, onNewInstance } = waits;
  const figures = figuresWhere(waits, sample, (i) => onNewInstance[i] === 1 && parts.capacity[i] === 0);
  if (figures === undefined) return world;
  const { simulated, recorded } = figures;
  const given = delayOf(world, delay);
  const medianMs = Math.max(0, given.medianMs + recorded.medianMs - simulated.medianMs);
  const p95Ms = Math.max(medianMs, given.p95Ms + recorded.p95Ms - simulated.p95Ms);
  return withDelay(world, delay, { medianMs, p95Ms });
}

/** A job that finds room waits for the next decision, evenly spread over the interval, and for its container's start. */
function guessScheduling(world: WorldSpec, waits: SimulatedWaits, sample: Sample, fitsStart: boolean): WorldSpec {
  const { parts, pulledImage, onNewInstance } = waits;
  const rest: number[] = [];
  for (let i = 0; i < sample.fitted; i++) {
    if (parts.capacity[i] !== 0 || pulledImage[i] === 1 || onNewInstance[i] === 1) continue;
    const start = fitsStart ? 0 : recordedStart(sample, i, parts.start[i]!);
    rest.push(Math.max(0, sample.recordedWaitMs[i]! - start));
  }
  if (rest.length < FEWEST_FOR_A_DELAY) return world;
  const [low, middle] = quantiles(Float64Array.from(rest), [0.1, 0.5]) as [number, number];
  // Of an even spread from a to b, a tenth lies below a + (b - a) / 10 and a half below the middle.
  const spreadMs = fitsStart ? (middle - low) / 0.4 : middle / 0.5;
  const guess = withDelay(world, "decisionInterval", { medianMs: spreadMs, p95Ms: spreadMs });
  if (!fitsStart) return guess;
  const medianMs = Math.max(0, low - 0.1 * spreadMs);
  return withDelay(guess, "cachedPull", { medianMs, p95Ms: medianMs });
}

/** Waits up to the placement of the jobs for which `belongs`; undefined when they are too few. */
function figuresWhere(waits: SimulatedWaits, sample: Sample, belongs: (i: number) => boolean): Figures | undefined {
  const simulated: number[] = [];
  const recorded: number[] = [];
  for (let i = 0; i < sample.fitted; i++) {
    if (Number.isNaN(waits.waitMs[i]!) || !belongs(i)) continue;
    const startMs = waits.parts.start[i]!;
    simulated.push(waits.waitMs[i]! - startMs);
    recorded.push(Math.max(0, sample.recordedWaitMs[i]! - recordedStart(sample, i, startMs)));
  }
  if (simulated.length < FEWEST_FOR_A_DELAY) return undefined;
  return { simulated: figuresOf(Float64Array.from(simulated)), recorded: figuresOf(Float64Array.from(recorded)) };
}

/** The recorded container start; where there is none, the simulated one: it says nothing about the rest of the wait then. */
function recordedStart({ recordedPullMs }: Sample, i: number, simulatedMs: number): number {
  return Number.isNaN(recordedPullMs[i]!) ? simulatedMs : recordedPullMs[i]!;
}

function figuresOf(values: Float64Array): DelayFigures {
  const [medianMs, p95Ms] = quantiles(values, [0.5, 0.95]) as [number, number];
  return { medianMs, p95Ms };
}
