import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { awsBatchFormat } from "../../../src/trace/formats/aws-batch.js";
import { readTrace } from "../../../src/trace/read-trace.js";
import { UNREADABLE } from "../../../src/trace/text/cells.js";
import { issuesOf, NO_DEFAULTS, traceOptions } from "../trace-files.js";
import { deliveredText, recordCount, take } from "./aws-rows.js";

const ARN = "arn:aws:batch:eu-west-1:111122223333";
const T = 1_700_000_000_000;

/** A job that waited 60 s and ran 30 s. */
const JOB = {
  jobArn: `${ARN}:job/j1`,
  jobId: "j1",
  jobName: "align",
  jobQueue: `${ARN}:job-queue/high`,
  jobDefinition: `${ARN}:job-definition/align:3`,
  status: "SUCCEEDED",
  createdAt: T,
  startedAt: T + 60_000,
  stoppedAt: T + 90_000,
  attempts: [{ container: { exitCode: 0 }, startedAt: T + 60_000, stoppedAt: T + 90_000 }],
  container: {
    vcpus: 1,
    memory: 1,
    resourceRequirements: [
      { type: "VCPU", value: "0.25" },
      { type: "MEMORY", value: "512" },
    ],
  },
};
const SUMMARY = {
  jobId: "j1",
  jobName: "align",
  status: "SUCCEEDED",
  createdAt: T,
  startedAt: T + 60_000,
  stoppedAt: T + 90_000,
};
const job = (changes: object) => ({ ...JOB, ...changes });
const only = async (...files: readonly unknown[]) => {
  const taken = await take(awsBatchFormat, ...files);
  expect(taken.rows).toHaveLength(1);
  return taken.rows[0]!;
};
const pascal = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key[0]!.toUpperCase() + key.slice(1), pascal(inner)]),
  );
};

