// Small drawings as SVG: bars against a cap, shares of a whole, the last hour of a figure. Sizes are attributes, since the
// page's policy allows no style on elements.

import { MS_PER_HOUR, MS_PER_MINUTE } from "../../../base/units.js";
import { html, type Markup, NOTHING } from "./markup.js";

/** From here on a cap is near. */
const NEAR = 0.8;

/** How full a cap is; `label` says it in words. */
export function capBar(share: number, label: string): Markup {
  const level = share >= 1 ? "over" : share >= NEAR ? "near" : "within";
  return html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="track" width="100" height="1"/><rect class="${level}" width="${percent(share)}" height="1"/></svg>`;
}

export interface BarPart {
  /** Class of the style sheet. */
  readonly kind: string;
  readonly value: number;
}

/** Parts of `whole` beside each other. */
export function stackedBar(parts: readonly BarPart[], whole: number, label: string): Markup {
  let left = 0;
  const drawn = parts
    .filter(({ value }) => value > 0)
    .map(({ kind, value }) => {
      const x = left;
      left += value;
      return html`<rect class="${kind}" x="${percent(x / whole)}" width="${percent(value / whole)}" height="1"/>`;
    });
  return html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="track" width="100" height="1"/>${drawn}</svg>`;
}

function percent(share: number): string {
  return (100 * Math.min(1, Math.max(0, share))).toFixed(1);
}

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

const WIDTH = 240;
const HEIGHT = 40;

/** What is shorter cannot be seen. */
const LEAST_SPAN_MS = MS_PER_MINUTE;

/** The hour before `nowMs`: a line over a filled area, from 0 to the largest value. Nothing for the first minute. */
export function sparkline(points: readonly Point[], nowMs: number, label: string): Markup {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < LEAST_SPAN_MS) return NOTHING;
  const most = Math.max(0, ...points.map(({ value }) => value));
  const x = ({ atMs }: Point) => (WIDTH * (1 - (nowMs - atMs) / MS_PER_HOUR)).toFixed(1);
  const y = ({ value }: Point) => (HEIGHT - 1 - (most === 0 ? 0 : ((HEIGHT - 3) * value) / most)).toFixed(1);
  // Steps: a figure holds until the next tick.
  const steps = points.map((point, i) => (i === 0 ? `M${x(point)} ${y(point)}` : `H${x(point)}V${y(point)}`)).join("");
  const area = `${steps}V${HEIGHT}H${x(first)}Z`;
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="area" d="${area}"/><path class="line" d="${steps}"/></svg>`;
}
