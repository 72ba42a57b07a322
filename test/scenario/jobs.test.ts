// Jobs written in the scenario: what right ones become, and every way in which they can be wrong.

import { describe, expect, it } from "vitest";
import type { JobsTraceSpec, SubmittedJob } from "../../src/scenario/scenario.js";
import { job, parse, shortRowsOf, withJobs } from "./support.js";

const jobsOf = (text: string): readonly SubmittedJob[] => (parse(text).trace as JobsTraceSpec).jobs;

const DEFINITIONS = [
  "jobDefinitions:",
  "  - jobDefinitionName: align",
  "    revision: 9",
  "    containerProperties: { vcpus: 2, memory: 4096, resourceRequirements: [{ type: VCPU, value: '4' }] }",
  "    retryStrategy: { attempts: 3 }",
  "    timeout: { attemptDurationSeconds: 600 }",
  "    schedulingPriority: 5",
  "  - { jobDefinitionName: align, revision: 10, containerProperties: { vcpus: 8, memory: 1024 } }",
  "  - { jobDefinitionName: align, revision: 11, status: INACTIVE, containerProperties: { vcpus: 1, memory: 1 } }",
  "  - { jobDefinitionName: far, platformCapabilities: [FARGATE], containerProperties: { vcpus: 1, memory: 2048 } }",
  "  - { jobDefinitionName: two, ecsProperties: { taskProperties: [{ containers: [" +
    "{ name: x, image: i, resourceRequirements: [{ type: VCPU, value: '1' }, { type: MEMORY, value: '512' }] }, " +
    "{ name: y, image: i, resourceRequirements: [{ type: VCPU, value: '2' }, { type: MEMORY, value: '256' }] }] }] } }",
  "  - jobDefinitionName: mpi",
  "    nodeProperties: { numNodes: 4, mainNode: 0, nodeRangeProperties: [{ targetNodes: '0:', container: { vcpus: 2, memory: 512 } }] }",
];

const FAIR = [
  "schedulingPolicies: [{ name: fair }]",
  "jobQueues: [{ jobQueueName: q, schedulingPolicyArn: fair, computeEnvironmentOrder: [{ order: 1, computeEnvironment: od }] }]",
];

it("the shortest job gets every default", () => {
  expect(parse(withJobs([job("a")])).trace).toEqual({
    kind: "jobs",
    unplaceable: "fail",
    jobs: [
      {
        id: "a",
        name: "a",
        queue: "main",
        submitMs: 0,
        definition: {
          name: "",
          vcpuMilli: 1_000,
          memoryMib: 1_024,
          gpuMilli: 0,
          retry: { attempts: 1, evaluateOnExit: [] },
          timeoutMs: Number.NaN,
          schedulingPriority: 0,
          consumables: [],
          nodes: 1,
        },
        arraySize: 0,
        dependsOn: [],
        shareIdentifier: "",
        limitMs: Number.NaN,
        attempts: [{ runtimeMs: 60_000, exitCode: 0, reason: undefined, statusReason: undefined, cannotStart: false }],
        childRuntimesMs: [],
        cancelMs: Number.NaN,
        terminateMs: Number.NaN,
      },
    ],
  });
});

