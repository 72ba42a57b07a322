// Every rule finds what it is for, with figures worked out by hand, and says nothing where nothing is wrong.
//
// Usable memory (catalogue): m6i.large 7,755 MiB, m6i.xlarge 15,680 MiB. On-demand in us-east-1: $0.096 and $0.192 an hour.

import { describe, expect, it } from "vitest";
import { findings, HEADER, PLAIN_ROWS } from "./lint-scenario.js";

const WITH_DEFINITION = `${HEADER},job_definition`;

/** A definition of 2 vCPUs and 7,680 MiB with more keys. */
const definition = (name: string, more: string) =>
  `{ jobDefinitionName: ${name}, containerProperties: { resourceRequirements: [{ type: VCPU, value: "2" }, { type: MEMORY, value: "7680" }] }, ${more} }`;

const rows = (count: number, row: (index: number) => string) => Array.from({ length: count }, (_, i) => row(i));

const environment = (resources: string, name = "ce") =>
  `{ computeEnvironmentName: ${name}, computeResources: { ${resources} } }`;

it("says nothing about jobs that fill their instance", async () => {
  expect(await findings()).toEqual([]);
});

describe("memory-boundary", () => {
  const boundaries = async (...given: Parameters<typeof findings>) =>
    (await findings(...given)).filter(({ code }) => code === "memory-boundary");

  it("tells how little less memory lets a second job fit", async () => {
    // 8,192 MiB: one on an m6i.xlarge, $0.192 an hour. Two fit with 15,680 / 2 = 7,840 MiB, 4.3 % less, at $0.096 each; an
    // m6i.large takes one with 7,755, 5.3 % less, at the same price. 7,840 is rounded down to a multiple of 64, the largest
    // power of two within 1 % of the request: 7,808 MiB, 7.625 GiB. Ten hours at $0.096 less are $0.96.
    const [finding, ...rest] = await boundaries({}, [HEADER, ...rows(10, (i) => `j${i},work,${i},3600,1,8192`)]);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      severity: "warning",
      code: "memory-boundary",
      path: "trace",
      line: 2,
      message: "work: 8 GiB → 7,808 MiB lets 2 fit on m6i.xlarge: -50 %",
      figure: "$0.9600 saved over the 10 jobs of the trace, on full instances",
      fix: "ask for 7808 MiB of memory if the jobs can do with it",
    });
  });

  it("keeps quiet when the reduction would be large, or saves no more than itself", async () => {
    // 8,600 MiB: the next boundary is 8.8 % below.
    expect(await boundaries({}, [HEADER, ...rows(10, (i) => `j${i},work,${i},3600,2,8600`)])).toEqual([]);
    // 3,900 MiB and 1 vCPU: one on a large, four on an xlarge with 3,920, so that nothing is gained.
    expect(await boundaries({}, [HEADER, ...rows(10, (i) => `j${i},work,${i},3600,1,3900`)])).toEqual([]);
  });

  it("joins the shares of a queue, and points at the definition", async () => {
    const policy = "[{ name: teams, fairsharePolicy: {} }]";
    const found = await boundaries(
      {
        jobQueues:
          "[{ jobQueueName: main, schedulingPolicyArn: teams, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }] }]",
        schedulingPolicies: policy,
        jobDefinitions: `[${definition("work", "schedulingPriority: 1").replace('"7680"', '"8192"').replace('"2"', '"1"')}]`,
      },
      [
        "id,name,submit_ms,runtime_s,job_definition,share_identifier",
        ...rows(10, (i) => `j${i},n${i},${i},3600,work,share${i % 5}`),
      ],
    );
    expect(found).toMatchObject([{ path: "jobDefinitions[0]", figure: expect.stringContaining("over the 10 jobs") }]);
  });
});

