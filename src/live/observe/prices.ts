// Spot prices in force now, for the instance types and zones that may be launched.

import type { LiveLaunchSettings } from "../../model/live-settings.js";
import type { AwsClients } from "../aws/clients.js";
import { failureOf } from "../execute/failure.js";
import type { Deadline } from "../ports.js";
import { spotPrices } from "../refresh/spot-prices.js";
import { ReadApi } from "./read-api.js";
import { Zones } from "./zones.js";

export interface SpotPrice {
  readonly instanceType: string;
  readonly zoneId: string;
  readonly microUsdPerHour: number;
}

/** All prices that EC2 told; or why there are none. */
export type SpotPrices =
  | { readonly ok: true; readonly prices: readonly SpotPrice[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** A reader of spot prices in the zones of our subnets. A pool without a price in the answer has none known. */
export async function makePriceReader(
  clients: AwsClients,
  { subnets }: Pick<LiveLaunchSettings, "subnets">,
  instanceTypes: readonly string[],
): Promise<(deadline: Deadline) => Promise<SpotPrices>> {
  const api = await ReadApi.make(clients);
  const zones = new Zones(
    api,
    subnets.map(({ subnetId }) => subnetId),
  );
  return async (deadline) => {
    try {
      await zones.load(deadline);
      const ec2 = await clients.ec2();
      const all = await api.call("EC2.DescribeSpotPriceHistory", deadline, ({ abortSignal }) =>
        until(abortSignal, spotPrices(ec2, clients.time.serverMs(), zones.names, instanceTypes)),
      );
      const ids = new Set(zones.names.values());
      const prices = all
        .filter(({ zoneId }) => ids.has(zoneId))
        .map(({ type, zoneId, microUsdPerHour }) => ({ instanceType: type, zoneId, microUsdPerHour }));
      return { ok: true, prices };
    } catch (thrown) {
      const { code, message } = failureOf(thrown);
      return { ok: false, code, message };
    }
  };
}

/** What is not there when the signal aborts is not waited for. */
async function until<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { signal: done.signal });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    done.abort();
  }
}
