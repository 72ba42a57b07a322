// An observer of a World, and the sum of what it has told.

import { makeAwsClients } from "../../../src/live/aws/clients.js";
import type { Observation, SeenEnd } from "../../../src/live/observation.js";
import { makeObserver, type ObserverOptions } from "../../../src/live/observe/observer.js";
import type { Observer } from "../../../src/live/ports.js";
import { deadlineOf, type ManualClock, manualClock } from "../aws/manual-clock.js";
import { ORIGIN_MS, type WorldTest } from "../world/env.js";
import { settingsOf } from "./settings.js";

process.env.AWS_ACCESS_KEY_ID = "test";
process.env.AWS_SECRET_ACCESS_KEY = "test";
process.env.AWS_EC2_METADATA_DISABLED = "true";

export interface Watch {
  readonly observer: Observer;
  readonly clock: ManualClock;
  /** What was told of dropped messages. */
  readonly notes: string[];
  /** The account goes on to a time of the run, and is looked at. */
  lookAt(timeMs: number): Promise<Observation>;
}

export async function watch(
  { world }: Pick<WorldTest, "world">,
  options: Partial<ObserverOptions> & { readonly events?: boolean; readonly maxAttempts?: number } = {},
): Promise<Watch> {
  const clock = manualClock(ORIGIN_MS);
  const { events = true, maxAttempts = 1, ...others } = options;
  const clients = makeAwsClients({ region: "us-east-1", endpoint: world.url, clock, zeroDelay: true, maxAttempts });
  const notes: string[] = [];
  const observer = await makeObserver({
    clients,
    clock,
    settings: settingsOf({ subnets: world.subnets, eventQueueUrl: events ? world.eventQueueUrl : null }),
    queues: ["main"],
    clusterArn: world.clusterArn,
    note: (text) => notes.push(text),
    ...others,
  });
  return {
    observer,
    clock,
    notes,
    async lookAt(timeMs) {
      await world.advance(timeMs);
      clock.nowMs = timeMs;
      return observer.look(deadlineOf(clock, 10_000));
    },
  };
}

/** Ends by job and attempt: "job attempt" to how it ended. Throws when one is told twice. */
export function addEnds(told: Map<string, SeenEnd>, ends: readonly SeenEnd[]): void {
  for (const end of ends) {
    const key = `${end.jobId} ${end.endedAttempts}`;
    if (told.has(key)) throw new Error(`the end of ${key} was told twice`);
    told.set(key, end);
  }
}
