// What is known of one instance, between two looks.

import type { SeenInstance } from "../observation.js";

export interface Host {
  readonly instance: number;
  pool: number;
  readonly ours: boolean;
  /** "" before EC2 has named it. */
  instanceId: string;
  containerInstanceArn: string;
  readonly askedMs: number;
  running: boolean;
  /** It has a container instance. */
  registered: boolean;
  /** The engine has been told that it registered. */
  toldRegistered: boolean;
  /** It takes no jobs, and not by our command: DRAINING, its agent gone for long, or its container instance gone. */
  drained: boolean;
  gone: boolean;
  /** It was lost from sight or stopped, and may be there again. */
  mayReturn: boolean;
  runningSinceMs: number;
  disconnectedSinceMs: number;
  missingSinceMs: number;
  missedLooks: number;
  /** Looks in a row in which it ran without the container instance that it has had. */
  unregisteredLooks: number;
  busy: boolean;
}

export function newHost(instance: number, pool: number, ours: boolean, instanceId: string, nowMs: number): Host {
  return {
    instance,
    pool,
    ours,
    instanceId,
    containerInstanceArn: "",
    askedMs: nowMs,
    running: false,
    registered: false,
    toldRegistered: false,
    drained: false,
    gone: false,
    mayReturn: false,
    runningSinceMs: Number.NaN,
    disconnectedSinceMs: Number.NaN,
    missingSinceMs: Number.NaN,
    missedLooks: 0,
    unregisteredLooks: 0,
    busy: false,
  };
}

/** Whether EC2 has no running instance any more; of somebody else's ECS alone may tell. */
export function isGone({ ec2State, ecsStatus, containerInstanceArn, ours }: SeenInstance): boolean {
  if (ec2State === "missing") return !ours && (containerInstanceArn === "" || ecsStatus === "INACTIVE");
  return ec2State !== "pending" && ec2State !== "running";
}

export function stateOf({ running, registered }: Host): "requested" | "running" | "registered" {
  if (registered) return "registered";
  return running ? "running" : "requested";
}
