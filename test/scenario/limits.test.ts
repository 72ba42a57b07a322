// AWS Batch's own limits: for each one, the value that is just too much (and where it matters the one that is just right).
// Texts in AWS's words where AWS publishes them.

import { describe, expect, it } from "vitest";
import { job, parse, shortRowsOf, withJobs } from "./support.js";

type LimitRow = [what: string, text: string, rows: string[]];

const definition = (keys: string) => withJobs([job("a")], `jobDefinitions: [{ jobDefinitionName: d, ${keys} }]`);
const policy = (keys: string) =>
  withJobs([job("a")], `schedulingPolicies: [{ name: p, fairsharePolicy: { ${keys} } }]`);
const environment = (keys: string, resources: string) =>
  withJobs(
    [job("a")],
    `computeEnvironments: [{ computeEnvironmentName: e, ${keys}computeResources: { ${resources}, maxvCpus: 64 } }]`,
  );
const queue = (keys: string) =>
  withJobs(
    [job("a")],
    "jobQueues:",
    `  - { jobQueueName: q, ${keys} computeEnvironmentOrder: [{ order: 1, computeEnvironment: od }] }`,
  );
const D = "jobDefinitions[0]";
const many = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => item(i)).join(", ");

const DEFINITIONS: LimitRow[] = [
  [
    "no attempts",
    definition("retryStrategy: { attempts: 0 }"),
    [`out-of-range ${D}.retryStrategy.attempts | must be at least 1, got 0`],
  ],
  [
    "11 attempts",
    definition("retryStrategy: { attempts: 11 }"),
    [`out-of-range ${D}.retryStrategy.attempts | must be at most 10, got 11`],
  ],
  [
    "6 rules",
    definition(
      `retryStrategy: { attempts: 2, evaluateOnExit: [${many(6, (i) => `{ onExitCode: "${i}", action: EXIT }`)}] }`,
    ),
    [`too-many ${D}.retryStrategy.evaluateOnExit | must have at most 5 entries, got 6`],
  ],
  [
    "a rule without a condition",
    definition("retryStrategy: { attempts: 2, evaluateOnExit: [{ action: EXIT }] }"),
    [
      `missing-key ${D}.retryStrategy.evaluateOnExit[0] | expected at least one of onStatusReason, onReason, onExitCode`,
    ],
  ],
  [
    "rules without attempts",
    definition('retryStrategy: { evaluateOnExit: [{ onReason: "*", action: EXIT }] }'),
    [`missing-key ${D}.retryStrategy | evaluateOnExit: the attempts parameter must also be specified`],
  ],
  [
    "patterns with other characters, with a * inside, and of letters for a code",
    definition(
      'retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: "a/b", action: EXIT }, ' +
        '{ onStatusReason: "Host*EC2", action: EXIT }, { onExitCode: "1x*", action: EXIT }] }',
    ),
    [
      `invalid-pattern ${D}.retryStrategy.evaluateOnExit[0].onReason | can contain letters, numbers, periods (.), ` +
        "colons (:) and white space, and can optionally end with an asterisk (*)",
      `invalid-pattern ${D}.retryStrategy.evaluateOnExit[1].onStatusReason | can contain letters, numbers, periods (.), ` +
        "colons (:) and white space, and can optionally end with an asterisk (*)",
      `invalid-pattern ${D}.retryStrategy.evaluateOnExit[2].onExitCode | can contain only numbers, and can optionally ` +
        "end with an asterisk (*)",
    ],
  ],
  [
    "a pattern of 513 characters",
    definition(`retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: ${"a".repeat(513)}, action: EXIT }] }`),
    [`invalid-pattern ${D}.retryStrategy.evaluateOnExit[0].onReason | can be up to 512 characters long, got 513`],
  ],
  [
    "a timeout of 59 seconds",
    definition("timeout: { attemptDurationSeconds: 59 }"),
    [`out-of-range ${D}.timeout.attemptDurationSeconds | The minimum value for the timeout is 60 seconds, got 59`],
  ],
  [
    "priority 10000",
    definition("schedulingPriority: 10000"),
    [`out-of-range ${D}.schedulingPriority | must be at most 9999, got 10000`],
  ],
  [
    "priority -1",
    definition("schedulingPriority: -1"),
    [`out-of-range ${D}.schedulingPriority | must be at least 0, got -1`],
  ],
  [
    "6 consumable resources",
    definition(
      `consumableResourceProperties: { consumableResourceList: [${many(6, () => "{ consumableResource: x, quantity: 1 }")}] }`,
    ),
    [`too-many ${D}.consumableResourceProperties.consumableResourceList | must have at most 5 entries, got 6`],
  ],
  [
    "a consumable resource that does not exist, and too much of one that does",
    `${definition(
      "consumableResourceProperties: { consumableResourceList: " +
        "[{ consumableResource: licenze, quantity: 1 }, { consumableResource: licence, quantity: 5 }] }",
    )}consumableResources: [{ consumableResourceName: licence, totalQuantity: 4 }]\n`,
    [
      `unknown-consumable-resource ${D}.consumableResourceProperties.consumableResourceList[0] | ` +
        'there is no consumable resource "licenze" | did you mean "licence"?',
      `out-of-range ${D}.consumableResourceProperties.consumableResourceList[1] | asks for 5 of "licence", of which there are 4`,
    ],
  ],
  [
    "a size that Fargate does not have",
    definition(
      'platformCapabilities: [FARGATE], containerProperties: { resourceRequirements: [{ type: VCPU, value: "0.5" }, { type: MEMORY, value: "512" }] }',
    ),
    [`fargate-size ${D}.containerProperties | Fargate resource requirements (0.50 vCPU, 512 MiB) not valid`],
  ],
  [
    "a GPU on Fargate",
    definition(
      'platformCapabilities: [FARGATE], containerProperties: { vcpus: 1, memory: 2048, resourceRequirements: [{ type: GPU, value: "1" }] }',
    ),
    [`not-on-fargate ${D}.containerProperties | GPUs aren't available for jobs that are running on Fargate resources`],
  ],
  [
    "several nodes on Fargate",
    definition(
      "platformCapabilities: [FARGATE], nodeProperties: { numNodes: 1, mainNode: 0, nodeRangeProperties: [{ targetNodes: '0:' }] }",
    ),
    [`not-on-fargate ${D}.nodeProperties | If the job is run on Fargate resources, then multinode isn't supported`],
  ],
  [
    "1001 nodes",
    definition("nodeProperties: { numNodes: 1001, mainNode: 0, nodeRangeProperties: [{ targetNodes: '0:' }] }"),
    [`out-of-range ${D}.nodeProperties.numNodes | must be at most 1000, got 1001`],
  ],
  [
    "6 node groups",
    definition(
      `nodeProperties: { numNodes: 6, mainNode: 0, nodeRangeProperties: [${many(6, (i) => `{ targetNodes: "${i}" }`)}] }`,
    ),
    [`too-many ${D}.nodeProperties.nodeRangeProperties | must have at most 5 entries, got 6`],
  ],
  [
    "a main node that is none, and two instance types",
    definition(
      "nodeProperties: { numNodes: 4, mainNode: 4, nodeRangeProperties: [{ targetNodes: ':1', container: { instanceType: m5.large } }, " +
        "{ targetNodes: '2:3', instanceTypes: [c5.large] }] }",
    ),
    [
      `out-of-range ${D}.nodeProperties.mainNode | mainNode (4): this node index value must be fewer than the number of nodes (4)`,
      `mixed-instance-types ${D}.nodeProperties.nodeRangeProperties | All node groups in a multi-node parallel job must use the same instance type`,
    ],
  ],
  [
    "nodes of no group",
    definition(
      "nodeProperties: { numNodes: 4, mainNode: 0, nodeRangeProperties: [{ targetNodes: '0:1' }, { targetNodes: '3' }] }",
    ),
    [
      `invalid-node-range ${D}.nodeProperties.nodeRangeProperties | the accumulative node ranges must account for all nodes (0:3)`,
    ],
  ],
  [
    "groups of no nodes",
    definition(
      "nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties: [{ targetNodes: '0:2' }, { targetNodes: 'a' }, { targetNodes: '1:0' }] }",
    ),
    ["0:2", "a", "1:0"].map((nodes, index) => {
      return `invalid-node-range ${D}.nodeProperties.nodeRangeProperties[${index}].targetNodes | expected nodes such as 0:1, got "${nodes}"`;
    }),
  ],
  [
    "multinode without nodes",
    definition("type: multinode"),
    [`missing-key ${D}.nodeProperties | the key "nodeProperties" is missing`],
  ],
  [
    "the same revision twice, and no revision twice",
    withJobs(
      [job("a")],
      "jobDefinitions: [{ jobDefinitionName: d }, { jobDefinitionName: d, revision: 1 }, { jobDefinitionName: d, revision: 1 }, " +
        "{ jobDefinitionName: d }, { jobDefinitionName: d, revision: 1, status: INACTIVE }]",
    ),
    [
      'duplicate-name jobDefinitions[2].jobDefinitionName | the job definition "d:1" is defined twice',
      'duplicate-name jobDefinitions[3].jobDefinitionName | the job definition "d" is defined twice',
    ],
  ],
];

