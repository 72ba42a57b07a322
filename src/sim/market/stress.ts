// The stress overlays of a run, and what those that are on at present do together.

import type { StressOverlay } from "../../model/market.js";
import { Throttle } from "./throttle.js";

export class Stress {
  /** Per pool: overlays that let nothing be launched there. */
  readonly closures: Int32Array;
  /** Per pool: what its price is multiplied by. */
  readonly priceFactor: Float64Array;
  quotaFactor = 1;
  bootFactor = 1;
  private readonly overlays: readonly StressOverlay[];
  private readonly active: Uint8Array;
  /** Per overlay: what it lets through, where it throttles. */
  private readonly throttles: readonly (Throttle | null)[];

  constructor(overlays: readonly StressOverlay[], pools: number) {
    this.overlays = overlays;
    this.throttles = overlays.map(({ effect }) =>
      effect.kind === "api-throttled" ? new Throttle(effect.launchesPerMinute) : null,
    );
    this.active = new Uint8Array(overlays.length);
    this.closures = new Int32Array(pools);
    this.priceFactor = new Float64Array(pools).fill(1);
  }

  /** An overlay begins or ends. */
  set(overlay: number, isOn: boolean): void {
    this.active[overlay] = isOn ? 1 : 0;
    this.closures.fill(0);
    this.priceFactor.fill(1);
    this.quotaFactor = 1;
    this.bootFactor = 1;
    this.overlays.forEach((_, index) => {
      if (this.active[index] === 1) this.apply(index);
    });
  }

  /** Whether the API takes a launch at this time; it is counted. */
  admitsLaunch(nowMs: number): boolean {
    const active = this.throttles.filter((throttle, overlay) => throttle !== null && this.active[overlay] === 1);
    if (!active.every((throttle) => throttle!.admits(nowMs))) return false;
    for (const throttle of active) throttle!.count(nowMs);
    return true;
  }

  private apply(overlay: number): void {
    const { effect } = this.overlays[overlay]!;
    switch (effect.kind) {
      case "pools-lost":
      case "no-capacity":
        for (const pool of effect.pools) this.closures[pool] = this.closures[pool]! + 1;
        break;
      case "price":
        for (const pool of effect.pools) this.priceFactor[pool] = this.priceFactor[pool]! * effect.factor;
        break;
      case "quota":
        this.quotaFactor *= effect.factor;
        break;
      case "slow-boot":
        this.bootFactor *= effect.factor;
        break;
      case "api-throttled": // asked at launches
      case "reclaim-storm": // strikes at instants
        break;
    }
  }
}