describe("stranding-ratio", () => {
  it("tells what of the cheapest instance stays empty", async () => {
    // 1 vCPU and 14,000 MiB take an m6i.xlarge (4 vCPUs, 15,680 MiB). By the model of price shares its 4 vCPUs stand for
    // 4 × 33,000 and its 16 GiB for 16 × 3,750 of 192,000: 68.75 % and 31.25 %. Used: 0.6875 / 4 + 0.3125 × 14,000 / 15,680
    // = 0.451; 0.549 of $0.192 for ten hours is $1.05.
    const found = await findings({}, [HEADER, ...rows(10, (i) => `j${i},wide,${i},3600,1,14000`)]);
    expect(found).toMatchObject([
      {
        severity: "warning",
        code: "stranding-ratio",
        message:
          "wide (1 vCPU, 14,000 MiB): one takes m6i.xlarge, the cheapest for it, and 55 % of its price stays empty",
        figure: "$1.05 over the 10 jobs of the trace, unless other jobs fill the rest",
        fix: expect.stringMatching(
          /^mostly vCPUs, the jobs ask for 13\.7 GiB per vCPU, m6i\.xlarge has 3\.8: allow a family with/,
        ),
      },
    ]);
  });

  it("shows the ten dearest and counts the others", async () => {
    const found = await findings({}, [HEADER, ...rows(13, (i) => `j${i},w${i},${i},${3600 + i},1,${14000 + i}`)]);
    expect(found.map(({ severity, message }) => `${severity} ${message.slice(0, 5)}`)).toEqual([
      ...rows(10, (i) => `warning w${12 - i}${12 - i > 9 ? " (" : " (1"}`),
      "info 3 mor",
    ]);
  });
});

describe("spot-without-retry", () => {
  const spot = `[${environment("type: SPOT, maxvCpus: 64, instanceTypes: [m6i.large]")}]`;
  const run = (retry: string) =>
    findings({ computeEnvironments: spot, jobDefinitions: `[${definition("work", retry)}]` }, [
      WITH_DEFINITION,
      ...PLAIN_ROWS.map((row) => `${row},work`),
    ]);

  it.each([
    ["retryStrategy: { attempts: 1 }", "has one attempt"],
    [
      'retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: "1", action: RETRY }, { onReason: "*", action: EXIT }] }',
      "gives up when its instance is reclaimed: entry 2 of evaluateOnExit",
    ],
    [
      'retryStrategy: { attempts: 3, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: EXIT }] }',
      "gives up when its instance is reclaimed: entry 1 of evaluateOnExit",
    ],
  ])("%s", async (retry, why) => {
    // Ten jobs of 2 vCPUs and an hour.
    expect(await run(retry)).toMatchObject([
      {
        severity: "warning",
        code: "spot-without-retry",
        message: `work may run on Spot (main) and ${why}`,
        figure: "at risk: 10 jobs of the trace, 20 vCPU-hours",
        path: expect.stringMatching(/^jobDefinitions\[0\]/),
      },
    ]);
  });

  it.each([
    "retryStrategy: { attempts: 2 }",
    'retryStrategy: { attempts: 2, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }] }',
    'retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "*", action: EXIT }] }',
  ])("is content with %s", async (retry) => {
    expect(await run(retry)).toEqual([]);
  });

  it("is a note when the trace names no definitions", async () => {
    expect(await findings({ computeEnvironments: spot })).toMatchObject([
      { severity: "info", code: "spot-without-retry", path: "trace" },
    ]);
  });

  it.each([
    ["world", "{ spot: calm }"],
    ["stress", "[reclaim-storm 30% at 1h]"],
  ])("is a warning in a market that takes instances: %s", async (key, value) => {
    expect(await findings({ computeEnvironments: spot, [key]: value })).toMatchObject([
      {
        severity: "warning",
        code: "spot-without-retry",
        message: expect.stringContaining("no job definition for them: each has one attempt"),
        fix: expect.stringContaining("trace.retryStrategy"),
      },
    ]);
  });
});

