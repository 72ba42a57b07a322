// All instance types and pools of a run: those looked up in the catalogue, and behind them the made ones.

import type { ResolvedOffers } from "../catalog/offers.js";
import type { PriceShares } from "../metrics/price-shares.js";
import type { InstanceType, Market, Pool } from "../model/instance-type.js";
import type { Scenario } from "../scenario/scenario.js";
import { fargateTypes, type MadeType, machineOfProcessors } from "./made-types.js";

export class RunTypes {
  readonly offers: ResolvedOffers;
  readonly instanceTypes: InstanceType[];
  readonly pools: Pool[];
  /** Price shares of made types, by index. */
  readonly madeShares = new Map<number, PriceShares>();
  /** Per environment with made types: its pools by market. */
  private readonly madePools = new Map<number, Readonly<Record<Market, readonly number[]>>>();

  /** `offers`: two requests per compute environment of the scenario, on-demand and Spot, empty ones for made types. */
  constructor(offers: ResolvedOffers, { computeEnvironments, billing, region }: Scenario) {
    this.offers = offers;
    this.instanceTypes = [...offers.instanceTypes];
    this.pools = [...offers.pools];
    let fargate: Readonly<Record<Market, readonly number[]>> | undefined;
    computeEnvironments.forEach(({ type, fixedFleet }, index) => {
      if (fixedFleet?.kind === "processors") {
        const { processors, microUsdPerProcessorHour } = fixedFleet;
        const machine = this.add([machineOfProcessors(processors, microUsdPerProcessorHour, region)])["on-demand"];
        this.madePools.set(index, { "on-demand": machine, spot: machine });
      } else if (type === "FARGATE" || type === "FARGATE_SPOT") {
        fargate ??= this.add(fargateTypes(billing.fargate, region));
        this.madePools.set(index, fargate);
      }
    });
  }

  /** The pools of an environment on a market: every zone of each type. A machine of processors is the same on both. */
  poolsFor(environment: number, market: Market): readonly number[] {
    return this.ofRequest(this.offers.poolsOfRequest, environment, market);
  }

  /** Of each type only the pool that is cheapest when the run begins. */
  cheapestPoolsFor(environment: number, market: Market): readonly number[] {
    return this.ofRequest(this.offers.cheapestPoolsOfRequest, environment, market);
  }

  private ofRequest(pools: ResolvedOffers["poolsOfRequest"], environment: number, market: Market): readonly number[] {
    const made = this.madePools.get(environment);
    if (made !== undefined) return made[market];
    return pools[2 * environment + (market === "spot" ? 1 : 0)]!;
  }

  private add(types: readonly MadeType[]): Record<Market, readonly number[]> {
    const added: Record<Market, number[]> = { "on-demand": [], spot: [] };
    for (const { type, pools, priceShares } of types) {
      const instanceType = this.instanceTypes.push(type) - 1;
      this.madeShares.set(instanceType, priceShares);
      for (const pool of pools) added[pool.market].push(this.pools.push({ instanceType, ...pool }) - 1);
    }
    return added;
  }
}