const P = "schedulingPolicies[0].fairsharePolicy";
const POLICIES: LimitRow[] = [
  [
    "weights too small and too large",
    policy(
      "shareDistribution: [{ shareIdentifier: a, weightFactor: 0.00001 }, { shareIdentifier: b, weightFactor: 1000 }]",
    ),
    [
      `out-of-range ${P}.shareDistribution[0].weightFactor | must be at least 0.0001, got 0.00001`,
      `out-of-range ${P}.shareDistribution[1].weightFactor | must be at most 999.9999, got 1000`,
    ],
  ],
  [
    "501 shares",
    policy(`shareDistribution: [${many(501, (i) => `{ shareIdentifier: a${i} }`)}]`),
    [`too-many ${P}.shareDistribution | must have at most 500 entries, got 501`],
  ],
  [
    "shares that overlap",
    policy(
      `shareDistribution: [${["UserA1", "b", "UserA*", "b", "UserB", "UserB1", "UserAB*"].map((share) => `{ shareIdentifier: "${share}" }`).join(", ")}]`,
    ),
    [
      `overlapping-shares ${P}.shareDistribution[0].shareIdentifier | The list of share identifiers in a fair-share policy can't overlap: UserA* and UserA1`,
      `overlapping-shares ${P}.shareDistribution[3].shareIdentifier | The list of share identifiers in a fair-share policy can't overlap: b and b`,
      `overlapping-shares ${P}.shareDistribution[6].shareIdentifier | The list of share identifiers in a fair-share policy can't overlap: UserA* and UserAB*`,
    ],
  ],
  [
    "a share with other characters, and with a * inside",
    policy('shareDistribution: [{ shareIdentifier: team.a }, { shareIdentifier: "a*b" }]'),
    ["team.a", "a*b"].map((share, index) => {
      return `invalid-share ${P}.shareDistribution[${index}].shareIdentifier | The string is limited to 255 alphanumeric characters, and can be followed by an asterisk (*), got "${share}"`;
    }),
  ],
  [
    "decay over a week",
    policy("shareDecaySeconds: 604801"),
    [`out-of-range ${P}.shareDecaySeconds | must be at most 604800, got 604801`],
  ],
  [
    "all of it reserved",
    policy("computeReservation: 100"),
    [`out-of-range ${P}.computeReservation | must be at most 99, got 100`],
  ],
];

