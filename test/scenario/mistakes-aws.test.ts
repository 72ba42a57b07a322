// Wrong inputs, second table: compute environments, job queues, strategies, and several kinds of mistake in one file.

import { describe, expect, it } from "vitest";
import { and, type Row, rowsOf, withEnvironment } from "./support.js";

const ENVIRONMENT_ROWS: Row[] = [
  [
    "no resources",
    withEnvironment("computeEnvironmentName: x\n    type: UNMANAGED"),
    ['missing-key 7:5 computeEnvironments[0].computeResources | the key "computeResources" is missing'],
  ],
  [
    "a misspelt key and a misspelt type",
    withEnvironment("{ computeEnvironmentName: x, type: MANAGD, computeResources: { type: spot, maxvCpu: 3 } }"),
    [
      'invalid-value 7:40 computeEnvironments[0].type | expected one of MANAGED, UNMANAGED, got "MANAGD" | did you mean "MANAGED"?',
      'invalid-value 7:74 computeEnvironments[0].computeResources.type | expected one of EC2, SPOT, FARGATE, FARGATE_SPOT, got "spot" | did you mean "SPOT"?',
      'unknown-key 7:80 computeEnvironments[0].computeResources.maxvCpu | unknown key "maxvCpu" | did you mean "maxvCpus"?',
    ],
  ],
  [
    "what is not simulated",
    withEnvironment("{ computeEnvironmentName: x, computeResources: { type: ECS_MANAGED_INSTANCES, maxvCpus: 3 } }"),
    [
      "not-simulated 7:60 computeEnvironments[0].computeResources.type | ECS_MANAGED_INSTANCES is not simulated | use EC2 or SPOT",
    ],
  ],
  [
    "a type that is no text",
    withEnvironment("{ computeEnvironmentName: x, computeResources: { type: 2, maxvCpus: 3 } }"),
    [
      "invalid-value 7:60 computeEnvironments[0].computeResources.type | expected one of EC2, SPOT, FARGATE, FARGATE_SPOT, got 2",
    ],
  ],
  [
    "less at most than at least",
    withEnvironment("{ computeEnvironmentName: x, computeResources: { type: EC2, minvCpus: 5, maxvCpus: 3 } }"),
    [
      "out-of-range 7:88 computeEnvironments[0].computeResources.maxvCpus | maxvCpus (3) must not be less than minvCpus (5)",
    ],
  ],
  [
    "a disabled environment",
    withEnvironment("{ computeEnvironmentName: x, state: DISABLED, computeResources: { type: EC2, maxvCpus: 3 } }"),
    [
      'disabled 7:3 computeEnvironments | the job queue "main" has no compute environment that works: ' +
        "all are DISABLED or INVALID",
    ],
  ],
  [
    "a zone's name, no instance types, an unknown strategy",
    withEnvironment(
      "computeEnvironmentName: x\n    computeResources:\n      type: EC2\n      maxvCpus: 3\n" +
        "      zones: [us-east-1a]\n      instanceTypes: []\n      allocationStrategy: SPOT_OPTIMIZED",
    ),
    [
      'invalid-zone 11:15 computeEnvironments[0].computeResources.zones[0] | expected a zone id such as use1-az1, got "us-east-1a" | ' +
        "zone names such as us-east-1a differ between accounts",
      "empty-value 12:22 computeEnvironments[0].computeResources.instanceTypes | must have at least one entry",
      "invalid-value 13:27 computeEnvironments[0].computeResources.allocationStrategy | expected one of BEST_FIT, " +
        "BEST_FIT_PROGRESSIVE, BEST_FIT_PROGRESSIVE_ORDERED, SPOT_CAPACITY_OPTIMIZED, SPOT_CAPACITY_OPTIMIZED_PRIORITIZED, " +
        'SPOT_PRICE_CAPACITY_OPTIMIZED, got "SPOT_OPTIMIZED"',
    ],
  ],
  [
    "an empty fleet of nothing",
    withEnvironment(
      "computeEnvironmentName: x\n    fixedFleet: [{ instanceType: m5.large, count: 0 }]\n" +
        "    computeResources: { type: EC2, maxvCpus: 3 }",
    ),
    ["out-of-range 8:51 computeEnvironments[0].fixedFleet[0].count | must be at least 1, got 0"],
  ],
  [
    "the same name twice",
    and("  - { computeEnvironmentName: spot, computeResources: { type: EC2, maxvCpus: 1 } }"),
    [
      'duplicate-name 8:31 computeEnvironments[1].computeEnvironmentName | the compute environment "spot" is defined twice',
    ],
  ],
  [
    "more environments than the queue that is made by default may have",
    and(
      ...["b", "c", "d"].map(
        (name) => `  - { computeEnvironmentName: ${name}, computeResources: { type: EC2, maxvCpus: 1 } }`,
      ),
    ),
    ["missing-key 1:1 jobQueues | 4 compute environments need job queues: one queue takes at most 3"],
  ],
];

