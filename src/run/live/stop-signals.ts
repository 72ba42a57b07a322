// How somebody at the controller's host stops it: signals.

import type { KillMode } from "../../live/ports.js";

export interface StopSignals {
  readonly signal: AbortSignal;
  /** SIGUSR2 sets and clears pause-all. */
  readonly killModes: ReadonlySet<KillMode>;
  dispose(): void;
}

/** As of a shell for a process that SIGINT ended. */
const INTERRUPTED = 130;

/** The first SIGINT or SIGTERM ends after the tick that runs, the second at once. SIGHUP is left to nohup. */
export function stopOnSignals(): StopSignals {
  const stopping = new AbortController();
  const killModes = new Set<KillMode>();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(INTERRUPTED);
    stopping.abort();
  };
  const pause = () => {
    if (!killModes.delete("pause-all")) killModes.add("pause-all");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGUSR2", pause);
  return {
    signal: stopping.signal,
    killModes,
    dispose: () => process.off("SIGINT", stop).off("SIGTERM", stop).off("SIGUSR2", pause),
  };
}