const E = "computeEnvironments[0]";
const ENVIRONMENTS: LimitRow[] = [
  [
    "what Fargate does not have",
    environment(
      "",
      "type: FARGATE_SPOT, minvCpus: 2, desiredvCpus: 2, instanceTypes: [m5], allocationStrategy: BEST_FIT, bidPercentage: 50, scalingPolicy: { minScaleDownDelayMinutes: 20 }",
    ),
    ["minvCpus", "desiredvCpus", "instanceTypes", "allocationStrategy", "bidPercentage", "scalingPolicy"].map((key) => {
      return `conflicting-keys ${E}.computeResources.${key} | ${key} isn't applicable to jobs that are running on Fargate resources. Don't specify it`;
    }),
  ],
  [
    "Fargate in an environment of one's own",
    environment("type: UNMANAGED, ", "type: FARGATE"),
    [`conflicting-keys ${E}.computeResources.type | UNMANAGED environments run on EC2, not on Fargate`],
  ],
  [
    "a fixed fleet on Fargate",
    environment("fixedFleet: { processors: 4 }, ", "type: FARGATE"),
    [`conflicting-keys ${E}.fixedFleet | a fixed fleet is made of instances: Fargate has none`],
  ],
  [
    "a Spot strategy on demand",
    environment("", "type: EC2, allocationStrategy: SPOT_CAPACITY_OPTIMIZED"),
    [
      `conflicting-keys ${E}.computeResources.allocationStrategy | SPOT_CAPACITY_OPTIMIZED is only available for Spot Instance compute resources`,
    ],
  ],
  [
    "an on-demand strategy on Spot",
    environment("", "type: SPOT, allocationStrategy: BEST_FIT_PROGRESSIVE_ORDERED"),
    [
      `conflicting-keys ${E}.computeResources.allocationStrategy | BEST_FIT_PROGRESSIVE_ORDERED is only available for On-Demand compute resources`,
    ],
  ],
  [
    "a delay of 19 minutes",
    environment("", "type: EC2, scalingPolicy: { minScaleDownDelayMinutes: 19 }"),
    [
      `out-of-range ${E}.computeResources.scalingPolicy.minScaleDownDelayMinutes | must be 0 (off) or between 20 and 10080 minutes, got 19`,
    ],
  ],
  [
    "a delay of more than a week",
    environment("", "type: EC2, scalingPolicy: { minScaleDownDelayMinutes: 10081 }"),
    [`out-of-range ${E}.computeResources.scalingPolicy.minScaleDownDelayMinutes | must be at most 10080, got 10081`],
  ],
  [
    "a bid above on-demand",
    environment("", "type: SPOT, bidPercentage: 101"),
    [`out-of-range ${E}.computeResources.bidPercentage | must be at most 100, got 101`],
  ],
  [
    "51 environments",
    withJobs(
      [job("a", "jobQueue: q")],
      `computeEnvironments: [${many(51, (i) => `{ computeEnvironmentName: e${i}, computeResources: { type: EC2, maxvCpus: 1 } }`)}]`,
      "jobQueues: [{ jobQueueName: q, computeEnvironmentOrder: [{ order: 1, computeEnvironment: e0 }] }]",
    ),
    ["too-many computeEnvironments | must have at most 50 entries, got 51"],
  ],
];

