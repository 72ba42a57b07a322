// Availability Zone ids: EC2 and ECS speak of zones by names, which mean another zone in every account. Our subnets tell which is
// which; they are asked for once.

import type { Instance } from "@aws-sdk/client-ec2";
import type { Deadline } from "../ports.js";
import type { ReadApi } from "./read-api.js";

export class Zones {
  private readonly api: ReadApi;
  private readonly subnetIds: string[];
  private isLoaded = false;
  private readonly bySubnet = new Map<string, string>();
  private readonly byName = new Map<string, string>();

  constructor(api: ReadApi, subnetIds: readonly string[]) {
    this.api = api;
    this.subnetIds = [...subnetIds];
  }

  /** Reads our subnets, once. Throws what the call throws. */
  async load(deadline: Deadline): Promise<void> {
    if (this.isLoaded || this.subnetIds.length === 0) return;
    for (const subnet of await this.api.subnets(this.subnetIds, deadline)) {
      const { SubnetId = "", AvailabilityZone = "", AvailabilityZoneId = "" } = subnet;
      this.bySubnet.set(SubnetId, AvailabilityZoneId);
      this.byName.set(AvailabilityZone, AvailabilityZoneId);
    }
    this.isLoaded = true;
  }

  /** Ids by the account's names. */
  get names(): ReadonlyMap<string, string> {
    return this.byName;
  }

  /** "" when it is in none of our zones. */
  idOfName(name: string): string {
    return this.byName.get(name) ?? "";
  }

  idOf({ SubnetId = "", Placement }: Instance): string {
    const { AvailabilityZoneId, AvailabilityZone = "" } = Placement ?? {};
    return AvailabilityZoneId ?? this.bySubnet.get(SubnetId) ?? this.idOfName(AvailabilityZone);
  }
}
