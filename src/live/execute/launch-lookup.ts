// Instances by the tag of their launch: what a launch has really brought, whatever its answer was.

import type { Instance } from "@aws-sdk/client-ec2";
import { TAG_LAUNCH } from "../../model/live-settings.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import type { Answer } from "./failure.js";
import { type AnswerContext, type Launched, zoneOfSubnet } from "./launch-answer.js";

export interface Found extends Launched {
  readonly token: string;
  readonly isGone: boolean;
}

/** A filter takes up to 200 values. */
const MOST_TOKENS = 200;

/** In EC2's order; those that are gone again too, as long as EC2 lists them. */
export async function instancesOfLaunches(
  api: Api,
  tokens: readonly string[],
  context: AnswerContext,
  limits: CallLimits,
): Promise<Answer<Found[]>> {
  const found: Found[] = [];
  for (let start = 0; start < tokens.length; start += MOST_TOKENS) {
    const Values = tokens.slice(start, start + MOST_TOKENS);
    const answer = await api.instances([{ Name: `tag:${TAG_LAUNCH}`, Values }], limits);
    if (!answer.ok) return answer;
    found.push(...answer.value.map((instance) => foundOf(instance, context)));
  }
  return { ok: true, value: found, isReplay: false };
}

function foundOf(instance: Instance, { launch }: AnswerContext): Found {
  const { InstanceId = "", InstanceType = "", SubnetId, Placement, State, Tags = [] } = instance;
  return {
    instanceId: InstanceId,
    type: InstanceType,
    zoneId: Placement?.AvailabilityZoneId ?? zoneOfSubnet(launch, SubnetId) ?? "",
    market: instance.InstanceLifecycle === "spot" ? "spot" : "on-demand",
    token: Tags.find(({ Key }) => Key === TAG_LAUNCH)?.Value ?? "",
    isGone: State?.Name === "shutting-down" || State?.Name === "terminated",
  };
}