const two = (one: string, other: string) =>
  withJobs(
    [job("a", "jobQueue: q")],
    `computeEnvironments: [{ computeEnvironmentName: e, computeResources: { ${one}, maxvCpus: 1 } }, { computeEnvironmentName: f, computeResources: { ${other}, maxvCpus: 1 } }]`,
    "jobQueues:",
    "  - { jobQueueName: q, computeEnvironmentOrder: [{ order: 1, computeEnvironment: e }, { order: 2, computeEnvironment: f }] }",
  );

const QUEUES: LimitRow[] = [
  [
    "EC2 and Fargate",
    two("type: FARGATE", "type: SPOT"),
    [
      "mixed-environments jobQueues[0].computeEnvironmentOrder | Amazon EC2 and Fargate compute environments can't be mixed in one job queue",
    ],
  ],
  [
    "two architectures",
    two("type: EC2, instanceTypes: [m7gd.large, c6g]", "type: EC2"),
    [
      "mixed-architectures jobQueues[0].computeEnvironmentOrder | all compute environments that are associated with a job queue must share the same architecture | e is arm64, f is x86_64",
    ],
  ],
  [
    "only environments that do not work",
    withJobs(
      [job("a")],
      "computeEnvironments: [{ computeEnvironmentName: e, status: INVALID, computeResources: { type: EC2, maxvCpus: 1 } }]",
      "jobQueues: [{ jobQueueName: q, computeEnvironmentOrder: [{ order: 1, computeEnvironment: e }] }]",
    ),
    [
      'disabled jobQueues[0].computeEnvironmentOrder | the job queue "q" has no compute environment that works: all are DISABLED or INVALID',
    ],
  ],
  [
    "51 queues",
    withJobs(
      [job("a", "jobQueue: q0")],
      `jobQueues: [${many(51, (i) => `{ jobQueueName: q${i}, computeEnvironmentOrder: [{ order: 1, computeEnvironment: od }] }`)}]`,
    ),
    ["too-many jobQueues | must have at most 50 entries, got 51"],
  ],
  [
    "time limits out of range, of another state and action",
    queue(
      "jobStateTimeLimitActions: [{ reason: x, state: RUNNABLE, maxTimeSeconds: 599, action: CANCEL }, { reason: x, state: RUNNING, maxTimeSeconds: 86401, action: TERMINATE }],",
    ),
    [
      "out-of-range jobQueues[0].jobStateTimeLimitActions[0].maxTimeSeconds | must be at least 600, got 599",
      'invalid-value jobQueues[0].jobStateTimeLimitActions[1].state | expected one of RUNNABLE, got "RUNNING"',
      "out-of-range jobQueues[0].jobStateTimeLimitActions[1].maxTimeSeconds | must be at most 86400, got 86401",
      'invalid-value jobQueues[0].jobStateTimeLimitActions[1].action | expected one of CANCEL, got "TERMINATE"',
    ],
  ],
  [
    "a scheduling policy that does not exist",
    `${queue("schedulingPolicyArn: arn:aws:batch:r:1:scheduling-policy/fare,")}schedulingPolicies: [{ name: fair }]\n`.replace(
      "runtime: 1m",
      "runtime: 1m, shareIdentifier: x",
    ),
    [
      'unknown-scheduling-policy jobQueues[0].schedulingPolicyArn | there is no scheduling policy "fare" | did you mean "fair"?',
    ],
  ],
  [
    "a discipline for a queue that does not exist",
    withJobs([job("a")], "strategies: [{ name: s, queueDisciplines: { maine: easy } }]"),
    ['unknown-job-queue strategies[0].queueDisciplines.maine | there is no job queue "maine" | did you mean "main"?'],
  ],
];

