// `stowage scenario pull --from-account`: what an account's queues are made of, as the replies of AWS Batch's describe calls.

import type {
  BatchClient,
  ComputeEnvironmentDetail,
  ConsumableResourceSummary,
  JobDefinition,
  JobQueueDetail,
  SchedulingPolicyDetail,
} from "@aws-sdk/client-batch";
import { errorIssue, InputError } from "../../base/issues.js";
import type { Pace } from "./pace.js";
import { pagesOf } from "./pages.js";

/** Every describe call of AWS Batch takes, and answers with, at most this many. */
const PAGE = 100;

export interface AccountReplies {
  readonly jobQueues: readonly JobQueueDetail[];
  readonly computeEnvironments: readonly ComputeEnvironmentDetail[];
  readonly schedulingPolicies: readonly SchedulingPolicyDetail[];
  /** ACTIVE ones, every revision. */
  readonly jobDefinitions: readonly JobDefinition[];
  /** All, when a job definition names any. */
  readonly consumableResources: readonly ConsumableResourceSummary[];
}

/**
 * The queues of these names or ARNs (none: all of the region), the compute environments and policies that they name, and the
 * account's job definitions. Throws InputError when a queue is not there, and what the calls throw.
 */
export async function pullAccount(
  batch: BatchClient,
  queues: readonly string[],
  pace: Pace,
  onStep: (what: string) => void = () => {},
): Promise<AccountReplies> {
  onStep("DescribeJobQueues");
  const jobQueues = await describeQueues(batch, queues, pace);
  const environments = unique(
    jobQueues.flatMap((queue) => (queue.computeEnvironmentOrder ?? []).map((entry) => entry.computeEnvironment)),
  );
  const policies = unique(jobQueues.map(({ schedulingPolicyArn }) => schedulingPolicyArn));
  onStep("DescribeComputeEnvironments");
  const computeEnvironments = await describeEnvironments(batch, environments, pace);
  onStep("DescribeSchedulingPolicies");
  const schedulingPolicies = await describePolicies(batch, policies, pace);
  onStep("DescribeJobDefinitions");
  const jobDefinitions = await describeDefinitions(batch, pace);
  const needsResources = jobDefinitions.some(
    ({ consumableResourceProperties: needs }) => (needs?.consumableResourceList ?? []).length > 0,
  );
  if (needsResources) onStep("ListConsumableResources");
  const consumableResources = needsResources ? await listResources(batch, pace) : [];
  return { jobQueues, computeEnvironments, schedulingPolicies, jobDefinitions, consumableResources };
}

/** Queues by name or ARN; none given: all. Throws InputError when one is not there. */
export async function describeQueues(
  batch: BatchClient,
  names: readonly string[],
  pace: Pace,
): Promise<JobQueueDetail[]> {
  const { DescribeJobQueuesCommand } = await import("@aws-sdk/client-batch");
  const found: JobQueueDetail[] = [];
  for (const part of names.length === 0 ? [undefined] : inParts(names)) {
    const pages = pagesOf(
      async (nextToken) => {
        await pace.turn();
        return await batch.send(new DescribeJobQueuesCommand({ ...(part && { jobQueues: part }), nextToken }));
      },
      (page) => page.nextToken,
    );
    for await (const page of pages) found.push(...(page.jobQueues ?? []));
  }
  const missing = names.filter(
    (name) => !found.some((queue) => queue.jobQueueName === name || queue.jobQueueArn === name),
  );
  if (missing.length === 0) return found;
  const hint = "queues are named by name or ARN, of the region that is asked";
  throw new InputError(
    missing.map((name) => errorIssue("unknown-queue", `there is no job queue "${name}"`, { path: "--queues", hint })),
  );
}

/** Compute environments by name or ARN. */
export async function describeEnvironments(
  batch: BatchClient,
  names: readonly string[],
  pace: Pace,
): Promise<ComputeEnvironmentDetail[]> {
  const { DescribeComputeEnvironmentsCommand } = await import("@aws-sdk/client-batch");
  const found: ComputeEnvironmentDetail[] = [];
  for (const computeEnvironments of inParts(names)) {
    await pace.turn();
    const answer = await batch.send(new DescribeComputeEnvironmentsCommand({ computeEnvironments }));
    found.push(...(answer.computeEnvironments ?? []));
  }
  return found;
}

async function describePolicies(
  batch: BatchClient,
  arns: readonly string[],
  pace: Pace,
): Promise<SchedulingPolicyDetail[]> {
  const { DescribeSchedulingPoliciesCommand } = await import("@aws-sdk/client-batch");
  const found: SchedulingPolicyDetail[] = [];
  for (const part of inParts(arns)) {
    await pace.turn();
    const answer = await batch.send(new DescribeSchedulingPoliciesCommand({ arns: part }));
    found.push(...(answer.schedulingPolicies ?? []));
  }
  return found;
}

async function describeDefinitions(batch: BatchClient, pace: Pace): Promise<JobDefinition[]> {
  const { DescribeJobDefinitionsCommand } = await import("@aws-sdk/client-batch");
  const found: JobDefinition[] = [];
  const pages = pagesOf(
    async (nextToken) => {
      await pace.turn();
      return await batch.send(new DescribeJobDefinitionsCommand({ status: "ACTIVE", maxResults: PAGE, nextToken }));
    },
    (page) => page.nextToken,
  );
  for await (const page of pages) found.push(...(page.jobDefinitions ?? []));
  return found;
}

async function listResources(batch: BatchClient, pace: Pace): Promise<ConsumableResourceSummary[]> {
  const { ListConsumableResourcesCommand } = await import("@aws-sdk/client-batch");
  const found: ConsumableResourceSummary[] = [];
  const pages = pagesOf(
    async (nextToken) => {
      await pace.turn();
      return await batch.send(new ListConsumableResourcesCommand({ maxResults: PAGE, nextToken }));
    },
    (page) => page.nextToken,
  );
  for await (const page of pages) found.push(...(page.consumableResources ?? []));
  return found;
}

function inParts(names: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let start = 0; start < names.length; start += PAGE) parts.push(names.slice(start, start + PAGE));
  return parts;
}

function unique(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names)].filter((name) => name !== undefined);
}
