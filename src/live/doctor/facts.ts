// What checks look at together: each thing is asked for once, when the first check wants it. A question that failed fails for
// all who ask.

import type { ComputeEnvironmentDetail, JobDetail, JobQueueDetail } from "@aws-sdk/client-batch";
import type { Image, Instance, LaunchTemplate, SecurityGroup, Subnet } from "@aws-sdk/client-ec2";
import type { Cluster, ContainerInstance } from "@aws-sdk/client-ecs";
import { type LiveSettings, TAG_POOL } from "../../model/live-settings.js";
import type { SystemTables } from "../../model/tables.js";
import type { AwsClients } from "../aws/clients.js";
import type { LeaseStore } from "../lease/lease-store.js";
import { ReadApi } from "../observe/read-api.js";
import type { Clock, Deadline } from "../ports.js";
import { ask, NotThere } from "./ask.js";

export interface DoctorContext {
  readonly settings: LiveSettings;
  /** Job queues that are served, in the tables' order. */
  readonly queues: readonly string[];
  readonly tables: Pick<SystemTables, "pools" | "instanceTypes" | "queues" | "strategy">;
  /** Strategies of the scenario: live mode follows the first. */
  readonly strategies: number;
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly leaseStore: LeaseStore;
}

/** Jobs of a queue that are looked at: what one call describes. */
const SAMPLE = 100;
/** EC2: "at most 200 filter values". */
const MOST_FILTER_VALUES = 200;

export interface WaitingJob {
  readonly queue: string;
  readonly detail: JobDetail;
}

export class Facts {
  readonly context: DoctorContext;
  readonly deadline: Deadline;
  private readonly api: ReadApi;
  private readonly known = new Map<string, Promise<unknown>>();

  private constructor(context: DoctorContext, deadline: Deadline, api: ReadApi) {
    this.context = context;
    this.deadline = deadline;
    this.api = api;
  }

  static async make(context: DoctorContext, deadline: Deadline): Promise<Facts> {
    return new Facts(context, deadline, await ReadApi.make(context.clients));
  }

  /** Indexes of the pools whose zone has a subnet. */
  get pools(): readonly number[] {
    const { settings, tables } = this.context;
    const zones = new Set(settings.launch.subnets.map(({ zoneId }) => zoneId));
    return tables.pools.flatMap(({ zone }, pool) => (zones.has(zone) ? [pool] : []));
  }

  /** Undefined: there is none of this name. */
  environment(): Promise<ComputeEnvironmentDetail | undefined> {
    const { computeEnvironment } = this.context.settings.identity;
    return this.once("Batch.DescribeComputeEnvironments", async () => {
      return (await this.api.computeEnvironments([computeEnvironment], this.deadline))[0];
    });
  }

  jobQueues(): Promise<readonly JobQueueDetail[]> {
    return this.once("Batch.DescribeJobQueues", () => this.api.jobQueues([...this.context.queues], this.deadline));
  }

  /** Throws NotThere when the compute environment has none. */
  async clusterArn(): Promise<string> {
    const arn = (await this.environment())?.ecsClusterArn ?? "";
    if (arn === "") throw new NotThere("the compute environment has no cluster");
    return arn;
  }

  async cluster(): Promise<Cluster | undefined> {
    const arn = await this.clusterArn();
    return this.once("ECS.DescribeClusters", async () => {
      const { DescribeClustersCommand } = await import("@aws-sdk/client-ecs");
      const client = await this.context.clients.ecs();
      return (await client.send(new DescribeClustersCommand({ clusters: [arn] }), this.options())).clusters?.[0];
    });
  }

  async containerInstances(): Promise<readonly ContainerInstance[]> {
    const arn = await this.clusterArn();
    const arns = await this.once("ECS.ListContainerInstances", () =>
      this.api.containerInstanceArns(arn, this.deadline),
    );
    return this.once("ECS.DescribeContainerInstances", () => this.api.containerInstances(arn, arns, this.deadline));
  }

