// What EC2 says of an instance now: what moto said when it was made, with the state that the account gives it.

import { EndCause } from "../../../src/model/market.js";
import type { AccountState } from "../account-state.js";
import { child, textOf, toXml, writeXml } from "../xml.js";
import type { KnownInstance } from "./instance-book.js";

const CODES = { pending: 0, running: 16, "shutting-down": 32, terminated: 48, stopping: 64, stopped: 80 } as const;
export type StateName = keyof typeof CODES;

/** How long a terminated instance is still described: about an hour, says AWS. */
const TERMINATED_SHOWN_MS = 3_600_000;
const SHUTTING_DOWN_MS = 30_000;
/** An instance that never registers runs after so long, and EC2 says so. */
const DUD_RUNS_AFTER_MS = 20_000;

interface Life {
  readonly pool: number;
  readonly launchedMs: number;
  readonly runningMs: number;
  readonly goneMs: number;
  readonly cause: number;
}

/** Undefined: moto's own. */
function lifeOf({ account }: AccountState, { backing }: KnownInstance): Life | undefined {
  if (backing.kind === "host") return account.host(backing.host);
  if (backing.kind === "other") return undefined;
  const { pool, launchedMs, endedMs } = backing;
  return { pool, launchedMs, runningMs: launchedMs + DUD_RUNS_AFTER_MS, goneMs: endedMs, cause: EndCause.Ours };
}

/** When it was launched; NaN of moto's own. */
export function launchedMs(state: AccountState, known: KnownInstance): number {
  return lifeOf(state, known)?.launchedMs ?? Number.NaN;
}

/** Undefined: gone for so long that EC2 has forgotten it. */
export function stateOf(state: AccountState, known: KnownInstance): StateName | undefined {
  const life = lifeOf(state, known);
  if (life === undefined) return textOf(child(known.item, "instanceState")!, "name") as StateName;
  const { nowMs } = state.account;
  const { shuttingDownMs = SHUTTING_DOWN_MS } = state.setup;
  if (nowMs >= life.goneMs + shuttingDownMs + TERMINATED_SHOWN_MS) return undefined;
  if (nowMs >= life.goneMs + shuttingDownMs) return "terminated";
  if (nowMs >= life.goneMs) return "shutting-down";
  return nowMs >= life.runningMs ? "running" : "pending";
}

export function stateXml(name: StateName): { code: number; name: string } {
  return { code: CODES[name], name };
}

/** Its <item>. */
export function instanceXml(state: AccountState, known: KnownInstance, name: StateName): string {
  const life = lifeOf(state, known);
  if (life === undefined) return writeXml(known.item);
  const pool = state.tables.pools[life.pool]!;
  const isSpot = pool.market === "spot";
  const isEnding = name === "shutting-down" || name === "terminated";
  const spot = { instanceLifecycle: "spot", spotInstanceRequestId: `sir-${known.instanceId.slice(-8)}` };
  return `<item>${known.fixed}${toXml({
    instanceState: stateXml(name),
    launchTime: new Date(state.originMs + life.launchedMs).toISOString(),
    placement: {
      availabilityZone: state.zoneOf(pool.zone),
      availabilityZoneId: pool.zone,
      groupName: "",
      tenancy: "default",
    },
    ...(isSpot ? spot : {}),
    ...(isEnding ? reasonXml(state, life, isSpot) : {}),
  })}</item>`;
}

function reasonXml(state: AccountState, { cause, goneMs }: Life, isSpot: boolean) {
  const at = new Date(state.originMs + goneMs).toISOString().replace("T", " ").slice(0, 19);
  const code =
    cause === EndCause.Ours
      ? "Client.UserInitiatedShutdown"
      : cause === EndCause.Reclaimed && isSpot
        ? "Server.SpotInstanceTermination"
        : "Server.InternalError";
  const words = cause === EndCause.Ours ? "User initiated" : "Service initiated";
  return { stateReason: { code, message: `${code}: ${words}` }, reason: `${words} (${at} GMT)` };
}
