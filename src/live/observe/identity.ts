// Whether this is the account, the region and the compute environment that the settings name: asked at the start, before anything
// is written, and as often as somebody wants to be sure.

import type { ComputeEnvironmentDetail } from "@aws-sdk/client-batch";
import { errorIssue, type Issue } from "../../base/issues.js";
import type { LiveIdentity } from "../../model/live-settings.js";
import type { AwsClients } from "../aws/clients.js";
import { errorClass } from "../execute/error-codes.js";
import { failureOf } from "../execute/failure.js";
import type { Deadline } from "../ports.js";
import { ReadApi } from "./read-api.js";

export interface Identity {
  /** Nothing contradicts the settings, and everything could be asked. */
  readonly ok: boolean;
  readonly problems: readonly Issue[];
  /** The cluster of the compute environment; "" when it could not be found out. */
  readonly clusterArn: string;
  /** Who we are, by STS; "" when it could not be found out. */
  readonly account: string;
  readonly arn: string;
}

/** FARGATE and FARGATE_SPOT, of managed environments alone. */
const FARGATE = /^FARGATE/;

export interface IdentityOptions {
  /** For whoever only watches: AWS Batch may scale the environment by itself, as long as its hosts are EC2 instances. */
  readonly mayBeManaged?: boolean;
}

/** Compares what AWS says with the settings. What AWS refuses is a problem among the others. */
export async function checkIdentity(
  clients: AwsClients,
  identity: LiveIdentity,
  deadline: Deadline,
  { mayBeManaged = false }: IdentityOptions = {},
): Promise<Identity> {
  const problems: Issue[] = [];
  if (clients.region !== identity.region) {
    problems.push(
      errorIssue("wrong-region", `the clients are for ${clients.region}, the settings for ${identity.region}`),
    );
  }
  const api = await ReadApi.make(clients);
  const caller = await asked("sts:GetCallerIdentity", problems, async () => {
    const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    const sts = await clients.sts();
    return api.call("STS.GetCallerIdentity", deadline, (options) =>
      sts.send(new GetCallerIdentityCommand({}), options),
    );
  });
  const { Account: account = "", Arn: arn = "" } = caller ?? {};
  if (caller !== undefined && account !== identity.account) {
    const message = `these credentials are of account ${account}, the settings of account ${identity.account}`;
    problems.push(errorIssue("wrong-account", message, { path: "live.account", hint: `we are ${arn}` }));
  }
  const found = await asked("batch:DescribeComputeEnvironments", problems, () =>
    api.computeEnvironments([identity.computeEnvironment], deadline),
  );
  if (found !== undefined) problems.push(...environmentProblems(found[0], identity, mayBeManaged));
  const clusterArn = found?.[0]?.ecsClusterArn ?? "";
  return { ok: problems.length === 0, problems, clusterArn, account, arn };
}

async function asked<T>(action: string, problems: Issue[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    const { code, message } = failureOf(thrown);
    const text = `${action}: ${code}: ${message}`;
    const isDenied = errorClass(code) === "unauthorized";
    const hint = isDenied
      ? `allow ${action} to these credentials`
      : "is there a way to AWS, and are there credentials?";
    problems.push(errorIssue(isDenied ? "not-allowed" : "not-answered", text, { hint }));
    return undefined;
  }
}

function environmentProblems(
  environment: ComputeEnvironmentDetail | undefined,
  identity: LiveIdentity,
  mayBeManaged: boolean,
): Issue[] {
  const { computeEnvironment: name, account, region } = identity;
  const where = { path: "live.computeEnvironment" };
  if (environment === undefined) {
    return [errorIssue("environment-missing", `there is no compute environment ${name} in ${region}`, where)];
  }
  const { type, containerOrchestrationType = "ECS", computeEnvironmentArn = "", ecsClusterArn = "" } = environment;
  const { computeResources: { type: hosts = "" } = {} } = environment;
  const problems: Issue[] = [];
  if (type !== "UNMANAGED" && !mayBeManaged) {
    const hint =
      "AWS Batch scales a managed one by itself: make one of type UNMANAGED, or watch this one with --shadow";
    problems.push(errorIssue("environment-managed", `compute environment ${name} is ${type}`, { ...where, hint }));
  }
  if (FARGATE.test(hosts)) {
    const message = `compute environment ${name} runs on ${hosts}: it has no instances`;
    problems.push(errorIssue("environment-fargate", message, where));
  }
  if (containerOrchestrationType !== "ECS") {
    const message = `compute environment ${name} runs on ${containerOrchestrationType}; only ECS is served`;
    problems.push(errorIssue("environment-not-ecs", message, where));
  }
  const ofOurs = [`:${region}:${account}:compute-environment/`, `:${region}:${account}:cluster/`];
  if (!computeEnvironmentArn.includes(ofOurs[0]!)) {
    const message = `compute environment ${computeEnvironmentArn} is not of account ${account} in ${region}`;
    problems.push(errorIssue("environment-elsewhere", message, where));
  }
  if (!ecsClusterArn.includes(ofOurs[1]!)) {
    const message = `compute environment ${name} has no cluster of account ${account} in ${region}: "${ecsClusterArn}"`;
    problems.push(errorIssue("cluster-elsewhere", message, where));
  }
  return problems;
}
