// Instances that carry our tag and are of no pool of the scenario: left by an earlier one with other instance types or zones. The
// engine cannot think about them. They serve jobs as long as AWS Batch gives them any, and go when they idle.

import { NONE } from "../../model/tables.js";
import type { SeenInstance } from "../observation.js";
import type { FleetMember } from "../ports.js";

/** About as long as strategies let an instance idle, in looks of 15 s. */
const IDLE_LOOKS = 6;

interface Stray {
  /** Below NONE: the engine's numbers begin at 0. */
  readonly instance: number;
  readonly sinceMs: number;
  seen: SeenInstance;
  idleLooks: number;
}

export class Strays {
  private members = new Map<string, Stray>();
  private next = NONE - 1;

  /** Those of a whole look. */
  look(seen: readonly SeenInstance[], nowMs: number): void {
    const members = new Map<string, Stray>();
    for (const instance of seen) {
      const { instanceId, runningTasks, pendingTasks } = instance;
      const known = this.members.get(instanceId);
      const stray = known ?? { instance: this.next--, sinceMs: nowMs, seen: instance, idleLooks: 0 };
      stray.seen = instance;
      stray.idleLooks = runningTasks + pendingTasks === 0 ? stray.idleLooks + 1 : 0;
      members.set(instanceId, stray);
    }
    this.members = members;
  }

  /** For the gate, which judges their ends like all others. */
  fleet(nowMs: number): FleetMember[] {
    return [...this.members.values()].map(({ instance, sinceMs, seen }) => ({
      instance,
      instanceId: seen.instanceId,
      pool: NONE,
      state: seen.containerInstanceArn === "" ? "running" : "registered",
      healthy: true,
      busy: seen.runningTasks + seen.pendingTasks > 0,
      ours: true,
      ageMs: nowMs - sinceMs,
    }));
  }

  /** Idle for long enough; one that has not registered, for as long as that may take (`registrationTimeoutMs`). */
  due(registrationTimeoutMs: number, nowMs: number): Pick<Stray, "instance" | "seen">[] {
    return [...this.members.values()].filter(({ seen, idleLooks, sinceMs }) =>
      seen.containerInstanceArn === "" ? nowMs - sinceMs > registrationTimeoutMs : idleLooks >= IDLE_LOOKS,
    );
  }
}
