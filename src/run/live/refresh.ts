// `stowage catalog refresh`: AWS's types and prices into the user's own catalogue.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { catalogOver } from "../../catalog/catalog.js";
import { checkCatalogFolder, openUserCatalog, writeUserCatalog } from "../../catalog/user-catalog.js";
import { makeAwsClients } from "../../live/aws/clients.js";
import { systemClock } from "../../live/clock.js";
import { type RefreshOutcome, refreshCatalog } from "../../live/refresh/refresh.js";
import { outputError } from "../errors.js";

export type { RegionChanges } from "../../live/refresh/merge.js";
export type { RefreshOutcome } from "../../live/refresh/refresh.js";

export interface CatalogRefresh {
  readonly regions: readonly string[];
  /** Exact types and families; empty: all. */
  readonly types: readonly string[];
  /** The user's catalogue: taken over where it is there, written anew. */
  readonly folder: string;
  readonly endpoint: string | undefined;
  readonly onStep?: (region: string, what: string) => void;
}

/** Of each call: a throttled account answers in the end. */
const ATTEMPTS = 8;

/**
 * Refreshes the catalogue in `folder`. Regions that could not be read are in the outcome's problems, and stay as they were. Throws
 * InputError when something else is in the folder, OutputError when it cannot be written.
 */
export async function refreshUserCatalog(given: CatalogRefresh): Promise<RefreshOutcome> {
  const { regions, types, folder, endpoint } = given;
  checkCatalogFolder(folder);
  const accounts = regions.map((region) =>
    makeAwsClients({ region, endpoint: endpoint ?? null, maxAttempts: ATTEMPTS }),
  );
  const clients = new Map(
    await Promise.all(accounts.map(async (account) => [account.region, await account.ec2()] as const)),
  );
  const outcome = await refreshCatalog({
    ...{ regions, types },
    catalog: catalogOver(existsSync(join(folder, "catalog.json")) ? openUserCatalog(folder) : undefined),
    ec2Of: (region) => clients.get(region)!,
    pricing: await accounts[0]!.pricing(),
    clock: systemClock(),
    ...(given.onStep === undefined ? {} : { onStep: given.onStep }),
  });
  for (const account of accounts) account.destroy();
  if (outcome.files !== undefined) {
    try {
      writeUserCatalog(folder, outcome.files);
    } catch (error) {
      throw outputError(error, folder);
    }
  }
  return outcome;
}
