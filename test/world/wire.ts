// Requests and answers as they are on the wire: which service and operation a request is for, and how each service words its
// answers and errors.

import type { IncomingHttpHeaders } from "node:http";
import { toXml, type XmlValue } from "./xml.js";

/** A request as it came, and what it is. */
export interface Call {
  /** Name in the SigV4 credential scope: "batch", "ecs", "ec2", "sqs", ...; "" of an unsigned request. */
  readonly service: string;
  /** AWS's name of the operation; of S3 the HTTP method with what it is about. */
  readonly operation: string;
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer | string;
}

/** What AWS refuses, in AWS's words: services throw it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const SCOPE = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/;

/** Which service and operation a request is for. */
export function readCall(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Call {
  const [, region = "", service = ""] = SCOPE.exec(headers.authorization ?? "") ?? [];
  return { service, operation: operationOf(service, method, path, headers, body), region, method, path, headers, body };
}

const BATCH_OPERATIONS = [
  "CancelJob",
  "DescribeComputeEnvironments",
  "DescribeJobDefinitions",
  "DescribeJobQueues",
  "DescribeJobs",
  "DescribeSchedulingPolicies",
  "GetJobQueueSnapshot",
  "ListJobs",
  "RegisterJobDefinition",
  "SubmitJob",
  "TerminateJob",
];
const BATCH_PATHS = new Map(BATCH_OPERATIONS.map((name) => [`/v1/${name.toLowerCase()}`, name]));

function operationOf(
  service: string,
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.indexOf(".") + 1);
  if (service === "batch") return BATCH_PATHS.get(path) ?? path;
  if (service === "s3") return s3Operation(method, path);
  return new URLSearchParams(body.toString("utf8")).get("Action") ?? `${method} ${path}`;
}

function s3Operation(method: string, path: string): string {
  const [route = "", query = ""] = path.split("?");
  const isObject = route.split("/").filter((part) => part !== "").length > 1;
  if (method === "GET" && !isObject) return query.includes("list-type") ? "ListObjectsV2" : "ListBuckets";
  const verb = { GET: "Get", PUT: isObject ? "Put" : "Create", DELETE: "Delete", HEAD: "Head" }[method];
  return verb === undefined ? `${method} ${route}` : `${verb}${isObject ? "Object" : "Bucket"}`;
}

const READ = /^(Describe|List|Get|Head|BatchGet|Query$|Scan$|ReceiveMessage$|AssumeRole)/;

/** Whether a call changes the account, if it succeeds. A dry run changes nothing. */
export function isMutating({ service, operation, body }: Call): boolean {
  if (READ.test(operation)) return false;
  return !(service === "ec2" && new URLSearchParams(body.toString("utf8")).get("DryRun") === "true");
}

const JSON_1_1 = "application/x-amz-json-1.1";

/** The answer of a JSON service. */
export function json(service: string, value: unknown): Answer {
  const type = service === "batch" ? "application/json" : JSON_1_1;
  return { status: 200, headers: { "content-type": type }, body: JSON.stringify(value) };
}

/** The answer of an EC2 operation: its elements. */
export function ec2Answer(operation: string, value: XmlValue): Answer {
  return ec2Raw(operation, toXml(value));
}

/** The same with its elements as text. */
export function ec2Raw(operation: string, content: string): Answer {
  const open = `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15">`;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${open}<requestId>world</requestId>${content}</${operation}Response>`;
  return { status: 200, headers: { "content-type": "text/xml;charset=UTF-8" }, body };
}

/** An error in the words of a service. */
export function errorAnswer(service: string, { code, message, status }: AwsError): Answer {
  if (service === "ec2") {
    const content = toXml({ Errors: { Error: { Code: code, Message: message } }, RequestID: "world" });
    return { status, headers: { "content-type": "text/xml" }, body: `<Response>${content}</Response>` };
  }
  if (service === "s3") {
    const content = toXml({ Error: { Code: code, Message: message } });
    return { status, headers: { "content-type": "application/xml" }, body: content };
  }
  if (service === "sts" || service === "iam") {
    const content = toXml({ Error: { Type: "Sender", Code: code, Message: message }, RequestId: "world" });
    return { status, headers: { "content-type": "text/xml" }, body: `<ErrorResponse>${content}</ErrorResponse>` };
  }
  const headers = { "content-type": service === "batch" ? "application/json" : JSON_1_1, "x-amzn-errortype": code };
  return { status, headers, body: JSON.stringify({ __type: code, message }) };
}

/** How a service words that it is asked too often. */
export function throttling(service: string): AwsError {
  if (service === "batch") return new AwsError("TooManyRequestsException", "Too Many Requests", 429);
  if (service === "ec2") return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
  if (service === "s3") return new AwsError("SlowDown", "Please reduce your request rate.", 503);
  return new AwsError("ThrottlingException", "Rate exceeded", 400);
}

/** How a service words that it has failed. */
export function serverError(service: string): AwsError {
  if (service === "ec2") return new AwsError("InternalError", "An internal error has occurred", 500);
  if (service === "s3") return new AwsError("InternalError", "We encountered an internal error.", 500);
  return new AwsError("ServerException", "Service is unable to process the request", 500);
}
