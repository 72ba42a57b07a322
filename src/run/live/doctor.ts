// `stowage doctor`: the checks of a scenario's account, as text.

import { runDoctor } from "../../live/doctor/doctor.js";
import type { Finding, Severity } from "../../live/doctor/finding.js";
import { leaseStore, openLive } from "./open-live.js";

export interface DoctorAnswer {
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly warnings: number;
}

/** Runs every check. Throws InputError where the scenario itself is wrong. */
export async function examine(given: string, endpoint: string | undefined): Promise<DoctorAnswer> {
  const opened = await openLive(given, endpoint);
  try {
    const { live, clients, clock } = opened;
    const { settings, queues, tables } = live;
    const store = await leaseStore(opened);
    const findings = await runDoctor({
      settings,
      queues,
      tables,
      strategies: live.strategies,
      clients,
      clock,
      leaseStore: store,
    });
    const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
    return { findings, errors: count("error"), warnings: count("warning") };
  } finally {
    opened.clients.destroy();
  }
}
