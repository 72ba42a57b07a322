// What all services of the World share: the simulated account with its tables, the names that its numbers have in AWS, and
// the time.

import { assert } from "../../src/base/assert.js";
import type { Workload } from "../../src/model/job.js";
import type { SystemTables } from "../../src/model/tables.js";
import type { SimulatedAccountApi } from "../../src/sim/unmanaged/account-view.js";
import type { Faults } from "./faults.js";
import type { MotoClient } from "./moto-client.js";

/** Of the simulated account also how a job ended that failed without an attempt. */
export type WorldAccount = SimulatedAccountApi & { outcomeOf?(job: number): number };

export interface WorldSubnet {
  readonly subnetId: string;
  /** "us-east-1a". */
  readonly zone: string;
  /** "use1-az6". */
  readonly zoneId: string;
}

/** What may be different from the plain World. */
export interface WorldSetup {
  /** Default: us-east-1. */
  readonly region?: string;
  /** Index into the tables' environments; default: 0. */
  readonly environment?: number;
  /** How long an instance that ends is shutting-down; default: 30 s. */
  readonly shuttingDownMs?: number;
  /** Whether children of arrays are in the listing of their queue too: the documentation does not say. Default: false. */
  readonly listsChildren?: boolean;
  /**
   * Whether changes of jobs become messages; default: true. "short": only ends of jobs that were created less than a minute before,
   * which a look may never have seen; the others would say nothing new, and take moto's queue much time.
   */
  readonly jobEvents?: boolean | "short";
  /** Messages in one `deliver`, the most urgent first; those beyond get lost. Default: 200. */
  readonly mostMessages?: number;
  /**
   * What a CreateFleet that is sent again with its token is answered: the first answer ("same"), or a fleet without instances
   * ("empty": "the result might contain updated information"). Default: "same".
   */
  readonly fleetReplay?: "same" | "empty";
  /** vCPUs of both Service Quotas; default: 100,000. */
  readonly vcpuQuota?: number;
}

/** moto's, of every call that does not say another. */
export const ACCOUNT_ID = "123456789012";
const JOB_PREFIX = "00000000-0000-4000-8000-";
const JOB_DIGITS = 12;
const HOST_DIGITS = 31;
/** More attempts than a job may have. */
const ATTEMPTS = 32;

export class AccountState {
  readonly account: WorldAccount;
  readonly tables: SystemTables;
  readonly workload: Workload;
  readonly originMs: number;
  readonly moto: MotoClient;
  readonly faults: Faults;
  readonly region: string;
  readonly environment: number;
  readonly setup: WorldSetup;
  readonly cluster: string;
  readonly clusterArn: string;
  subnets: readonly WorldSubnet[] = [];

  constructor(
    given: Pick<AccountState, "account" | "tables" | "workload" | "originMs" | "moto" | "faults" | "region" | "setup">,
  ) {
    this.account = given.account;
    this.tables = given.tables;
    this.workload = given.workload;
    this.originMs = given.originMs;
    this.moto = given.moto;
    this.faults = given.faults;
    this.region = given.region;
    this.setup = given.setup;
    this.environment = given.setup.environment ?? 0;
    this.cluster = `AWSBatch-${this.environmentName}-00000000-0000-4000-8000-0000000000ce`;
    this.clusterArn = this.arn("ecs", `cluster/${this.cluster}`);
  }

  get environmentName(): string {
    return this.tables.environments[this.environment]!.name;
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.region}:${ACCOUNT_ID}:${resource}`;
  }

  /** Epoch ms of a time of the run; undefined: it has not come. */
  epochMs(timeMs: number): number | undefined {
    return Number.isNaN(timeMs) ? undefined : this.originMs + timeMs;
  }

  get nowEpochMs(): number {
    return this.originMs + this.account.nowMs;
  }

  queueArn(queue: number): string {
    return this.arn("batch", `job-queue/${this.tables.queues[queue]!.name}`);
  }

  environmentArn(name: string): string {
    return this.arn("batch", `compute-environment/${name}`);
  }

  jobArn(jobId: string): string {
    return this.arn("batch", `job/${jobId}`);
  }

  /** Array of a job, or undefined. */
  arrayOf(job: number): number | undefined {
    const { arrayOfJob } = this.workload.arrays;
    const array = arrayOfJob.length === 0 ? -1 : arrayOfJob[job]!;
    return array === -1 ? undefined : array;
  }

  /** Ids grow with job numbers; a child's is its parent's with its index. */
  jobId(job: number): string {
    const array = this.arrayOf(job);
    return array === undefined ? plainId(job) : `${this.arrayId(array)}:${this.workload.arrays.indexInArray[job]!}`;
  }

  /** Id of an array's parent: the number of its first child. */
  arrayId(array: number): string {
    return plainId(this.firstChild(array));
  }

  firstChild(array: number): number {
    const { children, starts } = this.workload.arrays;
    return children[starts[array]!]!;
  }

  /** What an id is of; undefined: of no job of the workload. */
  readJobId(id: string): { readonly job: number } | { readonly array: number } | undefined {
    const [plain = "", index] = id.split(":");
    if (!plain.startsWith(JOB_PREFIX)) return undefined;
    const first = Number(plain.slice(JOB_PREFIX.length));
    if (!(first < this.account.jobCount)) return undefined;
    const array = this.arrayOf(first);
    if (array === undefined) return index === undefined ? { job: first } : undefined;
    if (this.firstChild(array) !== first) return undefined;
    if (index === undefined) return { array };
    const { children, starts } = this.workload.arrays;
    const at = starts[array]! + Number(index);
    return at < starts[array + 1]! ? { job: children[at]! } : undefined;
  }

  containerInstanceArn(host: number): string {
    return this.arn("ecs", `container-instance/${this.cluster}/c${host.toString(16).padStart(HOST_DIGITS, "0")}`);
  }

  /** Host of a container instance's ARN or id; undefined: of none. */
  readContainerInstance(arnOrId: string): number | undefined {
    const id = arnOrId.slice(arnOrId.lastIndexOf("/") + 1);
    const host = /^c[\da-f]{31}$/.test(id) ? Number.parseInt(id.slice(1), 16) : Number.NaN;
    return host < this.account.hostCount ? host : undefined;
  }

  taskArn(job: number, attempt: number): string {
    assert(attempt < ATTEMPTS, "a job with too many attempts");
    const number = (job * ATTEMPTS + attempt).toString(16);
    return this.arn("ecs", `task/${this.cluster}/d${number.padStart(HOST_DIGITS, "0")}`);
  }

  readTask(arnOrId: string): { readonly job: number; readonly attempt: number } | undefined {
    const id = arnOrId.slice(arnOrId.lastIndexOf("/") + 1);
    const number = /^d[\da-f]{31}$/.test(id) ? Number.parseInt(id.slice(1), 16) : Number.NaN;
    const job = Math.floor(number / ATTEMPTS);
    return job < this.account.jobCount ? { job, attempt: number % ATTEMPTS } : undefined;
  }

  /** The zone's name by its id; throws when moto has no subnet there. */
  zoneOf(zoneId: string): string {
    const subnet = this.subnets.find((each) => each.zoneId === zoneId);
    if (subnet === undefined) throw new Error(`moto has no zone ${zoneId} in ${this.region}`);
    return subnet.zone;
  }

  subnet(subnetId: string): WorldSubnet | undefined {
    return this.subnets.find((each) => each.subnetId === subnetId);
  }
}

function plainId(job: number): string {
  return `${JOB_PREFIX}${String(job).padStart(JOB_DIGITS, "0")}`;
}
