// Each check of the doctor against an account on loopback: what it says when all is well, and when one thing is not.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { systemClock } from "../../../src/live/clock.js";
import { CHECKS, runDoctor } from "../../../src/live/doctor/doctor.js";
import type { Finding } from "../../../src/live/doctor/finding.js";
import { OPERATIONS } from "../../../src/live/init/operations.js";
import { dynamoStore } from "../../../src/live/lease/dynamo-store.js";
import { fileStore } from "../../../src/live/lease/file-store.js";
import { NOBODY } from "../../../src/live/lease/lease-store.js";
import { s3Store } from "../../../src/live/lease/s3-store.js";
import { liveScenario } from "../../../src/run/live/live-tables.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import {
  ACCOUNT,
  type Answer,
  CE_ARN,
  CLUSTER,
  ENVIRONMENT,
  type FakeAccount,
  GROUP,
  type Json,
  OWN_INSTANCE,
  QUEUE,
  type Refusal,
  SUBNET,
  startAccount,
} from "./fake-account.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-doctor-"));

beforeAll(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const open: FakeAccount[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((account) => account.close()));
});

const TYPES = "m5.large, m5.xlarge";

function scenarioText(live = "", types = TYPES): string {
  return `trace:
  synthetic: { jobs: 1, duration: 1h, shapes: [{ name: a, vcpus: 1, memory: 1 GiB, runtime: 1m }] }
jobQueues: [{ jobQueueName: q, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }]
computeEnvironments:
  - computeEnvironmentName: spot
    type: UNMANAGED
    computeResources: { type: SPOT, maxvCpus: 256, zones: [use1-az1], instanceTypes: [${types}] }
live:
  account: "${ACCOUNT}"
  launch:
    subnets: [{ subnetId: subnet-0000000000000001a, zoneId: use1-az1 }]
    securityGroupIds: [sg-00000000000000001]
    instanceProfile: ecsInstanceRole
  caps: { maxUsdPerHour: $25, maxUsdPerDay: $200 }
  lease: { dynamodb: stowage-lease }
  eventQueueUrl: https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/stowage-spot-events
  folder: ${folder}/logs
${live}`;
}

const PRICES: readonly Json[] = ["m5.large", "m5.xlarge"].map((instanceType) => ({
  instanceType,
  availabilityZone: "us-east-1a",
  productDescription: "Linux/UNIX",
  spotPrice: "0.035",
  timestamp: "2026-01-01T00:00:00Z",
}));

interface Setup {
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly scenario?: string;
  readonly prices?: readonly Json[];
  readonly skewMs?: number | null;
  readonly region?: string;
}

async function doctor(setup: Setup = {}): Promise<{ findings: Finding[]; asked: readonly string[] }> {
  const { answers = {}, scenario = scenarioText(), prices = PRICES, skewMs = 0, region = "us-east-1" } = setup;
  const account = await startAccount(answers, prices, skewMs);
  open.push(account);
  const parsed = parseScenario(scenario, "s.yaml", "s");
  const { settings, tables, queues } = liveScenario(resolveScenario(parsed, loadCatalog(), "s.yaml"), "s.yaml");
  const clock = systemClock();
  const clients = makeAwsClients({ region, endpoint: account.url, clock, zeroDelay: true, maxAttempts: 1 });
  const { lease } = settings;
  const leaseStore =
    lease.kind === "file"
      ? fileStore(lease.path, () => "id")
      : lease.kind === "s3"
        ? s3Store(await clients.s3(), lease.bucket, lease.key, clock)
        : dynamoStore(await clients.dynamodb(), lease.table, "k");
  const findings = await runDoctor({
    ...{ settings, tables, queues, clients, clock, leaseStore },
    strategies: parsed.strategies.length,
  });
  clients.destroy();
  return { findings, asked: account.asked };
}

/** What one check says, one line each. */
async function said(check: string, setup: Setup = {}): Promise<string[]> {
  const { findings } = await doctor(setup);
  return findings
    .filter((finding) => finding.check === check)
    .map(({ severity, what, hint }) => `${severity}: ${what}${hint === "" ? "" : ` | ${hint}`}`);
}

