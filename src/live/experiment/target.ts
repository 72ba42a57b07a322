// The queue that a run is submitted to: that it takes jobs, and on which clusters its compute environments run them.

import type { BatchClient } from "@aws-sdk/client-batch";
import { errorIssue, InputError } from "../../base/issues.js";
import { describeEnvironments, describeQueues } from "../pull/account.js";
import type { Pace } from "../pull/pace.js";
import { checkQueue } from "./submit.js";

/** ARNs of the ECS clusters behind a queue. Throws InputError when it is not there, not ready, or not on ECS. */
export async function clustersOfQueue(batch: BatchClient, name: string, pace: Pace): Promise<string[]> {
  const [queue] = await describeQueues(batch, [name], pace);
  checkQueue(queue ?? {}, name);
  const names = (queue?.computeEnvironmentOrder ?? []).flatMap((entry) => entry.computeEnvironment ?? []);
  const environments = await describeEnvironments(batch, names, pace);
  const clusters = environments.flatMap(({ ecsClusterArn }) => ecsClusterArn ?? []);
  if (clusters.length > 0 && clusters.length === environments.length) return clusters;
  const message = `the queue ${name} has a compute environment without an ECS cluster: what its jobs cost could not be told`;
  throw new InputError([errorIssue("no-cluster", message, { path: "--queue" })]);
}
