// Which EC2 instances have a container instance, and which container instances have outlived theirs.

import type { ContainerInstance } from "@aws-sdk/client-ecs";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import type { Answer } from "./failure.js";

/** DescribeContainerInstances: up to 100. */
const MOST_DESCRIBED = 100;
/** A filter expression has room for many more; a call that fails should not fail for all. */
const MOST_FILTERED = 100;

/** Of these instances those that ECS surely has no container instance of (an INACTIVE one counts as none). */
export async function unregistered(
  api: Api,
  cluster: string,
  instanceIds: readonly string[],
  limits: CallLimits,
): Promise<Answer<ReadonlySet<string>>> {
  const free = new Set(instanceIds);
  for (let start = 0; start < instanceIds.length; start += MOST_FILTERED) {
    const part = instanceIds.slice(start, start + MOST_FILTERED);
    const filter = `ec2InstanceId in [${part.map((id) => `'${id}'`).join(", ")}]`;
    const arns = await api.containerInstanceArns({ cluster, filter }, limits);
    if (!arns.ok) return arns;
    const found = await containerInstances(api, cluster, arns.value, limits);
    if (!found.ok) return found;
    for (const { ec2InstanceId = "", status } of found.value) if (status !== "INACTIVE") free.delete(ec2InstanceId);
  }
  return { ok: true, value: free, isReplay: false };
}

/** All that DescribeContainerInstances knows of; those that it does not know are absent. */
export async function containerInstances(
  api: Api,
  cluster: string,
  arns: readonly string[],
  limits: CallLimits,
): Promise<Answer<ContainerInstance[]>> {
  const found: ContainerInstance[] = [];
  for (let start = 0; start < arns.length; start += MOST_DESCRIBED) {
    const part = arns.slice(start, start + MOST_DESCRIBED);
    const answer = await api.describeContainerInstances({ cluster, containerInstances: part }, limits);
    if (!answer.ok) return answer;
    found.push(...(answer.value.containerInstances ?? []));
  }
  return { ok: true, value: found, isReplay: false };
}
