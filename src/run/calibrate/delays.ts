// The delays of a world as pairs of figures that can be read, changed and written: median and 95th percentile. A delay that
// nobody changes keeps the form that the scenario gives it.

import { exp, ln } from "../../base/exact-math.js";
import type { DurationDistribution } from "../../base/random.js";
import { MS_PER_SECOND } from "../../base/units.js";
import { type DelayFigures, WORLD_DELAYS, type WorldDelay } from "../../model/calibration.js";
import type { WorldSpec } from "../../scenario/scenario.js";

/** Fitted delays are whole tenths of a second: finer than any recorded wait, and short in a scenario file. */
const GRAIN_MS = 100;

/** How long a delay of a world is. */
export function delayOf(world: WorldSpec, delay: WorldDelay): DelayFigures {
  if (delay !== "decisionInterval") return figuresOf(world[delay]);
  const { decisionIntervalMs } = world;
  return { medianMs: decisionIntervalMs, p95Ms: decisionIntervalMs };
}

/** The world with one delay of these figures: lognormal, or constant where they are equal. */
export function withDelay(world: WorldSpec, delay: WorldDelay, { medianMs, p95Ms }: DelayFigures): WorldSpec {
  const median = rounded(medianMs);
  if (delay === "decisionInterval") return { ...world, decisionIntervalMs: median };
  const p95 = rounded(p95Ms);
  const distribution: DurationDistribution =
    median === 0 || p95 <= median
      ? { kind: "constant", valueMs: median }
      : { kind: "lognormal", medianMs: median, p95Ms: p95 };
  return { ...world, [delay]: distribution };
}

/** The delays of a world in the scenario's language. */
export function delaysInWords(world: WorldSpec): Record<WorldDelay, unknown> {
  return Object.fromEntries(
    WORLD_DELAYS.map((delay) => [
      delay,
      delay === "decisionInterval" ? seconds(world.decisionIntervalMs) : inWords(world[delay]),
    ]),
  ) as Record<WorldDelay, unknown>;
}

function figuresOf(distribution: DurationDistribution): DelayFigures {
  switch (distribution.kind) {
    case "constant":
      return { medianMs: distribution.valueMs, p95Ms: distribution.valueMs };
    case "uniform": {
      const { minMs, maxMs } = distribution;
      return { medianMs: (minMs + maxMs) / 2, p95Ms: minMs + 0.95 * (maxMs - minMs) };
    }
    case "exponential":
      return { medianMs: distribution.meanMs * ln(2), p95Ms: distribution.meanMs * ln(20) };
    case "lognormal":
      return { medianMs: distribution.medianMs, p95Ms: distribution.p95Ms };
  }
}

function inWords(distribution: DurationDistribution): unknown {
  switch (distribution.kind) {
    case "constant":
      return seconds(distribution.valueMs);
    case "uniform":
      return { min: seconds(distribution.minMs), max: seconds(distribution.maxMs) };
    case "exponential":
      return { mean: seconds(distribution.meanMs) };
    case "lognormal":
      return { median: seconds(distribution.medianMs), p95: seconds(distribution.p95Ms) };
  }
}

function seconds(ms: number): string {
  return `${ms / MS_PER_SECOND}s`;
}

function rounded(ms: number): number {
  return Math.round(Math.max(0, ms) / GRAIN_MS) * GRAIN_MS;
}

/**
 * One number that the search may turn. Its scale is logarithmic, so that a step is a factor whatever the size; below the grain
 * of the recorded waits, where factors mean nothing, it is a part of that grain.
 */
export interface Knob {
  readonly delay: WorldDelay;
  readonly part: "median" | "spread";
}

/**
 * Longest delay that is tried: AWS Batch and EC2 answer within minutes, and what takes an hour is queueing, which the fleet
 * must explain, not a delay.
 */
const LONGEST_MS = 3_600_000;

/** Where a knob stands: ln(median + grain), or ln(p95 / median). */
export function readKnob(world: WorldSpec, { delay, part }: Knob, grainMs: number): number {
  const { medianMs, p95Ms } = delayOf(world, delay);
  if (part === "median") return ln(medianMs + grainMs);
  return medianMs > 0 ? ln(Math.max(1, p95Ms / medianMs)) : 0;
}

/** The world with a knob turned to a place. Turning the median keeps the ratio of the 95th percentile to it. */
export function turnKnob(world: WorldSpec, { delay, part }: Knob, place: number, grainMs: number): WorldSpec {
  const { medianMs, p95Ms } = delayOf(world, delay);
  if (part === "spread") return withDelay(world, delay, { medianMs, p95Ms: medianMs * exp(Math.max(0, place)) });
  const ratio = medianMs > 0 ? p95Ms / medianMs : 1;
  const turned = Math.min(LONGEST_MS, Math.max(0, exp(place) - grainMs));
  return withDelay(world, delay, { medianMs: turned, p95Ms: turned * ratio });
}
