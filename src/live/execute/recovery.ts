// Launches of which nobody knows whether they were done: an answer that was lost, a process that died between the call and its
// answer. Their instances are found by the tag of the launch; what is missing is asked for again by the identical request, which
// EC2 recognises by its token: it launches nothing twice.

import type { CreateFleetCommandInput } from "@aws-sdk/client-ec2";
import { MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { Clock } from "../ports.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import { isOpen } from "./failure.js";
import { type AnswerContext, type Launched, launchedOf } from "./launch-answer.js";
import { type Found, instancesOfLaunches } from "./launch-lookup.js";
import type { Entry, PendingLaunches } from "./pending-launches.js";

/**
 * Later than this the identical request is not sent any more: EC2 does not say for how long it remembers a token, and a forgotten
 * one would launch what nobody wants by now. Clocks of two hosts may differ; either way is safe.
 */
const SEND_AGAIN_WITHIN_MS = 15 * MS_PER_MINUTE;
/** Where nothing is sent again, instances have so long to appear in EC2's lists. */
const SETTLE_MS = 90 * MS_PER_SECOND;
const SETTLE_LOOKS = 2;

export interface AdoptedLaunch {
  readonly token: string;
  /** Those that are there. */
  readonly instances: readonly Launched[];
}

interface RecoveryParts {
  readonly api: Api;
  readonly pending: PendingLaunches;
  readonly clock: Clock;
  readonly context: AnswerContext;
}

/**
 * Finds out about every launch that is in doubt, as far as the limits let it; `mayLaunch` false: by looking alone. What is still
 * in doubt stays so until the next time.
 */
export async function recoverLaunches(
  parts: RecoveryParts,
  mayLaunch: boolean,
  limits: CallLimits,
): Promise<readonly AdoptedLaunch[]> {
  const { api, pending, context } = parts;
  const unknown = pending.unknown;
  if (unknown.length === 0) return [];
  const looked = await instancesOfLaunches(
    api,
    unknown.map(({ launch }) => launch.token),
    context,
    limits,
  );
  if (!looked.ok) return [];
  const adopted: AdoptedLaunch[] = [];
  for (const entry of unknown) {
    const found = looked.value.filter(({ token }) => token === entry.launch.token);
    const instances = await recoverOne(entry, found, parts, mayLaunch, limits);
    if (instances === undefined) continue;
    adopted.push({ token: entry.launch.token, instances });
    api.note("launch-recovered", { token: entry.launch.token, instances });
  }
  return adopted;
}

/** The instances of a launch, once it is known which there are. */
async function recoverOne(
  entry: Entry,
  found: readonly Found[],
  { api, pending, clock, context }: RecoveryParts,
  mayLaunch: boolean,
  limits: CallLimits,
): Promise<readonly Launched[] | undefined> {
  const { launch } = entry;
  entry.looks++;
  const adopt = (instances: readonly Launched[]) => {
    if (instances.length === 0) pending.nothing(launch.token);
    else
      pending.found(
        launch.token,
        instances.map(({ instanceId }) => instanceId),
      );
    return instances;
  };
  const there: Launched[] = found.filter(({ isGone }) => !isGone);
  if (found.length >= launch.count) return adopt(there);
  const isRecent = clock.wallMs() - launch.writtenAtMs <= SEND_AGAIN_WITHIN_MS;
  if (!entry.isOnlyLookedFor && mayLaunch && isRecent) {
    const answer = await api.createFleet(JSON.parse(launch.request) as CreateFleetCommandInput, limits);
    if (answer.ok) {
      const { Instances = [], Errors = [] } = answer.value;
      const gone = new Set(found.filter(({ isGone }) => isGone).map(({ instanceId }) => instanceId));
      const named = launchedOf(Instances, context).filter(({ instanceId }) => !gone.has(instanceId));
      const known = new Set(there.map(({ instanceId }) => instanceId));
      const all = [...there, ...named.filter(({ instanceId }) => !known.has(instanceId))];
      if (Instances.length > 0 || Errors.length > 0) return adopt(all);
      entry.isOnlyLookedFor = true; // an answer without a word is no answer: the tag decides
    } else if (answer.failure.isRefused) {
      entry.isOnlyLookedFor = !isOpen(answer.failure); // refused for good: sending it again would be refused again
    }
    return undefined;
  }
  const isSettled = clock.monotonicMs() - entry.sinceMs >= SETTLE_MS && entry.looks >= SETTLE_LOOKS;
  return isSettled ? adopt(there) : undefined;
}