const waiting = (...details: readonly Json[]): Readonly<Record<string, Answer>> => ({
  "Batch.ListJobs": ({ jobStatus }) =>
    jobStatus === "RUNNABLE"
      ? { jobSummaryList: details.map((_, at) => ({ jobId: `j${at}`, jobName: "n" })) }
      : { jobSummaryList: [] },
  "Batch.DescribeJobs": { jobs: details },
});

const job = (memoryMib: number, more: Readonly<Record<string, Json>> = {}): Json => ({
  jobId: "j",
  jobName: "align",
  jobQueue: QUEUE.jobQueueArn,
  status: "RUNNABLE",
  retryStrategy: { attempts: 3 },
  container: {
    resourceRequirements: [
      { type: "VCPU", value: "2" },
      { type: "MEMORY", value: String(memoryMib) },
    ],
  },
  ...more,
});

describe("an account in which all is well", () => {
  it("has no warning and no error, and every check says something", async () => {
    const { findings, asked } = await doctor();
    expect(findings.filter(({ severity }) => severity === "error" || severity === "warning")).toEqual([]);
    expect([...new Set(findings.map(({ check }) => check))]).toEqual(Object.keys(CHECKS));
    // What is asked is among what the policy allows.
    const allowed = [...OPERATIONS.live, ...OPERATIONS.refresh];
    expect([...new Set(asked)].filter((operation) => !allowed.includes(operation))).toEqual([]);
  });

  it("is left as it is: what could change something is asked as a dry run", async () => {
    const inputs: Readonly<Record<string, unknown>>[] = [];
    const watch: Answer = (input) => {
      inputs.push(input);
      return { refused: "DryRunOperation", status: 412 };
    };
    const answers = { "EC2.CreateFleet": watch, "EC2.CreateLaunchTemplate": watch, "EC2.TerminateInstances": watch };
    const { asked } = await doctor({ answers });
    expect(inputs.map(({ DryRun }) => DryRun)).toEqual(["true", "true", "true"]);
    const changes = asked.filter((operation) => !/\.(Describe|List|Get)/.test(operation));
    expect(changes.sort()).toEqual(["EC2.CreateFleet", "EC2.CreateLaunchTemplate", "EC2.TerminateInstances"]);
  });
});

describe("account", () => {
  it("of somebody else, as root", async () => {
    const result = { Account: "999999999999", Arn: "arn:aws:iam::999999999999:root", UserId: "u" };
    expect(
      await said("account", { answers: { "STS.GetCallerIdentity": { GetCallerIdentityResult: result } } }),
    ).toEqual([
      "error: these credentials are of account 999999999999, the scenario is for 123456789012 | use credentials of the " +
        "other account, or correct live.account: nothing is written before they agree",
      "warning: these are the account's root credentials | run under a role with policy.json alone",
    ]);
  });

  it("with credentials that AWS does not take", async () => {
    const answers = { "STS.GetCallerIdentity": { refused: "ExpiredToken", status: 403 } };
    expect(await said("account", { answers })).toEqual([
      "error: STS.GetCallerIdentity: ExpiredToken: this is ExpiredToken | AWS does not take these credentials: renew them, " +
        "or give others",
    ]);
  });
});

describe("compute environment", () => {
  const environment = (changes: object): Setup => ({
    answers: { "Batch.DescribeComputeEnvironments": { computeEnvironments: [{ ...ENVIRONMENT, ...changes }] } },
  });

  it.each([
    [{ type: "MANAGED" }, "error: spot is MANAGED: AWS Batch scales it by itself | make one of type UNMANAGED"],
    [{ containerOrchestrationType: "EKS" }, "error: spot runs on EKS | live mode serves ECS alone"],
    [
      { state: "DISABLED" },
      "error: spot is DISABLED: no job is placed there | aws batch update-compute-environment --state ENABLED",
    ],
    [
      { status: "INVALID", statusReason: "no role" },
      "error: spot is INVALID: no role | usually its service role: repair the role, or make the environment anew",
    ],
    [
      { ecsClusterArn: "arn:aws:ecs:us-east-1:999999999999:cluster/x" },
      'error: the cluster of spot is "arn:aws:ecs:us-east-1:999999999999:cluster/x": not of this account and region | ' +
        "name the right one",
    ],
  ])("%o", async (changes, row) => {
    expect(await said("compute environment", environment(changes))).toEqual([row]);
  });

  it("that is not there: what rests on it is not checked, and says so", async () => {
    const answers = { "Batch.DescribeComputeEnvironments": { computeEnvironments: [] } };
    const { findings } = await doctor({ answers });
    const about = (check: string) => findings.filter((finding) => finding.check === check).map(({ what }) => what);
    expect(about("compute environment")).toEqual(["there is no compute environment spot in us-east-1"]);
    expect(about("cluster")).toEqual(["not checked: the compute environment has no cluster"]);
    expect(about("other autoscalers")).toEqual(["not checked: the compute environment has no cluster"]);
  });
});

