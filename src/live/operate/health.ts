// Whether the controller is well: its ticks come on time and its lease is held, or somebody else holds it. That AWS refuses
// capacity or that a breaker is open is no illness of the process: a restart would not help, so health does not speak of it.

import type { LiveStatus } from "./status.js";
import { duration } from "./words.js";

export interface Health {
  readonly ok: boolean;
  /** Why not, in words. */
  readonly reasons: readonly string[];
}

/** A tick may be so late before health says so, beside its own deadline: garbage collection, a slow disk, a paused laptop. */
const GRACE_MS = 5_000;

/** For GET /healthz. `sinceMs`: since the last status was published; with none, since the start. */
export function healthOf(status: LiveStatus | undefined, sinceMs: number, startupMs: number): Health {
  if (status === undefined) {
    const late = sinceMs > startupMs;
    return health(late ? [`no tick in the first ${duration(sinceMs)}`] : []);
  }
  const { tick, lease } = status;
  const allowedMs = tick.nextInMs + tick.deadlineMs + GRACE_MS;
  const reasons: string[] = [];
  if (sinceMs > allowedMs) {
    reasons.push(`the last tick was ${duration(sinceMs)} ago; one was due within ${duration(allowedMs)}`);
  }
  if (lease.state === "unreachable") reasons.push("the lease cannot be renewed: its store does not answer");
  if (lease.state === "held" && lease.leftMs - sinceMs <= 0) reasons.push("the lease has run out");
  return health(reasons);
}

/** For GET /readyz: it has seen the whole account, has settled, and is the one that acts or stands by. */
export function readinessOf(status: LiveStatus | undefined, sinceMs: number, startupMs: number): Health {
  if (status === undefined) return health(["no tick yet"]);
  const reasons = [...healthOf(status, sinceMs, startupMs).reasons];
  const { settleTicksLeft, problems } = status.tick;
  if (settleTicksLeft > 0) reasons.push(`settling: ${settleTicksLeft} more ticks only observe`);
  for (const { part, code, message } of problems) reasons.push(`${part} not read: ${code}: ${message}`);
  return health(reasons);
}

function health(reasons: readonly string[]): Health {
  return { ok: reasons.length === 0, reasons };
}