it("what is given is taken", () => {
  const text = withJobs(
    [
      "{ jobName: sort, jobQueue: arn:aws:batch:r:1:job-queue/q, submit: 5s, repeat: 2, jobDefinition: align, gpus: 1, nodes: 3, " +
        "shareIdentifier: teamA, schedulingPriorityOverride: 7, retryStrategy: { attempts: 2 }, timeout: { attemptDurationSeconds: 60 }, " +
        "consumables: { licence: 2, disk: 1 }, limit: 1h, runtime: 2m, " +
        "attempts: [{ runtime: 1m, exitCode: 137, reason: 'OutOfMemoryError: x' }, { cannotStart: true, statusReason: gone }], " +
        "cancel: 10s, terminate: 20s }",
    ],
    ...DEFINITIONS,
    ...FAIR,
    "consumableResources: [{ consumableResourceName: licence, totalQuantity: 2 }, { consumableResourceName: disk, resourceType: NON_REPLENISHABLE, totalQuantity: 9 }]",
  );
  const jobs = jobsOf(text);
  expect(jobs.map(({ id, name }) => [id, name])).toEqual([
    ["sort-1", "sort"],
    ["sort-2", "sort"],
  ]);
  expect(jobs[0]).toMatchObject({
    queue: "q",
    submitMs: 5_000,
    definition: {
      name: "align",
      vcpuMilli: 8_000, // revision 10 is the newest that is ACTIVE
      memoryMib: 1_024,
      gpuMilli: 1_000,
      retry: { attempts: 2, evaluateOnExit: [] },
      timeoutMs: 60_000,
      schedulingPriority: 7,
      consumables: [
        { name: "disk", quantity: 1 },
        { name: "licence", quantity: 2 },
      ],
      nodes: 3,
    },
    shareIdentifier: "teamA",
    limitMs: 3_600_000,
    attempts: [
      { runtimeMs: 60_000, exitCode: 137, reason: "OutOfMemoryError: x", cannotStart: false },
      { runtimeMs: 120_000, exitCode: 0, statusReason: "gone", cannotStart: true },
    ],
    cancelMs: 10_000,
    terminateMs: 20_000,
  });
});

it.each([
  ["jobDefinition: align", [8_000, 1_024, 1, 0]],
  ["jobDefinition: align:9", [4_000, 4_096, 3, 5]],
  ["jobDefinition: arn:aws:batch:us-east-1:1:job-definition/align:9", [4_000, 4_096, 3, 5]],
  ["jobDefinition: two", [3_000, 768, 1, 0]], // 1 + 2 vCPUs, 512 + 256 MiB
  [
    "jobDefinition: align:9, containerOverrides: { resourceRequirements: [{ type: MEMORY, value: '100' }] }",
    [4_000, 100, 3, 5],
  ],
  ["jobDefinition: align:9, vcpus: 0.5", [500, 4_096, 3, 5]],
])("%s", (keys, [vcpuMilli, memoryMib, attempts, schedulingPriority]) => {
  const [submitted] = jobsOf(withJobs([`{ id: a, ${keys}, runtime: 1s }`], ...DEFINITIONS));
  expect(submitted?.definition).toMatchObject({ vcpuMilli, memoryMib, retry: { attempts }, schedulingPriority });
});

it("arrays, run times by index, dependencies", () => {
  const jobs = jobsOf(
    withJobs([
      job("a", "arrayProperties: { size: 2 }, dependsOn: [{ type: SEQUENTIAL }]").replace("1m", "[1s, 2s]"),
      job("b", "arrayProperties: { size: 2 }, dependsOn: [{ jobId: a, type: N_TO_N }]"),
      job("c", "dependsOn: [{ jobId: a }, { jobId: b }]"),
    ]),
  );
  expect(jobs.map(({ arraySize, dependsOn, childRuntimesMs }) => ({ arraySize, dependsOn, childRuntimesMs }))).toEqual([
    { arraySize: 2, dependsOn: [{ jobId: undefined, type: "SEQUENTIAL" }], childRuntimesMs: [1_000, 2_000] },
    { arraySize: 2, dependsOn: [{ jobId: "a", type: "N_TO_N" }], childRuntimesMs: [] },
    {
      arraySize: 0,
      dependsOn: [
        { jobId: "a", type: undefined },
        { jobId: "b", type: undefined },
      ],
      childRuntimesMs: [],
    },
  ]);
});

