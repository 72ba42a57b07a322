// Counts of submissions per bin on several scales at once, kept up to date while jobs come and go: the index of dispersion
// of each scale costs a few additions per job moved.

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { dispersionOf, FEWEST_BINS, REPORTED_BINS } from "./dispersion.js";

/** From a minute to a week: more than are reported, so that the curve between them and slow changes keep their shape. */
const SCALES_MS = [MS_PER_MINUTE, 10 * MS_PER_MINUTE, MS_PER_HOUR, 6 * MS_PER_HOUR, MS_PER_DAY, 7 * MS_PER_DAY];

/** Bins begin at the first submission and, counted apart, half a bin later: what holds for both is no accident of edges. */
const PHASES = [0, 0.5];

/** A scale that is not reported counts for less than one that is. */
const WEIGHT_OF_OTHERS = 0.25;

/** A trace with a wrong date among its rows spans centuries: 16 Mi bins (31 years of minutes) are 64 MiB. */
const MOST_BINS = 16_777_216;

interface Scale {
  readonly binMs: number;
  readonly phaseMs: number;
  readonly weight: number;
  readonly counts: Int32Array;
  squares: number;
  counted: number;
}

export class Burstiness {
  private readonly scales: readonly Scale[];

  /** Over [0, spanMs), without submissions. */
  constructor(spanMs: number) {
    this.scales = SCALES_MS.flatMap((binMs) => PHASES.map((phase) => newScale(binMs, phase * binMs, spanMs))).filter(
      ({ counts }) => counts.length >= FEWEST_BINS,
    );
  }

  get scaleCount(): number {
    return this.scales.length;
  }

  /** One submission more (1) or less (-1) at a time. */
  add(timeMs: number, sign: 1 | -1): void {
    for (const scale of this.scales) {
      const bin = Math.floor((timeMs - scale.phaseMs) / scale.binMs);
      if (bin < 0 || bin >= scale.counts.length) continue;
      const before = scale.counts[bin]!;
      scale.squares += 2 * sign * before + 1;
      scale.counts[bin] = before + sign;
      scale.counted += sign;
    }
  }

  /** The index of dispersion of each scale. */
  dispersions(): number[] {
    return this.scales.map(({ counts, squares, counted }) => dispersionOf(counted, squares, counts.length));
  }

  /** Weighted sum of the squared relative differences to the indexes wanted, and the largest difference. */
  distance(wanted: readonly number[]): { squared: number; largest: number } {
    let squared = 0;
    let largest = 0;
    for (let i = 0; i < this.scales.length; i++) {
      const { counts, squares, counted, weight } = this.scales[i]!;
      const difference = Math.abs(dispersionOf(counted, squares, counts.length) - wanted[i]!) / wanted[i]!;
      if (!(difference >= 0)) continue; // no submissions, or as many in every bin: there is no ratio
      squared += weight * difference * difference;
      largest = Math.max(largest, difference);
    }
    return { squared, largest };
  }
}

function newScale(binMs: number, phaseMs: number, spanMs: number): Scale {
  const bins = Math.max(0, Math.floor((spanMs - phaseMs) / binMs));
  const isReported = REPORTED_BINS.some(({ ms }) => ms === binMs);
  const counts = new Int32Array(bins > MOST_BINS ? 0 : bins);
  return { binMs, phaseMs, weight: isReported ? 1 : WEIGHT_OF_OTHERS, counts, squares: 0, counted: 0 };
}
