// A small AWS on a loopback port, in the wire formats of EC2 (query, XML), ECS and SSM (JSON 1.1): as much as the executor calls,
// with the faults that matter. The clients are the real ones.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SSMClient } from "@aws-sdk/client-ssm";

export interface Wire {
  readonly operation: string;
  /** Of EC2: the form's fields by their flat names; of the others the JSON. */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface FakeInstance {
  readonly id: string;
  readonly type: string;
  readonly subnetId: string;
  readonly market: "spot" | "on-demand";
  readonly tags: Readonly<Record<string, string>>;
  state: "pending" | "running" | "shutting-down" | "terminated";
  isProtected?: boolean;
  /** Not in lists yet. */
  isHidden?: boolean;
}

export interface FakeContainer {
  readonly arn: string;
  readonly instanceId: string;
  status: string;
  tasks: string[];
  /** Tasks that only ListTasks knows of. */
  lateTasks?: string[];
}

export type Fault =
  | { readonly kind: "error"; readonly code: string; readonly status?: number; readonly message?: string }
  /** The connection is reset before anything is done. */
  | { readonly kind: "reset" }
  /** Done, and the connection reset before the answer. */
  | { readonly kind: "lost" }
  /** Done, and the answer is cut off. */
  | { readonly kind: "cut" }
  | { readonly kind: "hang" }
  /** Something that happens in between; the call goes on. */
  | { readonly kind: "then"; readonly run: () => void };

interface Refusal {
  readonly code: string;
  readonly type?: string;
  readonly subnetId?: string;
}

type Json = string | number | boolean | undefined | readonly Json[] | { readonly [key: string]: Json };

class Refused extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message = code, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export class FakeAws {
  readonly requests: Wire[] = [];
  readonly instances = new Map<string, FakeInstance>();
  readonly containers = new Map<string, FakeContainer>();
  readonly templates = new Map<string, Readonly<Record<string, unknown>>>();
  readonly parameters = new Map<string, string>();
  /** CreateFleet gives at most so many, in the order of the overrides' priority: "type subnet" → instances. */
  readonly capacity = new Map<string, number>();
  /** Errors of the next CreateFleet answers. */
  refusals: Refusal[] = [];
  /** Fleets' answers leave out what they brought. */
  isReplayEmpty = false;
  readonly volumes: { readonly id: string; readonly instanceId: string; readonly pool: string }[] = [];
  private readonly faults: { readonly operation: string; readonly fault: Fault }[] = [];
  private readonly fleets = new Map<string, { readonly params: string; readonly answer: Json }>();
  private readonly server: Server;
  private count = 0;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<FakeAws> {
    const aws = new FakeAws();
    await new Promise<void>((resolve) => aws.server.listen(0, "127.0.0.1", resolve));
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  clients(maxAttempts = 3) {
    return lazily(clientsOf(this.url, maxAttempts));
  }

  /** The next calls of an operation meet these, in order. */
  fail(operation: string, ...faults: readonly Fault[]): void {
    for (const fault of faults) this.faults.push({ operation, fault });
  }

  sent(operation: string): Wire[] {
    return this.requests.filter((request) => request.operation === operation);
  }

  /** Operations since the last time, in order. */
  take(): string[] {
    return this.requests.splice(0).map(({ operation }) => operation);
  }

  addInstance(instance: Partial<FakeInstance> = {}): FakeInstance {
    const id = instance.id ?? this.newId("i");
    const whole: FakeInstance = {
      id,
      type: "m6i.large",
      subnetId: "subnet-a",
      market: "spot",
      state: "running",
      tags: { "stowage:pool": "night" },
      ...instance,
    };
    this.instances.set(id, whole);
    return whole;
  }

  register(instanceId: string, container: Partial<FakeContainer> = {}): FakeContainer {
    const arn = `arn:aws:ecs:eu-west-1:123456789012:container-instance/AWSBatch-night/${this.newId("c")}`;
    const whole: FakeContainer = { arn, instanceId, status: "ACTIVE", tasks: [], ...container };
    this.containers.set(whole.arn, whole);
    return whole;
  }

  private newId(prefix: string): string {
    return `${prefix}-${String(++this.count).padStart(17, "0")}`;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const target = request.headers["x-amz-target"];
    const params: Record<string, unknown> =
      target === undefined ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    const operation = target === undefined ? String(params.Action) : String(target).split(".").at(-1)!;
    this.requests.push({ operation, params });
    const fault = this.takeFault(operation);
    const isXml = target === undefined;
    if (fault?.kind === "hang") return;
    if (fault?.kind === "reset") return void request.socket.destroy();
    if (fault?.kind === "then") fault.run();
    let answer: { status: number; text: string };
    try {
      if (fault?.kind === "error") throw new Refused(fault.code, fault.message, fault.status);
      const value = this.carryOut(operation, params);
      answer = { status: 200, text: isXml ? xmlAnswer(operation, value) : JSON.stringify(value) };
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      answer = { status: thrown.status, text: isXml ? xmlError(thrown) : jsonError(thrown) };
    }
    if (fault?.kind === "lost") return void request.socket.destroy();
    if (fault?.kind === "cut") answer.text = answer.text.slice(0, answer.text.length / 2);
    response.writeHead(answer.status, {
      "content-type": isXml ? "text/xml" : "application/x-amz-json-1.1",
      "x-amzn-requestid": `request-${this.requests.length}`,
    });
    response.end(answer.text);
  }

  private takeFault(operation: string): Fault | undefined {
    const index = this.faults.findIndex((each) => each.operation === operation);
    return index === -1 ? undefined : this.faults.splice(index, 1)[0]!.fault;
  }

  private carryOut(operation: string, params: Readonly<Record<string, unknown>>): Json {
    switch (operation) {
      case "CreateFleet":
        return this.createFleet(params as Record<string, string>);
      case "CreateLaunchTemplate": {
        const name = String(params.LaunchTemplateName);
        if (this.templates.has(name)) throw new Refused("InvalidLaunchTemplateName.AlreadyExistsException");
        this.templates.set(name, params);
        return { launchTemplate: { launchTemplateName: name } };
      }
      case "DeleteLaunchTemplate": {
        if (!this.templates.delete(String(params.LaunchTemplateName))) {
          throw new Refused("InvalidLaunchTemplateName.NotFoundException");
        }
        return {};
      }
      case "DescribeLaunchTemplates":
        return { launchTemplates: [...this.templates.keys()].map((launchTemplateName) => ({ launchTemplateName })) };
      case "DescribeVolumes":
        return {
          volumeSet: this.volumes.map(({ id, instanceId }) => ({
            volumeId: id,
            status: "available",
            attachmentSet: instanceId === "" ? [] : [{ instanceId }],
          })),
        };
      case "DescribeInstances":
        return this.describeInstances(params as Record<string, string>);
      case "TerminateInstances":
        return this.terminate(params as Record<string, string>);
      case "GetParameter": {
        const value = this.parameters.get(String(params.Name));
        if (value === undefined) throw new Refused("ParameterNotFound");
        return { Parameter: { Name: String(params.Name), Value: value } };
      }
      default:
        return this.ecs(operation, params);
    }
  }

  private createFleet(params: Record<string, string>): Json {
    const token = params.ClientToken!;
    const known = this.fleets.get(token);
    const text = JSON.stringify(params);
    if (known !== undefined) {
      if (known.params !== text) throw new Refused("IdempotentParameterMismatch");
      return this.isReplayEmpty ? { fleetId: "fleet-0" } : known.answer;
    }
    const configs = numbered(params, "LaunchTemplateConfigs");
    const overrides = configs.flatMap((config) => {
      const name = params[`${config}.LaunchTemplateSpecification.LaunchTemplateName`]!;
      if (!this.templates.has(name)) throw new Refused("InvalidLaunchTemplateName.NotFoundException");
      return numbered(params, `${config}.Overrides`).map((each) => ({
        type: params[`${each}.InstanceType`]!,
        subnetId: params[`${each}.SubnetId`]!,
        priority: Number(params[`${each}.Priority`]),
      }));
    });
    overrides.sort((one, other) => one.priority - other.priority);
    const market =
      params["TargetCapacitySpecification.DefaultTargetCapacityType"] === "spot" ? "spot" : ("on-demand" as const);
    const tags = this.tagsOf(params, "instance");
    let missing = Number(params["TargetCapacitySpecification.TotalTargetCapacity"]);
    const fleetInstanceSet: Json[] = [];
    for (const { type, subnetId } of overrides) {
      const key = `${type} ${subnetId}`;
      const granted = Math.min(missing, this.capacity.get(key) ?? missing);
      if (this.capacity.has(key)) this.capacity.set(key, this.capacity.get(key)! - granted);
      missing -= granted;
      if (granted === 0) continue;
      const ids = Array.from({ length: granted }, () => this.addInstance({ type, subnetId, market, tags }).id);
      fleetInstanceSet.push({
        lifecycle: market,
        instanceType: type,
        instanceIds: ids,
        launchTemplateAndOverrides: { overrides: { instanceType: type, subnetId } },
      });
    }
    const errorSet = this.refusals.splice(0).map(({ code, type, subnetId }) => ({
      errorCode: code,
      errorMessage: `${code} it is`,
      lifecycle: market,
      launchTemplateAndOverrides: { overrides: { instanceType: type, subnetId } },
    }));
    const answer = { fleetId: `fleet-${token}`, fleetInstanceSet, errorSet };
    this.fleets.set(token, { params: text, answer });
    return answer;
  }

  private tagsOf(params: Record<string, string>, resource: string): Record<string, string> {
    const specification = numbered(params, "TagSpecification").find(
      (each) => params[`${each}.ResourceType`] === resource,
    );
    const tags = specification === undefined ? [] : numbered(params, `${specification}.Tag`);
    return Object.fromEntries(tags.map((tag) => [params[`${tag}.Key`]!, params[`${tag}.Value`]!]));
  }

  private describeInstances(params: Record<string, string>): Json {
    const filters = numbered(params, "Filter").map((filter) => ({
      name: params[`${filter}.Name`]!,
      values: numbered(params, `${filter}.Value`).map((value) => params[value]!),
    }));
    const found = [...this.instances.values()].filter(
      (instance) =>
        !instance.isHidden &&
        filters.every(({ name, values }) =>
          values.includes(name === "instance-id" ? instance.id : (instance.tags[name.slice("tag:".length)] ?? "")),
        ),
    );
    const instancesSet = found.map(({ id, type, subnetId, market, tags, state }) => ({
      instanceId: id,
      instanceType: type,
      subnetId,
      instanceState: { name: state },
      instanceLifecycle: market === "spot" ? "spot" : undefined,
      tagSet: Object.entries(tags).map(([key, value]) => ({ key, value })),
    }));
    return { reservationSet: instancesSet.length === 0 ? [] : [{ instancesSet }] };
  }

  private terminate(params: Record<string, string>): Json {
    const ids = numbered(params, "InstanceId").map((key) => params[key]!);
    const unknown = ids.find((id) => !this.instances.has(id));
    if (unknown !== undefined) throw new Refused("InvalidInstanceID.NotFound", `no ${unknown}`);
    if (ids.some((id) => this.instances.get(id)!.isProtected)) throw new Refused("OperationNotPermitted");
    for (const id of ids) this.instances.get(id)!.state = "shutting-down";
    return { instancesSet: ids.map((instanceId) => ({ instanceId })) };
  }

  private ecs(operation: string, params: Readonly<Record<string, unknown>>): Json {
    const ids = (params.containerInstances ?? []) as string[];
    switch (operation) {
      case "UpdateContainerInstancesState": {
        if (ids.length > 10) throw new Refused("InvalidParameterException", "too many");
        const failures: Json[] = [];
        for (const arn of ids) {
          const container = this.containers.get(arn);
          if (container === undefined || container.status === "INACTIVE") failures.push({ arn, reason: "MISSING" });
          else container.status = String(params.status);
        }
        return { containerInstances: [], failures };
      }
      case "DescribeContainerInstances": {
        const found = ids.flatMap((arn) => this.containers.get(arn) ?? []);
        return {
          containerInstances: found.map(({ arn, instanceId, status, tasks }) => ({
            containerInstanceArn: arn,
            ec2InstanceId: instanceId,
            status,
            runningTasksCount: tasks.length,
            pendingTasksCount: 0,
          })),
          failures: ids.filter((arn) => !this.containers.has(arn)).map((arn) => ({ arn, reason: "MISSING" })),
        };
      }
      case "ListContainerInstances": {
        const filter = String(params.filter ?? "");
        const found = [...this.containers.values()].filter(
          ({ status, instanceId }) => status !== "INACTIVE" && (filter === "" || filter.includes(`'${instanceId}'`)),
        );
        return { containerInstanceArns: found.map(({ arn }) => arn) };
      }
      case "ListTasks": {
        const { tasks, lateTasks = [] } = this.containers.get(String(params.containerInstance))!;
        return { taskArns: [...tasks, ...lateTasks] };
      }
      case "DeregisterContainerInstance": {
        const container = this.containers.get(String(params.containerInstance));
        if (container === undefined) throw new Refused("InvalidParameterException", "Referenced container instance");
        if (params.force !== true && container.tasks.length > 0) {
          throw new Refused("InvalidParameterException", "Found running tasks on the instance.");
        }
        container.status = "INACTIVE";
        return { containerInstance: {} };
      }
      default:
        throw new Refused("InvalidAction", operation);
    }
  }
}

export function clientsOf(endpoint: string, maxAttempts = 3) {
  const config = {
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    retryStrategy: atOnce(maxAttempts),
  };
  return { ec2: new EC2Client(config), ecs: new ECSClient(config), ssm: new SSMClient(config) };
}

/** As live mode hands clients out. */
export function lazily({ ec2, ecs, ssm }: ReturnType<typeof clientsOf>) {
  return { ec2: async () => ec2, ecs: async () => ecs, ssm: async () => ssm };
}

/** Tries again at once what the SDK's standard strategy tries again after a pause. */
function atOnce(maxAttempts: number) {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (
      last: { getRetryCount(): number },
      { errorType }: { readonly errorType: string },
    ) => {
      if (errorType === "CLIENT_ERROR" || last.getRetryCount() + 1 >= maxAttempts) throw new Error("no more tries");
      return token(last.getRetryCount() + 1);
    },
    recordSuccess() {},
  };
}

/** "Name.1", "Name.2", ... as far as there are fields of them. */
function numbered(params: Readonly<Record<string, string>>, name: string): string[] {
  const found: string[] = [];
  for (let i = 1; ; i++) {
    const prefix = `${name}.${i}`;
    if (!Object.keys(params).some((key) => key === prefix || key.startsWith(`${prefix}.`))) return found;
    found.push(prefix);
  }
}

function xmlAnswer(operation: string, value: Json): string {
  return `<?xml version="1.0"?><${operation}Response><requestId>request</requestId>${xml(value)}</${operation}Response>`;
}

function xmlError({ code, message }: Refused): string {
  const error = xml({ Code: code, Message: message });
  return `<?xml version="1.0"?><Response><Errors><Error>${error}</Error></Errors><RequestID>request</RequestID></Response>`;
}

function jsonError({ code, message }: Refused): string {
  return JSON.stringify({ __type: code, message });
}

function xml(value: Json): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((each) => `<item>${xml(each)}</item>`).join("");
  if (typeof value !== "object") return String(value).replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]) => `<${key}>${xml(each)}</${key}>`)
    .join("");
}