it("the scheduling literature's machine and world", () => {
  const scenario = parse(
    withJobs(
      ["{ id: a, vcpus: 3, runtime: 1m, limit: 2m }"], // memory is not counted
      "computeEnvironments: [{ computeEnvironmentName: machine, fixedFleet: { processors: 100, pricePerProcessorHour: 0.05 } }]",
      "world: ideal",
    ),
  );
  const none = { kind: "constant", valueMs: 0 };
  expect(scenario.world).toEqual({
    decisionIntervalMs: 0,
    pending: none,
    boot: none,
    pull: none,
    cachedPull: none,
    stopDelay: none,
    failures: [],
  });
  expect(scenario.computeEnvironments[0]).toMatchObject({
    type: "EC2",
    maxvCpus: 100,
    instanceTypes: [],
    fixedFleet: { kind: "processors", processors: 100, microUsdPerProcessorHour: 50_000 },
  });
  expect((scenario.trace as JobsTraceSpec).jobs[0]?.definition.memoryMib).toBe(0);
});

it("strategies, failures and Fargate's prices", () => {
  const scenario = parse(
    withJobs(
      [job("a")],
      "strategies: [{ name: s, queueDiscipline: easy, queueDisciplines: { main: slurm-fair-share }, fairShareHalfLife: 1d, provisioning: aws-batch }]",
      "world: { stopDelay: 5s, failures: [{ kind: exit, probability: 0.02, jobName: 'a*' }, { kind: image-pull, probability: 0 }] }",
      "billing: { fargate: { pricePerVcpuHour: 0.1, spotDiscount: 0.5 } }",
    ),
  );
  expect(scenario.strategies[0]).toMatchObject({
    queueDiscipline: "easy",
    queueDisciplines: { main: "slurm-fair-share" },
    fairShareHalfLifeMs: 86_400_000,
    provisioning: "aws-batch",
  });
  expect(scenario.world).toMatchObject({
    stopDelay: { kind: "constant", valueMs: 5_000 },
    failures: [
      { kind: "exit", probability: 0.02, exitCode: 1, jobName: "a*" },
      { kind: "image-pull", probability: 0, exitCode: 0, jobName: "*" },
    ],
  });
  expect(scenario.billing.fargate).toEqual({
    microUsdPerVcpuHour: 100_000,
    microUsdPerGibHour: 4_445,
    spotDiscount: 0.5,
  });
});

const J = "trace.jobs[0]";
const only = (keys: string, ...rest: string[]) => withJobs([`{ ${keys} }`], ...rest);
const spot = (type: string, kind = "MANAGED") =>
  `computeEnvironments: [{ computeEnvironmentName: od, type: ${kind}, computeResources: { type: ${type}, maxvCpus: 64 } }]`;

