// Until when calls may be made: a call is begun only when there is time for it, and is aborted before the tick's deadline or the
// lease ends, whichever is first. EC2 has no fencing: a call that outlives the lease could meet a second writer.

import type { Clock, Deadline, Lease } from "../ports.js";

/** What is kept of the lease: clocks of two hosts run at one speed but for this, and packets on their way arrive. */
const LEASE_MARGIN_MS = 2_000;
/** A CreateFleet call takes 1 to 5 s; with less time left it is better not begun than aborted halfway. */
const LEAST_CALL_MS = 3_000;
/** Of a short tick this share, so that something can be sent at all. */
const LEAST_CALL_SHARE = 0.25;

export type Stop = "deadline" | "no-lease";

export interface CallLimits {
  /** Why no further call may be begun; null: it may. */
  stopped(): Stop | null;
  /** Runs a call with the signal that ends it in time. */
  run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** For start-up and tools that have no tick and no lease. */
export const UNLIMITED: CallLimits = {
  stopped: () => null,
  run: (call) => call(new AbortController().signal),
};

/** Limits of a tick of `tickMs`. `lease` null: nobody holds one, so nothing may be begun. */
export function callLimits(deadline: Deadline, lease: Lease | null, clock: Clock, tickMs: number): CallLimits {
  const leaseMs = () => (lease === null ? 0 : lease.leftMs() - LEASE_MARGIN_MS);
  const leastMs = Math.min(LEAST_CALL_MS, tickMs * LEAST_CALL_SHARE);
  return {
    stopped() {
      if (deadline.signal.aborted || deadline.leftMs() <= 0 || deadline.leftMs() < leastMs) return "deadline";
      return leaseMs() <= 0 || leaseMs() < leastMs ? "no-lease" : null;
    },
    async run(call) {
      if (deadline.leftMs() <= leaseMs()) return call(deadline.signal);
      const lost = new AbortController();
      const done = new AbortController();
      const watch = clock.sleep(leaseMs(), done.signal).then(() => {
        if (!done.signal.aborted) lost.abort();
      });
      try {
        return await call(AbortSignal.any([deadline.signal, lost.signal]));
      } finally {
        done.abort();
        await watch;
      }
    },
  };
}

/** The words for people. */
export function stopMessage(stop: Stop): string {
  return stop === "deadline" ? "the tick has no time left" : "the lease is not held for long enough";
}
