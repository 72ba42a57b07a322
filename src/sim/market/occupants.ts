// The instances that EC2 has launched for us, as the market keeps them: where they are, and how far their end has come.
// Instances of fixed fleets and of Fargate are not among them.

import { Float64Column, Int32Column, Uint8Column } from "../../base/columns.js";
import type { LaunchFate } from "./launch-fate.js";

/** Where an instance stands. */
export const Life = { None: 0, Pending: 1, Running: 2 } as const;
export type Life = (typeof Life)[keyof typeof Life];

/** What is known of its end: nothing; EC2 has decided to take it; and has said so. */
export const Doom = { None: 0, Decided: 1, Told: 2 } as const;
export type Doom = (typeof Doom)[keyof typeof Doom];

export class Occupants {
  /** Per pool: instances that have not ended; those of them that EC2 has decided to take; launches so far. */
  readonly count: Int32Array;
  readonly doomed: Int32Array;
  readonly launches: Int32Array;
  private readonly members: (Set<number> | undefined)[] = [];
  private readonly lives = new Uint8Column();
  private readonly dooms = new Uint8Column();
  private readonly pools = new Int32Column();
  private readonly luck = new Float64Column();
  private readonly lifeMs = new Float64Column();
  private readonly warningMs = new Float64Column();
  private readonly leadMs = new Float64Column();
  private readonly takenMs = new Float64Column();

  constructor(pools: number) {
    this.count = new Int32Array(pools);
    this.doomed = new Int32Array(pools);
    this.launches = new Int32Array(pools);
  }

  /** An instance is launched in a pool. */
  enter(instance: number, pool: number, fate: LaunchFate): void {
    this.reserve(instance + 1);
    this.lives.data[instance] = Life.Pending;
    this.dooms.data[instance] = Doom.None;
    this.pools.data[instance] = pool;
    this.luck.data[instance] = fate.luck;
    this.lifeMs.data[instance] = fate.lifeMs;
    this.warningMs.data[instance] = fate.warningMs;
    this.leadMs.data[instance] = fate.leadMs;
    this.takenMs.data[instance] = Number.POSITIVE_INFINITY;
    this.count[pool] = this.count[pool]! + 1;
    this.launches[pool] = this.launches[pool]! + 1;
    this.members[pool] ??= new Set();
    this.members[pool].add(instance);
  }

  /** It is reported running; from now its own time counts. */
  run(instance: number, nowMs: number): void {
    this.lives.data[instance] = Life.Running;
    if (this.doomOf(instance) === Doom.None) this.takenMs.data[instance] = nowMs + this.lifeMs.data[instance]!;
  }

  /** EC2 decides to take it at a time, which is not after its own. */
  doom(instance: number, takenMs: number): void {
    const pool = this.poolOf(instance);
    this.dooms.data[instance] = Doom.Decided;
    this.takenMs.data[instance] = takenMs;
    this.doomed[pool] = this.doomed[pool]! + 1;
  }

  /** Its end has been told. */
  told(instance: number): void {
    this.dooms.data[instance] = Doom.Told;
  }

  /** It is gone. */
  leave(instance: number): void {
    const pool = this.poolOf(instance);
    this.count[pool] = this.count[pool]! - 1;
    if (this.doomOf(instance) !== Doom.None) this.doomed[pool] = this.doomed[pool]! - 1;
    this.lives.data[instance] = Life.None;
    this.members[pool]!.delete(instance);
  }

  /** The instances of a pool, in order of launch. A copy: they may leave while one goes through them. */
  inPool(pool: number): number[] {
    const members = this.members[pool];
    return members === undefined ? [] : [...members];
  }

  /** Whether the market has launched the instance and it has not ended. */
  has(instance: number): boolean {
    return instance < this.lives.data.length && this.lives.data[instance] !== Life.None;
  }
  lifeOf(instance: number): Life {
    return this.lives.data[instance] as Life;
  }
  doomOf(instance: number): Doom {
    return this.dooms.data[instance] as Doom;
  }
  poolOf(instance: number): number {
    return this.pools.data[instance]!;
  }
  luckOf(instance: number): number {
    return this.luck.data[instance]!;
  }
  /** NaN: its end comes without notice. */
  warningMsOf(instance: number): number {
    return this.warningMs.data[instance]!;
  }
  /** NaN: no rebalance recommendation comes before its notice. */
  leadMsOf(instance: number): number {
    return this.leadMs.data[instance]!;
  }
  /** When EC2 takes it; Infinity: not of itself. */
  takenMsOf(instance: number): number {
    return this.takenMs.data[instance]!;
  }

  private reserve(count: number): void {
    for (const column of [this.lives, this.dooms, this.pools, this.luck]) column.reserve(count);
    for (const column of [this.lifeMs, this.warningMs, this.leadMs, this.takenMs]) column.reserve(count);
  }
}