describe("a call that is not allowed", () => {
  it("names the action once; checks that need the same say that they know nothing, the others go on", async () => {
    const refused = { refused: "AccessDeniedException", message: "not you", status: 403 };
    const { findings } = await doctor({ answers: { "Batch.DescribeComputeEnvironments": refused } });
    const errors = findings.filter(({ severity }) => severity === "error");
    expect(errors).toEqual([
      {
        check: "compute environment",
        severity: "error",
        what: "Batch.DescribeComputeEnvironments: AccessDeniedException: not you",
        hint: "allow batch:DescribeComputeEnvironments: policy.json of `stowage live init` has it",
      },
    ]);
    const unknown = findings.filter(({ what }) => what.startsWith("not checked"));
    expect(unknown.map(({ check, what }) => `${check}: ${what}`)).toEqual([
      "cluster: not checked: Batch.DescribeComputeEnvironments failed, see above",
      "images: not checked: Batch.DescribeComputeEnvironments failed, see above",
      "other autoscalers: not checked: Batch.DescribeComputeEnvironments failed, see above",
    ]);
    expect(findings.some(({ check, severity }) => check === "network" && severity === "ok")).toBe(true);
  });

  // Every operation that the doctor asks, refused in its service's own words. `live init` alone asks for scheduling policies.
  const REFUSED = OPERATIONS.live.filter(
    (operation) =>
      /\.(Describe|List|Get)/.test(operation) &&
      !/^(S3|STS)\.|DescribeVolumes|ListTasks|GetObject|DescribeJobs$|SchedulingPolicies/.test(operation),
  );
  it.each([...REFUSED, "EC2.DescribeSpotPriceHistory"])("%s: the hint has the action's name", async (operation) => {
    const code = operation.startsWith("EC2.") ? "UnauthorizedOperation" : "AccessDeniedException";
    const { findings } = await doctor({ answers: { [operation]: { refused: code, status: 403 } } });
    const errors = findings.filter(({ severity }) => severity === "error");
    const [service, name] = operation.split(".") as [string, string];
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every(({ hint }) => hint.includes(`allow ${service.toLowerCase()}:${name}`))).toBe(true);
  });
});

describe("job queues", () => {
  const queue = (changes: object): Setup => ({
    answers: { "Batch.DescribeJobQueues": { jobQueues: [{ ...QUEUE, ...changes }] } },
  });
  const managed = `arn:aws:batch:us-east-1:${ACCOUNT}:compute-environment/managed`;

  it.each<[string, object, string]>([
    [
      "disabled",
      { state: "DISABLED" },
      "warning: q is DISABLED: it takes no new jobs; those in it still run | aws batch update-job-queue --state ENABLED",
    ],
    [
      "invalid",
      { status: "INVALID", statusReason: "why" },
      "error: q is INVALID: why | its compute environments must be VALID",
    ],
    [
      "that leads elsewhere",
      { computeEnvironmentOrder: [{ order: 1, computeEnvironment: managed }] },
      "error: q does not lead to spot: its jobs never run on our hosts | add the compute environment to the queue's " +
        "computeEnvironmentOrder",
    ],
    [
      "that leads elsewhere first",
      {
        computeEnvironmentOrder: [
          { order: 2, computeEnvironment: CE_ARN },
          { order: 1, computeEnvironment: managed },
        ],
      },
      "warning: q tries managed before spot: both may launch for a job | jobs that wait here are bought for as if nobody " +
        "else did: give the queue one compute environment",
    ],
    [
      "that leads elsewhere as well",
      {
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: CE_ARN },
          { order: 2, computeEnvironment: managed },
        ],
      },
      "warning: q tries managed behind spot: both may launch for a job | jobs that wait here are bought for as if nobody " +
        "else did: give the queue one compute environment",
    ],
    [
      // 600 s: shorter than the registration timeout of 15 minutes
      "that cancels what waits for a host",
      {
        jobStateTimeLimitActions: [
          {
            reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
            state: "RUNNABLE",
            maxTimeSeconds: 600,
            action: "CANCEL",
          },
        ],
      },
      "warning: q: AWS Batch will CANCEL a first job that waits for 10 min for MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT | " +
        "hosts may take as long to boot: make it longer than health.registrationTimeout",
    ],
    [
      "of another priority",
      { priority: 7 },
      "warning: q has priority 7 in AWS Batch and 1 in the scenario | write the one of AWS Batch into the scenario",
    ],
    [
      "with a policy",
      { schedulingPolicyArn: `arn:aws:batch:us-east-1:${ACCOUNT}:scheduling-policy/p` },
      "warning: q is served by fair share in AWS Batch and first in first out in the scenario | give the scenario's queue " +
        "the schedulingPolicyArn that AWS Batch has, or none",
    ],
  ])("%s", async (_, changes, row) => {
    expect(await said("job queues", queue(changes))).toEqual([row]);
  });

  it("that is not there", async () => {
    expect(await said("job queues", { answers: { "Batch.DescribeJobQueues": { jobQueues: [] } } })).toEqual([
      "error: there is no job queue q | make it, or leave it out of jobQueues",
    ]);
  });
});