describe("timeouts", () => {
  /** 100 runs: 97 of a minute, 3 of two hours. */
  const lines = [WITH_DEFINITION, ...rows(100, (i) => `j${i},work,${i * 60000},${i < 97 ? 60 : 7200},2,7680,work`)];
  const run = (seconds: number) =>
    findings({ jobDefinitions: `[${definition("work", `timeout: { attemptDurationSeconds: ${seconds} }`)}]` }, lines);

  it("below the 99th percentile", async () => {
    expect(await run(3600)).toMatchObject([
      {
        severity: "warning",
        code: "timeout-below-p99",
        message: "work: the timeout of 1 h is below the 99th percentile of its run times, 2 h",
        figure: "3.0 % of 100 recorded runs would have been ended (3), and never retried",
        fix: "attemptDurationSeconds: 10800",
        path: "jobDefinitions[0].timeout",
      },
    ]);
  });

  it("far above the longest run", async () => {
    // Ten times two hours is the limit: 72,000 s is not above it.
    expect(await run(72_000)).toEqual([]);
    expect(await run(72_001)).toMatchObject([
      { severity: "info", code: "timeout-far-above", fix: "attemptDurationSeconds: 14400" },
    ]);
  });

  it("between: nothing", async () => {
    expect(await run(7200)).toEqual([]);
  });
});

it("too-many-dependencies", async () => {
  const on = rows(21, (i) => `j${i}`).join(";");
  const lines = [`${HEADER},depends_on`, ...rows(22, (i) => `j${i},work,${i},3600,2,7680,${i === 21 ? on : ""}`)];
  expect(await findings({}, lines)).toMatchObject([
    {
      severity: "error",
      code: "too-many-dependencies",
      message: "1 job (j21) depend on more than 20 jobs",
      figure: "most: j21 with 21",
    },
  ]);
});

describe("multi-node-unsupported", () => {
  const mpi =
    '{ jobDefinitionName: mpi, type: multinode, nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties: [{ targetNodes: "0:1", container: { resourceRequirements: [{ type: VCPU, value: "2" }, { type: MEMORY, value: "7680" }] } }] } }';

  it("is an error where no environment takes it", async () => {
    const found = await findings({
      computeEnvironments: `[${environment("type: SPOT, maxvCpus: 64, instanceTypes: [m6i.large]")}]`,
      jobDefinitions: `[${mpi}]`,
    });
    expect(found).toContainEqual(
      expect.objectContaining({
        severity: "error",
        code: "multi-node-unsupported",
        message: "mpi has 2 nodes, and no compute environment of the scenario takes multi-node parallel jobs",
      }),
    );
  });

  it("is a note where some of the queue's do not", async () => {
    const spot = environment("type: SPOT, maxvCpus: 64, instanceTypes: [m6i.large]", "spot");
    const onDemand = environment("type: EC2, maxvCpus: 64, instanceTypes: [m6i.large]", "od");
    const found = await findings({ computeEnvironments: `[${spot}, ${onDemand}]`, jobDefinitions: `[${mpi}]` }, [
      "id,name,submit_ms,runtime_s,job_definition",
      "j0,work,0,3600,mpi",
    ]);
    // 2 nodes of 2 vCPUs for an hour. Multi-node jobs are no risk on Spot: they never run there.
    expect(found).toMatchObject([
      {
        severity: "info",
        code: "multi-node-unsupported",
        message: "mpi has 2 nodes: spot (SPOT) of queue main never take it, the queue's others do",
        figure: "1 job of the trace, 4 vCPU-hours",
      },
    ]);
  });
});

it("consumable-used-up", async () => {
  const found = await findings(
    {
      consumableResources:
        "[{ consumableResourceName: tokens, resourceType: NON_REPLENISHABLE, totalQuantity: 19 }, { consumableResourceName: seats, totalQuantity: 2 }]",
      jobDefinitions: `[${definition("work", "consumableResourceProperties: { consumableResourceList: [{ consumableResource: tokens, quantity: 2 }, { consumableResource: seats, quantity: 2 }] }")}]`,
    },
    [WITH_DEFINITION, ...PLAIN_ROWS.map((row) => `${row},work`)],
  );
  expect(found).toMatchObject([
    {
      severity: "error",
      code: "consumable-used-up",
      message: "tokens is NON_REPLENISHABLE with 19 in all, and the trace's jobs use 20: it runs out",
      path: "consumableResources[0]",
    },
  ]);
});