const MISTAKES: [what: string, text: string, rows: string[]][] = [
  [
    "an array of one, and of too many",
    withJobs([job("a", "arrayProperties: { size: 1 }"), job("b", "arrayProperties: { size: 10001 }")]),
    [
      `out-of-range ${J}.arrayProperties.size | Array size must be between 2 and 10,000, got 1`,
      "out-of-range trace.jobs[1].arrayProperties.size | Array size must be between 2 and 10,000, got 10001",
    ],
  ],
  [
    "21 dependencies",
    withJobs([job("a", `dependsOn: [${Array.from({ length: 21 }, () => "{ jobId: b }").join(", ")}]`), job("b")]),
    [`too-many-dependencies ${J}.dependsOn | A job can depend upon a maximum of 20 jobs, got 21`],
  ],
  [
    "dependencies on what is not there",
    withJobs([
      job("align", "arrayProperties: { size: 2 }"),
      job("b", "dependsOn: [{ jobId: alin }, { jobId: 'align:1' }, {}]"),
    ]),
    [
      'unknown-job trace.jobs[1].dependsOn[0].jobId | there is no job "alin" | did you mean "align"?',
      `unknown-job trace.jobs[1].dependsOn[1].jobId | a job can't depend on a child of an array, got "align:1"`,
      'missing-key trace.jobs[1].dependsOn[2] | the key "jobId" is missing',
    ],
  ],
  [
    "N_TO_N and SEQUENTIAL where they do not fit",
    withJobs([
      job("a", "arrayProperties: { size: 2 }"),
      job("b", "arrayProperties: { size: 3 }, dependsOn: [{ jobId: a, type: N_TO_N }, { jobId: a, type: SEQUENTIAL }]"),
      job("c", "dependsOn: [{ type: SEQUENTIAL }, { jobId: a, type: N_TO_N }]"),
    ]),
    [
      "conflicting-keys trace.jobs[1].dependsOn[0].type | an N_TO_N dependency is between array jobs of the same size, got 3 and 2",
      "conflicting-keys trace.jobs[1].dependsOn[1].jobId | a SEQUENTIAL dependency must not specify a jobId",
      "conflicting-keys trace.jobs[2].dependsOn[0].type | a SEQUENTIAL dependency is for array jobs",
      "conflicting-keys trace.jobs[2].dependsOn[1].type | an N_TO_N dependency is between array jobs of the same size, got no array and 2",
    ],
  ],
  [
    "cycles",
    withJobs([
      job("a", "dependsOn: [{ jobId: c }]"),
      job("b", "dependsOn: [{ jobId: a }]"),
      job("c", "dependsOn: [{ jobId: b }]"),
      job("d", "dependsOn: [{ jobId: d }, { jobId: a }]"),
    ]),
    [
      "dependency-cycle trace.jobs[0].dependsOn | these jobs wait for each other: a → c → b → a",
      "dependency-cycle trace.jobs[3].dependsOn | these jobs wait for each other: d → d",
    ],
  ],
  [
    "ids twice, also by copying, and none",
    withJobs([job("a", "repeat: 2"), job("a-2"), job("a-2"), "{ vcpus: 1, memory: 1 GiB, runtime: 1s }", job("'x:1'")]),
    [
      'duplicate-name trace.jobs[1] | the job id "a-2" is defined twice | give each job an id of its own',
      'duplicate-name trace.jobs[2] | the job id "a-2" is defined twice | give each job an id of its own',
      "missing-key trace.jobs[3] | expected an id or a jobName",
      'invalid-name trace.jobs[4].id | an id has no colon, got "x:1": children of arrays are id:index',
    ],
  ],
  [
    "more copies than there may be",
    withJobs([job("a", "repeat: 10001"), ...Array.from({ length: 101 }, (_, i) => job(`b${i}`, "repeat: 10000"))]),
    [
      "too-many trace.jobs | must be at most 1000000 jobs with all copies, got 1010001 | put them into a trace file",
      `out-of-range ${J}.repeat | must be at most 10000, got 10001`,
    ],
  ],
  [
    "a name that AWS refuses",
    withJobs([job("a", "jobName: _b")]),
    [
      `invalid-name ${J}.jobName | a job name has up to 128 letters, numbers, hyphens (-) and underscores (_), the first one a letter or number, got "_b"`,
    ],
  ],
  [
    "neither request nor run time",
    withJobs(["{ id: a }", "{ id: b, vcpus: 1, attempts: [{ runtime: 1s }, {}] }"]),
    [
      `missing-key ${J}.runtime | the key "runtime" is missing`,
      `missing-key ${J} | vCPU is not provided | neither the job nor its job definition asks for any`,
      'missing-key trace.jobs[1].runtime | the key "runtime" is missing',
      "missing-key trace.jobs[1] | Memory is not provided | neither the job nor its job definition asks for any",
    ],
  ],
  [
    "run times by index without an array, too few, and beside those of attempts",
    withJobs([
      job("a").replace("1m", "[1s, 2s]"),
      job("b", "arrayProperties: { size: 3 }").replace("1m", "[1s, 2s]"),
      job("c", "arrayProperties: { size: 2 }, attempts: [{ runtime: 1s }]").replace("1m", "[1s, 2s]"),
      job("d", "arrayProperties: { size: 2 }").replace("1m", "[1s, 2]"),
    ]),
    [
      `conflicting-keys ${J}.runtime | a list of run times needs arrayProperties`,
      "wrong-length trace.jobs[1].runtime | expected 3 run times, one for each child, got 2",
      "conflicting-keys trace.jobs[2].attempts[0].runtime | an attempt's runtime has no meaning beside a list of run times",
      "invalid-duration trace.jobs[3].runtime[1] | expected a duration such as 15s, got 2 | write 2s",
    ],
  ],
  [
    "the same thing in two ways",
    withJobs(
      [
        job(
          "a",
          "containerOverrides: { vcpus: 2 }, consumables: { x: 1 }, consumableResourcePropertiesOverride: { consumableResourceList: [] }",
        ),
      ],
      "consumableResources: [{ consumableResourceName: x, totalQuantity: 1 }]",
    ),
    [
      `conflicting-keys ${J}.vcpus | vcpus stands for containerOverrides: give one of the two`,
      `conflicting-keys ${J}.memory | memory stands for containerOverrides: give one of the two`,
      `conflicting-keys ${J}.consumables | consumables stands for consumableResourcePropertiesOverride: give one of the two`,
    ],
  ],
  [
    "job definitions that are not there",
    withJobs(
      [
        "{ id: a, jobDefinition: algn, runtime: 1s }",
        "{ id: b, jobDefinition: 'align:11', runtime: 1s }",
        "{ id: c, jobDefinition: 'align:12', runtime: 1s }",
      ],
      ...DEFINITIONS,
    ),
    [
      `unknown-job-definition ${J}.jobDefinition | there is no job definition "algn" | did you mean "align"?`,
      'inactive-job-definition trace.jobs[1].jobDefinition | the job definition "align:11" is INACTIVE',
      'unknown-job-definition trace.jobs[2].jobDefinition | there is no job definition "align:12" | defined: align, far, two, mpi',
    ],
  ],
  [
    "consumable resources: unknown, more than there are, and six",
    withJobs(
      [job("a", "consumables: { licenze: 1, licence: 5, c: 1, d: 1, e: 1, f: 1 }")],
      `consumableResources: [${["licence", "c", "d", "e", "f"].map((name) => `{ consumableResourceName: ${name}, totalQuantity: 4 }`).join(", ")}]`,
    ),
    [
      `too-many ${J}.consumables | must have at most 5 entries, got 6`,
      `unknown-consumable-resource ${J}.consumables.licenze | there is no consumable resource "licenze" | did you mean "licence"?`,
      `out-of-range ${J}.consumables.licence | asks for 5 of "licence", of which there are 4`,
    ],
  ],
  [
    "a share in a FIFO queue, and one with a star",
    withJobs([job("a", "shareIdentifier: x"), job("b", "shareIdentifier: 'x*'")]),
    [
      `conflicting-keys ${J}.shareIdentifier | If the job queue doesn't have a scheduling policy, then shareIdentifier must not be specified`,
      'invalid-share trace.jobs[1].shareIdentifier | The string is limited to 255 alphanumeric characters, got "x*"',
    ],
  ],
  [
    "no share in a fair-share queue, and no priority",
    withJobs([job("a"), "{ id: b, jobDefinition: align, shareIdentifier: x, runtime: 1s }"], ...DEFINITIONS, ...FAIR),
    [
      `missing-key ${J} | shareIdentifier must be specified | the job queue "q" has a scheduling policy`,
      "missing-key trace.jobs[1] | Either schedulingPriority in job definition or schedulingPriorityOverride should be specified",
    ],
  ],
  [
    "multi-node jobs on Spot",
    only("id: a, jobDefinition: mpi, runtime: 1s", ...DEFINITIONS, spot("SPOT")),
    [
      `multi-node-unsupported ${J} | Multi-node parallel jobs aren't supported on Spot Instances, Fargate and UNMANAGED compute environments, and the job queue "main" has no others`,
    ],
  ],
  [
    "multi-node jobs on instances of one's own",
    only("id: a, vcpus: 1, memory: 1 GiB, nodes: 2, runtime: 1s", spot("EC2", "UNMANAGED")),
    [
      `multi-node-unsupported ${J} | Multi-node parallel jobs aren't supported on Spot Instances, Fargate and UNMANAGED compute environments, and the job queue "main" has no others`,
    ],
  ],
  ["1001 nodes", withJobs([job("a", "nodes: 1001")]), [`out-of-range ${J}.nodes | must be at most 1000, got 1001`]],
  [
    "a Fargate definition on EC2, and with a size that Fargate does not have",
    only("id: a, jobDefinition: far, memory: 3 MiB, runtime: 1s", ...DEFINITIONS),
    [
      `fargate-size ${J} | Fargate resource requirements (1.00 vCPU, 3 MiB) not valid`,
      `wrong-platform ${J}.jobDefinition | the job definition is for FARGATE, its job queue runs on EC2`,
    ],
  ],
  [
    "an EC2 definition on Fargate",
    only("id: a, jobDefinition: align, runtime: 1s", ...DEFINITIONS, spot("FARGATE")),
    [`wrong-platform ${J}.jobDefinition | the job definition is for EC2, its job queue runs on Fargate`],
  ],
  [
    "queues: unknown, and none where there are two",
    withJobs(
      [job("a"), job("b", "jobQueue: qq")],
      "jobQueues:",
      ...["q1", "q2"].map(
        (name) => `  - { jobQueueName: ${name}, computeEnvironmentOrder: [{ order: 1, computeEnvironment: od }] }`,
      ),
    ),
    [
      `missing-key ${J}.jobQueue | the key "jobQueue" is missing, and there are 2 job queues | one of q1, q2`,
      'unknown-job-queue trace.jobs[1].jobQueue | there is no job queue "qq" | did you mean "q1"?',
    ],
  ],
  [
    "a file's key, and a second kind of trace",
    withJobs([job("a")]).replace("trace:", "trace:\n  limits: timeout"),
    [
      "conflicting-keys trace.limits | limits describes a trace file and has no meaning for jobs written in the scenario",
    ],
  ],
  [
    "two kinds of trace",
    withJobs([job("a")]).replace("trace:", "trace:\n  file: x.csv"),
    ["conflicting-keys trace.jobs | expected one of file, synthetic or jobs, got file and jobs"],
  ],
  [
    "shareFrom for CSV, an unknown default definition",
    withJobs([job("a")]).replace(
      / {2}jobs:\n.*\n/,
      "  file: x.csv\n  shareFrom: user\n  defaults: { jobDefinition: x }\n",
    ),
    [
      "conflicting-keys trace.shareFrom | shareFrom has no meaning for a CSV trace: name its column share",
      'unknown-job-definition trace.defaults.jobDefinition | there is no job definition "x"',
    ],
  ],
  [
    "worlds that are none",
    withJobs([job("a")], "world: idael"),
    ['invalid-value world | expected one of ideal, got "idael" | did you mean "ideal"?'],
  ],
  [
    "failures that cannot be",
    withJobs(
      [job("a")],
      "world: { failures: [{ kind: exit, probability: 2 }, { kind: image-pull, probability: 0, exitCode: 1 }, { kind: exit, exitCode: 256, probability: 0 }, { kind: exit, probability: 0, jobName: 'a*b' }] }",
    ),
    [
      "out-of-range world.failures[0].probability | must be at most 1, got 2",
      "conflicting-keys world.failures[1].exitCode | exitCode has no meaning for image-pull",
      "out-of-range world.failures[2].exitCode | must be at most 255, got 256",
      "invalid-pattern world.failures[3].jobName | a * stands only at the end",
    ],
  ],
];

describe("mistakes", () => {
  it.each(MISTAKES)("%s", (_, text, expected) => {
    expect(shortRowsOf(text)).toEqual(expected);
  });

  it("stand at their place", () => {
    const text = withJobs([job("a"), job("b", "dependsOn: [{ jobId: c }]")]);
    expect(() => parse(text)).toThrow('scenario.yaml:4:75 trace.jobs[1].dependsOn[0].jobId: there is no job "c"');
  });
});

it("a share in a FIFO queue has a meaning where a strategy shares as Slurm does", () => {
  const text = withJobs(
    [job("a", "shareIdentifier: x")],
    "strategies: [{ name: s, queueDiscipline: slurm-fair-share }]",
  );
  expect(jobsOf(text)[0]?.shareIdentifier).toBe("x");
});
