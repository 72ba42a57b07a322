// What every command about a live scenario begins with: the scenario's tables, AWS's clients, and whether this is the account that
// the scenario means.

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { errorIssue, InputError } from "../../base/issues.js";
import { loadCatalog } from "../../catalog/catalog.js";
import { type AwsClients, makeAwsClients } from "../../live/aws/clients.js";
import { deadlineAfter, systemClock } from "../../live/clock.js";
import type { LeaseStore } from "../../live/lease/lease-store.js";
import { openLease as openLeaseOf, openLeaseStore } from "../../live/lease/open-lease.js";
import type { HeldLease } from "../../live/lease/store-lease.js";
import { checkIdentity, type Identity, type IdentityOptions } from "../../live/observe/identity.js";
import type { Clock } from "../../live/ports.js";
import type { Recorder } from "../../live/record/recorder.js";
import type { LiveSettings } from "../../model/live-settings.js";
import { OutputError } from "../errors.js";
import { resolveScenario } from "../resolve.js";
import { loadScenario } from "../scenario-files.js";
import { loadSolverFor } from "../solver/load-solver.js";
import { type LiveScenario, liveScenario } from "./live-tables.js";

/** AWS answers these few questions within a second; a network that is down is found out by then. */
const IDENTITY_MS = 20_000;

export interface OpenedLive {
  readonly live: LiveScenario;
  readonly clients: AwsClients;
  readonly clock: Clock;
}

/** Loads a live scenario; `endpoint` goes before the scenario's own; `recorder` is given every answer. Throws InputError for whatever is wrong with it. */
export async function openLive(given: string, endpoint: string | undefined, recorder?: Recorder): Promise<OpenedLive> {
  const { scenario, file } = loadScenario(given);
  const found = liveScenario(resolveScenario(scenario, loadCatalog(), file), file);
  await loadSolverFor(scenario.strategies);
  const settings = withPaths(endpoint === undefined ? found.settings : { ...found.settings, endpoint });
  const clock = systemClock();
  const clients = makeAwsClients({
    region: settings.identity.region,
    endpoint: settings.endpoint,
    clock,
    batchReadsPerSecond: settings.batchReadsPerSecond,
    ...(recorder === undefined ? {} : { recorder }),
  });
  return { live: { ...found, settings }, clients, clock };
}

/**
 * Asks who we are and whether the compute environment is what it must be. Throws InputError when it is another, OutputError when AWS
 * has not answered: a later try may do.
 */
export async function requireIdentity(
  { live, clients, clock }: OpenedLive,
  options: IdentityOptions = {},
): Promise<Identity> {
  const deadline = deadlineAfter(clock, IDENTITY_MS);
  const identity = await checkIdentity(clients, live.settings.identity, deadline, options);
  deadline.cancel();
  if (!identity.ok && identity.problems.every(({ code }) => code === "not-answered")) {
    throw new OutputError(identity.problems);
  }
  if (!identity.ok) throw new InputError(identity.problems);
  return identity;
}

/** The lease's store alone: for whoever sets kill modes, or looks who holds it. */
export function leaseStore({ live, clients, clock }: OpenedLive): Promise<LeaseStore> {
  return openLeaseStore(live.settings, clients, { clock, newId: randomUUID });
}

/** The lease itself, not taken yet. */
export function openLease({ live, clients, clock }: OpenedLive): Promise<HeldLease> {
  const name = `${hostname()} pid ${process.pid}`;
  return openLeaseOf(live.settings, clients, { clock, name, newId: randomUUID });
}

/** Paths from the root: the folder from where we are, and in it a lease and a stop that are files. */
function withPaths(settings: LiveSettings): LiveSettings {
  const folder = resolve(settings.folder);
  const { lease, killSwitch } = settings;
  return {
    ...settings,
    folder,
    lease: lease.kind === "file" ? { ...lease, path: resolve(folder, lease.path) } : lease,
    killSwitch: { ...killSwitch, file: killSwitch.file === null ? null : resolve(folder, killSwitch.file) },
  };
}

/** Throws InputError: the lease's store says no. */
export function leaseFailure(error: unknown): InputError {
  const message = error instanceof Error ? error.message : String(error);
  const hint = "`stowage doctor` says what is missing";
  return new InputError([errorIssue("lease", `the lease cannot be read: ${message}`, { path: "live.lease", hint })]);
}