describe("fair share", () => {
  const queue =
    "[{ jobQueueName: main, schedulingPolicyArn: teams, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }] }]";
  const run = (fairshare: string, shares: readonly string[]) =>
    findings({ jobQueues: queue, schedulingPolicies: `[{ name: teams, fairsharePolicy: ${fairshare} }]` }, [
      `${HEADER},share_identifier`,
      ...shares.map((share, i) => `j${i},work,${i},3600,2,7680,${share}`),
    ]);

  it("missing-share", async () => {
    expect(await run("{}", ["a", "", ""])).toMatchObject([
      { severity: "warning", code: "missing-share", figure: "2 jobs of the trace, the first at line 3" },
    ]);
  });

  it("missing-share the other way round", async () => {
    expect(await findings({}, [`${HEADER},share_identifier`, "j0,work,0,3600,2,7680,a"])).toMatchObject([
      { severity: "info", code: "missing-share" },
    ]);
  });

  it("weight-factor: the share that asks for most receives the least", async () => {
    // Three jobs of 2 vCPU-hours against one; 10 / 0.5 = 20.
    const weights = "[{ shareIdentifier: prod, weightFactor: 10 }, { shareIdentifier: lab*, weightFactor: 0.5 }]";
    expect(await run(`{ shareDistribution: ${weights} }`, ["prod", "prod", "prod", "lab1"])).toMatchObject([
      {
        severity: "warning",
        code: "weight-factor",
        message:
          "main: the share prod asks for most and has the greatest weightFactor (10), so it receives the least: lab1 (0.5) receives 20 times as much",
        figure: "prod 6 vCPU-hours, lab1 2 vCPU-hours in the trace",
      },
    ]);
    expect(await run(`{ shareDistribution: ${weights} }`, ["prod", "lab1", "lab1"])).toEqual([]);
  });

  it.each([
    [2, "warning"],
    [0.5, "info"],
  ])("weight-factor: unlisted shares weigh 1 beside %d", async (weight, severity) => {
    const weights = `[{ shareIdentifier: prod, weightFactor: ${weight} }]`;
    expect(await run(`{ shareDistribution: ${weights} }`, ["prod", "lab"])).toMatchObject([
      { severity, code: "weight-factor", message: expect.stringContaining("not listed in teams") },
    ]);
  });

  it("idle-reservation", async () => {
    // maxvCpus 64: one share of 50 % leaves 32 free for nobody, two leave 0.25 × 64 = 16, seven 0.5.
    expect(await run("{ computeReservation: 50 }", ["a", "a"])).toMatchObject([
      {
        severity: "warning",
        code: "idle-reservation",
        message:
          "main keeps 32 of 64 vCPUs free for inactive shares even when its only share is active: nobody ever uses them",
        fix: "computeReservation: 0",
      },
    ]);
    expect(await run("{ computeReservation: 50 }", ["a", "b"])).toMatchObject([
      { severity: "info", figure: "computeReservation 50: 32 vCPUs free with one active share, 16 with 2" },
    ]);
    expect(await run("{ computeReservation: 50 }", ["a", "b", "c", "d", "e", "f", "g"])).toEqual([]);
  });
});

describe("larger-than-any-instance", () => {
  it("counts the trace's jobs that nothing holds, whatever the scenario says of them", async () => {
    const found = await findings({}, [HEADER, ...PLAIN_ROWS, "big,work,0,60,8,1024", "bigger,work,0,60,9,1024"]);
    expect(found).toMatchObject([
      {
        severity: "error",
        code: "larger-than-any-instance",
        message: expect.stringMatching(/^2 jobs of the trace can run nowhere: the job asks for 8 vCPUs/),
        figure: "lines 12, 13",
      },
    ]);
  });

  it("knows definitions that no job uses", async () => {
    const found = await findings({ jobDefinitions: `[${definition("big", "").replace('"7680"', '"16384"')}]` });
    expect(found).toMatchObject([
      {
        code: "larger-than-any-instance",
        message: "big (2 vCPUs, 16 GiB) fits no instance type of any compute environment",
        figure: "the one with most memory, m6i.xlarge, has 4 vCPUs, 15,680 MiB for jobs",
        path: "jobDefinitions[0]",
      },
    ]);
  });
});