describe.each([
  ["job definitions", DEFINITIONS],
  ["scheduling policies", POLICIES],
  ["compute environments", ENVIRONMENTS],
  ["job queues", QUEUES],
])("%s", (_, rows) => {
  it.each(rows)("%s", (__, text, expected) => {
    expect(shortRowsOf(text)).toEqual(expected);
  });
});

it.each([
  [
    "10 attempts and 5 rules",
    definition(
      `retryStrategy: { attempts: 10, evaluateOnExit: [${many(5, (i) => `{ onExitCode: "${i}*", action: EXIT }`)}] }`,
    ),
  ],
  [
    "a pattern of 512 characters",
    definition(`retryStrategy: { attempts: 1, evaluateOnExit: [{ onReason: ${"a".repeat(512)}, action: EXIT }] }`),
  ],
  ["60 seconds, priority 9999", definition("timeout: { attemptDurationSeconds: 60 }, schedulingPriority: 9999")],
  [
    "the ends of the policy's ranges",
    policy(
      "shareDecaySeconds: 604800, computeReservation: 99, shareDistribution: [{ shareIdentifier: a, weightFactor: 0.0001 }, { shareIdentifier: b, weightFactor: 999.9999 }]",
    ),
  ],
  [
    "1000 nodes in nested ranges",
    definition(
      "type: multinode, nodeProperties: { numNodes: 1000, mainNode: 999, nodeRangeProperties: [{ targetNodes: '0:999' }, { targetNodes: '4:5' }] }",
    ),
  ],
  [
    "Fargate's own sizes",
    definition(
      'platformCapabilities: [FARGATE], containerProperties: { resourceRequirements: [{ type: VCPU, value: "16" }, { type: MEMORY, value: "122880" }] }',
    ),
  ],
  [
    "what AWS prints for Fargate",
    environment("", "type: FARGATE, minvCpus: 0, desiredvCpus: 0, instanceTypes: [], scalingPolicy: {}"),
  ],
  [
    "delays of 20 minutes and a week",
    two(
      "type: EC2, scalingPolicy: { minScaleDownDelayMinutes: 20 }",
      "type: EC2, scalingPolicy: { minScaleDownDelayMinutes: 10080 }",
    ),
  ],
  ["Fargate and Fargate Spot", two("type: FARGATE", "type: FARGATE_SPOT")],
  [
    "one architecture in many words",
    two("type: SPOT, instanceTypes: [m5, g5.xlarge, u7i-12tb]", "type: EC2, instanceTypes: [default_x86_64]"),
  ],
  [
    "Graviton in many words",
    two("type: SPOT, instanceTypes: [a1, im4gn, c7gn.large]", "type: EC2, instanceTypes: [default_arm64]"),
  ],
])("right up to the limit: %s", (_, text) => {
  expect(parse(text).name).toBe("default-name");
});
