// The gamma distribution with the same bits everywhere: samples, cumulative distribution, logarithm of the gamma function.
// Shape a and scale b as in the workload literature: mean a * b, variance a * b * b.

import { assert } from "../../base/assert.js";
import { exp, ln } from "../../base/exact-math.js";
import type { RandomStream } from "../../base/random.js";

/** Lanczos' approximation for g = 7 and nine terms (coefficients: Godfrey 2001); relative error below 1e-14. */
const LANCZOS_G = 7;
const LANCZOS: readonly number[] = [
  ...[0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313],
  ...[-176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7],
];
const LN_SQRT_TWO_PI = 0.9189385332046727;

/** Natural logarithm of the gamma function of x > 0. */
export function lnGamma(x: number): number {
  assert(x > 0, "lnGamma of a number that is not positive");
  // Gamma(x) = Gamma(x + 1) / x keeps small arguments where the series is accurate.
  if (x < 0.5) return lnGamma(x + 1) - ln(x);
  const z = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i);
  const t = z + LANCZOS_G + 0.5;
  return LN_SQRT_TWO_PI + (z + 0.5) * ln(t) - t + ln(sum);
}

/** Terms of the series and the fraction below: both converge in tens of them for the shapes of the models. */
const MOST_TERMS = 10_000;
const PRECISION = 1e-15;

/** P(G <= x) for G ~ gamma(shape, scale). */
export function gammaCdf(x: number, shape: number, scale: number): number {
  const t = x / scale;
  if (t <= 0) return 0;
  const front = exp(shape * ln(t) - t - lnGamma(shape));
  // The series is quick below the mean, the continued fraction above it (Press et al., Numerical Recipes, section 6.2).
  return t < shape + 1 ? front * lowerSeries(t, shape) : 1 - front * upperFraction(t, shape);
}

function lowerSeries(t: number, shape: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let i = 1; i <= MOST_TERMS; i++) {
    term *= t / (shape + i);
    sum += term;
    if (term < sum * PRECISION) break;
  }
  return sum;
}

/** Lentz's method. */
function upperFraction(t: number, shape: number): number {
  let b = t + 1 - shape;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i <= MOST_TERMS; i++) {
    const a = -i * (i - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    const step = c * d;
    fraction *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return fraction;
}

/** One sample of gamma(shape, scale). Marsaglia and Tsang, ACM TOMS 26(3), 2000; shapes below 1 by their section 6. */
export function sampleGamma(shape: number, scale: number, stream: RandomStream): number {
  if (shape < 1) {
    const whole = sampleGamma(shape + 1, scale, stream);
    return whole * exp(ln(1 - stream.uniform()) / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (ln(1 - stream.uniform()) < 0.5 * x * x + d - d * v + d * ln(v)) return d * v * scale;
  }
}
