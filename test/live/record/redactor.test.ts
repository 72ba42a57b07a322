// What stays of AWS's answers, and what does not.

import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type Exchange, questionOf, Recorder } from "../../../src/live/record/recorder.js";
import { Redactor } from "../../../src/live/record/redactor.js";
import { SHAPES } from "../../../src/live/record/shapes.js";

const ACCOUNT = "210987654321";
const UUID = "c74f07a2-84c2-4bf8-a8d5-0a1f21a1a1a1";

const json = (operation: string, value: unknown, redactor = new Redactor()) =>
  JSON.parse(redactor.json(JSON.stringify(value), SHAPES.get(operation)!));
const xml = (operation: string, text: string) => new Redactor().xml(text, SHAPES.get(operation)!);

describe("ids", () => {
  it.each([
    ["i-0a1b2c3d4e5f60718", "i-00000000000000001"],
    ["subnet-0a1b2c3d", "subnet-00000001"],
    [ACCOUNT, "000000000001"],
    [UUID, "00000000-0000-0000-0000-000000000001"],
    ["0123456789abcdef0123456789abcdef", "00000000000000000000000000000001"],
    [
      `arn:aws:ecs:us-east-1:${ACCOUNT}:container-instance/nf/0123456789abcdef0123456789abcdef`,
      "arn:aws:ecs:us-east-1:000000000001:container-instance/nf/00000000000000000000000000000002",
    ],
    [`${UUID}:17`, "00000000-0000-0000-0000-000000000001:17"],
    // No ids: a type, a zone, a time, a queue.
    ["m6i.large in use1-az1 of us-east-1a", "m6i.large in use1-az1 of us-east-1a"],
    ["1767571280000", "1767571280000"],
    ["spot-queue", "spot-queue"],
  ])("%s", (text, expected) => {
    expect(new Redactor().ids(text)).toBe(expected);
  });

  it("are the same wherever the same stood", () => {
    const redactor = new Redactor();
    const texts = [`a ${ACCOUNT} i-0a1b2c3d4e5f60718`, `b i-0a1b2c3d4e5f60718`, `c i-1111111111111111a ${ACCOUNT}`];
    expect(texts.map((text) => redactor.ids(text))).toEqual([
      "a 000000000001 i-00000000000000002",
      "b i-00000000000000002",
      "c i-00000000000000003 000000000001",
    ]);
  });
});

describe("a job", () => {
  const JOB = {
    jobId: UUID,
    jobArn: `arn:aws:batch:us-east-1:${ACCOUNT}:job/${UUID}`,
    jobName: "patient-4711",
    jobDefinition: `arn:aws:batch:us-east-1:${ACCOUNT}:job-definition/patients:3`,
    jobQueue: `arn:aws:batch:us-east-1:${ACCOUNT}:job-queue/main`,
    status: "RUNNING",
    createdAt: 1767571280000,
    parameters: { patient: "4711" },
    tags: { owner: "me" },
    attempts: [{ container: { exitCode: 1, reason: "OutOfMemoryError: patient-4711 died", logStreamName: "log" } }],
    container: {
      image: "registry.example/patients",
      command: ["run", "4711"],
      environment: [{ name: "TOKEN", value: "secret" }],
      vcpus: 2,
      resourceRequirements: [{ type: "MEMORY", value: "2048" }],
    },
  };

  it("keeps what decisions look at, and nothing else", () => {
    expect(json("Batch.DescribeJobs", { jobs: [JOB] })).toEqual({
      jobs: [
        {
          jobId: "00000000-0000-0000-0000-000000000001",
          jobName: "name-2",
          jobQueue: "arn:aws:batch:us-east-1:000000000003:job-queue/main",
          status: "RUNNING",
          createdAt: 1767571280000,
          attempts: [{ container: { exitCode: 1, reason: "OutOfMemoryError" } }],
          container: { vcpus: 2, resourceRequirements: [{ type: "MEMORY", value: "2048" }] },
        },
      ],
    });
  });

  it.each([
    ["Host EC2 (instance i-0a1b2c3d4e5f60718) terminated.", "Host EC2 (instance i-00000000000000002) terminated."],
    ["Essential container in task exited - [ok]", "Essential container in task exited"],
    ["MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - x", "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"],
    ["Canceled by somebody@example.com", "Canceled"],
    ["because 4711 was wrong", ""],
  ])("of the reason %j keeps AWS's words alone", (statusReason, expected) => {
    const [job] = json("Batch.DescribeJobs", { jobs: [{ jobId: UUID, statusReason }] }).jobs;
    expect(job.statusReason).toBe(expected);
  });

  it("has the same name in all answers, and in requests a token has what became of it", () => {
    const redactor = new Redactor();
    const page = { jobSummaryList: [{ jobName: "patient-4711" }], nextToken: "eyJ0b2tlbiI6MX0=" };
    const [first, second] = [page, { jobSummaryList: page.jobSummaryList }].map((each) =>
      json("Batch.ListJobs", each, redactor),
    );
    expect(first).toEqual({ jobSummaryList: [{ jobName: "name-1" }], nextToken: "name-2" });
    expect(second.jobSummaryList).toEqual(first.jobSummaryList);
    expect(redactor.asked("eyJ0b2tlbiI6MX0=")).toBe("name-2");
    expect(redactor.asked("main")).toBe("main");
  });
});

