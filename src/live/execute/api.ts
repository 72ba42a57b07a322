// The calls that the executor makes, one method each. All go through `call`: begun only within their limits, journaled before and
// after, counted, ended in time, and what they throw is data.

import type * as ec2 from "@aws-sdk/client-ec2";
import type * as ecs from "@aws-sdk/client-ecs";
import type * as ssm from "@aws-sdk/client-ssm";
import type { CallCounts } from "../observation.js";
import type { Clock, Journal } from "../ports.js";
import { type CallLimits, stopMessage } from "./call-limits.js";
import { type Answer, type Failure, failureOf } from "./failure.js";

/** As makeAwsClients gives them. */
export interface ExecutorClients {
  ec2(): Promise<ec2.EC2Client>;
  ecs(): Promise<ecs.ECSClient>;
  ssm(): Promise<ssm.SSMClient>;
}

interface ApiParts {
  readonly clients: ExecutorClients;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** Changes nothing: not worth a flush of the journal before it. */
const READ = /\.(Describe|List|Get)/;

export class Api {
  private readonly parts: ApiParts;
  private readonly clients: { readonly ec2: ec2.EC2Client; readonly ecs: ecs.ECSClient; readonly ssm: ssm.SSMClient };
  private readonly ec2: typeof ec2;
  private readonly ecs: typeof ecs;
  private readonly ssm: typeof ssm;
  private counts = new Map<string, number>();

  private constructor(
    parts: ApiParts,
    clients: Api["clients"],
    modules: { ec2: typeof ec2; ecs: typeof ecs; ssm: typeof ssm },
  ) {
    this.parts = parts;
    this.clients = clients;
    this.ec2 = modules.ec2;
    this.ecs = modules.ecs;
    this.ssm = modules.ssm;
  }

  static async make(parts: ApiParts): Promise<Api> {
    const [ec2, ecs, ssm] = await Promise.all([
      import("@aws-sdk/client-ec2"),
      import("@aws-sdk/client-ecs"),
      import("@aws-sdk/client-ssm"),
    ]);
    const { clients } = parts;
    const made = { ec2: await clients.ec2(), ecs: await clients.ecs(), ssm: await clients.ssm() };
    return new Api(parts, made, { ec2, ecs, ssm });
  }

  /** Calls since the last time; the SDK's own retries are not counted. */
  takeCallCounts(): CallCounts {
    const counts = Object.fromEntries(this.counts);
    this.counts = new Map();
    return counts;
  }

  /** For the audit log: what the executor found, beside its calls. */
  note(what: string, detail: Readonly<Record<string, unknown>>): void {
    this.parts.journal.append({ kind: "note", at: this.parts.clock.wallMs(), note: what, ...detail });
  }

  createFleet(input: ec2.CreateFleetCommandInput, limits: CallLimits) {
    const command = new this.ec2.CreateFleetCommand(input);
    return this.call("EC2.CreateFleet", input, command, limits, (o) => this.clients.ec2.send(command, o));
  }

  createLaunchTemplate(input: ec2.CreateLaunchTemplateCommandInput, limits: CallLimits) {
    const { LaunchTemplateName } = input; // its user data may hold what is nobody's business
    const command = new this.ec2.CreateLaunchTemplateCommand(input);
    return this.call("EC2.CreateLaunchTemplate", { LaunchTemplateName }, command, limits, (o) =>
      this.clients.ec2.send(command, o),
    );
  }

  deleteLaunchTemplate(input: ec2.DeleteLaunchTemplateCommandInput, limits: CallLimits) {
    const command = new this.ec2.DeleteLaunchTemplateCommand(input);
    return this.call("EC2.DeleteLaunchTemplate", input, command, limits, (o) => this.clients.ec2.send(command, o));
  }

  /** All pages of a filtered DescribeInstances: ids that EC2 does not know are absent rather than an error. */
  instances(Filters: ec2.Filter[], limits: CallLimits) {
    return allPages(
      (token) => {
        const input = { Filters, MaxResults: INSTANCES_PAGE, NextToken: token };
        const command = new this.ec2.DescribeInstancesCommand(input);
        return this.call("EC2.DescribeInstances", input, command, limits, (o) => this.clients.ec2.send(command, o));
      },
      (page) => (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances),
      (page) => page.NextToken,
    );
  }

  /** All pages. */
  launchTemplates(Filters: ec2.Filter[], limits: CallLimits) {
    return allPages(
      (token) => {
        const input = { Filters, NextToken: token };
        const command = new this.ec2.DescribeLaunchTemplatesCommand(input);
        return this.call("EC2.DescribeLaunchTemplates", input, command, limits, (o) =>
          this.clients.ec2.send(command, o),
        );
      },
      (page) => page.LaunchTemplates ?? [],
      (page) => page.NextToken,
    );
  }

  /** All pages. */
  volumes(Filters: ec2.Filter[], limits: CallLimits) {
    return allPages(
      (token) => {
        const input = { Filters, NextToken: token };
        const command = new this.ec2.DescribeVolumesCommand(input);
        return this.call("EC2.DescribeVolumes", input, command, limits, (o) => this.clients.ec2.send(command, o));
      },
      (page) => page.Volumes ?? [],
      (page) => page.NextToken,
    );
  }

  terminateInstances(InstanceIds: string[], limits: CallLimits) {
    const command = new this.ec2.TerminateInstancesCommand({ InstanceIds });
    return this.call("EC2.TerminateInstances", { InstanceIds }, command, limits, (o) =>
      this.clients.ec2.send(command, o),
    );
  }

