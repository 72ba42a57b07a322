// An AWS account over HTTP, for tests: one endpoint for all services. Batch, ECS, the states of EC2's instances, prices and
// quotas are answered from a simulated account; everything else is handed on to moto. Time is the account's: it stands still
// until a test advances it.

import { assert } from "../../src/base/assert.js";
import type { Workload } from "../../src/model/job.js";
import type { SystemTables } from "../../src/model/tables.js";
import type { Moto } from "../support/moto.js";
import { ACCOUNT_ID, AccountState, type WorldAccount, type WorldSetup, type WorldSubnet } from "./account-state.js";
import { BatchService } from "./batch/batch-service.js";
import type { SubmittedJobs } from "./batch/submitted.js";
import { Ec2Service } from "./ec2/ec2-service.js";
import { EcsService } from "./ecs-service.js";
import { EventBus } from "./event-bus.js";
import { EventQueue } from "./event-queue.js";
import { type Fault, Faults } from "./faults.js";
import { type BeforeCall, Gateway, type WorldRequest } from "./gateway.js";
import { MotoClient } from "./moto-client.js";
import { itemsOf, textOf } from "./xml.js";

type Json = Record<string, unknown>;

const EVENT_QUEUE = "stowage-events";

export interface WorldOptions {
  readonly account: WorldAccount;
  readonly tables: SystemTables;
  readonly workload: Workload;
  readonly moto: Moto;
  /** Epoch ms of time 0 of the run. */
  readonly originMs: number;
  readonly setup?: WorldSetup;
  readonly faults?: readonly Fault[];
}

