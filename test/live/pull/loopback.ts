// A server on loopback that answers real SDK clients in AWS's wire formats, with what a test says.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  /** "Batch.ListJobs", "ECS.ListContainerInstances", "EC2.DescribeInstances", "Pricing.GetProducts". */
  readonly name: string;
  /** JSON body, or the form's fields. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** JSON, or EC2's XML as text; an error of AWS; or no answer: the connection breaks after the call was taken. */
export type Answer = { readonly json: unknown } | { readonly xml: string } | AwsError | "hang up";
export interface AwsError {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

export interface Loopback {
  readonly url: string;
  readonly calls: readonly Call[];
  close(): Promise<void>;
}

/** Batch's paths are the operations in lower case. */
const BATCH = [
  ...["ListJobs", "DescribeJobs", "DescribeJobQueues", "DescribeComputeEnvironments", "DescribeSchedulingPolicies"],
  ...[
    "DescribeJobDefinitions",
    "RegisterJobDefinition",
    "SubmitJob",
    "CancelJob",
    "TerminateJob",
    "ListConsumableResources",
  ],
];

export async function serve(answerTo: (call: Call) => Answer): Promise<Loopback> {
  const calls: Call[] = [];
  const server: Server = createServer(async (request, response) => {
    const call = callOf(request, await bodyOf(request));
    calls.push(call);
    const answer = answerTo(call);
    if (answer === "hang up") {
      request.socket.destroy();
      return;
    }
    if ("code" in answer) {
      const { status, code, message = code } = answer;
      const isEc2 = call.name.startsWith("EC2.");
      response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": code });
      response.end(
        isEc2
          ? `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors></Response>`
          : JSON.stringify({ __type: code, message }),
      );
      return;
    }
    const isXml = "xml" in answer;
    response.writeHead(200, { "content-type": isXml ? "text/xml" : "application/json" });
    response.end(isXml ? answer.xml : JSON.stringify(answer.json));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, calls, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function callOf(request: IncomingMessage, body: string): Call {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    const service = target.startsWith("AWSPriceListService") ? "Pricing" : "ECS";
    return { name: `${service}.${target.split(".")[1]}`, input: JSON.parse(body) };
  }
  const path = request.url ?? "";
  const operation = BATCH.find((name) => path === `/v1/${name.toLowerCase()}`);
  if (operation !== undefined) return { name: `Batch.${operation}`, input: JSON.parse(body) };
  const fields = Object.fromEntries(new URLSearchParams(body));
  if (fields.Action === "GetCallerIdentity") return { name: "STS.GetCallerIdentity", input: fields };
  return { name: `EC2.${fields.Action}`, input: fields };
}

/** What every SDK client of a test is made with. */
export function clientOptions(endpoint: string) {
  return {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
}
