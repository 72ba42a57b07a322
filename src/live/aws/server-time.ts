// AWS's clock, as its answers' Date headers tell it. A header has whole seconds; each answer bounds how far AWS is ahead of our
// monotonic clock, and all of them together bound it closely.

import type { Clock } from "../ports.js";

const HEADER_RESOLUTION_MS = 1000;
/** AWS writes the header somewhere between request and answer: a long poll's of 20 s would bound nothing, and its middle be 10 s off. */
const MOST_ROUND_TRIP_MS = 2_000;
/** This machine's clock is so wrong that people should know. Signatures stay right: the SDK corrects them. */
export const WARN_SKEW_MS = 5_000;

export class ServerTime {
  private readonly clock: Clock;
  /** AWS's epoch time minus our monotonic time lies between these. */
  private lowMs = Number.NEGATIVE_INFINITY;
  private highMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** An answer came at `receivedMs` to what was sent at `sentMs` (monotonic), with this Date header. A slow one says nothing. */
  answered(dateHeader: string, sentMs: number, receivedMs: number): void {
    const dateMs = Date.parse(dateHeader);
    if (Number.isNaN(dateMs) || receivedMs - sentMs > MOST_ROUND_TRIP_MS) return;
    const lowMs = dateMs - receivedMs;
    const highMs = dateMs + HEADER_RESOLUTION_MS - sentMs;
    const isContradiction = lowMs > this.highMs || highMs < this.lowMs;
    this.lowMs = isContradiction ? lowMs : Math.max(lowMs, this.lowMs);
    this.highMs = isContradiction ? highMs : Math.min(highMs, this.highMs);
  }

  /** An answer has told AWS's time. */
  get isKnown(): boolean {
    return this.lowMs !== Number.NEGATIVE_INFINITY;
  }

  /** AWS's time now, or at a monotonic time, epoch ms: to half a second or better. Before the first answer: this machine's. */
  serverMs(atMonotonicMs = this.clock.monotonicMs()): number {
    if (!this.isKnown) {
      return Math.round(this.clock.wallMs() - (this.clock.monotonicMs() - atMonotonicMs));
    }
    return Math.round(atMonotonicMs + (this.lowMs + this.highMs) / 2);
  }

  /** How far AWS is ahead of this machine's clock, ms; 0 as long as that is not known. */
  skewMs(): number {
    return this.serverMs() - this.clock.wallMs();
  }
}
