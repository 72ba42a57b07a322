// DRAINING and ACTIVE: ECS places nothing on a container instance that drains; the tasks of Batch's jobs on it go on.

import type { DrainCommand, Outcome } from "../command.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import type { Failure } from "./failure.js";
import { containerInstances } from "./registrations.js";

/** UpdateContainerInstancesState: "You can specify up to 10 container instances". */
const MOST_UPDATED = 10;

export type ContainerState = "ACTIVE" | "DRAINING";

/**
 * Sets container instances to a state; by ARN what went wrong, null: it is in that state. One that was in it before counts as
 * set.
 */
export async function setStates(
  api: Api,
  cluster: string,
  arns: readonly string[],
  status: ContainerState,
  limits: CallLimits,
): Promise<ReadonlyMap<string, Failure | null>> {
  const results = new Map<string, Failure | null>();
  for (let start = 0; start < arns.length; start += MOST_UPDATED) {
    const containerInstances = arns.slice(start, start + MOST_UPDATED);
    const answer = await api.updateContainerInstancesState({ cluster, containerInstances, status }, limits);
    for (const arn of containerInstances) results.set(arn, answer.ok ? null : answer.failure);
    const requestId = answer.ok ? (answer.value.$metadata.requestId ?? "") : "";
    for (const { arn = "", reason = "", detail = "" } of answer.ok ? (answer.value.failures ?? []) : []) {
      results.set(arn, { code: reason, message: detail, requestId, isRefused: true });
    }
  }
  const refused = [...results].filter(([, failure]) => failure?.isRefused).map(([arn]) => arn);
  for (const arn of await inState(api, cluster, refused, status, limits)) results.set(arn, null);
  return results;
}

/** Carries out `drain` and `undrain` commands, all of one kind. */
export async function changeStates(
  api: Api,
  cluster: string,
  commands: readonly DrainCommand[],
  limits: CallLimits,
): Promise<Outcome[]> {
  const draining = commands[0]?.kind === "drain";
  const arns = commands.map(({ containerInstanceArn }) => containerInstanceArn).filter((arn) => arn !== "");
  const results = await setStates(api, cluster, arns, draining ? "DRAINING" : "ACTIVE", limits);
  return commands.map((command): Outcome => {
    const { instance, containerInstanceArn } = command;
    if (containerInstanceArn === "") {
      return { kind: "failed", command, code: "not-registered", message: "its agent has not registered" };
    }
    const failure = results.get(containerInstanceArn) ?? null;
    if (failure === null) return { kind: "drained", instance, draining };
    return { kind: "failed", command, code: failure.code, message: failure.message };
  });
}

/** Of container instances whose change was refused, those that are in the state all the same. */
async function inState(
  api: Api,
  cluster: string,
  arns: readonly string[],
  status: ContainerState,
  limits: CallLimits,
): Promise<string[]> {
  const answer = await containerInstances(api, cluster, arns, limits);
  return (answer.ok ? answer.value : [])
    .filter((each) => each.status === status)
    .map(({ containerInstanceArn = "" }) => containerInstanceArn);
}