describe("permissions", () => {
  const denied = { refused: "UnauthorizedOperation", status: 403 };

  it("that are missing", async () => {
    const answers = { "EC2.CreateFleet": denied, "EC2.TerminateInstances": denied };
    expect(await said("permissions", { answers })).toEqual([
      "ok: ec2:CreateLaunchTemplate is allowed",
      "error: ec2:CreateFleet is not allowed (UnauthorizedOperation) | allow ec2:CreateFleet: policy.json of " +
        "`stowage live init` has it",
      "error: ec2:TerminateInstances is not allowed (UnauthorizedOperation) | allow ec2:TerminateInstances: policy.json of " +
        "`stowage live init` has it",
      "note: whether hosts may be drained and deregistered shows when the first one is: ECS has no dry run",
    ]);
  });

  it("that cannot be tried before there is anything of ours", async () => {
    const answers: Readonly<Record<string, Answer>> = {
      "EC2.CreateFleet": denied,
      "EC2.DescribeLaunchTemplates": { launchTemplates: [] },
      "EC2.DescribeInstances": { reservationSet: [] },
    };
    expect(await said("permissions", { answers })).toEqual([
      "ok: ec2:CreateLaunchTemplate is allowed",
      "note: CreateFleet cannot be tried before there is a launch template of ours (EC2: UnauthorizedOperation)",
      "note: TerminateInstances cannot be tried: there is no instance of ours yet",
      "note: whether hosts may be drained and deregistered shows when the first one is: ECS has no dry run",
    ]);
  });
});

describe("quotas", () => {
  it.each([
    [100, "warning: the account may run 100 spot vCPUs of standard families, the caps allow 256"],
    // m5.xlarge has 4
    [2, "error: the account may run 2 spot vCPUs of standard families: not enough for every type that is allowed"],
    [256, "ok: the account may run 256 spot vCPUs of standard families, the caps allow 256"],
  ])("of %d vCPUs", async (Value, row) => {
    const rows = await said("quotas", { answers: { "ServiceQuotas.GetServiceQuota": { Quota: { Value } } } });
    expect(rows.find((each) => each.includes(" spot "))?.split(" | ")[0]).toBe(row);
  });

  it("that Service Quotas does not know", async () => {
    const refused = { refused: "NoSuchResourceException" };
    const rows = await said("quotas", { answers: { "ServiceQuotas.GetServiceQuota": refused } });
    expect(rows).toContain("note: the quota L-34B43A08 for spot vCPUs is not known here");
  });

  it("of other families are not compared", async () => {
    const rows = await said("quotas", { scenario: scenarioText("", "g4dn.xlarge") });
    expect(rows).toEqual([
      "note: families with quotas of their own are not compared: g4dn | look at them in the Service Quotas console",
    ]);
  });
});