describe("replies of AWS Batch", () => {
  it("give a job's request, times and names", async () => {
    expect(
      await only({
        jobs: [job({ shareIdentifier: "A", schedulingPriority: 7, timeout: { attemptDurationSeconds: 90 } })],
      }),
    ).toMatchObject({
      ...{
        id: "j1",
        name: "align",
        queue: "high",
        definition: "align:3",
        group: "111122223333",
        share: "A",
        priority: 7,
      },
      ...{ submitMs: T, waitMs: 60_000, runtimeMs: 30_000, limitMs: 90_000, status: "SUCCEEDED", exitCode: 0 },
      ...{ vcpus: 0.25, memoryMib: 512, gpus: Number.NaN, nodes: Number.NaN, attempts: [], adjusted: [], line: 1 },
    });
  });

  it.each<[string, unknown]>([
    ["one reply", { ResponseMetadata: { RetryAttempts: 0 }, jobs: [JOB], nextToken: "x" }],
    ["replies in a list", [{ jobs: [] }, { jobs: [JOB] }]],
    ["a list of jobs", [JOB]],
    ["a job", JOB],
    ["lines", `${JSON.stringify({ jobs: [] })}\n${JSON.stringify({ jobs: [JOB] })}\n`],
    ["capital letters", { Jobs: [pascal(JOB)] }],
    ["a result of Step Functions", pascal(JOB)],
    ["an error of Step Functions", { Error: "States.TaskFailed", Cause: JSON.stringify(pascal(JOB)) }],
    ["an output of Step Functions", { executionArn: "arn", output: JSON.stringify(pascal(JOB)) }],
  ])("come as %s", async (_, file) => {
    const text = typeof file === "string" ? file : JSON.stringify(file);
    expect(awsBatchFormat.detect({ name: "x.json", text })).toBe("sure");
    const row = await only(file);
    expect({ ...row, line: 0 }).toEqual({ ...(await only({ jobs: [JOB] })), line: 0 });
  });

  it.each([
    '{"detail-type":"Batch Job State Change","detail":{"jobId":"x","jobQueue":"y"}}',
    '{"workflowName":"x","calls":{"a.b":[{"jobId":"1","start":"2020-01-01"}]}}',
    '{"jobs":[{"job_id":1}]}',
    "id,submit_ms,runtime_s",
  ])("are not %s", (text) => {
    expect(awsBatchFormat.detect({ name: "x.json", text })).toBe("no");
  });

  describe("times", () => {
    it("come from the attempts, for the job's own start is the last attempt's", async () => {
      const attempts = [
        { container: { exitCode: 137 }, startedAt: T + 10_000, stoppedAt: T + 15_000 },
        {
          container: {},
          startedAt: T + 20_000,
          stoppedAt: T + 22_000,
          statusReason: "Job attempt duration exceeded timeout",
        },
        { container: { exitCode: 0 }, startedAt: T + 60_000, stoppedAt: T + 90_000 },
      ];
      expect(await only(job({ attempts }))).toMatchObject({
        ...{ waitMs: 10_000, runtimeMs: 30_000, exitCode: 0 },
        attempts: [
          { runtimeMs: 5_000, exitCode: 137 },
          { runtimeMs: 2_000, exitCode: Number.NaN },
          { runtimeMs: 30_000, exitCode: 0 },
        ],
      });
    });

    it("leave out attempts whose host vanished, and such as never started", async () => {
      const lost = {
        container: {},
        startedAt: T + 10_000,
        stoppedAt: T + 15_000,
        statusReason: "Host EC2 (instance i-0a1b) terminated.",
      };
      const unstarted = { container: { reason: "CannotPullContainerError: x" }, stoppedAt: T + 20_000 };
      expect(await only(job({ attempts: [lost, unstarted, JOB.attempts[0]] }))).toMatchObject({
        ...{ waitMs: 10_000, runtimeMs: 30_000, attempts: [] },
        adjusted: ["host-loss-left-out", "unstarted-attempt-left-out"],
      });
      // When no other is left, they are what there is.
      expect(await only(job({ status: "FAILED", attempts: [lost, lost] }))).toMatchObject({
        ...{ runtimeMs: 5_000, status: "FAILED", adjusted: [] },
        attempts: [{ runtimeMs: 5_000 }, { runtimeMs: 5_000 }],
      });
    });

    it.each<[string, object, object]>([
      [
        "never ran",
        { status: "FAILED", attempts: [], startedAt: undefined },
        { withoutRuntime: "never-ran", waitMs: 90_000 },
      ],
      [
        "waits",
        { status: "RUNNABLE", attempts: [], startedAt: undefined, stoppedAt: undefined },
        { withoutRuntime: "still-queued", status: "" },
      ],
      [
        "waits for others",
        { status: "PENDING", attempts: [], startedAt: null, stoppedAt: 0 },
        { withoutRuntime: "still-queued" },
      ],
      [
        "starts",
        { status: "STARTING", attempts: [], startedAt: 0, stoppedAt: 0 },
        { withoutRuntime: "still-running", waitMs: Number.NaN },
      ],
      [
        "runs",
        { status: "RUNNING", attempts: [], stoppedAt: undefined },
        { withoutRuntime: "still-running", waitMs: 60_000 },
      ],
      ["ran 0 s", { attempts: [], stoppedAt: T + 60_000 }, { withoutRuntime: "no-runtime", runtimeMs: 0 }],
      ["has no start", { attempts: [], startedAt: undefined }, { withoutRuntime: "no-runtime", runtimeMs: Number.NaN }],
      ["has unreadable times", { attempts: [], startedAt: "soon" }, { runtimeMs: UNREADABLE, waitMs: UNREADABLE }],
      [
        "has times as text",
        { attempts: [], startedAt: String(T + 60_000), createdAt: new Date(T).toISOString() },
        { waitMs: 60_000, submitMs: T },
      ],
      [
        "has no attempts, as in 2016",
        { attempts: undefined, container: { exitCode: 3, vcpus: 2, memory: 128 } },
        { runtimeMs: 30_000, exitCode: 3, vcpus: 2 },
      ],
    ])("%s", async (_, changes, expected) => {
      expect(await only(job(changes))).toMatchObject(expected);
    });

    it.each([
      [0xc0000005, 5], // a Windows process: last eight bits
      [-9, 247],
      [256, 1], // a failure stays one
      [255, 255],
    ])("exit code %d becomes %d", async (exitCode, expected) => {
      const attempts = [{ ...JOB.attempts[0], container: { exitCode } }];
      const row = await only(job({ status: "FAILED", attempts }));
      expect(row.exitCode).toBe(expected);
      expect(row.adjusted).toEqual(exitCode === expected ? [] : ["exit-code-out-of-range"]);
    });
  });

  describe("requests", () => {
    const requirements = (vcpu: string, memory: string, gpu?: string) => ({
      resourceRequirements: [
        { type: "VCPU", value: vcpu },
        { type: "MEMORY", value: memory },
        ...(gpu === undefined ? [] : [{ type: "GPU", value: gpu }]),
      ],
    });
    const range = (targetNodes: string, container: object) => ({ targetNodes, container });

    it.each<[string, object, object]>([
      ["GPUs", { container: requirements("4", "8192", "2") }, { vcpus: 4, memoryMib: 8_192, gpus: 2 }],
      ["none", { container: {} }, { vcpus: Number.NaN, memoryMib: Number.NaN }],
      ["unreadable ones", { container: requirements("four", "8GB") }, { vcpus: UNREADABLE, memoryMib: UNREADABLE }],
      [
        "several containers",
        {
          container: undefined,
          ecsProperties: {
            taskProperties: [{ containers: [requirements("1", "512"), requirements("0.5", "256", "1")] }],
          },
        },
        { vcpus: 1.5, memoryMib: 768, gpus: 1 },
      ],
      [
        "pods", // 500m + 1 = 1.5 vCPUs; 1 GiB + 128 MiB
        {
          eksProperties: {
            podProperties: {
              containers: [
                { resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", "nvidia.com/gpu": 1 } } },
                { resources: { limits: { cpu: "1", memory: "134217728" } } },
              ],
            },
          },
        },
        { vcpus: 1.5, memoryMib: 1_152, gpus: 1 },
      ],
      [
        "nodes, of which the most counts; the narrower range wins", // nodes 1 and 2: 8 vCPUs, 1 GiB; nodes 0 and 3: 2 and 4 GiB
        {
          nodeProperties: {
            numNodes: 4,
            nodeRangeProperties: [range("1:2", requirements("8", "1024")), range("0:", requirements("2", "4096"))],
          },
        },
        { nodes: 4, vcpus: 8, memoryMib: 4_096, adjusted: [] },
      ],
      [
        "nodes whose wider range holds for none",
        {
          nodeProperties: {
            numNodes: 2,
            nodeRangeProperties: [
              range("0:1", requirements("9", "9")),
              range(":0", requirements("1", "1")),
              range("1", requirements("2", "2")),
            ],
          },
        },
        { nodes: 2, vcpus: 2, memoryMib: 2 },
      ],
      [
        "a range beyond the last node",
        { nodeProperties: { numNodes: 2, nodeRangeProperties: [range("0:2", requirements("2", "64"))] } },
        { nodes: 2, vcpus: 2, memoryMib: 64, adjusted: ["clamped-nodes"] },
      ],
      [
        "0 nodes, which is no multi-node job",
        { nodeProperties: { numNodes: 0, nodeRangeProperties: [range("0:1", {})] } },
        { nodes: Number.NaN, vcpus: 0.25 },
      ],
      [
        "absurdly many nodes",
        { nodeProperties: { numNodes: 1e9, nodeRangeProperties: [range("0:", {})] } },
        { nodes: 1e9 },
      ],
    ])("%s", async (_, changes, expected) => {
      expect(await only(job(changes))).toMatchObject(expected);
    });
  });

  it("give what jobs wait for", async () => {
    const dependsOn = [{ jobId: "a" }, { jobId: "b", type: "N_TO_N" }, { type: "SEQUENTIAL" }, {}, null];
    expect((await only(job({ dependsOn }))).dependsOn).toBe("a;b:N_TO_N;SEQUENTIAL");
  });

  describe("several records of a job", () => {
    const running = job({ status: "RUNNING", attempts: [], stoppedAt: undefined });
    const failedOnce = job({ status: "RUNNABLE", attempts: [{ ...JOB.attempts[0], container: { exitCode: 1 } }] });

    it.each<[string, readonly object[], string]>([
      ["a second copy", [JOB, JOB], "duplicate"],
      ["an earlier export", [running, JOB], "earlier-event"],
      ["an earlier attempt", [running, failedOnce], "earlier-event"],
      ["a summary", [SUMMARY, JOB], "summary"],
      ["a node", [JOB, job({ jobArn: `${JOB.jobArn}#1` })], "node-record"],
      ["a node's summary", [JOB, { ...SUMMARY, jobId: "j1#0" }], "node-record"],
    ])("%s is folded", async (_, records, code) => {
      for (const order of [records, [...records].reverse()]) {
        const taken = await take(awsBatchFormat, ...order.map((record) => ({ jobs: [record] })));
        expect(taken.rows).toHaveLength(1);
        expect(taken.folded).toEqual([`${code} 1`]);
        expect(taken.rows[0]).toMatchObject(
          code === "earlier-event" && records[1] === failedOnce
            ? { withoutRuntime: "still-queued" }
            : { runtimeMs: 30_000, vcpus: 0.25 },
        );
      }
    });

    it("complete each other: the end is in the later summary, the request in the earlier details", async () => {
      expect(await only([running, SUMMARY])).toMatchObject({
        runtimeMs: 30_000,
        status: "SUCCEEDED",
        queue: "high",
        vcpus: 0.25,
      });
    });

    it("a summary alone is a row without queue and request; one without times has no submission", async () => {
      const taken = await take(awsBatchFormat, { jobSummaryList: [SUMMARY, { jobId: "j2", jobName: "x" }] });
      expect(taken.rows).toMatchObject([
        { id: "j1", queue: "", vcpus: Number.NaN, runtimeMs: 30_000 },
        { id: "j2", submitMs: Number.NaN },
      ]);
    });

    it("a node's record stands for its job where that is not there", async () => {
      const node = { container: {}, nodeProperties: { numNodes: 2 } };
      const taken = await take(awsBatchFormat, [
        job({ ...node, jobArn: `${JOB.jobArn}#1` }),
        job({ ...node, jobArn: `${JOB.jobArn}#0` }),
      ]);
      expect(taken.rows).toMatchObject([{ id: "j1", nodes: 2 }]);
      expect(taken.folded).toEqual(["node-record 2"]);
    });
  });

  describe("arrays", () => {
    const child = (index: number, changes: object = {}) =>
      job({
        jobArn: `${ARN}:job/a:${index}`,
        jobId: `a:${index}`,
        arrayProperties: { statusSummary: {}, index },
        ...changes,
      });
    const parent = job({
      jobId: "a",
      jobArn: `${ARN}:job/a`,
      arrayProperties: { size: 3, statusSummary: {} },
      dependsOn: [{ jobId: "x" }],
    });

    it("come out together, children by index, and wait for what the array job waits for", async () => {
      const earlier = job({ jobId: "e", createdAt: T - 1 });
      const later = job({ jobId: "l", createdAt: T + 1 });
      const children = [child(10, { createdAt: T + 2 }), child(2), child(0), child(1)];
      const taken = await take(awsBatchFormat, [later, ...children, parent, earlier]);
      expect(taken.rows.map(({ id }) => id)).toEqual(["e", "a:0", "a:1", "a:2", "a:10", "l"]);
      expect(taken.rows[1]).toMatchObject({ arrayId: "a", dependsOn: "x" });
      expect(taken.folded).toEqual(["array-parent 6"]);
      expect([...taken.notes]).toEqual([expect.stringContaining("children of some arrays are missing")]);
    });

    it("without children are rejected", async () => {
      const taken = await take(awsBatchFormat, [parent, JOB]);
      expect(taken.rejected).toEqual(["array-without-children 1"]);
      expect(taken.notes.size).toBe(0);
    });
  });

  it("of ListJobs give the vCPUs of newer models", async () => {
    const of = (capacityUnit: string, more: object = {}) =>
      only({ jobSummaryList: [{ ...SUMMARY, capacityUsage: [{ capacityUnit, quantity: 4 }], ...more }] });
    expect((await of("VCPU")).vcpus).toBe(4);
    expect((await of("cpu")).vcpus).toBe(4);
    expect((await of("NUM_INSTANCES")).vcpus).toBeNaN();
    expect((await of("VCPU", { nodeProperties: { numNodes: 2 } })).vcpus).toBeNaN(); // of all nodes together
    expect((await only(job({ capacityUsage: [{ capacityUnit: "VCPU", quantity: 4 }] }))).vcpus).toBe(0.25);
  });

  it("of service jobs are no jobs of compute environments", async () => {
    const byType = { ...SUMMARY, serviceJobType: "SAGEMAKER_TRAINING" };
    const byArn = { ...SUMMARY, jobArn: `${ARN}:service-job/j2` };
    expect((await take(awsBatchFormat, { jobSummaryList: [byType, byArn] })).rejected).toEqual([
      "not-a-job 1",
      "not-a-job 2",
    ]);
  });

  it("may have times in seconds, and say so", async () => {
    const inSeconds = { createdAt: T / 1_000, startedAt: T / 1_000 + 60, stoppedAt: T / 1_000 + 90.5, attempts: [] };
    const { rows, notes } = await take(awsBatchFormat, job(inSeconds));
    expect(rows).toMatchObject([{ submitMs: T, waitMs: 60_000, runtimeMs: 30_500 }]);
    expect([...notes].join()).toContain("seconds since 1970");
  });

  it("may be empty: AWS Batch has forgotten the jobs", async () => {
    for (const text of ['{"jobs": []}', '{\n  "jobSummaryList": []\n}\n']) {
      expect(awsBatchFormat.detect({ name: "x.json", text })).toBe("likely");
      expect((await take(awsBatchFormat, text)).rows).toEqual([]);
    }
    expect(awsBatchFormat.detect({ name: "x.json", text: '{"jobs": [], "name": "ci"}' })).toBe("no");
  });

  it("come out of executions of Step Functions: a map's output, the events of a history", async () => {
    const two = JSON.stringify([pascal(JOB), pascal(job({ jobId: "j2" }))]);
    const execution = { executionArn: "arn:aws:states:x", status: "SUCCEEDED", input: "{}", output: two };
    expect((await take(awsBatchFormat, execution)).rows).toMatchObject([{ id: "j1" }, { id: "j2", runtimeMs: 30_000 }]);
    const event = (type: string, details: object) => ({ timestamp: "2023-11-14T22:15:00Z", type, id: 1, ...details });
    const submitted = JSON.stringify({ JobId: "j1", JobName: "align" });
    const history = {
      events: [
        event("ExecutionStarted", { executionStartedEventDetails: { input: submitted } }),
        event("TaskSubmitted", { taskSubmittedEventDetails: { resource: "submitJob.sync", output: submitted } }),
        event("TaskSucceeded", { taskSucceededEventDetails: { output: JSON.stringify(pascal(JOB)) } }),
        event("TaskFailed", { taskFailedEventDetails: { cause: JSON.stringify(pascal(job({ jobId: "j2" }))) } }),
        event("WaitStateEntered", {}),
      ],
    };
    expect(awsBatchFormat.detect({ name: "x.json", text: JSON.stringify(history) })).toBe("sure");
    const { rows, folded, rejected } = await take(awsBatchFormat, history);
    expect(rows.map(({ id }) => id)).toEqual(["j1", "j2"]);
    expect(folded).toEqual(["other-event 1", "other-event 2", "other-event 5"]);
    expect(rejected).toEqual([]);
  });

  it("may be broken or of another kind", async () => {
    const taken = await take(awsBatchFormat, `${JSON.stringify(JOB)}\n{"jobId": \n[1]\n{"x":1}\nnull\n{"jobId":{}}\n`);
    expect(taken.rows).toHaveLength(1);
    expect(taken.rejected).toEqual(["malformed 2", "not-a-job 3", "not-a-job 4", "not-a-job 5", "not-a-job 6"]);
    expect(await issuesOf(take(awsBatchFormat, "this is no JSON\n"))).toMatchObject([{ code: "not-json" }]);
    expect(recordCount(await take(awsBatchFormat, ""))).toBe(0);
  });

  it("every record is a row or folded, whatever it holds", async () => {
    const garbage = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom("j1", "a:1", "1:", "RUNNING", -1, 1e300, "N_TO_N", "0:9999999"),
    );
    const keys = [
      ...Object.keys(JOB),
      "arrayProperties",
      "nodeProperties",
      "ecsProperties",
      "eksProperties",
      "dependsOn",
      "timeout",
    ];
    const record = fc.record(Object.fromEntries(keys.map((key) => [key, garbage])), { requiredKeys: [] });
    const nested = fc.record({
      ...{ jobId: fc.constantFrom("j1", "a", "a:0", "a:1", "b#1") },
      nodeProperties: fc.record({
        numNodes: garbage,
        nodeRangeProperties: fc.array(fc.record({ targetNodes: garbage, container: garbage })),
      }),
      attempts: fc.array(
        fc.record({ startedAt: garbage, stoppedAt: garbage, container: garbage, statusReason: garbage }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(record, nested), { maxLength: 8 }), async (records) => {
        const taken = await take(awsBatchFormat, records);
        expect(recordCount(taken)).toBe(records.length);
      }),
      { numRuns: 300 },
    );
  });
});

const folder = "../shared/data/traces/aws-batch";
const defaults = { ...NO_DEFAULTS, vcpus: 1, memoryMib: 512 };
describe.skipIf(!existsSync(folder))("delivered replies of AWS Batch (skipped without ../shared/data)", () => {
  const options = traceOptions({ format: undefined, purpose: "import" });

  it("children of an array: waited 261.5 s, ran 29.3 s", async () => {
    const { report } = await readTrace(options, `${folder}/describe-jobs.array-children.json`);
    expect(report).toMatchObject({ format: "aws-batch", recordsRead: 2, accepted: 2, rejected: [], adjusted: [] });
    const taken = await take(awsBatchFormat, deliveredText("aws-batch/describe-jobs.array-children.json"));
    expect(taken.rows.map(({ id }) => id.slice(-2))).toEqual([":0", ":1"]);
    expect(taken.rows[1]).toMatchObject({
      queue: "main_arm64_batch_runner",
      vcpus: 1,
      memoryMib: 3_000,
      waitMs: 261_494,
      runtimeMs: 29_313,
    });
  });

  it("summaries of the same: no request, and nothing new beside the details", async () => {
    const { report } = await readTrace(
      traceOptions({ format: undefined, defaults }),
      `${folder}/list-jobs.array-children.json`,
    );
    expect(report).toMatchObject({ recordsRead: 2, accepted: 2 });
    const texts = ["list-jobs", "describe-jobs"].map((name) => deliveredText(`aws-batch/${name}.array-children.json`));
    const both = await take(awsBatchFormat, ...texts);
    expect([both.rows.length, both.folded.length]).toEqual([2, 2]);
  });

  it("a job of 2016", async () => {
    const { report } = await readTrace(options, `${folder}/describe-jobs.succeeded-2016.json`);
    expect(report).toMatchObject({ recordsRead: 1, accepted: 1 });
    const { rows } = await take(awsBatchFormat, deliveredText("aws-batch/describe-jobs.succeeded-2016.json"));
    expect(rows).toMatchObject([
      { waitMs: 34_490, runtimeMs: 64_199, vcpus: 1, memoryMib: 128, definition: "sleep60" },
    ]);
  });

  it("a multi-node job that runs, and one of its nodes", async () => {
    const texts = ["mnp-running", "mnp-node1-running"].map((name) =>
      deliveredText(`aws-batch/describe-jobs.${name}.json`),
    );
    const both = await take(awsBatchFormat, ...texts);
    expect(both.rows).toMatchObject([
      { nodes: 2, withoutRuntime: "still-running", waitMs: 447_058, adjusted: ["clamped-nodes"] },
    ]);
    expect(both.folded).toHaveLength(1);
    expect((await take(awsBatchFormat, texts[1])).rows).toMatchObject([{ nodes: 2, withoutRuntime: "still-running" }]);
  });

  it("a job that runs is no row to replay", async () => {
    const issues = await issuesOf(
      readTrace(traceOptions({ format: undefined, defaults }), `${folder}/describe-jobs.mnp-running.json`),
    );
    expect(issues[0]!.message).toContain("had not ended");
  });
});
