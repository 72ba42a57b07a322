// Bursts of one bin of time, say an hour, in another order and with their pauses in another order: how many come in the
// bin, how long they last and how long the pauses are, all stays; what follows what does not.

import type { RandomStream } from "../../base/random.js";
import type { Bursts } from "./bursts.js";
import { shuffle } from "./sampling.js";

/** A bin of the original: it begins at `fromMs` and has these bursts, in their order. */
export interface Bin {
  readonly fromMs: number;
  readonly bursts: readonly number[];
}

/**
 * Calls `onBurst` with every burst of the bin and the instant at which it begins now, on the original's scale. Bursts that
 * last beyond the end of the bin keep their order: shuffled, they would push others out of it.
 */
export function shuffleBin(
  source: Bursts,
  { fromMs, bursts }: Bin,
  binMs: number,
  stream: RandomStream,
  onBurst: (burst: number, startMs: number) => void,
): void {
  const { starts, groupMs } = source;
  const beginsMs = (burst: number) => groupMs[starts[burst]!]!;
  const endsMs = (burst: number) => groupMs[starts[burst + 1]! - 1]!;
  const pauses = bursts.slice(1).map((burst, index) => beginsMs(burst) - endsMs(bursts[index]!));
  const leadMs = beginsMs(bursts[0]!) - fromMs;
  const tailMs = fromMs + binMs - endsMs(bursts.at(-1)!);
  const order = tailMs >= 0 ? shuffle([...bursts], stream) : bursts;
  shuffle(pauses, stream);
  let atMs = fromMs + stream.uniform() * (leadMs + Math.max(0, tailMs));
  for (const [index, burst] of order.entries()) {
    onBurst(burst, atMs);
    atMs += endsMs(burst) - beginsMs(burst) + (pauses[index] ?? 0);
  }
}
