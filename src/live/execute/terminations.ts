// TerminateInstances, and only of what carries our pool's tag. One id that EC2 does not know fails a whole call, and a protected
// instance its zone's part of it: so calls are small, and what fails is asked for singly.

import type { Instance } from "@aws-sdk/client-ec2";
import { TAG_POOL } from "../../model/live-settings.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import { errorClass } from "./error-codes.js";
import type { Answer, Failure } from "./failure.js";

const MOST_TERMINATED = 50;
/** Our own code: EC2 does not list the instance, and it never was seen to be ours. */
export const NOT_LISTED = "not-listed";
/** Permissions of EC2 go by instance where a policy has conditions: one that we may not end fails the others' call. */
const NOT_PERMITTED = "UnauthorizedOperation";

export type Termination =
  /** Accepted now or before: it is on its way out, or gone. */
  | "terminated"
  /** It does not carry our tag. */
  | "not-ours"
  /** Ask again. */
  | Failure;

/**
 * By instance id. `knownOurs`: ids that carried our tag when they were last seen; what EC2 does not list is terminated by those
 * alone, and then by EC2's word that there is no such instance.
 */
export async function terminate(
  api: Api,
  pool: string,
  ids: readonly string[],
  knownOurs: (id: string) => boolean,
  limits: CallLimits,
): Promise<ReadonlyMap<string, Termination>> {
  const results = new Map<string, Termination>();
  for (let start = 0; start < ids.length; start += MOST_TERMINATED) {
    const part = ids.slice(start, start + MOST_TERMINATED);
    const listed = await api.instances([{ Name: "instance-id", Values: part }], limits);
    if (!listed.ok) {
      for (const id of part) results.set(id, listed.failure);
      continue;
    }
    const byId = new Map(listed.value.map((instance) => [instance.InstanceId, instance]));
    const alive: string[] = [];
    for (const id of part) {
      const instance = byId.get(id);
      if (instance === undefined && knownOurs(id)) results.set(id, await terminateOne(api, id, limits));
      else if (instance === undefined) results.set(id, notListed(id));
      else if (!isOfPool(instance, pool)) results.set(id, "not-ours");
      else if (isOnItsWayOut(instance)) results.set(id, "terminated");
      else alive.push(id);
    }
    for (const [id, result] of await terminateAll(api, alive, limits)) results.set(id, result);
  }
  return results;
}

function isOfPool({ Tags = [] }: Instance, pool: string): boolean {
  return Tags.some(({ Key, Value }) => Key === TAG_POOL && Value === pool);
}

export function isOnItsWayOut({ State }: Instance): boolean {
  return State?.Name === "shutting-down" || State?.Name === "terminated";
}

async function terminateAll(api: Api, ids: string[], limits: CallLimits): Promise<[string, Termination][]> {
  if (ids.length === 0) return [];
  const answer = await api.terminateInstances(ids, limits);
  if (answer.ok || ids.length === 1 || !isAboutOne(answer.failure)) return ids.map((id) => [id, resultOf(answer)]);
  const results: [string, Termination][] = [];
  for (const id of ids) results.push([id, await terminateOne(api, id, limits)]);
  return results;
}

async function terminateOne(api: Api, id: string, limits: CallLimits): Promise<Termination> {
  return resultOf(await api.terminateInstances([id], limits));
}

/** The call failed for one of its instances; the others may go singly. */
function isAboutOne({ code, isRefused }: Failure): boolean {
  if (code === NOT_PERMITTED) return isRefused;
  const kind = errorClass(code);
  return isRefused && (kind === "config" || kind === "unknown") && code !== "deadline" && code !== "no-lease";
}

/** EC2 forgets instances an hour after their end: one that it does not know is gone. */
function resultOf(answer: Answer<unknown>): Termination {
  if (answer.ok || answer.failure.code.startsWith("InvalidInstanceID.NotFound")) return "terminated";
  return answer.failure;
}

function notListed(id: string): Failure {
  return { code: NOT_LISTED, message: `EC2 does not list ${id}`, requestId: "", isRefused: true };
}
