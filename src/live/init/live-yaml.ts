// live.yaml: a scenario with its block `live`, written to be read and changed by people.

import { type InitAnswers, type InitQueue, namesOf } from "./answers.js";
import { yamlScalar, yamlText } from "./yaml-text.js";

/** A scenario's name is a file's as well; a pool's may be longer. */
const LONGEST_NAME = 100;

/** The scenario's text. */
export function liveYaml(answers: InitAnswers): string {
  return [
    "# A scenario for live mode: `stowage live` serves the account by it, `stowage replay` simulates the same. Every key is\n",
    "# explained in docs/scenario.md, those of `live` in docs/live-settings.md.\n\n",
    `name: ${yamlScalar(namesOf(answers).pool.slice(0, LONGEST_NAME))}\n`,
    `region: ${answers.region}\n\n`,
    traceText(answers),
    queuesText(answers.queues, answers.computeEnvironment),
    environmentText(answers),
    STRATEGY,
    liveBlock(answers),
  ].join("");
}

/** The block `live` alone, for a scenario that is there already. */
export function liveBlock(answers: InitAnswers): string {
  const { account, computeEnvironment, pool } = answers;
  return [
    "live:\n",
    "  # Nothing is done in another account, region or compute environment.\n",
    `  account: ${JSON.stringify(account)}\n`,
    `  computeEnvironment: ${yamlScalar(computeEnvironment)}\n`,
    pool === null ? "" : `  pool: ${yamlScalar(pool)} # value of the tag stowage:pool on everything of ours\n`,
    launchText(answers),
    capsText(answers),
    leaseText(answers),
    "\n  # Filled by the rules of events.cloudformation.yaml or events.tf; without it there are no early ticks.\n",
    `  eventQueueUrl: ${namesOf(answers).eventQueueUrl}\n`,
    "\n  # `touch` this file in live.folder on the controller's host, and nothing is launched or ended any more.\n",
    "  killSwitch: { file: stop }\n",
  ].join("");
}

function traceText({ trace, queues }: InitAnswers): string {
  const queue = yamlScalar(queues[0]!.name);
  const comment =
    "# For replays: what would these jobs have cost, and how long would they have waited? Live mode reads none of it.\n";
  if (trace !== null) return `${comment}trace:\n  file: ${yamlScalar(trace)}\n\n`;
  return `${comment}# Replace it by your own: \`stowage trace pull --queues ... --since 7d --out jobs.csv\`, then trace: { file: jobs.csv }.
trace:
  synthetic:
    jobs: 1000
    duration: 1d
    shapes: [{ name: example, queue: ${queue}, vcpus: 2, memory: 4 GiB, runtime: { median: 10m, p95: 40m } }]

`;
}

function queuesText(queues: readonly InitQueue[], environment: string): string {
  const policies = new Map(
    queues.flatMap(({ fairShare }) => (fairShare === undefined ? [] : [[fairShare.policy, fairShare]])),
  );
  const jobQueues = queues.map(({ name, priority, fairShare }) => ({
    jobQueueName: name,
    priority,
    ...(fairShare === undefined ? {} : { schedulingPolicyArn: fairShare.policy }),
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment }],
  }));
  const schedulingPolicies = [...policies.values()].map(
    ({ policy, shareDecaySeconds, computeReservation, shares }) => ({
      name: policy,
      fairsharePolicy: {
        shareDecaySeconds,
        computeReservation,
        shareDistribution: shares.map(({ shareIdentifier, weightFactor }) => ({ shareIdentifier, weightFactor })),
      },
    }),
  );
  const policyText = schedulingPolicies.length === 0 ? "" : `${yamlText({ schedulingPolicies })}\n`;
  return `# The job queues that are served, as they are called in AWS Batch.\n${yamlText({ jobQueues })}\n${policyText}`;
}

function environmentText(answers: InitAnswers): string {
  const { computeEnvironment, market, maxVcpus, instanceTypes, subnets } = answers;
  const zones = subnets.map(({ zoneId }) => zoneId);
  return `# AWS Batch places jobs on whatever registers with this environment's cluster; what is launched there is said here.
computeEnvironments:
  - computeEnvironmentName: ${yamlScalar(computeEnvironment)}
    type: UNMANAGED
    computeResources:
      type: ${market}${market === "SPOT" ? " # on-demand where spot has none, by the strategy's fallbackAfter" : " # on-demand"}
      maxvCpus: ${maxVcpus}
      instanceTypes: [${instanceTypes.map(yamlScalar).join(", ")}]
      zones: [${zones.join(", ")}] # those of live.launch.subnets

`;
}

const STRATEGY = `# The first one is followed; more of them are compared in a replay.
strategies: [best-fit]

# In a replay the world is as live mode meets it: AWS Batch places the jobs.
world:
  decisionInterval: 15s
  unmanaged: {}

`;

function launchText(answers: InitAnswers): string {
  const { subnets, securityGroupIds } = answers;
  const lines = subnets.map(({ subnetId, zoneId }) => `      - { subnetId: ${subnetId}, zoneId: ${zoneId} }\n`);
  return `
  launch:
    subnets: # one for each zone; hosts must reach ECS from there: a NAT gateway, VPC endpoints, or publicIp: true
${lines.join("")}    securityGroupIds: [${securityGroupIds.join(", ")}]
    instanceProfile: ${yamlScalar(namesOf(answers).instanceProfile)}
    rootVolumeGiB: 30
    deadManSwitch: 1h # a host without a task for so long powers itself off, should no controller be there to end it
`;
}

function capsText({ maxUsdPerHour, maxUsdPerDay, maxVcpus }: InitAnswers): string {
  return `
  # Hard limits, whatever the strategy says. What is denied is on the status page and in the log.
  caps:
    maxUsdPerHour: $${maxUsdPerHour}
    maxUsdPerDay: $${maxUsdPerDay}
    maxInstances: 100
    maxVcpus: ${maxVcpus}
`;
}

function leaseText({ lease }: InitAnswers): string {
  const store = () => {
    switch (lease.kind) {
      case "dynamodb":
        return `{ dynamodb: ${yamlScalar(lease.table)} }`;
      case "s3":
        return `{ s3: { bucket: ${yamlScalar(lease.bucket)}, key: ${yamlScalar(lease.key)} } }`;
      case "file":
        return `{ file: ${yamlScalar(lease.path)} }`;
    }
  };
  const why = lease.kind === "file" ? "One controller at a time, on this host alone." : "One controller at a time.";
  return `\n  # ${why}\n  lease: ${store()}\n`;
}
