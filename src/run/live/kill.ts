// `stowage live kill`: the kill switch in the lease, for whichever controller holds it, wherever it runs.

import { leaseFailure, leaseStore, openLive, requireIdentity } from "./open-live.js";

/** Sets the modes; "none" clears them. Returns what to say. Throws InputError when the store cannot be reached. */
export async function setKillMode(scenario: string, mode: string, endpoint: string | undefined): Promise<string> {
  const opened = await openLive(scenario, endpoint);
  try {
    await requireIdentity(opened);
    const store = await leaseStore(opened);
    await store.setKillModes(mode === "none" ? [] : [mode]).catch((error: unknown) => {
      throw leaseFailure(error);
    });
    const what = mode === "none" ? "No kill mode is set any more" : `${mode} is set`;
    return `${what} in ${store.name}: the controller obeys from its next tick on.\n`;
  } finally {
    opened.clients.destroy();
  }
}
