// The last hour of a few figures, for the small drawings of the page: one point per tick, the oldest dropped.

import { MS_PER_HOUR } from "../../base/units.js";
import type { LiveStatus } from "./status.js";
import { sumsOf } from "./status-parts.js";

export interface HistoryPoint {
  readonly atMs: number;
  readonly runnable: number;
  readonly running: number;
  readonly vcpuMilli: number;
  readonly microUsdPerHour: number;
}

/** Early ticks come every few seconds; more points than this cannot be told apart in a drawing. */
const MAX_POINTS = 1_200;

export class StatusHistory {
  private readonly kept: HistoryPoint[] = [];

  get points(): readonly HistoryPoint[] {
    return this.kept;
  }

  add(status: LiveStatus): void {
    const { runnable, running, vcpuMilli } = sumsOf(status);
    const microUsdPerHour = status.limits.microUsdPerHour.now;
    this.kept.push({ atMs: status.atMs, runnable, running, vcpuMilli, microUsdPerHour });
    const fromMs = status.atMs - MS_PER_HOUR;
    const isOld = this.kept.findIndex(({ atMs }) => atMs >= fromMs);
    this.kept.splice(0, Math.max(isOld, this.kept.length - MAX_POINTS));
  }
}
