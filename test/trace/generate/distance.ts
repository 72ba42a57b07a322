/** Kolmogorov-Smirnov distance of a sample to a continuous distribution function. */
export function distanceTo(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let most = 0;
  for (let i = 0; i < sorted.length; i++) {
    const p = cdf(sorted[i]!);
    most = Math.max(most, p - i / sorted.length, (i + 1) / sorted.length - p);
  }
  return most;
}
