// How the spot fleet is spread over pools, for the cap on what one pool may hold: a pool's instances are lost together.

import type { Pool } from "../../model/instance-type.js";

/** A smaller fleet is not spread: with fewer instances a share of it is a matter of one or two. */
export const DIVERSE_FLEET = 10;

/** So many copies of a launch, allowed in these pools. */
export interface PoolGroup {
  readonly pools: readonly number[];
  readonly copies: number;
}

export class SpotFleet {
  private vcpuMilli = 0;
  private instances = 0;
  private readonly vcpuMilliOf: Float64Array;
  private readonly isSpot: Uint8Array;
  private readonly share: number;

  /** `share`: of the fleet's vCPUs, that one pool may hold. */
  constructor(pools: readonly Pool[], share: number) {
    this.vcpuMilliOf = new Float64Array(pools.length);
    this.isSpot = Uint8Array.from(pools, ({ market }) => (market === "spot" ? 1 : 0));
    this.share = share;
  }

  /** An instance joins; on-demand ones do not count. */
  add(pool: number, vcpuMilli: number): void {
    this.change(pool, vcpuMilli, 1);
  }

  remove(pool: number, vcpuMilli: number): void {
    this.change(pool, -vcpuMilli, -1);
  }

  private change(pool: number, vcpuMilli: number, instances: number): void {
    if (this.isSpot[pool] === 0) return;
    this.vcpuMilliOf[pool] = this.vcpuMilliOf[pool]! + vcpuMilli;
    this.vcpuMilli += vcpuMilli;
    this.instances += instances;
  }

  /**
   * Divides a launch over `pools` (the best first) so that none holds more than the share, rounded up to a whole instance. Of
   * `poolsInAll` that could serve, those included that may not be asked now, an even split is always allowed. Copies that no
   * pool may have are left out. While the fleet is small a launch stays whole; a pool of a divided one is ours to choose, so its groups name one.
   */
  divide(
    pools: readonly number[],
    poolsInAll: number,
    copies: number,
    vcpuMilliIn: (pool: number) => number,
  ): PoolGroup[] {
    if (this.isSpot[pools[0]!] === 0) return [{ pools, copies }];
    const whole = Math.min(copies, Math.max(0, DIVERSE_FLEET - 1 - this.instances));
    const groups: PoolGroup[] = whole > 0 ? [{ pools, copies: whole }] : [];
    const share = Math.max(this.share, 1 / poolsInAll);
    const added = new Map<number, number>();
    let fleetVcpuMilli = this.vcpuMilli;
    if (whole > 0) {
      added.set(pools[0]!, whole * vcpuMilliIn(pools[0]!));
      fleetVcpuMilli += added.get(pools[0]!)!;
    }
    const counts = new Map<number, number>();
    for (let copy = whole; copy < copies; copy++) {
      const pool = pools.find((candidate) => {
        const held = this.vcpuMilliOf[candidate]! + (added.get(candidate) ?? 0);
        return held < share * (fleetVcpuMilli + vcpuMilliIn(candidate));
      });
      if (pool === undefined) break;
      fleetVcpuMilli += vcpuMilliIn(pool);
      added.set(pool, (added.get(pool) ?? 0) + vcpuMilliIn(pool));
      counts.set(pool, (counts.get(pool) ?? 0) + 1);
    }
    for (const [pool, count] of counts) groups.push({ pools: [pool], copies: count });
    return groups;
  }
}
