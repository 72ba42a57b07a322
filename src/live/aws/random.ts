// Real randomness, for jitter alone: the one file of live mode that asks for it. Decisions have their own seeded streams.

/** Uniform in [0, 1). */
export function systemRandom(): number {
  return Math.random();
}