describe("roles", () => {
  it("where a role is named for an instance profile", async () => {
    const profile = `arn:aws:iam::${ACCOUNT}:role/host`;
    const rows = await said("roles", { scenario: scenarioText().replace("ecsInstanceRole", profile) });
    expect(rows).toContain(
      `error: ${profile} is no instance profile | name the instance profile, not the role: ` +
        "arn:aws:iam::ACCOUNT:instance-profile/NAME",
    );
  });

  it("of another account", async () => {
    const profile = "arn:aws:iam::999999999999:instance-profile/host";
    const rows = await said("roles", { scenario: scenarioText().replace("ecsInstanceRole", profile) });
    expect(rows).toContain(`error: ${profile} is not of account ${ACCOUNT} | name one of this account`);
  });
});

describe("images", () => {
  const image = (changes: object): Setup => ({
    answers: {
      "EC2.DescribeImages": {
        imagesSet: [
          {
            imageId: "ami-00000000000000001",
            imageState: "available",
            architecture: "x86_64",
            rootDeviceName: "/dev/xvda",
            ...changes,
          },
        ],
      },
    },
  });

  it.each<[string, Setup, string]>([
    [
      "of another architecture",
      image({ architecture: "arm64" }),
      "error: ami-00000000000000001 is for arm64, the instance types are x86_64 | name an AMI for them",
    ],
    [
      "with another root device",
      image({ rootDeviceName: "/dev/sda1" }),
      "error: the root device of ami-00000000000000001 is /dev/sda1, not /dev/xvda | set live.launch.rootDevice: else hosts " +
        "get a second, empty volume and a small root",
    ],
    [
      "larger than the volume",
      image({ blockDeviceMapping: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 40 } }] }),
      "error: ami-00000000000000001 needs 40 GiB, live.launch.rootVolumeGiB is 30 | make it larger",
    ],
    [
      "gone",
      image({ imageState: "deregistered" }),
      "error: ami-00000000000000001 is deregistered | name an AMI that is available in this region",
    ],
    [
      "that no parameter names",
      { answers: { "SSM.GetParameter": { Parameter: { Value: "nothing" } } } },
      "error: the SSM parameter /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id holds no AMI id: " +
        '"nothing" | live.launch.imageSsmParameter must name a parameter with one',
    ],
  ])("%s", async (_, setup, row) => {
    expect(await said("images", setup)).toEqual([row]);
  });

  it("and user data longer than EC2 takes", async () => {
    const long = scenarioText().replace("  launch:\n", `  launch:\n    userData: "${"x".repeat(16_384)}"\n`);
    const rows = await said("images", { scenario: long });
    expect(rows.filter((row) => row.includes("EC2 takes 16384"))).toHaveLength(2); // of spot and of on-demand
  });
});

describe("network", () => {
  const subnet = (changes: object): Setup => ({
    answers: { "EC2.DescribeSubnets": { subnetSet: [{ ...SUBNET, ...changes }] } },
  });
  const group = (changes: object): Setup => ({
    answers: { "EC2.DescribeSecurityGroups": { securityGroupInfo: [{ ...GROUP, ...changes }] } },
  });

  it.each<[string, Setup, string]>([
    [
      "a subnet in another zone",
      subnet({ availabilityZoneId: "use1-az2" }),
      "error: subnet-0000000000000001a lies in use1-az2 (us-east-1a), not in use1-az1 | correct live.launch.subnets: zone " +
        "names differ between accounts, zone ids do not",
    ],
    [
      "a subnet that is nearly full",
      subnet({ availableIpAddressCount: 15 }),
      "warning: subnet-0000000000000001a in use1-az1 has 15 free addresses | each host takes one: use a larger subnet",
    ],
    [
      "fewer addresses than instances",
      subnet({ availableIpAddressCount: 99 }),
      "warning: the subnets have 99 free addresses together, the caps allow 100 instances | use larger subnets, or lower " +
        "live.caps.maxInstances",
    ],
    [
      "a security group of another network",
      group({ vpcId: "vpc-2" }),
      "error: sg-00000000000000001 belongs to vpc-2, where no subnet of ours lies | name one of the subnets' VPC",
    ],
    [
      "a security group that lets nothing out",
      group({ ipPermissionsEgress: [] }),
      "error: no security group lets anything out | hosts must reach ECS, ECR and CloudWatch Logs: allow egress on port 443",
    ],
  ])("%s", async (_, setup, row) => {
    expect(await said("network", setup)).toContain(row);
  });
});

