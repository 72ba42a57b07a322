// Container instances that have outlived their instance: ECS deregisters one when its instance is terminated, but not when the
// agent was not connected then. Batch could go on counting on it.

import type { SeenInstance } from "../observation.js";
import type { EndView } from "../ports.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";

/** In so many complete looks in a row: lists of two services do not change at one instant. */
const LOOKS = 3;

export class Ghosts {
  private readonly api: Api;
  private readonly clusterArn: string;
  /** Instances that carried our tag when EC2 last told of them, among those seen now. */
  private ours = new Set<string>();
  /** By ARN: looks in a row. */
  private looks = new Map<string, number>();
  /** Ghosts for long enough. */
  private due: string[] = [];

  constructor(api: Api, clusterArn: string) {
    this.api = api;
    this.clusterArn = clusterArn;
  }

  /** Takes notice of a look; of one after which nothing may be ended only that there was one. */
  saw({ seen, mayEnd }: EndView): void {
    this.due = [];
    if (!mayEnd) return;
    const ours = new Set<string>();
    const looks = new Map<string, number>();
    for (const [id, instance] of seen) {
      if (!instance.ours && !this.ours.has(id)) continue;
      ours.add(id);
      if (!isGhost(instance)) continue;
      const arn = instance.containerInstanceArn;
      const count = (this.looks.get(arn) ?? 0) + 1;
      looks.set(arn, count);
      if (count >= LOOKS) this.due.push(arn);
    }
    this.ours = ours;
    this.looks = looks;
  }

  /** Deregisters those due, without force as ever: where ECS still sees tasks it refuses, and the next look tries again. */
  async advance(limits: CallLimits): Promise<void> {
    const { api, clusterArn: cluster } = this;
    for (const containerInstance of this.due) {
      await api.deregisterContainerInstance({ cluster, containerInstance, force: false }, limits);
    }
  }
}

function isGhost({ containerInstanceArn, ecsStatus, agentConnected, ec2State }: SeenInstance): boolean {
  const isThere = containerInstanceArn !== "" && (ecsStatus === "ACTIVE" || ecsStatus === "DRAINING");
  return isThere && !agentConnected && (ec2State === "missing" || ec2State === "terminated");
}
