// What an observer has to know of the settings.

import type { LiveSettings } from "../../../src/model/live-settings.js";

const POOL = "ours";

type ObserverSettings = Pick<LiveSettings, "identity" | "launch" | "eventQueueUrl" | "batchReadsPerSecond">;

export function settingsOf(given: {
  readonly subnets?: readonly { readonly subnetId: string; readonly zoneId: string }[];
  readonly eventQueueUrl?: string | null;
  readonly batchReadsPerSecond?: number;
}): ObserverSettings {
  return {
    identity: { account: "123456789012", region: "us-east-1", computeEnvironment: "ours", pool: POOL },
    launch: {
      subnets: (given.subnets ?? []).map(({ subnetId, zoneId }) => ({ subnetId, zoneId })),
      securityGroupIds: ["sg-1"],
      instanceProfile: "ecsInstanceRole",
      ami: { kind: "id", id: "ami-12345678" },
      keyName: null,
      rootVolumeGib: 30,
      rootDevice: "/dev/xvda",
      userData: "",
      tags: {},
      attributes: {},
      reservedMemoryMib: 32,
      deadManMs: null,
      publicIp: false,
    },
    eventQueueUrl: given.eventQueueUrl ?? null,
    batchReadsPerSecond: given.batchReadsPerSecond ?? 100,
  };
}