describe("prices", () => {
  it("that EC2 does not know", async () => {
    const rows = await said("prices", { prices: PRICES.slice(0, 1) });
    expect(rows[0]).toBe(
      "warning: no spot price is known of 1 pool: m5.xlarge in use1-az1 | EC2 has none there now: such pools count with " +
        "their on-demand price, and are probably not offered",
    );
  });

  it("above the cap", async () => {
    const rows = await said("prices", {
      scenario: scenarioText().replace("maxUsdPerHour: $25", "maxUsdPerHour: $0.03"),
    });
    expect(rows).toEqual([
      "error: the cheapest instance costs $0.0350 an hour, live.caps.maxUsdPerHour is $0.0300 | nothing can be launched: " +
        "raise the cap, or allow smaller types",
    ]);
  });

  it("that are as they should be", async () => {
    // 25 / 0.035 = 714.3; two types, each on spot and on-demand
    expect(await said("prices")).toEqual([
      "ok: 4 pools; the cheapest instance costs $0.0350 an hour: the cap is enough for 714 of them",
    ]);
  });
});

describe("jobs", () => {
  // m5.large is sold with 8192 MiB; the catalogue has what registers of it.
  const usableMib = loadCatalogMemory("m5.large");

  it("that need a larger host for the last few MiB", async () => {
    const rows = await said("jobs", { answers: waiting(job(8192), job(8192), job(usableMib)) });
    expect(rows).toEqual([
      `warning: only m5.xlarge and larger fit 2 waiting jobs of q (align: 2 vCPUs, 8192 MiB): m5.large is sold with 8192 MiB and registers ` +
        `${usableMib} | ask for ${usableMib} MiB or less`,
    ]);
  });

  it("with a larger reserve", async () => {
    const scenario = scenarioText().replace("  launch:\n", "  launch:\n    reservedMemoryMiB: 132\n");
    const rows = await said("jobs", { scenario, answers: waiting(job(usableMib)) });
    expect(rows[0]).toContain(`registers ${usableMib - 100} | ask for ${usableMib - 100} MiB or less`);
  });

  it("that fit nothing", async () => {
    const gpu = {
      resourceRequirements: [
        { type: "VCPU", value: "2" },
        { type: "MEMORY", value: "1024" },
        { type: "GPU", value: "1" },
      ],
    };
    const rows = await said("jobs", { answers: waiting(job(16_384), job(1_024, { container: gpu })) });
    const xlarge = loadCatalogMemory("m5.xlarge");
    expect(rows).toEqual([
      `error: no allowed instance type fits 1 waiting job of q (align: 2 vCPUs, 16384 MiB): m5.xlarge is sold with 16384 MiB ` +
        `and registers ${xlarge} | ask for ${xlarge} MiB or less, or allow larger types`,
      "error: no allowed instance type fits 1 waiting job of q (align: 2 vCPUs, 1024 MiB, 1 GPUs) | allow larger instance types",
    ]);
  });

  it("that are tried once only, and those over several nodes", async () => {
    const once = job(1_024, { retryStrategy: { attempts: 1 } });
    const nodes = { numNodes: 2, mainNode: 0, nodeRangeProperties: [{ targetNodes: "0:1" }] };
    const rows = await said("jobs", { answers: waiting(once, job(1_024, { nodeProperties: nodes })) });
    expect(rows.map((row) => row.split(" | ")[0])).toEqual([
      "error: among the waiting jobs: 1 multi-node parallel job",
      "warning: 1 waiting job (align, ...) may be attempted once only, and spot is used",
    ]);
  });

  it("that are well", async () => {
    expect(await said("jobs", { answers: waiting(job(1_024)) })).toEqual([
      "ok: 1 waiting job looked at: each fits an allowed instance type",
    ]);
  });
});

