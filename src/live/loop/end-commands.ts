// Ends that the engine does not decide: of what it has never been able to use, does not know of, or is told to let go.

import type { EndCommand } from "../command.js";
import type { HostMirror } from "../mirror/host-mirror.js";

/** Instances that never registered, and idle ones of no pool of the scenario. */
export function overdueEnds(hosts: HostMirror, ending: ReadonlySet<number>, nowMs: number): EndCommand[] {
  const overdue = hosts.overdue(nowMs).map(({ instance, instanceId, containerInstanceArn }): EndCommand => {
    return { kind: "end", instance, instanceId, containerInstanceArn, reason: "never-registered" };
  });
  const strays = hosts.idleStrays(nowMs).map(({ instance, seen }): EndCommand => {
    const { instanceId, containerInstanceArn } = seen;
    return { kind: "end", instance, instanceId, containerInstanceArn, reason: "of no pool of the scenario" };
  });
  return [...overdue, ...strays].filter(({ instance }) => !ending.has(instance));
}

/** The kill switch drain-all: everything idle. */
export function idleEnds(hosts: HostMirror, ending: ReadonlySet<number>, nowMs: number): EndCommand[] {
  return hosts
    .fleet(ending, nowMs)
    .filter(({ busy, state, instanceId }) => !busy && state === "registered" && instanceId !== "")
    .map(({ instance, instanceId }) => {
      const { containerInstanceArn } = hosts.host(instance)!;
      return { kind: "end", instance, instanceId, containerInstanceArn, reason: "drain-all" };
    });
}
