// The lease of the settings: where it is kept, and under which name.

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { LiveIdentity, LiveSettings } from "../../model/live-settings.js";
import { dynamoStore } from "./dynamo-store.js";
import { fileStore } from "./file-store.js";
import type { LeaseStore } from "./lease-store.js";
import { s3Store } from "./s3-store.js";
import { type HeldLease, type LeaseOptions, storeLease } from "./store-lease.js";

/** Asked for only where the settings keep the lease there. */
export interface LeaseClients {
  dynamodb(): Promise<DynamoDBClient>;
  s3(): Promise<S3Client>;
}

/** The lease that the settings name. Nothing is read or written before it is held. */
export async function openLease(
  settings: Pick<LiveSettings, "identity" | "lease">,
  clients: LeaseClients,
  options: Omit<LeaseOptions, "durationMs">,
): Promise<HeldLease> {
  const store = await openLeaseStore(settings, clients, options);
  return storeLease(store, { ...options, durationMs: settings.lease.durationMs });
}

/** Its store alone: for whoever looks who holds it, sets kill modes, or uninstalls. */
export async function openLeaseStore(
  { identity, lease }: Pick<LiveSettings, "identity" | "lease">,
  clients: LeaseClients,
  { clock, newId }: Pick<LeaseOptions, "clock" | "newId">,
): Promise<LeaseStore> {
  switch (lease.kind) {
    case "dynamodb":
      return dynamoStore(await clients.dynamodb(), lease.table, keyOf(identity));
    case "s3":
      return s3Store(await clients.s3(), lease.bucket, lease.key, clock);
    case "file":
      return fileStore(lease.path, newId);
  }
}

/** One table serves many compute environments. Their name is unique in a region, however the settings write it. */
function keyOf({ account, region, computeEnvironment }: LiveIdentity): string {
  return `${account}/${region}/${computeEnvironment.slice(computeEnvironment.lastIndexOf("/") + 1)}`;
}
