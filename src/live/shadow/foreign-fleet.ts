// EC2's word on instances that are not ours. An observer asks EC2 about our own alone; what a watched fleet costs depends on the
// market, the launch and the end of everybody else's.

import type { Instance } from "@aws-sdk/client-ec2";
import type { AwsClients } from "../aws/clients.js";
import { failureOf } from "../execute/failure.js";
import type { Observation, SeenInstance } from "../observation.js";
import { ReadApi } from "../observe/read-api.js";
import type { Deadline } from "../ports.js";

/** Values of a filter at most (DescribeInstances). */
const MOST_FILTER_VALUES = 200;

/** What ECS no longer says of an instance that has left the cluster. */
const LEFT = {
  containerInstanceArn: "",
  ecsStatus: "",
  agentConnected: false,
  runningTasks: 0,
  pendingTasks: 0,
} as const;

export class ForeignFleet {
  private readonly api: ReadApi;
  private readonly zoneOfSubnet = new Map<string, string>();
  /** Instances that EC2 says are there, as the last look had them. They leave the cluster before they end. */
  private readonly alive = new Map<string, SeenInstance>();

  private constructor(api: ReadApi) {
    this.api = api;
  }

  static async make(clients: AwsClients): Promise<ForeignFleet> {
    return new ForeignFleet(await ReadApi.make(clients));
  }

  /** The look with what EC2 says of instances that are not ours; what AWS refuses is a problem of its instances. */
  async complete(look: Observation, deadline: Deadline): Promise<Observation> {
    if (look.problems.some(({ part }) => part === "instances" || part === "containerInstances")) return look;
    const isForeign = ({ ours, instanceId }: SeenInstance) => !ours && instanceId !== "";
    const registered = new Map(look.instances.filter(isForeign).map((instance) => [instance.instanceId, instance]));
    const ids = [...new Set([...this.alive.keys(), ...registered.keys()])];
    try {
      const records = await this.read(ids, deadline);
      const warnings = [...look.warnings];
      const foreign = ids.flatMap((id) => this.join(id, registered.get(id), records.get(id), warnings));
      return {
        ...look,
        instances: [...look.instances.filter((instance) => !isForeign(instance)), ...foreign],
        warnings,
      };
    } catch (thrown) {
      const { code, message } = failureOf(thrown);
      return { ...look, problems: [...look.problems, { part: "instances", code, message }] };
    }
  }

  private async read(ids: readonly string[], deadline: Deadline): Promise<Map<string, Instance>> {
    const records = new Map<string, Instance>();
    for (let from = 0; from < ids.length; from += MOST_FILTER_VALUES) {
      const Values = ids.slice(from, from + MOST_FILTER_VALUES);
      for (const record of await this.api.instances([{ Name: "instance-id", Values }], deadline)) {
        records.set(record.InstanceId ?? "", record);
      }
    }
    const subnets = [...records.values()].flatMap(({ SubnetId, Placement }) => {
      const isKnown = Placement?.AvailabilityZoneId !== undefined || this.zoneOfSubnet.has(SubnetId ?? "");
      return isKnown || SubnetId === undefined ? [] : [SubnetId];
    });
    if (subnets.length > 0) {
      for (const { SubnetId = "", AvailabilityZoneId = "" } of await this.api.subnets(
        [...new Set(subnets)],
        deadline,
      )) {
        this.zoneOfSubnet.set(SubnetId, AvailabilityZoneId);
      }
    }
    return records;
  }

  /** An instance as both services have it; none that neither shows any more, or whose market and launch are not known yet. */
  private join(
    id: string,
    registered: SeenInstance | undefined,
    record: Instance | undefined,
    warnings: string[],
  ): SeenInstance[] {
    const before = this.alive.get(id);
    this.alive.delete(id);
    if (record === undefined) {
      if (registered === undefined) return [];
      // EC2 answers from copies.
      if (before !== undefined) return this.keep({ ...registered, ...ec2PartOf(before) });
      warnings.push(`${id} is registered in the cluster, and EC2 does not show it: it is not counted as long`);
      return [];
    }
    const { State, StateReason, StateTransitionReason, LaunchTime, Placement, SubnetId = "" } = record;
    const told = registered ?? { ...before!, ...LEFT };
    const instance: SeenInstance = {
      ...told,
      instanceType: record.InstanceType ?? told.instanceType,
      zoneId: Placement?.AvailabilityZoneId ?? this.zoneOfSubnet.get(SubnetId) ?? told.zoneId,
      market: record.InstanceLifecycle === "spot" ? "spot" : "on-demand",
      ec2State: State?.Name ?? "missing",
      stateReason: StateReason?.Code || StateTransitionReason || "",
      launchTimeMs: LaunchTime?.getTime() ?? Number.NaN,
    };
    return instance.ec2State === "pending" || instance.ec2State === "running" ? this.keep(instance) : [instance];
  }

  private keep(instance: SeenInstance): SeenInstance[] {
    this.alive.set(instance.instanceId, instance);
    return [instance];
  }
}

function ec2PartOf({ instanceType, zoneId, market, ec2State, stateReason, launchTimeMs }: SeenInstance) {
  return { instanceType, zoneId, market, ec2State, stateReason, launchTimeMs };
}
