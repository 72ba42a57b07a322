// A server on loopback that answers real SDK clients in AWS's wire formats: which operation was asked for is read from the
// request, what is answered a test says.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  /** "Batch.ListJobs", "ECS.ListContainerInstances", "EC2.DescribeInstances", "SQS.ReceiveMessage", "STS.GetCallerIdentity". */
  readonly name: string;
  /** JSON body, or the form's fields. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly host: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is JSON; a text is XML. */
  readonly body: unknown;
}
/** "hang": no answer; "reset": the connection breaks. */
export type Answer = Reply | "hang" | "reset";

export interface Loopback {
  readonly url: string;
  readonly calls: Call[];
  /** How many of an operation came. */
  count(name: string): number;
  close(): Promise<void>;
}

const BATCH: Readonly<Record<string, string>> = Object.fromEntries(
  ["ListJobs", "DescribeJobs", "DescribeJobQueues", "DescribeComputeEnvironments"].map((name) => [
    `/v1/${name.toLowerCase()}`,
    name,
  ]),
);
const TARGETS: Readonly<Record<string, string>> = {
  AmazonEC2ContainerServiceV20141113: "ECS",
  AmazonSQS: "SQS",
  AmazonSSM: "SSM",
  AWSPriceListService: "Pricing",
};

export async function serve(answerTo: (call: Call) => Answer | Promise<Answer>): Promise<Loopback> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const call = callOf(request, await bodyOf(request));
    calls.push(call);
    const answer = await answerTo(call);
    if (answer === "hang") return;
    if (answer === "reset") {
      request.socket.destroy();
      return;
    }
    const { status = 200, headers = {}, body } = answer;
    const isXml = typeof body === "string";
    response.writeHead(status, { "content-type": isXml ? "text/xml" : "application/x-amz-json-1.1", ...headers });
    response.end(isXml ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    count: (name) => calls.filter((call) => call.name === name).length,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An error of a JSON service. */
export function jsonError(code: string, status = 400): Reply {
  return { status, headers: { "x-amzn-errortype": code }, body: { __type: code, message: `this is ${code}` } };
}

/** An error of EC2. */
export function ec2Error(code: string, status = 400): Reply {
  const error = `<Error><Code>${code}</Code><Message>this is ${code}</Message></Error>`;
  const body = `<Response><Errors>${error}</Errors><RequestID>r-1</RequestID></Response>`;
  return { status, headers: { "x-amzn-requestid": "r-1" }, body };
}

/** An answer of EC2. */
export function ec2Reply(operation: string, content: string): Reply {
  return { body: `<${operation}Response><requestId>r-1</requestId>${content}</${operation}Response>` };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function callOf(request: IncomingMessage, body: string): Call {
  const host = request.headers.host ?? "";
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    const [service = "", operation = ""] = target.split(".");
    return { name: `${TARGETS[service]}.${operation}`, input: JSON.parse(body), host };
  }
  const batch = BATCH[request.url ?? ""];
  if (batch !== undefined) return { name: `Batch.${batch}`, input: JSON.parse(body), host };
  const input = Object.fromEntries(new URLSearchParams(body));
  const service = input.Version === "2011-06-15" ? "STS" : "EC2";
  return { name: `${service}.${input.Action}`, input, host };
}
