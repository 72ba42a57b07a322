// The end of one instance that is under way: how far it is, and when to ask again where AWS has refused it.

import { MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";

export interface End {
  readonly instance: number;
  readonly instanceId: string;
  readonly containerInstanceArn: string;
  /**
   * draining: it may still be kept. keeping: it is to be ACTIVE again, and the call for it has not succeeded yet. unregistered:
   * it never had a container instance. leaving: deregistered, there is no way back.
   */
  phase: "draining" | "keeping" | "unregistered" | "leaving";
  /** Why it is kept. */
  why: string;
  readonly sinceMs: number;
  /** How often TerminateInstances was refused for it, and when to ask again, by the monotonic clock. */
  refusals: number;
  retryAtMs: number;
}

/** Policies and protection are changed by people: soon where it was a slip, and later asking only fills CloudTrail. */
const FIRST_PAUSE_MS = 30 * MS_PER_SECOND;
const MOST_PAUSE_MS = 10 * MS_PER_MINUTE;

/** It was refused: the next time is later than the last. */
export function pause(end: End, nowMs: number): void {
  end.retryAtMs = nowMs + Math.min(FIRST_PAUSE_MS * 2 ** end.refusals, MOST_PAUSE_MS);
  end.refusals++;
}