  /** EC2's records of the container instances. */
  async clusterInstances(): Promise<readonly Instance[]> {
    const ids = (await this.containerInstances()).flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []);
    return this.once("EC2.DescribeInstances", async () => {
      const found: Instance[] = [];
      for (let from = 0; from < ids.length; from += MOST_FILTER_VALUES) {
        const Values = ids.slice(from, from + MOST_FILTER_VALUES);
        found.push(...(await this.api.instances([{ Name: "instance-id", Values }], this.deadline)));
      }
      return found;
    });
  }

  /** Those with our pool's tag that are not on their way out. */
  ownInstances(): Promise<readonly Instance[]> {
    const states = ["pending", "running", "stopping", "stopped"];
    const filters = [this.ofPool(), { Name: "instance-state-name", Values: states }];
    return this.once("EC2.DescribeInstances", () => this.api.instances(filters, this.deadline), "own");
  }

  ownTemplates(): Promise<readonly LaunchTemplate[]> {
    return this.once("EC2.DescribeLaunchTemplates", async () => {
      const { DescribeLaunchTemplatesCommand } = await import("@aws-sdk/client-ec2");
      const client = await this.context.clients.ec2();
      const command = new DescribeLaunchTemplatesCommand({ Filters: [this.ofPool()] });
      return (await client.send(command, this.options())).LaunchTemplates ?? [];
    });
  }

  subnets(): Promise<readonly Subnet[]> {
    const ids = this.context.settings.launch.subnets.map(({ subnetId }) => subnetId);
    return this.once("EC2.DescribeSubnets", () => this.api.subnets(ids, this.deadline));
  }

  securityGroups(): Promise<readonly SecurityGroup[]> {
    return this.once("EC2.DescribeSecurityGroups", async () => {
      const { DescribeSecurityGroupsCommand } = await import("@aws-sdk/client-ec2");
      const client = await this.context.clients.ec2();
      const command = new DescribeSecurityGroupsCommand({
        GroupIds: [...this.context.settings.launch.securityGroupIds],
      });
      return (await client.send(command, this.options())).SecurityGroups ?? [];
    });
  }

  images(ImageIds: string[]): Promise<readonly Image[]> {
    return this.once("EC2.DescribeImages", async () => {
      const { DescribeImagesCommand } = await import("@aws-sdk/client-ec2");
      const client = await this.context.clients.ec2();
      return (await client.send(new DescribeImagesCommand({ ImageIds }), this.options())).Images ?? [];
    });
  }

  parameter(Name: string): Promise<string> {
    return this.once(
      "SSM.GetParameter",
      async () => {
        const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
        const client = await this.context.clients.ssm();
        return (await client.send(new GetParameterCommand({ Name }), this.options())).Parameter?.Value ?? "";
      },
      Name,
    );
  }

  /** Jobs that wait now, array parents among them: up to a hundred of each queue. */
  async waitingJobs(): Promise<readonly WaitingJob[]> {
    const all: WaitingJob[] = [];
    for (const queue of this.context.queues) {
      const ids: string[] = [];
      for (const status of ["RUNNABLE", "PENDING"] as const) {
        const { jobs } = await this.once(
          "Batch.ListJobs",
          () => this.api.listJobs({ jobQueue: queue }, status, this.deadline, SAMPLE),
          `${queue} ${status}`,
        );
        // A job that is PENDING waits for others; an array, for its children.
        const waiting = jobs.filter((job) => status === "RUNNABLE" || job.arrayProperties?.size !== undefined);
        ids.push(...waiting.flatMap(({ jobId }) => jobId ?? []));
      }
      const sample = ids.slice(0, SAMPLE);
      if (sample.length === 0) continue;
      const details = await this.once("Batch.DescribeJobs", () => this.api.describeJobs(sample, this.deadline), queue);
      all.push(...details.map((detail) => ({ queue, detail })));
    }
    return all;
  }

  options(): { readonly abortSignal: AbortSignal } {
    return { abortSignal: this.deadline.signal };
  }

  private ofPool() {
    return { Name: `tag:${TAG_POOL}`, Values: [this.context.settings.identity.pool] };
  }

  /** `which`: where an operation is asked more than one thing. */
  private once<T>(operation: string, run: () => Promise<T>, which = ""): Promise<T> {
    const key = `${operation} ${which}`;
    const known = this.known.get(key) ?? ask(operation, run);
    this.known.set(key, known);
    return known as Promise<T>;
  }
}
