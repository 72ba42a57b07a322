// `stowage live uninstall`: everything that carries the pool's tag goes, or is listed.

import { join } from "node:path";
import { deadlineAfter } from "../../live/clock.js";
import { type UninstallReport, uninstall } from "../../live/execute/uninstall.js";
import { openJournal } from "../../live/journal/journal.js";
import type { Observation } from "../../live/observation.js";
import { makeObserver } from "../../live/observe/observer.js";
import { leaseFailure, type OpenedLive, openLease, openLive, requireIdentity } from "./open-live.js";

const LOOK_MS = 60_000;

/** Ends what is idle and lists the rest; without `apply` it only lists. `left`: things that are still there. */
export async function uninstallPool(
  scenario: string,
  apply: boolean,
  endpoint: string | undefined,
): Promise<{ text: string; left: number }> {
  const opened = await openLive(scenario, endpoint);
  try {
    const { clusterArn } = await requireIdentity(opened);
    const look = await looker(opened, clusterArn);
    if (!apply) return listed(await look());
    const lease = await openLease(opened);
    const held = await lease.hold().catch((error: unknown) => {
      throw leaseFailure(error);
    });
    if (!held) return { text: `${lease.holder} holds the lease: stop it first.\n`, left: 1 };
    const renewing = new AbortController();
    const kept = lease.keep(renewing.signal, () => {});
    const journal = await openJournal(join(opened.live.settings.folder, "audit.jsonl"));
    try {
      const report = await uninstall({
        clients: opened.clients,
        settings: opened.live.settings,
        clusterArn,
        clock: opened.clock,
        journal,
        busy: async () => busyIn(await look()),
      });
      return { text: words(report), left: report.busy.length + report.leftovers.length + report.problems.length };
    } finally {
      renewing.abort();
      await kept;
      await lease.release();
      await journal.close();
    }
  } finally {
    opened.clients.destroy();
  }
}

async function looker({ live, clients, clock }: OpenedLive, clusterArn: string): Promise<() => Promise<Observation>> {
  const { settings, queues } = live;
  // Its messages are for the controller.
  const quiet = { ...settings, eventQueueUrl: null };
  const observer = await makeObserver({ clients, clock, settings: quiet, queues, clusterArn });
  return async () => {
    const deadline = deadlineAfter(clock, LOOK_MS);
    const observation = await observer.look(deadline);
    deadline.cancel();
    return observation;
  };
}

/** Container instances with a job on them; null: nobody knows. */
function busyIn({ jobs, problems }: Observation): ReadonlySet<string> | null {
  if (problems.some(({ part }) => part === "jobs")) return null;
  const arns = new Set(jobs.map(({ containerInstanceArn }) => containerInstanceArn));
  arns.delete(""); // not placed, or not known where
  return arns;
}

function listed({ instances, problems }: Observation): { text: string; left: number } {
  const ours = instances.filter(
    ({ ours: isOurs, ec2State }) => isOurs && (ec2State === "running" || ec2State === "pending"),
  );
  const lines = ours.map(({ instanceId, instanceType, zoneId, runningTasks, pendingTasks }) => {
    const tasks = runningTasks + pendingTasks;
    return `  ${instanceId}  ${instanceType} in ${zoneId}  ${tasks === 0 ? "idle" : `${tasks} tasks`}`;
  });
  const unread = problems.map(({ part, code, message }) => `  ${part} could not be read: ${code}: ${message}`);
  const head = `${ours.length} instances carry the pool's tag. Nothing was changed; --apply ends those that are idle.`;
  return { text: `${[head, ...lines, ...unread].join("\n")}\n`, left: ours.length };
}

function words({ terminated, busy, deletedTemplates, leftovers, problems }: UninstallReport): string {
  const list = (title: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)];
  return `${[
    ...list("Terminated", terminated),
    ...list("Launch templates deleted", deletedTemplates),
    ...list("DRAINING, with tasks that go on (run this again when they have ended)", busy),
    ...list("Still there", leftovers),
    ...list("Not done", problems),
    ...(busy.length + leftovers.length + problems.length === 0 ? ["Nothing of this pool is left."] : []),
  ].join("\n")}\n`;
}
