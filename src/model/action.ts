// What the engine asks for, in columns that are reused from one evaluation to the next.

import { Float64Column, Int32Column, Uint8Column } from "../base/columns.js";

export const ActionKind = {
  /** subject: instance; a: pool; b: compute environment; reason: row in the ledger's decisions. */
  Launch: 0,
  /** subject: job; a: instance; reason: row of the placement reasons table. */
  Place: 1,
  /** subject: instance; reason: row in the ledger's decisions. */
  Terminate: 2,
  /** timeMs: evaluate again no later than this. */
  WakeAt: 3,
} as const;
export type ActionKind = (typeof ActionKind)[keyof typeof ActionKind];

export class ActionBuffer {
  readonly kind = new Uint8Column(256);
  readonly subject = new Int32Column(256);
  readonly a = new Int32Column(256);
  readonly b = new Int32Column(256);
  readonly reason = new Int32Column(256);
  readonly timeMs = new Float64Column(256);

  get length(): number {
    return this.kind.length;
  }

  clear(): void {
    this.kind.length = 0;
    this.subject.length = 0;
    this.a.length = 0;
    this.b.length = 0;
    this.reason.length = 0;
    this.timeMs.length = 0;
  }

  push(kind: ActionKind, subject: number, a: number, b: number, reason: number, timeMs: number): void {
    this.kind.push(kind);
    this.subject.push(subject);
    this.a.push(a);
    this.b.push(b);
    this.reason.push(reason);
    this.timeMs.push(timeMs);
  }
}