  updateContainerInstancesState(input: ecs.UpdateContainerInstancesStateCommandInput, limits: CallLimits) {
    const command = new this.ecs.UpdateContainerInstancesStateCommand(input);
    return this.call("ECS.UpdateContainerInstancesState", input, command, limits, (o) =>
      this.clients.ecs.send(command, o),
    );
  }

  describeContainerInstances(input: ecs.DescribeContainerInstancesCommandInput, limits: CallLimits) {
    const command = new this.ecs.DescribeContainerInstancesCommand(input);
    return this.call("ECS.DescribeContainerInstances", input, command, limits, (o) =>
      this.clients.ecs.send(command, o),
    );
  }

  deregisterContainerInstance(input: ecs.DeregisterContainerInstanceCommandInput, limits: CallLimits) {
    const command = new this.ecs.DeregisterContainerInstanceCommand(input);
    return this.call("ECS.DeregisterContainerInstance", input, command, limits, (o) =>
      this.clients.ecs.send(command, o),
    );
  }

  /** The first page: whoever asks wants to know whether there is any. */
  listTasks(input: ecs.ListTasksCommandInput, limits: CallLimits) {
    const command = new this.ecs.ListTasksCommand(input);
    return this.call("ECS.ListTasks", input, command, limits, (o) => this.clients.ecs.send(command, o));
  }

  /** All pages: ARNs of a cluster's container instances in every state but INACTIVE. */
  containerInstanceArns(asked: ecs.ListContainerInstancesCommandInput, limits: CallLimits) {
    return allPages(
      (token) => {
        const input = { ...asked, nextToken: token };
        const command = new this.ecs.ListContainerInstancesCommand(input);
        return this.call("ECS.ListContainerInstances", input, command, limits, (o) =>
          this.clients.ecs.send(command, o),
        );
      },
      (page) => page.containerInstanceArns ?? [],
      (page) => page.nextToken,
    );
  }

  getParameter(Name: string, limits: CallLimits) {
    const command = new this.ssm.GetParameterCommand({ Name });
    return this.call("SSM.GetParameter", { Name }, command, limits, (o) => this.clients.ssm.send(command, o));
  }

  private async call<T extends { readonly $metadata: { readonly requestId?: string | undefined } }>(
    name: string,
    input: object,
    command: Watchable,
    limits: CallLimits,
    send: (options: Options) => Promise<T>,
  ): Promise<Answer<T>> {
    const { journal, clock } = this.parts;
    if (limits.stopped() !== null) return notBegun(limits);
    journal.append({ kind: "call", phase: "before", at: clock.wallMs(), call: name, input });
    if (!READ.test(name)) await journal.flush();
    if (limits.stopped() !== null) return notBegun(limits);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    const beganMs = clock.monotonicMs();
    const after = (detail: object) => {
      const tookMs = clock.monotonicMs() - beganMs;
      journal.append({ kind: "call", phase: "after", at: clock.wallMs(), call: name, tookMs, ...detail });
    };
    const tries = watch(command);
    try {
      const value = await limits.run((abortSignal) => ended(abortSignal, () => send({ abortSignal })));
      after({ requestId: value.$metadata.requestId ?? "" });
      return { ok: true, value, isReplay: tries.some(({ isRefused }) => !isRefused) };
    } catch (thrown) {
      const failure = failureOf(thrown);
      // The SDK tells of its last try alone: an earlier one may have been done without our hearing of it.
      const isRefused = failure.isRefused && tries.every((each) => each.isRefused);
      after({ ...failure, isRefused });
      return { ok: false, failure: { ...failure, isRefused } };
    }
  }
}

/** A list that AWS hands out in pages; a page that fails fails the list. */
async function allPages<Page, Item>(
  ask: (token: string | undefined) => Promise<Answer<Page>>,
  itemsOf: (page: Page) => readonly Item[],
  tokenOf: (page: Page) => string | undefined,
): Promise<Answer<Item[]>> {
  const found: Item[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    if (!page.ok) return page;
    found.push(...itemsOf(page.value));
    token = tokenOf(page.value) || undefined;
  } while (token !== undefined);
  return { ok: true, value: found, isReplay: false };
}

interface Options {
  readonly abortSignal: AbortSignal;
}

/** An SDK command, as far as it takes to see each of its tries. */
interface Watchable {
  readonly middlewareStack: {
    add(
      middleware: <Args, Output>(next: (args: Args) => Promise<Output>) => (args: Args) => Promise<Output>,
      options: { readonly step: "deserialize"; readonly priority: "high"; readonly name: string },
    ): void;
  };
}

/** Failures of a command's tries, as they come: the step is below the one that retries. */
function watch(command: Watchable): readonly Failure[] {
  const failures: Failure[] = [];
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (thrown) {
        failures.push(failureOf(thrown));
        throw thrown;
      }
    },
    { step: "deserialize", priority: "high", name: "stowageTries" },
  );
  return failures;
}

/** The SDK waits out its pause between two tries whatever the signal says; nothing is sent after it. */
async function ended<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const sent = send();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([sent, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    sent.catch(() => {}); // after an abort nobody waits for it any more; the abort is what is reported
  }
}

/** Not sent, so that nothing was done. */
function notBegun(limits: CallLimits): Answer<never> {
  const stop = limits.stopped() ?? "deadline";
  return { ok: false, failure: { code: stop, message: stopMessage(stop), requestId: "", isRefused: true } };
}

/** DescribeInstances: 5 to 1000. */
const INSTANCES_PAGE = 1_000;
