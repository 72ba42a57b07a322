// What the engine asks for, in columns that are reused from one evaluation to the next.

export const ActionKind = {
  /**
   * subject: instance; a: the pool liked best; b: compute environment; reason: row of the ledger's decisions; set: the pools
   * that will do, in order of preference (`pools`), or NONE when only the first will.
   */
  Launch: 0,
  /**
   * subject: job; a: instance; b: job class; reason: NONE, every placement is the strategy's placement policy. A multi-node
   * parallel job is placed by one action per node, one behind the other, the main node first.
   */
  Place: 1,
  /** subject: instance; reason: row of the ledger's decisions. It has no jobs, unless the decision says that they may be killed. */
  Terminate: 2,
  /** timeMs: evaluate again no later than this. */
  WakeAt: 3,
  /** subject: job; a: index into its queue's timeLimits. It has been at the head of its queue for too long: it fails. */
  CancelJob: 4,
  /** subject: instance; a: 1 to place nothing on it from now on (ECS DRAINING: its jobs go on), 0 to allow it again; reason: row. */
  Drain: 5,
} as const;
export type ActionKind = (typeof ActionKind)[keyof typeof ActionKind];

export class ActionBuffer {
  length = 0;
  kind = new Uint8Array(256);
  subject = new Int32Array(256);
  a = new Int32Array(256);
  b = new Int32Array(256);
  reason = new Int32Array(256);
  timeMs = new Float64Array(256);
  /** Of launches alone. */
  set = new Int32Array(256);
  private readonly sets: (readonly number[])[] = [];

  clear(): void {
    this.length = 0;
    if (this.sets.length > 0) this.sets.length = 0;
  }

  /** Keeps a set of pools for launches of this evaluation; returns its number. */
  addSet(pools: readonly number[]): number {
    return this.sets.push(pools) - 1;
  }

  /** The pools that will do for the launch in row `i`, the best first. */
  pools(i: number): readonly number[] {
    const set = this.set[i]!;
    return set < 0 ? [this.a[i]!] : this.sets[set]!;
  }

  pushLaunch(instance: number, pool: number, environment: number, reason: number, timeMs: number, set: number): void {
    this.push(ActionKind.Launch, instance, pool, environment, reason, timeMs);
    this.set[this.length - 1] = set;
  }

  push(kind: ActionKind, subject: number, a: number, b: number, reason: number, timeMs: number): void {
    const i = this.length++;
    if (i === this.kind.length) this.grow();
    this.kind[i] = kind;
    this.subject[i] = subject;
    this.a[i] = a;
    this.b[i] = b;
    this.reason[i] = reason;
    this.timeMs[i] = timeMs;
  }

  private grow(): void {
    const capacity = this.kind.length * 2;
    this.kind = grown(this.kind, new Uint8Array(capacity));
    this.subject = grown(this.subject, new Int32Array(capacity));
    this.a = grown(this.a, new Int32Array(capacity));
    this.b = grown(this.b, new Int32Array(capacity));
    this.reason = grown(this.reason, new Int32Array(capacity));
    this.timeMs = grown(this.timeMs, new Float64Array(capacity));
    this.set = grown(this.set, new Int32Array(capacity));
  }
}

function grown<T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Where launches that begin at row `i`, lie side by side and allow the same pools end: AWS takes them as one. */
export function launchesEnd(actions: ActionBuffer, i: number): number {
  const pools = actions.pools(i);
  let end = i + 1;
  while (
    end < actions.length &&
    actions.kind[end] === ActionKind.Launch &&
    actions.b[end] === actions.b[i] &&
    samePools(actions.pools(end), pools)
  ) {
    end++;
  }
  return end;
}

function samePools(one: readonly number[], other: readonly number[]): boolean {
  return one === other || (one.length === other.length && one.every((pool, i) => pool === other[i]));
}