describe("hosts", () => {
  it("have ECS's attributes, not people's", () => {
    const attributes = [
      { name: "ecs.instance-type", value: "m6i.large" },
      { name: "ecs.subnet-id", value: "subnet-0a1b2c3d" },
      { name: "team", value: "secret" },
    ];
    const answer = json("ECS.DescribeContainerInstances", { containerInstances: [{ version: 3, attributes }] });
    expect(answer.containerInstances[0]).toEqual({
      version: 3,
      attributes: [attributes[0], { name: "ecs.subnet-id", value: "subnet-00000001" }],
    });
  });

  it("have our tags, no addresses, and their XML stays XML", () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
      <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>secret</requestId>
        <reservationSet><item><ownerId>${ACCOUNT}</ownerId><instancesSet><item>
          <instanceId>i-0a1b2c3d4e5f60718</instanceId><privateIpAddress>10.0.0.1</privateIpAddress><kernelId/>
          <instanceState><code>16</code><name>running</name></instanceState>
          <tagSet><item><key>Name</key><value>secret</value></item>
            <item><key>stowage:pool</key><value>ours</value></item></tagSet>
        </item></instancesSet></item></reservationSet><nextToken/></DescribeInstancesResponse>`;
    expect(xml("EC2.DescribeInstances", text).split("\n")[1]).toBe(
      "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-00000000000000001</instanceId>" +
        "<instanceState><code>16</code><name>running</name></instanceState>" +
        "<tagSet><item><key>stowage:pool</key><value>ours</value></item></tagSet>" +
        "</item></instancesSet></item></reservationSet><nextToken></nextToken></DescribeInstancesResponse>",
    );
  });

  it("are asked for by whom is not told", () => {
    const text = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/Admin/me@example.com</Arn>
      <UserId>AROAX:me</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    expect(xml("STS.GetCallerIdentity", text)).toContain(
      "<Arn>arn:aws:sts::000000000001:assumed-role/recorded</Arn><Account>000000000001</Account>",
    );
  });
});

describe("an exchange", () => {
  async function recorded(operation: string, status: number, body: string, type = "application/json") {
    const lines: Exchange[] = [];
    const recorder = new Recorder((line) => lines.push(line), new Redactor());
    const headers = { "content-type": type, date: "now", "x-amzn-requestid": "secret", "x-amzn-errortype": "E" };
    const answer = { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) as unknown };
    await recorder.answered("Batch", operation, { body: '{"b":2,"a":"x"}' }, answer);
    const again = Buffer.concat(await Readable.from(answer.body as Readable).toArray()).toString();
    return { line: lines[0]!, again };
  }

  it("has the question in one form, some headers and the answer, which the client still gets whole", async () => {
    const { line, again } = await recorded("DescribeJobs", 200, '{"jobs":[{"status":"RUNNING","x":1}]}');
    expect(line).toEqual({
      ...{ service: "Batch", operation: "DescribeJobs", request: '{"a":"x","b":2}', status: 200 },
      headers: { "content-type": "application/json", date: "now", "x-amzn-errortype": "E" },
      body: '{"jobs":[{"status":"RUNNING"}]}',
    });
    expect(again).toBe('{"jobs":[{"status":"RUNNING","x":1}]}');
  });

  it.each([
    ["DescribeJobs", 400, '{"__type":"Client","message":"secret is not yours"}', '{"__type":"Client"}'],
    ["DescribeJobs", 502, "<html>secret</html>", ""],
    ["SomethingNew", 200, '{"secret":1}', "{}"],
    ["DescribeJobs", 200, "", ""],
  ])("of %s with status %d keeps nothing that it does not know", async (operation, status, body, expected) => {
    expect((await recorded(operation, status, body)).line.body).toBe(expected);
  });

  it("has the same question whenever it is asked", () => {
    const form = "Version=1&StartTime=2026-01-05T00%3A00%3A10.000Z&Action=DescribeSpotPriceHistory";
    const now = '{"Action":"DescribeSpotPriceHistory","StartTime":"now","Version":"1"}';
    expect(questionOf(form)).toBe(now);
    expect(questionOf('{"b":{"d":1,"c":[2,1]},"a":"x"}')).toBe('{"a":"x","b":{"c":[2,1],"d":1}}');
    expect(questionOf("")).toBe("{}");
  });
});