describe("other autoscalers", () => {
  const foreign = (...keys: string[]): Setup => ({
    answers: {
      "EC2.DescribeInstances": {
        reservationSet: [{ instancesSet: [{ ...OWN_INSTANCE, tagSet: keys.map((key) => ({ key, value: "x" })) }] }],
      },
    },
  });
  const hint = "switch it off before --apply: `stowage live --shadow` compares with it first";

  it.each([
    ["aws:autoscaling:groupName", "an Auto Scaling group"],
    ["spotinst:aws:ec2:group:id", "Spot's Elastigroup or Ocean"],
    ["karpenter.sh/nodepool", "Karpenter"],
    ["AWSBatchServiceTag", "a MANAGED compute environment of AWS Batch"],
    ["stowage:pool", "another pool of Stowage, x"],
  ])("%s", async (key, who) => {
    expect(await said("other autoscalers", foreign("Name", key))).toEqual([
      `warning: the cluster has 1 instance from ${who} | ${hint}`,
    ]);
  });

  it("instances without such tags", async () => {
    expect(await said("other autoscalers", foreign("Name"))).toEqual([
      "note: the cluster has 1 instance from somebody who cannot be told by tags | jobs are placed there too; live mode " +
        "never drains or ends them",
    ]);
  });

  it("capacity providers", async () => {
    const clusters = [{ clusterArn: CLUSTER, status: "ACTIVE", capacityProviders: ["cp"] }];
    expect(await said("other autoscalers", { answers: { "ECS.DescribeClusters": { clusters } } })).toEqual([
      "warning: the cluster has ECS capacity providers: cp | AWS Batch starts no task before there is a host, so that they " +
        "never scale from zero: take them away",
    ]);
  });
});

describe("events", () => {
  const attributes = (changes: object): Setup => ({
    answers: {
      "SQS.GetQueueAttributes": {
        Attributes: { QueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:x`, MessageRetentionPeriod: "300", ...changes },
      },
    },
  });

  it.each<[string, Setup, string]>([
    [
      "kept for long",
      attributes({ MessageRetentionPeriod: "345600" }),
      "warning: the event queue keeps messages for 4 d | 300 s are enough: a controller that starts would wade through old events",
    ],
    [
      "that nobody reads",
      attributes({ ApproximateNumberOfMessages: "1001" }),
      "warning: 1001 messages are in the event queue | a controller that runs takes them out: does one? does another reader " +
        "use the queue?",
    ],
    [
      "of another region",
      attributes({ QueueArn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:x` }),
      `warning: the event queue arn:aws:sqs:eu-west-1:${ACCOUNT}:x is of another account or region | events of this one do ` +
        "not get there",
    ],
    [
      "without a queue",
      { scenario: scenarioText().replace(/ {2}eventQueueUrl.*\n/, "") },
      "note: there is no live.eventQueueUrl: live mode learns of everything at its ticks alone | " +
        "events.cloudformation.yaml of `stowage live init` makes one; interruptions are then seen at once",
    ],
  ])("%s", async (_, setup, row) => {
    expect(await said("events", setup)).toEqual([row]);
  });
});

describe("lease", () => {
  it("that somebody holds, with launches and a kill mode in it", async () => {
    const path = join(folder, "lease.json");
    const pending = [{ token: "t", request: "{}", count: 1, writtenAtMs: 0 }];
    await fileStore(path, () => "id").create({
      ...NOBODY,
      owner: "host-2 pid 7",
      rvn: "r",
      epoch: 3,
      pending,
      killModes: ["pause-all"],
    });
    const scenario = scenarioText().replace("{ dynamodb: stowage-lease }", `{ file: ${path} }`);
    const rows = await said("lease", { scenario });
    expect(rows.map((row) => row.replaceAll(path, "PATH").split(" | ")[0])).toEqual([
      "note: the lease is a file: no other host may run a controller of this pool",
      expect.stringContaining("host-2 pid 7 holds it (epoch 3)"),
      "note: launches under way that are written in it: 1",
      "warning: a kill mode is set in it: pause-all",
      "note: it was read, not written",
    ]);
  });

  it("that nobody holds", async () => {
    const rows = await said("lease");
    expect(rows).toEqual([
      expect.stringMatching(/^ok: .*: nobody holds it$/),
      "note: it was read, not written | the controller needs dynamodb:UpdateItem as well: policy.json " +
        "of `stowage live init` has them",
    ]);
  });

  it("in a table that is not there", async () => {
    const answers = { "DynamoDB.GetItem": { refused: "ResourceNotFoundException", message: "no table" } };
    expect(await said("lease", { answers })).toEqual(["error: DynamoDB.GetItem: ResourceNotFoundException: no table"]);
  });
});

