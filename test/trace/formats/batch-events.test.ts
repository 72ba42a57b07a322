import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchEventsFormat } from "../../../src/trace/formats/batch-events.js";
import { readTrace } from "../../../src/trace/read-trace.js";
import { issuesOf, traceOptions } from "../trace-files.js";
import { deliveredText, recordCount, take } from "./aws-rows.js";

const T = Date.UTC(2024, 0, 1);
const iso = (ms: number) => new Date(ms).toISOString();
const attempt = (startS: number, stopS: number, exitCode: number) => ({
  container: { exitCode },
  startedAt: T + startS * 1_000,
  stoppedAt: T + stopS * 1_000,
});

/** The event of a job at so many seconds after its submission. */
function event(status: string, atS: number, detail: object = {}, type = "Batch Job State Change") {
  return {
    ...{ version: "0", "detail-type": type, source: "aws.batch", time: iso(T + atS * 1_000).replace(".000", "") },
    detail: {
      ...{
        jobId: "j1",
        jobName: "align",
        jobQueue: "arn:aws:batch:x:1:job-queue/high",
        status,
        createdAt: T,
        attempts: [],
      },
      ...{
        container: {
          resourceRequirements: [
            { type: "VCPU", value: "2" },
            { type: "MEMORY", value: "512" },
          ],
        },
      },
      ...detail,
    },
  };
}

/** Submitted at 0 s, RUNNABLE at 1 s, STARTING at 40 s, RUNNING at 65 s, failed at 70 s, again from 90 s to 100 s. */
const first = attempt(65, 70, 1);
const LIFE = [
  event("RUNNABLE", 1),
  event("STARTING", 40),
  event("RUNNING", 65, { startedAt: T + 65_000 }),
  event("RUNNABLE", 71, { attempts: [first] }),
  event("STARTING", 80, { attempts: [first] }),
  event("RUNNING", 90, { attempts: [first], startedAt: T + 90_000 }),
  event("SUCCEEDED", 101, { attempts: [first, attempt(90, 100, 0)], startedAt: T + 90_000, stoppedAt: T + 100_000 }),
];
const DONE = LIFE.at(-1)!;
const ROW = {
  ...{
    id: "j1",
    queue: "high",
    vcpus: 2,
    memoryMib: 512,
    submitMs: T,
    waitMs: 65_000,
    pullMs: 25_000,
    runtimeMs: 10_000,
  },
  attempts: [
    { runtimeMs: 5_000, exitCode: 1 },
    { runtimeMs: 10_000, exitCode: 0 },
  ],
};
const text = JSON.stringify(DONE);
const csvCell = (value: string) => `"${value.replaceAll('"', '""')}"`;

