// Amazon ECS over HTTP: the container instances and tasks of the compute environment's cluster, as its agents and AWS Batch
// make them. What is about clusters goes to moto.

import { MILLI } from "../../src/base/units.js";
import type { AccountHost } from "../../src/sim/unmanaged/account-view.js";
import type { AccountState } from "./account-state.js";
import { CPU_UNITS, EcsTasks, MOST, paged, REMEMBERED_MS, shapeOf } from "./ecs-tasks.js";
import { type Answer, AwsError, type Call, json } from "./wire.js";

type Json = Record<string, unknown>;

/** Ids in one UpdateContainerInstancesState. */
const MOST_UPDATES = 10;

/** Of what EC2 knows of a host. */
export interface HostFacts {
  readonly instanceId: string;
  readonly imageId: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

export class EcsService {
  private readonly state: AccountState;
  /** Undefined: its instance is being made. */
  private readonly factsOf: (host: number) => HostFacts | undefined;
  private readonly tasks: EcsTasks;
  /** Per host: what was said of it last, and how often that has changed. */
  private readonly versions = new Map<number, { said: string; version: number }>();

  constructor(state: AccountState, factsOf: (host: number) => HostFacts | undefined) {
    this.state = state;
    this.factsOf = factsOf;
    this.tasks = new EcsTasks(state);
  }

  /** Undefined: not the World's. */
  answer(call: Call, pageLimit: number): Answer | undefined {
    const input = JSON.parse(call.body.toString("utf8") || "{}") as Json;
    const value = this.value(call.operation, input, pageLimit);
    return value === undefined ? undefined : json("ecs", value);
  }

  private value(operation: string, input: Json, pageLimit: number): Json | undefined {
    switch (operation) {
      case "ListContainerInstances":
        this.checkCluster(input);
        return this.list(input, pageLimit);
      case "DescribeContainerInstances":
        this.checkCluster(input);
        return this.describe(ids(input.containerInstances, MOST), input);
      case "UpdateContainerInstancesState":
        this.checkCluster(input);
        return this.update(ids(input.containerInstances, MOST_UPDATES), String(input.status));
      case "DeregisterContainerInstance":
        this.checkCluster(input);
        return this.deregister(String(input.containerInstance), input.force === true);
      case "ListTasks":
        this.checkCluster(input);
        return this.tasks.list(input, this.hostAsked(input), pageLimit);
      case "DescribeTasks":
        this.checkCluster(input);
        return this.tasks.describe(ids(input.tasks, MOST));
      default:
        return undefined;
    }
  }

  private checkCluster({ cluster }: Json): void {
    if (cluster === this.state.cluster || cluster === this.state.clusterArn) return;
    throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  }

  private list(input: Json, pageLimit: number): Json {
    const wantedIds = input.filter === undefined ? undefined : idsOfQuery(String(input.filter));
    const hosts: number[] = [];
    for (let host = 0; host < this.state.account.hostCount; host++) {
      const status = this.statusOf(host);
      const isWanted = input.status === undefined ? status !== "INACTIVE" : status === input.status;
      if (status === undefined || !isWanted) continue;
      if (wantedIds === undefined || wantedIds.has(this.factsOf(host)!.instanceId)) hosts.push(host);
    }
    return paged(
      "containerInstanceArns",
      hosts.map((host) => this.state.containerInstanceArn(host)),
      input,
      pageLimit,
    );
  }

  /** Undefined: it never was a container instance, or is long gone. */
  private statusOf(host: number): "ACTIVE" | "DRAINING" | "INACTIVE" | undefined {
    const seen = this.state.account.host(host);
    if (Number.isNaN(seen.registeredMs) || this.factsOf(host) === undefined) return undefined;
    const isGone = !Number.isNaN(seen.goneMs);
    if (seen.deregistered || (isGone && !this.isGhost(host, seen))) {
      return isGone && this.state.account.nowMs >= seen.goneMs + REMEMBERED_MS ? undefined : "INACTIVE";
    }
    return seen.draining ? "DRAINING" : "ACTIVE";
  }

  /** An instance that went while its agent was not connected: nobody has deregistered it. */
  private isGhost(host: number, { goneMs }: AccountHost): boolean {
    return this.state.faults.isDisconnected(host, goneMs);
  }

  private read(arnOrId: string): number | undefined {
    const host = this.state.readContainerInstance(arnOrId);
    return host === undefined || this.statusOf(host) === undefined ? undefined : host;
  }

  private describe(arns: readonly string[], { include }: Json): Json {
    const withTags = Array.isArray(include) && include.includes("TAGS");
    const found = arns.map((arn) => this.read(arn));
    return {
      containerInstances: found.filter((host) => host !== undefined).map((host) => this.detail(host, withTags)),
      failures: arns.filter((_, at) => found[at] === undefined).map((arn) => ({ arn, reason: "MISSING" })),
    };
  }