describe("settings", () => {
  it("with several strategies, a small cap and a kill switch", async () => {
    const stop = join(folder, "stop");
    writeFileSync(stop, "pause-launch\n");
    const text = scenarioText(`  killSwitch: { file: ${stop} }\nstrategies: [best-fit, karpenter]\n`);
    const rows = await said("settings", { scenario: text.replace("caps: {", "caps: { maxVcpus: 1,") });
    expect(rows).toEqual([
      "note: the scenario has 2 strategies: live mode follows the first, best-fit",
      "error: the smallest allowed instance has 2 vCPUs, live.caps.maxVcpus is 1 | nothing can be launched: raise the cap, " +
        "or allow smaller types",
      `warning: a kill switch is on: file ${stop}: pause-launch | remove the file to go on`,
    ]);
  });

  describe("with a kill switch in an SSM parameter", () => {
    const scenario = scenarioText("  killSwitch: { ssmParameter: /stowage/stop }\n");
    const parameter = (answer: (name: unknown) => Json | Refusal): Setup => ({
      scenario,
      answers: {
        "SSM.GetParameter": ({ Name }) =>
          Name === "/stowage/stop" ? answer(Name) : { Parameter: { Name: "p", Value: "ami-00000000000000001" } },
      },
    });

    it.each<[string, Json | Refusal, string]>([
      ["none", { Parameter: { Value: "none" } }, "ok: strategy best-fit; no kill switch is on"],
      [
        "pause-all",
        { Parameter: { Value: "pause-all" } },
        "warning: a kill switch is on: SSM parameter: pause-all | write none into /stowage/stop to go on",
      ],
      [
        "nothing: it is not there",
        { refused: "ParameterNotFound" },
        "note: there is no SSM parameter /stowage/stop: it stops nothing until it is made | with one of the words of " +
          "docs/runbook.md",
      ],
      [
        "what nobody may read",
        { refused: "AccessDeniedException", message: "not you", status: 403 },
        "error: SSM.GetParameter: AccessDeniedException: not you | allow ssm:GetParameter: policy.json of " +
          "`stowage live init` has it",
      ],
    ])("that says %s", async (_, answer, row) => {
      expect(
        await said(
          "settings",
          parameter(() => answer),
        ),
      ).toEqual([row]);
    });
  });
});

describe("folder", () => {
  it("that would be made", async () => {
    expect(await said("folder")).toEqual([`ok: logs go to ${folder}/logs, which will be made`]);
  });

  it("below a file", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const rows = await said("folder", { scenario: scenarioText().replace(`${folder}/logs`, `${file}/logs`) });
    expect(rows).toEqual([
      `error: ${file} is no folder: logs cannot be written below it | give the user that the controller runs under the right ` +
        "to write there, or set live.folder",
    ]);
  });

  it.skipIf(process.getuid?.() === 0)("that cannot be written", async () => {
    chmodSync(folder, 0o500);
    const rows = await said("folder").finally(() => chmodSync(folder, 0o700));
    expect(rows[0]).toContain(`error: ${folder} cannot be written`);
  });
});

describe("clock", () => {
  it.each([
    [0, "ok: this machine's clock agrees with AWS's"],
    [
      60_000,
      "warning: this machine's clock is 1 min behind AWS's | let NTP set it: times in logs are wrong by as much",
    ],
  ])("with AWS %d ms ahead", async (skewMs, row) => {
    const [only] = await said("clock", { skewMs });
    // The header has whole seconds.
    expect(only?.replace(/(59 s|1 min( \d s)?) behind/, "1 min behind")).toBe(row);
  });

  it("with answers that do not tell the time", async () => {
    expect(await said("clock", { skewMs: null })).toEqual([
      "note: not checked: no answer has told AWS's time | it comes with the answers to the other checks",
    ]);
  });
});

/** Usable memory of a type as the scenario's tables have it, MiB. */
function loadCatalogMemory(name: string): number {
  const resolved = resolveScenario(parseScenario(scenarioText(), "s.yaml", "s"), loadCatalog(), "s.yaml");
  return resolved.instanceTypes.find((type) => type.name === name)!.memoryMib;
}
