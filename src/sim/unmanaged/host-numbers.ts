// The engine numbers the instances that it asks for, the account those that it was asked for. They differ once the gate has denied
// a launch.

import type { HeardEvent } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import { NONE } from "../../model/tables.js";

const OF_INSTANCES: readonly EventKind[] = [
  EventKind.InstanceRunning,
  EventKind.InstanceRegistered,
  EventKind.RebalanceRecommended,
  EventKind.InterruptionWarned,
  EventKind.InstanceKept,
  EventKind.InstanceLost,
  EventKind.InstanceTerminated,
];

export class HostNumbers {
  private readonly instances: number[] = [];
  private readonly hosts: number[] = [];
  private differ = false;

  /** The account has a host for an instance: both get their numbers in order. */
  pair(instance: number, host: number): void {
    this.instances[host] = instance;
    this.hosts[instance] = host;
    this.differ ||= instance !== host;
  }

  hostOf(instance: number): number {
    return this.hosts[instance]!;
  }

  /** What was heard of hosts, as it is told to the engine. */
  toInstances(heard: readonly HeardEvent[]): readonly HeardEvent[] {
    if (!this.differ) return heard;
    return heard.map((event) => {
      if (event.kind === EventKind.JobPlaced && event.a !== NONE) return { ...event, a: this.instances[event.a]! };
      if (!OF_INSTANCES.includes(event.kind)) return event;
      const instance = this.instances[event.subject]!;
      return { ...event, subject: instance, order: instance };
    });
  }
}