  private detail(host: number, withTags = false): Json {
    const { state } = this;
    const seen = state.account.host(host);
    const pool = state.tables.pools[seen.pool]!;
    const type = state.tables.instanceTypes[pool.instanceType]!;
    const { instanceId, imageId, tags } = this.factsOf(host)!;
    const tasks = this.tasks.on(host);
    const used = { vcpuMilli: 0, memoryMib: 0, gpuMilli: 0 };
    for (const { job } of tasks) {
      const shape = shapeOf(this.state, job);
      used.vcpuMilli += shape.vcpuMilli;
      used.memoryMib += shape.memoryMib;
      used.gpuMilli += shape.gpuMilli;
    }
    const status = this.statusOf(host);
    const detail = {
      status,
      agentConnected: status !== "INACTIVE" && this.isConnected(host, seen),
      registeredResources: resources(type.vcpuMilli, type.memoryMib, type.gpuMilli, 0),
      remainingResources: resources(
        type.vcpuMilli - used.vcpuMilli,
        type.memoryMib - used.memoryMib,
        type.gpuMilli - used.gpuMilli,
        used.gpuMilli,
      ),
      runningTasksCount: tasks.filter(({ isRunning }) => isRunning).length,
      pendingTasksCount: tasks.filter(({ isRunning }) => !isRunning).length,
    };
    return {
      containerInstanceArn: state.containerInstanceArn(host),
      ec2InstanceId: instanceId,
      version: this.versionOf(host, JSON.stringify(detail)),
      versionInfo: { agentVersion: "1.98.0", agentHash: "0", dockerVersion: "DockerVersion: 25.0.8" },
      ...detail,
      registeredAt: (state.originMs + seen.registeredMs) / 1000,
      attributes: [
        { name: "ecs.instance-type", value: type.name },
        { name: "ecs.availability-zone", value: state.zoneOf(pool.zone) },
        { name: "ecs.ami-id", value: imageId },
        { name: "ecs.os-type", value: "linux" },
        { name: "ecs.cpu-architecture", value: type.architecture },
      ],
      attachments: [],
      ...(withTags ? { tags } : {}),
    };
  }

  private isConnected(host: number, { goneMs }: AccountHost): boolean {
    return Number.isNaN(goneMs) && !this.state.faults.isDisconnected(host, this.state.account.nowMs);
  }

  private versionOf(host: number, said: string): number {
    const known = this.versions.get(host);
    if (known?.said === said) return known.version;
    const version = (known?.version ?? 0) + 1;
    this.versions.set(host, { said, version });
    return version;
  }

  private hostAsked({ containerInstance }: Json): number | undefined {
    if (containerInstance === undefined) return undefined;
    const host = this.read(String(containerInstance));
    if (host === undefined) throw new AwsError("InvalidParameterException", "Container instance not found.");
    return host;
  }

  private update(arns: readonly string[], status: string): Json {
    if (status !== "ACTIVE" && status !== "DRAINING") {
      throw new AwsError("InvalidParameterException", `Container instance status should be one of [ACTIVE, DRAINING].`);
    }
    const containerInstances: Json[] = [];
    const failures: Json[] = [];
    for (const arn of arns) {
      const host = this.read(arn);
      const before = host === undefined ? undefined : this.statusOf(host);
      if (host === undefined || before === "INACTIVE") {
        failures.push({ arn, reason: before ?? "MISSING" });
        continue;
      }
      this.state.account.setDraining(host, status === "DRAINING");
      containerInstances.push(this.detail(host));
    }
    return { containerInstances, failures };
  }

  private deregister(arnOrId: string, force: boolean): Json {
    const host = this.read(arnOrId);
    if (host === undefined || this.statusOf(host) === "INACTIVE") {
      throw new AwsError("InvalidParameterException", "Referenced container instance not found.");
    }
    if (force) throw new AwsError("InvalidParameterException", "The World deregisters nothing by force.");
    if (!this.state.account.deregister(host)) {
      throw new AwsError("InvalidParameterException", "Found running tasks on the instance.");
    }
    return { containerInstance: this.detail(host) };
  }
}

function ids(given: unknown, most: number): readonly string[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > most) {
    throw new AwsError("InvalidParameterException", `Give 1 to ${most} ids.`);
  }
  return given as readonly string[];
}

/** Instances that a cluster query names. */
function idsOfQuery(query: string): ReadonlySet<string> {
  const [, list] = /^ec2InstanceId in \[(.*)\]$/.exec(query) ?? [];
  if (list === undefined) throw new AwsError("InvalidParameterException", `The World knows no query ${query}.`);
  return new Set(list.split(",").map((each) => each.trim().replace(/^'(.*)'$/, "$1")));
}

function resources(vcpuMilli: number, memoryMib: number, gpuMilli: number, takenGpuMilli: number): Json[] {
  const integer = (name: string, integerValue: number) => ({
    name,
    type: "INTEGER",
    integerValue,
    doubleValue: 0,
    longValue: 0,
  });
  const list: Json[] = [
    integer("CPU", Math.round((vcpuMilli * CPU_UNITS) / MILLI)),
    integer("MEMORY", memoryMib),
    { name: "PORTS", type: "STRINGSET", stringSetValue: ["22", "2376", "2375", "51678", "51679"] },
  ];
  const first = takenGpuMilli / MILLI;
  const stringSetValue = Array.from({ length: gpuMilli / MILLI }, (_, at) => `GPU-${first + at}`);
  return gpuMilli + takenGpuMilli > 0 ? [...list, { name: "GPU", type: "STRINGSET", stringSetValue }] : list;
}
