// The search for the best setting of a few knobs when every look costs a replay: along one knob after the other, a step up, a
// step down, and between them to the lowest point of the parabola through the three. Steps halve where they lead nowhere.
// (Compass search with interpolation: Kolda, Lewis and Torczon, Optimization by direct search, SIAM Review 45, 2003.)
// Deterministic; needs no slopes, which a simulation does not have.

/** The setting and how bad it is; lower is better. */
export interface Found {
  readonly places: readonly number[];
  readonly loss: number;
}

/** First step along a knob: half as long again, or two thirds. */
const FIRST_STEP = 0.4;
/** Steps of less than 4 % change nothing that a table shows. */
const LAST_STEP = 0.04;
/** A parabola's lowest point this near (in steps) to a point that is known is no news. */
const NEWS = 0.1;

/** Improves a setting with at most `budget` calls of `lossAt`. */
export function search(start: Found, lossAt: (places: readonly number[]) => number, budget: number): Found {
  let best = start;
  let left = budget;
  const steps = start.places.map(() => FIRST_STEP);
  const look = (knob: number, move: number): number => {
    if (left === 0) return Number.NaN;
    left--;
    const places = best.places.map((place, index) => (index === knob ? place + move : place));
    return lossAt(places);
  };
  const go = (knob: number, move: number, loss: number) => {
    best = { places: best.places.map((place, index) => (index === knob ? place + move : place)), loss };
  };
  while (left > 0 && steps.some((step) => step >= LAST_STEP)) {
    for (let knob = 0; knob < steps.length && left > 0; knob++) {
      const step = steps[knob]!;
      if (step < LAST_STEP) continue;
      const here = best.loss;
      const up = look(knob, step);
      if (up < here) {
        go(knob, step, up);
        continue;
      }
      const down = look(knob, -step);
      if (down < here) {
        go(knob, -step, down);
        continue;
      }
      steps[knob] = step / 2;
      const lowest = parabolaLowest(down, here, up) * step;
      if (!(Math.abs(lowest) > NEWS * step)) continue;
      const between = look(knob, lowest);
      if (between < here) go(knob, lowest, between);
    }
  }
  return best;
}

/** Where the parabola through (-1, down), (0, here) and (1, up) is lowest; 0 when it has no such point. */
function parabolaLowest(down: number, here: number, up: number): number {
  const bend = up + down - 2 * here;
  return bend > 0 ? (down - up) / (2 * bend) : 0;
}
