// What `stowage live init` can read of an account: who we are, the compute environment, its queues, the zones of subnets.

import { errorIssue, InputError, type Issue, throwIfErrors } from "../../base/issues.js";
import type { AwsClients } from "../aws/clients.js";
import { systemClock } from "../clock.js";
import { describeQueues } from "../pull/account.js";
import { CALLS_PER_SECOND } from "../pull/jobs.js";
import { Pace } from "../pull/pace.js";
import { type InitAnswers, type InitLease, type InitQueue, partitionOf } from "./answers.js";

export interface InitOptions {
  readonly computeEnvironment: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly instanceTypes: readonly string[];
  readonly market: "SPOT" | "EC2";
  readonly maxVcpus: number;
  readonly maxUsdPerHour: number;
  readonly maxUsdPerDay: number;
  /** "dynamodb:TABLE", "s3:BUCKET/KEY" or "file:PATH". */
  readonly lease: string;
  readonly pool: string | undefined;
  /** Name or ARN of one that is there; undefined: the templates make one. */
  readonly instanceProfile: string | undefined;
  /** Name, with its path where it has one, or ARN of the role in it; undefined: it is called as the profile. */
  readonly instanceRole: string | undefined;
  readonly out: string;
}

/** Asks the account; throws InputError for what is missing there, and AWS's errors as they come. */
export async function readAccount(clients: AwsClients, options: InitOptions, lease: InitLease): Promise<InitAnswers> {
  const issues: Issue[] = [];
  const [{ GetCallerIdentityCommand }, batchModule, ec2Module] = await Promise.all([
    import("@aws-sdk/client-sts"),
    import("@aws-sdk/client-batch"),
    import("@aws-sdk/client-ec2"),
  ]);
  const [sts, batch, ec2] = await Promise.all([clients.sts(), clients.batch(), clients.ec2()]);
  const { Account: account = "" } = await sts.send(new GetCallerIdentityCommand({}));
  const { computeEnvironments: [environment] = [] } = await batch.send(
    new batchModule.DescribeComputeEnvironmentsCommand({ computeEnvironments: [options.computeEnvironment] }),
  );
  if (environment === undefined) {
    const hint = "create one with type UNMANAGED first (docs/live.md)";
    const message = `there is no compute environment ${options.computeEnvironment} in ${options.region}`;
    throw new InputError([errorIssue("no-environment", message, { hint })]);
  }
  if (environment.type !== "UNMANAGED" || environment.ecsClusterArn === undefined) {
    issues.push(
      errorIssue(
        "not-unmanaged",
        `${options.computeEnvironment} is ${environment.type}: live mode serves UNMANAGED ones`,
      ),
    );
  }
  const queues = await queuesOf(batch, batchModule, environment.computeEnvironmentArn ?? "");
  if (queues.length === 0) issues.push(errorIssue("no-queue", `no job queue uses ${options.computeEnvironment}`));
  const { Subnets = [] } = await ec2.send(new ec2Module.DescribeSubnetsCommand({ SubnetIds: [...options.subnets] }));
  throwIfErrors(issues);
  return {
    account,
    region: options.region,
    computeEnvironment: environment.computeEnvironmentName ?? options.computeEnvironment,
    clusterArn: environment.ecsClusterArn ?? "",
    queues,
    market: options.market,
    instanceTypes: options.instanceTypes,
    maxVcpus: options.maxVcpus,
    subnets: Subnets.map(({ SubnetId = "", AvailabilityZoneId = "" }) => ({
      subnetId: SubnetId,
      zoneId: AvailabilityZoneId,
    })),
    securityGroupIds: options.securityGroups,
    instanceProfile: profileOf(options, account),
    maxUsdPerHour: options.maxUsdPerHour,
    maxUsdPerDay: options.maxUsdPerDay,
    lease,
    pool: options.pool ?? null,
    trace: null,
  };
}

/** IAM is not asked: the controller's policy has no use for it. The consoles of EC2 and ECS give profile and role one name. */
function profileOf(options: InitOptions, account: string): InitAnswers["instanceProfile"] {
  const { region, instanceProfile: name, instanceRole } = options;
  if (name === undefined) return null;
  const role = instanceRole ?? name.slice(name.lastIndexOf("/") + 1);
  return { name, roleArn: role.startsWith("arn:") ? role : `arn:${partitionOf(region)}:iam::${account}:role/${role}` };
}

async function queuesOf(
  batch: Awaited<ReturnType<AwsClients["batch"]>>,
  { DescribeSchedulingPoliciesCommand }: typeof import("@aws-sdk/client-batch"),
  environmentArn: string,
): Promise<InitQueue[]> {
  const found: InitQueue[] = [];
  const queues = await describeQueues(batch, [], new Pace(systemClock(), CALLS_PER_SECOND));
  for (const { jobQueueName = "", priority = 1, computeEnvironmentOrder = [], schedulingPolicyArn } of queues) {
    if (!computeEnvironmentOrder.some(({ computeEnvironment }) => computeEnvironment === environmentArn)) continue;
    if (schedulingPolicyArn === undefined) {
      found.push({ name: jobQueueName, priority });
      continue;
    }
    const { schedulingPolicies: [policy] = [] } = await batch.send(
      new DescribeSchedulingPoliciesCommand({ arns: [schedulingPolicyArn] }),
    );
    const { shareDecaySeconds = 0, computeReservation = 0, shareDistribution = [] } = policy?.fairsharePolicy ?? {};
    const shares = shareDistribution.map(({ shareIdentifier = "", weightFactor = 1 }) => ({
      shareIdentifier,
      weightFactor,
    }));
    const fairShare = { policy: policy?.name ?? "", shareDecaySeconds, computeReservation, shares };
    found.push({ name: jobQueueName, priority, fairShare });
  }
  return found;
}