describe("max-vcpus-too-small", () => {
  it("for every instance type", async () => {
    const found = await findings({
      computeEnvironments: `[${environment("type: EC2, maxvCpus: 64, instanceTypes: [m6i.large]")}, ${environment("type: EC2, maxvCpus: 3, instanceTypes: [m6i.xlarge]", "tiny")}]`,
    });
    expect(found).toMatchObject([
      {
        severity: "error",
        code: "max-vcpus-too-small",
        message: "maxvCpus 3 of tiny is less than its smallest instance type, m6i.xlarge, has (4)",
        path: "computeEnvironments[1].computeResources.maxvCpus",
      },
    ]);
  });

  it("for some jobs", async () => {
    const small = environment("type: EC2, maxvCpus: 2, instanceTypes: [m6i.large, m6i.xlarge]", "small");
    const large = environment("type: EC2, maxvCpus: 64, instanceTypes: [m6i.xlarge]", "large");
    const found = await findings({ computeEnvironments: `[${small}, ${large}]` }, [
      HEADER,
      "j0,work,0,3600,4,15680",
      "j1,work,0,3600,2,7680",
    ]);
    expect(found.filter(({ code }) => code === "max-vcpus-too-small")).toMatchObject([
      {
        severity: "warning",
        message: "maxvCpus 2 of small is less than what its jobs need at once: up to 4 vCPUs of m6i.xlarge",
        figure: "1 job of the trace, 4 vCPU-hours",
        fix: "maxvCpus: 4 or more",
      },
    ]);
  });
});

describe("what environments keep", () => {
  const keeping = (resources: string) => ({
    computeEnvironments: `[${environment(`type: EC2, maxvCpus: 64, instanceTypes: [m6i.large], ${resources}`)}]`,
  });

  it("min-vcpus-idle", async () => {
    // Two vCPUs for one of four hours, then for the last: on average 1 of the 4 that are kept. Idle are 3 × 4 = 12
    // vCPU-hours at $0.048: $0.576. A month of 4 vCPUs: 4 × 0.048 × 720 = $138.24.
    const lines = [HEADER, "j0,work,0,3600,2,7680", "j1,work,10800000,3600,2,7680"];
    expect(await findings(keeping("minvCpus: 4"), lines)).toMatchObject([
      {
        severity: "warning",
        code: "min-vcpus-idle",
        message: "ce keeps 4 vCPUs running; the trace uses 1 of them on average, 2 at most",
        figure: "75 % idle: 12 vCPU-hours, $0.5760 over the trace ($138.24 a month for all of it)",
      },
    ]);
    // Of two kept vCPUs one is in use on average: half is tolerated.
    expect(await findings(keeping("minvCpus: 2"), lines)).toEqual([]);
  });

  it("scale-down-delay", async () => {
    // One job of an hour on 2 vCPUs; they stay for 30 minutes: 1 vCPU-hour at $0.048, half of the 2 that the job uses.
    expect(
      await findings(keeping("scalingPolicy: { minScaleDownDelayMinutes: 30 }"), [HEADER, "j0,work,0,3600,2,7680"]),
    ).toMatchObject([
      {
        severity: "info",
        code: "scale-down-delay",
        figure: "up to 1 vCPU-hours idle, $0.0480 over the trace, 50 % of what its jobs use",
      },
    ]);
  });

  it("scale-down-delay does not count what the next job uses", async () => {
    // The second job comes 20 minutes after the first: 20 + 30 minutes of 2 vCPUs are 1.67 vCPU-hours.
    expect(
      await findings(keeping("scalingPolicy: { minScaleDownDelayMinutes: 30 }"), [
        HEADER,
        "j0,work,0,3600,2,7680",
        "j1,work,4800000,3600,2,7680",
      ]),
    ).toMatchObject([{ figure: expect.stringMatching(/^up to 1\.7 vCPU-hours idle, \$0\.0800/) }]);
  });
});
