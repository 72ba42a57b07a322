// On-demand where spot has run dry. A shape of job is dry from the moment at which no spot pool that holds it may be asked
// until one of them grants an instance; asking again and being refused does not make it less dry. Once it has been dry for so
// long, its demand is bought on-demand, for at least as long again: so that a pool that comes and goes does not make
// launches swing between the markets. After that, new launches are for spot as soon as a pool may be asked.

import type { Shape } from "../../model/job.js";
import { mostShapes, type SystemTables } from "../../model/tables.js";
import type { Market } from "../market/market.js";
import { jobsThatFit } from "./candidates.js";
import type { LiveCandidates } from "./live-candidates.js";

export class Fallback {
  /** When the first of the shapes asked about since `begin` will fall back; Infinity: none waits for that. */
  nextMs = Number.POSITIVE_INFINITY;
  private readonly afterMs: number;
  private readonly shapes: readonly Shape[];
  /** Per shape: since when it has been dry, NaN: it is not; and since when it has been bought on-demand, NaN: it is not. */
  private readonly dryMs: Float64Array;
  private readonly fellMs: Float64Array;

  constructor(afterMs: number, tables: SystemTables) {
    this.afterMs = afterMs;
    this.shapes = tables.shapes;
    this.dryMs = new Float64Array(mostShapes(tables)).fill(Number.NaN);
    this.fellMs = new Float64Array(mostShapes(tables)).fill(Number.NaN);
  }

  begin(): void {
    this.nextMs = Number.POSITIVE_INFINITY;
  }

  /** Whether demand for jobs of a shape is to be bought on-demand now. `spot`: the environment's own candidates. */
  isOnDemand(shape: number, spot: LiveCandidates, market: Market, nowMs: number): boolean {
    const { dryMs, fellMs, afterMs } = this;
    if (!Number.isNaN(dryMs[shape]!) && this.granted(shape, spot, market)) dryMs[shape] = Number.NaN;
    if (spot.servable[shape] === 1) {
      if (nowMs - fellMs[shape]! < afterMs) return true;
      fellMs[shape] = Number.NaN;
      return false;
    }
    if (Number.isNaN(dryMs[shape]!)) dryMs[shape] = nowMs;
    const dueMs = dryMs[shape]! + afterMs;
    if (nowMs < dueMs && !(nowMs - fellMs[shape]! < afterMs)) {
      this.nextMs = Math.min(this.nextMs, dueMs);
      return false;
    }
    if (Number.isNaN(fellMs[shape]!)) fellMs[shape] = nowMs;
    return true;
  }

  /** Whether a spot pool that holds the shape has given an instance since it ran dry. */
  private granted(shape: number, spot: LiveCandidates, market: Market): boolean {
    const sinceMs = this.dryMs[shape]!;
    return spot.known.some(
      (candidate) =>
        jobsThatFit(this.shapes[shape]!, candidate) >= 1 &&
        spot.poolsOf(candidate.instanceType).some((pool) => market.grantedMs[pool]! > sinceMs),
    );
  }
}
