// The grid of instants at which decisions are taken.

/** The first decision instant at or after `timeMs`. */
export function nextGridMs(timeMs: number, intervalMs: number): number {
  return intervalMs === 0 ? timeMs : Math.ceil(timeMs / intervalMs) * intervalMs;
}