/** Starts a World on a random loopback port. It takes the account's notices and changed jobs: nobody else may. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { moto, setup = {}, faults: given = [] } = options;
  const region = setup.region ?? "us-east-1";
  const faults = new Faults();
  for (const fault of given) faults.add(fault);
  const client = new MotoClient(moto, region);
  const state = new AccountState({ ...options, moto: client, faults, region, setup });
  state.subnets = await subnetsOf(client);
  await client.json("ecs", "AmazonEC2ContainerServiceV20141113.CreateCluster", { clusterName: state.cluster });
  await client.json("sqs", "AmazonSQS.CreateQueue", {
    QueueName: EVENT_QUEUE,
    Attributes: { MessageRetentionPeriod: "300", VisibilityTimeout: "20" },
  });
  const world = new World(state);
  await world.listen();
  return world;
}

async function subnetsOf(moto: MotoClient): Promise<WorldSubnet[]> {
  const root = await moto.ec2("DescribeSubnets", {});
  return itemsOf(root, "subnetSet").map((item) => ({
    subnetId: textOf(item, "subnetId"),
    zone: textOf(item, "availabilityZone"),
    zoneId: textOf(item, "availabilityZoneId"),
  }));
}

export class World {
  readonly faults: Faults;
  readonly accountId = ACCOUNT_ID;
  private readonly state: AccountState;
  private readonly batch: BatchService;
  private readonly ecs: EcsService;
  private readonly ec2: Ec2Service;
  private readonly events: EventBus;
  private readonly gateway: Gateway;

  constructor(state: AccountState) {
    this.state = state;
    this.faults = state.faults;
    this.batch = new BatchService(state);
    this.ec2 = new Ec2Service(state);
    this.ecs = new EcsService(state, (host) => this.ec2.factsOf(host));
    const source = {
      instanceId: (host: number) => this.ec2.book.ofHost(host)?.instanceId,
      jobDetail: (job: number) => this.batch.detail(job),
    };
    const queue = new EventQueue();
    this.events = new EventBus(state, source, queue, `http://moto/${ACCOUNT_ID}/${EVENT_QUEUE}`);
    this.gateway = new Gateway(state, { batch: this.batch, ecs: this.ecs, ec2: this.ec2, queue });
  }

  get url(): string {
    return this.gateway.url;
  }

  /** Every request that came, in the order in which they came. */
  get requests(): readonly WorldRequest[] {
    return this.gateway.requests;
  }

  /** Called before each request is worked on. */
  set beforeCall(hook: BeforeCall | undefined) {
    this.gateway.beforeCall = hook;
  }

  /** So far is the clock of this account ahead of its time: in the Date header of every answer. */
  set skewMs(skewMs: number) {
    this.gateway.skewMs = skewMs;
  }

  get region(): string {
    return this.state.region;
  }

  /** URL of the SQS queue that `deliver` fills, as a client of the World sees it. */
  get eventQueueUrl(): string {
    return `${this.url}/${ACCOUNT_ID}/${EVENT_QUEUE}`;
  }

  get clusterArn(): string {
    return this.state.clusterArn;
  }

  /** One default subnet per zone. */
  get subnets(): readonly WorldSubnet[] {
    return this.state.subnets;
  }

  /** Jobs that came by SubmitJob: a test says what becomes of them. */
  get submitted(): SubmittedJobs {
    return this.batch.submitted;
  }

  /** Fleets that were really made. */
  get fleetCount(): number {
    return this.ec2.fleetCount;
  }

  /** Epoch ms of the account's time. */
  get nowEpochMs(): number {
    return this.state.nowEpochMs;
  }

  /** Lets the account go on to a time of the run, and delivers what happened. */
  async advance(timeMs: number): Promise<void> {
    this.state.account.advance(timeMs);
    await this.deliver();
  }

  /** Puts what happened since the last call into the event queue; returns the number of messages. */
  deliver(): Promise<number> {
    return this.events.deliver();
  }

  /** Puts messages into the event queue as they are. */
  sendMessages(messages: readonly string[]): Promise<void> {
    return this.events.send(messages);
  }

  jobId(job: number): string {
    return this.state.jobId(job);
  }

  /** Id of the parent of an array. */
  arrayId(array: number): string {
    return this.state.arrayId(array);
  }

  instanceId(host: number): string {
    const known = this.ec2.book.ofHost(host);
    assert(known !== undefined, "a host without an instance");
    return known.instanceId;
  }

  /** Undefined: none of the account's. */
  hostOf(instanceId: string): number | undefined {
    const backing = this.ec2.book.get(instanceId)?.backing;
    return backing?.kind === "host" ? backing.host : undefined;
  }

  containerInstanceArn(host: number): string {
    return this.state.containerInstanceArn(host);
  }

  /** What DescribeJobQueues says otherwise of a queue. */
  patchQueue(name: string, patch: Json): void {
    this.batch.patchQueue(name, patch);
  }

  /** What DescribeComputeEnvironments says otherwise of an environment. */
  patchEnvironment(name: string, patch: Json): void {
    this.batch.patchEnvironment(name, patch);
  }

  /** Somebody else's instance, which will register in the cluster: without our tags. Returns its host. */
  async addForeignInstance(pool: number): Promise<number> {
    const { account, tables, environment } = this.state;
    const { instanceType, zone, market } = tables.pools[pool]!;
    const { host, pool: granted } = account.launch([pool], environment);
    assert(granted === pool, "the account refuses a foreign instance");
    const subnetId = this.state.subnets.find((each) => each.zoneId === zone)!.subnetId;
    const params = { ImageId: "ami-0foreign", "TagSpecification.1.ResourceType": "instance" };
    const tag = { "TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "foreign" };
    const wanted = {
      instanceType: tables.instanceTypes[instanceType]!.name,
      subnetId,
      isSpot: market === "spot",
      params: { ...params, ...tag },
    };
    await this.ec2.book.create(wanted, [{ kind: "host", host }]);
    return host;
  }

  /** Somebody terminates an instance by hand, past the endpoint: it is in no log. */
  async userKills(host: number): Promise<void> {
    await this.ec2.end([this.instanceId(host)]);
  }

  /** Somebody sets a container instance to DRAINING, or back to ACTIVE. */
  userDrains(host: number, draining: boolean): void {
    this.state.account.setDraining(host, draining);
  }

  listen(): Promise<void> {
    return this.gateway.listen();
  }

  /** Ends the server, and every connection with it. moto goes on. */
  async close(): Promise<void> {
    await this.gateway.close();
    this.state.moto.close();
  }
}
