// Our EC2 instances and the cluster's container instances, each read whole and joined by the instance id. A container instance
// without an instance of ours is somebody else's.

import type { Instance, Tag } from "@aws-sdk/client-ec2";
import type { ContainerInstance } from "@aws-sdk/client-ecs";
import { TAG_LAUNCH, TAG_POOL } from "../../model/live-settings.js";
import type { SeenInstance } from "../observation.js";
import type { Deadline } from "../ports.js";
import type { ReadApi } from "./read-api.js";
import type { Zones } from "./zones.js";

const MILLI = 1_000;
/** ECS's units of CPU in a vCPU. */
const CPU_UNITS = 1_024;

/** What ECS says of a container instance. */
interface Registration {
  readonly instanceId: string;
  /** Grows with every change; EventBridge's and the API's are the same. */
  readonly version: number;
  readonly instanceType: string;
  readonly zoneName: string;
  readonly ecs: EcsPart;
}

type EcsPart = Pick<
  SeenInstance,
  | "containerInstanceArn"
  | "ecsStatus"
  | "agentConnected"
  | "registeredAtMs"
  | "registeredVcpuMilli"
  | "registeredMemoryMib"
  | "registeredGpus"
  | "runningTasks"
  | "pendingTasks"
>;

const NOT_REGISTERED: EcsPart = {
  containerInstanceArn: "",
  ecsStatus: "",
  agentConnected: false,
  registeredAtMs: Number.NaN,
  registeredVcpuMilli: 0,
  registeredMemoryMib: 0,
  registeredGpus: 0,
  runningTasks: 0,
  pendingTasks: 0,
};

/** All states: one that ends is no capacity, and may still cost. EC2 shows terminated instances for about an hour. */
const STATES = ["pending", "running", "shutting-down", "stopping", "stopped", "terminated"];

export class HostReader {
  private readonly api: ReadApi;
  private readonly zones: Zones;
  private readonly clusterArn: string;
  private readonly pool: string;
  /** The newest that was read of each container instance. */
  private registrations = new Map<string, Registration>();

  /** `pool`: value of the tag on what is ours. */
  constructor(api: ReadApi, zones: Zones, clusterArn: string, pool: string) {
    this.api = api;
    this.zones = zones;
    this.clusterArn = clusterArn;
    this.pool = pool;
  }

  /** Container instances in every state but INACTIVE. Throws what a call throws. */
  async readRegistrations(deadline: Deadline): Promise<Registration[]> {
    const arns = await this.api.containerInstanceArns(this.clusterArn, deadline);
    const details = await this.api.containerInstances(this.clusterArn, [...new Set(arns)], deadline);
    const newest = new Map<string, Registration>();
    for (const detail of details) {
      const arn = detail.containerInstanceArn ?? "";
      const read = registrationOf(detail);
      const known = this.registrations.get(arn);
      newest.set(arn, known !== undefined && known.version > read.version ? known : read);
    }
    this.registrations = newest;
    return [...newest.values()];
  }

  /** EC2 instances with our pool's tag. Throws what a call throws. */
  async readInstances(deadline: Deadline): Promise<Instance[]> {
    await this.zones.load(deadline);
    const filters = [
      { Name: `tag:${TAG_POOL}`, Values: [this.pool] },
      { Name: "instance-state-name", Values: STATES },
    ];
    return this.api.instances(filters, deadline);
  }

  /** Both joined. `warnings` gets what is odd. */
  join(registrations: readonly Registration[], instances: readonly Instance[], warnings: string[]): SeenInstance[] {
    const byInstance = new Map<string, Registration>();
    const withoutInstance: Registration[] = [];
    for (const registration of registrations) {
      const { instanceId } = registration;
      const other = byInstance.get(instanceId);
      if (instanceId === "") withoutInstance.push(registration);
      else byInstance.set(instanceId, other === undefined ? registration : likelier(registration, other));
      if (other !== undefined && instanceId !== "") warnings.push(`${instanceId} is registered in the cluster twice`);
    }
    const seen: SeenInstance[] = [];
    for (const instance of instances) {
      const id = instance.InstanceId ?? "";
      seen.push(this.ours(instance, id, byInstance.get(id)?.ecs ?? NOT_REGISTERED));
      byInstance.delete(id);
    }
    for (const registration of [...byInstance.values(), ...withoutInstance]) seen.push(this.foreign(registration));
    return seen;
  }

  private ours(instance: Instance, instanceId: string, ecs: EcsPart): SeenInstance {
    const { State, InstanceType = "", InstanceLifecycle, LaunchTime, StateReason, StateTransitionReason } = instance;
    return {
      instanceId,
      ours: true,
      launchToken: tagOf(instance.Tags ?? [], TAG_LAUNCH),
      instanceType: InstanceType,
      zoneId: this.zones.idOf(instance),
      market: InstanceLifecycle === "spot" ? "spot" : "on-demand",
      ec2State: State?.Name ?? "missing",
      stateReason: StateReason?.Code || StateTransitionReason || "",
      launchTimeMs: LaunchTime?.getTime() ?? Number.NaN,
      ...ecs,
    };
  }

  /** EC2 is not asked about what is not ours: its market stays unknown. */
  private foreign({ instanceId, instanceType, zoneName, ecs }: Registration): SeenInstance {
    return {
      instanceId,
      ours: false,
      launchToken: "",
      instanceType,
      zoneId: this.zones.idOfName(zoneName),
      market: "on-demand",
      ec2State: "missing",
      stateReason: "",
      launchTimeMs: Number.NaN,
      ...ecs,
    };
  }
}

/** An instance that has registered again: the one whose agent is there, or the later one. */
function likelier(a: Registration, b: Registration): Registration {
  if (a.ecs.agentConnected !== b.ecs.agentConnected) return a.ecs.agentConnected ? a : b;
  return a.ecs.registeredAtMs > b.ecs.registeredAtMs ? a : b;
}

function registrationOf(detail: ContainerInstance): Registration {
  const attribute = (name: string) => detail.attributes?.find((each) => each.name === name)?.value ?? "";
  const resource = (name: string) => detail.registeredResources?.find((each) => each.name === name);
  return {
    instanceId: detail.ec2InstanceId ?? "",
    version: Number(detail.version ?? 0),
    instanceType: attribute("ecs.instance-type"),
    zoneName: attribute("ecs.availability-zone"),
    ecs: {
      containerInstanceArn: detail.containerInstanceArn ?? "",
      ecsStatus: (detail.status ?? "") as SeenInstance["ecsStatus"],
      agentConnected: detail.agentConnected ?? false,
      registeredAtMs: detail.registeredAt?.getTime() ?? Number.NaN,
      registeredVcpuMilli: Math.round(((resource("CPU")?.integerValue ?? 0) / CPU_UNITS) * MILLI),
      registeredMemoryMib: resource("MEMORY")?.integerValue ?? 0,
      registeredGpus: resource("GPU")?.stringSetValue?.length ?? 0,
      runningTasks: detail.runningTasksCount ?? 0,
      pendingTasks: detail.pendingTasksCount ?? 0,
    },
  };
}

function tagOf(tags: readonly Tag[], key: string): string {
  return tags.find(({ Key }) => Key === key)?.Value ?? "";
}