const QUEUES: Row[] = [
  [
    "an order that does not hold",
    and(
      "jobQueues:",
      "- jobQueueName: main",
      "  priority: -1",
      "  computeEnvironmentOrder:",
      "  - { order: 1, computeEnvironment: arn:aws:batch:us-east-1:1:compute-environment/spott }",
      "  - { order: 1, computeEnvironment: spot }",
      "  - { order: 2, computeEnvironment: arn:aws:batch:us-east-1:1:compute-environment/spot }",
      "  - { order: 3, computeEnvironment: other }",
    ),
    [
      "out-of-range 10:13 jobQueues[0].priority | must be at least 0, got -1",
      "too-many-environments 12:3 jobQueues[0].computeEnvironmentOrder | You can associate up to three compute environments with a job queue, got 4",
      "unknown-compute-environment 12:37 jobQueues[0].computeEnvironmentOrder[0].computeEnvironment | " +
        'there is no compute environment "spott" | did you mean "spot"?',
      "duplicate-order 13:14 jobQueues[0].computeEnvironmentOrder[1].order | the order 1 is given twice in this queue",
      "duplicate-name 14:37 jobQueues[0].computeEnvironmentOrder[2].computeEnvironment | the compute environment " +
        '"arn:aws:batch:us-east-1:1:compute-environment/spot" is listed twice in this queue',
      "unknown-compute-environment 15:37 jobQueues[0].computeEnvironmentOrder[3].computeEnvironment | " +
        'there is no compute environment "other" | defined: spot',
    ],
  ],
  [
    "no environments, disabled, for SageMaker, and twice",
    and(
      "jobQueues:",
      "- { jobQueueName: main, computeEnvironmentOrder: [] }",
      "- { jobQueueName: main, state: DISABLED, computeEnvironmentOrder: [], serviceEnvironmentOrder: [{}] }",
    ).replace("{ name: a,", "{ name: a, queue: main,"),
    [
      "empty-value 9:50 jobQueues[0].computeEnvironmentOrder | must have at least one entry",
      'duplicate-name 10:19 jobQueues[1].jobQueueName | the job queue "main" is defined twice',
      "disabled 10:32 jobQueues[1].state | is DISABLED, so nothing would run here | remove it, or set state: ENABLED",
      "empty-value 10:67 jobQueues[1].computeEnvironmentOrder | must have at least one entry",
      "not-simulated 10:96 jobQueues[1].serviceEnvironmentOrder | service environments are not simulated",
    ],
  ],
];

const STRATEGIES: Row[] = [
  [
    "names, choices and limits",
    and(
      "strategies:",
      "- { name: on-demand, provisioning: best fits }",
      "- { name: x, scaleDown: { idleDelay: 60, maxShare: 0 }, queueDiscipline: lifo }",
      "- { name: x, scaleDown: { maxShare: 1.5 }, maxLaunchesPerDecision: 0 }",
      "baselines: [fixed-peak, fixed-peek, fixed-peak]",
    ),
    [
      'duplicate-name 9:11 strategies[0].name | "on-demand" is the name of a baseline | give the strategy another name',
      "invalid-value 9:36 strategies[0].provisioning | expected one of best-fit, first-fit-decreasing, karpenter, " +
        "cluster-autoscaler, elastigroup, optimum, aws-batch, BEST_FIT, BEST_FIT_PROGRESSIVE, " +
        "BEST_FIT_PROGRESSIVE_ORDERED, SPOT_CAPACITY_OPTIMIZED, SPOT_CAPACITY_OPTIMIZED_PRIORITIZED, " +
        'SPOT_PRICE_CAPACITY_OPTIMIZED, got "best fits" | did you mean "best-fit"?',
      "invalid-duration 10:38 strategies[1].scaleDown.idleDelay | expected a duration such as 15s, got 60 | write 60s",
      "out-of-range 10:52 strategies[1].scaleDown.maxShare | must be greater than 0, got 0",
      "invalid-value 10:74 strategies[1].queueDiscipline | expected one of aws-batch, fifo, fifo-skip, " +
        'shortest-job-first, easy, conservative, slurm-fair-share, got "lifo" | did you mean "fifo"?',
      'duplicate-name 11:11 strategies[2].name | the strategy "x" is defined twice',
      "out-of-range 11:37 strategies[2].scaleDown.maxShare | must be at most 1, got 1.5",
      "out-of-range 11:68 strategies[2].maxLaunchesPerDecision | must be at least 1, got 0",
      "invalid-value 12:25 baselines[1] | expected one of aws-batch-managed, on-demand, fixed-peak, fixed-p95, job-per-instance, " +
        'got "fixed-peek" | did you mean "fixed-peak"?',
      'duplicate-name 12:37 baselines[2] | "fixed-peak" is listed twice',
    ],
  ],
];

describe.each([
  ["computeEnvironments", ENVIRONMENT_ROWS],
  ["jobQueues", QUEUES],
  ["strategies and baselines", STRATEGIES],
])("%s", (_, rows) => {
  it.each(rows)("%s", (__, text, expected) => {
    expect(rowsOf(text)).toEqual(expected);
  });
});

it("three mistakes of three kinds in one file are all reported, in the order of the file", () => {
  const text = and(
    "jobQueues:",
    "- { jobQueueName: main, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spto }] }", // a relation
  )
    .replace("jobs: 10", "jobs: 10\n    jobs: 20") // YAML
    .replace("maxvCpus: 16", "maxvCpus: 16, minvCpu: 1"); // the schema
  expect(rowsOf(text)).toEqual([
    'duplicate-key 4:5 trace.synthetic.jobs | the key "jobs" is given twice in one map | keep one of them',
    'unknown-key 8:83 computeEnvironments[0].computeResources.minvCpu | unknown key "minvCpu" | did you mean "minvCpus"?',
    "unknown-compute-environment 10:83 jobQueues[0].computeEnvironmentOrder[0].computeEnvironment | " +
      'there is no compute environment "spto" | did you mean "spot"?',
  ]);
});

it("an environment whose name is missing does not make references to it look wrong", () => {
  const text = and(
    "jobQueues:",
    "- { jobQueueName: main, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }",
  ).replace("computeEnvironmentName:", "computeEnvironmentname:");
  expect(rowsOf(text)).toEqual([
    'unknown-key 7:7 computeEnvironments[0].computeEnvironmentname | unknown key "computeEnvironmentname" | ' +
      'did you mean "computeEnvironmentName"?',
  ]);
});