describe("events of AWS Batch", () => {
  it("become one row per job, with the time of the first image pull, in whatever order and however often they come", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(LIFE, { minLength: 7 }), fc.subarray(LIFE), async (events, again) => {
        const taken = await take(batchEventsFormat, [...events, ...again]);
        expect(taken.rows).toHaveLength(1);
        expect(taken.rows[0]).toMatchObject(ROW);
        expect(taken.folded).toHaveLength(6 + again.length);
        expect(taken.folded.filter((fold) => fold.startsWith("duplicate")).length).toBeGreaterThanOrEqual(
          again.includes(DONE) ? 1 : 0,
        );
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, string]>([
    ["lines", `${text}\n`],
    ["a byte for a separator", `\x1e${text}\n`],
    ["Firehose", text],
    ["pretty-printed", JSON.stringify(DONE, undefined, 4)],
    ["an export to S3", `2024-01-01T00:01:41.000Z ${text}\n`],
    ["messages of SQS", JSON.stringify({ Messages: [{ MessageId: "1", Body: text }] })],
    ["SNS in SQS", JSON.stringify({ Messages: [{ Body: JSON.stringify({ Type: "Notification", Message: text }) }] })],
    ["records of Lambda", JSON.stringify({ Records: [{ messageId: "1", body: text }] })],
    ["notifications of Lambda", JSON.stringify({ Records: [{ EventSource: "aws:sns", Sns: { Message: text } }] })],
    ["filter-log-events", JSON.stringify({ events: [{ logStreamName: "x", message: text }], searchedLogStreams: [] })],
    ["a subscription", JSON.stringify({ messageType: "DATA_MESSAGE", logEvents: [{ id: "1", message: text }] })],
    [
      "get-query-results",
      JSON.stringify({
        results: [
          [
            { field: "@ptr", value: "x" },
            { field: "@message", value: text },
          ],
        ],
        status: "Complete",
      }),
    ],
    ["a list of texts", JSON.stringify([text])],
    ["Logs Insights", `@timestamp,@message\n2024-01-01 00:01:41.000,${csvCell(text)}\n`],
    ["Logs Insights, quoted header", `"@timestamp","@message"\r\n"2024-01-01 00:01:41.000",${csvCell(text)}\r\n`],
  ])("come as %s", async (_, file) => {
    expect(batchEventsFormat.detect({ name: "x", text: file })).toBe("sure");
    const { rows, rejected, folded } = await take(batchEventsFormat, file);
    expect([rejected, folded]).toEqual([[], []]);
    expect(rows).toMatchObject([{ ...ROW, pullMs: Number.NaN }]);
  });

  it("come as single columns of Logs Insights, in CSV and JSON", async () => {
    const columns: [string, string][] = [
      ["@timestamp", "2024-01-01 00:01:41.000"],
      ["detail.jobId", "j1"],
      ["detail.status", "SUCCEEDED"],
      ["detail.createdAt", String(T)],
      ["detail.startedAt", String(T + 65_000)],
      ["detail.stoppedAt", String(T + 75_000)],
      ["detail.jobQueue", "high"],
      ["detail.container.resourceRequirements.0.value", "2"],
      ["detail.container.resourceRequirements.0.type", "VCPU"],
      ["detail.container.resourceRequirements.1.value", "512"],
      ["detail.container.resourceRequirements.1.type", "MEMORY"],
      ["detail.__proto__.x", "1"],
    ];
    const csv = `${columns.map(([name]) => name).join(",")}\n${columns.map(([, value]) => value).join(",")}\n,\n`;
    const json = { results: [columns.map(([field, value]) => ({ field, value }))] };
    expect(batchEventsFormat.detect({ name: "x", text: csv })).toBe("sure");
    for (const file of [csv, json]) {
      const { rows, rejected } = await take(batchEventsFormat, file);
      expect(rows).toMatchObject([
        { id: "j1", queue: "high", vcpus: 2, memoryMib: 512, waitMs: 65_000, runtimeMs: 10_000 },
      ]);
      expect(rejected).toEqual(file === csv ? ["wrong-column-count 3"] : []);
    }
  });

  it("come as details alone", async () => {
    expect((await take(batchEventsFormat, DONE.detail)).rows).toMatchObject([{ runtimeMs: 10_000 }]);
  });

  it("that are no change of a job's state are folded, and make no job", async () => {
    const blocked = event(
      "RUNNABLE",
      5,
      { jobId: "j9", statusReason: "MISCONFIGURATION: x" },
      "Batch Job Queue Blocked",
    );
    const taken = await take(batchEventsFormat, [blocked, event("RUNNING", 1, {}, "ECS Task State Change"), DONE]);
    expect(taken.rows.map(({ id }) => id)).toEqual(["j1"]);
    expect(taken.folded).toEqual(["other-event 1", "other-event 2"]);
  });

  it("show jobs that had not ended: how long they ran until the last event of all", async () => {
    const waiting = event("RUNNABLE", 9, { jobId: "j2" });
    const { rows } = await take(batchEventsFormat, [
      ...LIFE.slice(0, 3),
      waiting,
      event("RUNNABLE", 500, { jobId: "j3" }),
    ]);
    expect(rows).toMatchObject([
      { id: "j1", withoutRuntime: "still-running", runtimeMs: 435_000, waitMs: 65_000, pullMs: 25_000 },
      { id: "j2", withoutRuntime: "still-queued", waitMs: Number.NaN },
      { id: "j3", withoutRuntime: "still-queued" },
    ]);
  });

  it("give the pull from the job's own start when the event RUNNING is missing", async () => {
    const { rows } = await take(batchEventsFormat, [LIFE[1], DONE]);
    expect(rows[0]).toMatchObject({ pullMs: 25_000 });
  });

  it("leave out array jobs that their children tell of", async () => {
    const child = event("SUCCEEDED", 9, {
      jobId: "a:0",
      arrayProperties: { index: 0 },
      startedAt: T,
      stoppedAt: T + 1_000,
    });
    const parent = event("SUCCEEDED", 9, { jobId: "a", arrayProperties: { size: 1 } });
    const { rows, folded } = await take(batchEventsFormat, [parent, child]);
    expect(rows).toMatchObject([{ id: "a:0", arrayId: "a", runtimeMs: 1_000 }]);
    expect(folded).toEqual(["array-parent 1"]);
  });

  it("may be broken, wrapped too deep, or something else", async () => {
    const wrap = (inner: string, times: number): string =>
      times === 0 ? inner : wrap(JSON.stringify({ Body: inner }), times - 1);
    const file = [
      text,
      '{"Body":"no JSON"}',
      '"text"',
      "7",
      '{"field":"@ptr","value":"x"}',
      wrap(text, 9),
      '{"detail":',
    ].join("\n");
    const taken = await take(batchEventsFormat, file);
    expect(taken.rows).toHaveLength(1);
    expect(taken.rejected).toEqual([
      "not-a-job 2",
      "malformed 3",
      "not-a-job 4",
      "not-a-job 5",
      "not-a-job 6",
      "malformed 7",
    ]);
    expect(await issuesOf(take(batchEventsFormat, "x\ny\n"))).toMatchObject([{ code: "not-json" }]);
    expect(await issuesOf(take(batchEventsFormat, '@message\n"x\n'))).toMatchObject([{ code: "csv-syntax", line: 2 }]);
  });

  it("are counted, whatever becomes of the text", async () => {
    const lines = LIFE.map((one) => JSON.stringify(one));
    const edit = fc.tuple(fc.nat(), fc.constantFrom("", '"', "{", "}", "[", "]", "\\", "\n", "0", ","));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 5 }), async (edits) => {
        let file = lines.join("\n");
        for (const [place, byte] of edits)
          file = file.slice(0, place % file.length) + byte + file.slice((place % file.length) + 1);
        const taken = await take(batchEventsFormat, file);
        // An edit breaks one line, or two by joining them.
        const untouched = lines.filter((line) => file.split("\n").includes(line)).length;
        expect(recordCount(taken)).toBeGreaterThanOrEqual(untouched);
        expect(taken.rows.length + taken.folded.length).toBeGreaterThanOrEqual(untouched);
      }),
      { numRuns: 300 },
    );
  });
});

const delivered = "aws-batch/eventbridge.batch-job-state-change.json";
const path = `../shared/data/traces/${delivered}`;
describe.skipIf(!existsSync(path))("delivered event of AWS Batch (skipped without ../shared/data)", () => {
  it("is one job in its queue, on one node although the sample has node properties", async () => {
    const { rows } = await take(batchEventsFormat, deliveredText(delivered));
    expect(rows).toMatchObject([
      {
        id: "4c7599ae-0a82-49aa-ba5a-4727fcce14a8",
        queue: "HighPriority",
        vcpus: 2,
        memoryMib: 2_000,
        limitMs: 90_000,
      },
    ]);
    expect(rows[0]).toMatchObject({
      withoutRuntime: "still-queued",
      nodes: Number.NaN,
      definition: "first-run-job-definition:1",
    });
    const issues = await issuesOf(readTrace(traceOptions({ format: undefined }), path));
    expect(issues[0]!.message).toContain("had not started");
  });
});
