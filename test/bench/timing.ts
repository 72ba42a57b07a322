// Timing for benchmarks: wall time for what a user waits, CPU time for what does not depend on other load.

export interface Timed<T> {
  /** Wall time: what a user waits. */
  readonly seconds: number;
  /** CPU time of all threads, those of compiler and garbage collector included: what does not depend on other load. */
  readonly cpuSeconds: number;
  readonly value: T;
}

export function timed<T>(work: () => T): Timed<T> {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const value = work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, value };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The least disturbed round: what else the machine does only ever makes a round longer. */
export const best = (rounds: readonly Timed<unknown>[]) => Math.min(...rounds.map(({ seconds }) => seconds));
export const middle = (rounds: readonly Timed<unknown>[]) => median(rounds.map(({ seconds }) => seconds));
export const cpu = (rounds: readonly Timed<unknown>[]) => median(rounds.map(({ cpuSeconds }) => cpuSeconds));
