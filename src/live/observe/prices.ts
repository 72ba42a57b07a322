// Spot prices in force now, for the instance types and zones that may be launched.

import type { EC2Client } from "@aws-sdk/client-ec2";
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
        spotPrices(endingWith(ec2, abortSignal), clients.time.serverMs(), zones.names, instanceTypes),
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

/** The same client, all of whose calls end when the signal aborts: nobody waits for the pages behind. */
function endingWith(ec2: EC2Client, abortSignal: AbortSignal): EC2Client {
  const send = (command: Parameters<EC2Client["send"]>[0]) => ec2.send(command, { abortSignal });
  return new Proxy(ec2, { get: (client, key) => (key === "send" ? send : Reflect.get(client, key)) });
}
