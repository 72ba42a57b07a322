// Means over seeds with confidence intervals.

import type { Estimate } from "../../model/seed-comparison.js";

/**
 * 97.5 % quantiles of Student's t by degrees of freedom, 1 to 30 (any table of the distribution); beyond, the first terms of
 * its expansion round the normal quantile (Abramowitz & Stegun 26.7.5), which is good to four digits there.
 */
const T_975 = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];
const Z_975 = 1.959964;

/** Two-sided 95 % quantile of Student's t. */
export function studentT(degreesOfFreedom: number): number {
  const known = T_975[degreesOfFreedom - 1];
  if (known !== undefined) return known;
  const z = Z_975;
  const first = (z * z * z + z) / 4;
  const second = (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / 96;
  return z + first / degreesOfFreedom + second / (degreesOfFreedom * degreesOfFreedom);
}

/** The mean of a figure over seeds, one value each; halfWidth null where there is one only. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, halfWidth: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, halfWidth: studentT(n - 1) * Math.sqrt(squares / (n - 1) / n) };
}

/** Of each seed, how much a figure lies above another of the same seed, as a share; then the mean over seeds. */
export function estimateRatio(values: readonly number[], references: readonly number[]): Estimate {
  return estimate(values.map((value, seed) => (references[seed] === 0 ? 0 : value / references[seed]! - 1)));
}
