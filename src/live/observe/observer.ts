// A look at the account: queues, jobs, instances and messages, read side by side, each part whole or a problem. What AWS answers,
// and that it does not, is data; only our own bugs are thrown.

import type { LiveSettings } from "../../model/live-settings.js";
import type { AwsClients } from "../aws/clients.js";
import { WARN_SKEW_MS } from "../aws/server-time.js";
import { failureOf } from "../execute/failure.js";
import type { Notice, Observation, ObservationPart, PartProblem, SeenInstance } from "../observation.js";
import type { Clock, Deadline, Observer } from "../ports.js";
import type { HeardEvent } from "./event.js";
import { HostReader } from "./host-reader.js";
import { JobReader, type JobsRead } from "./job-reader.js";
import { Mailbox } from "./mailbox.js";
import { QueueReader } from "./queue-reader.js";
import { ReadApi } from "./read-api.js";
import { Zones } from "./zones.js";

export interface ObserverOptions {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly settings: Pick<LiveSettings, "identity" | "launch" | "eventQueueUrl" | "batchReadsPerSecond">;
  /** Names of the job queues, as observations have them. */
  readonly queues: readonly string[];
  /** Of DescribeComputeEnvironments: never made from the environment's name. */
  readonly clusterArn: string;
  /** Queues and compute environment are read at every so many looks; default: 4. */
  readonly queueLooks?: number;
  /** RUNNABLE jobs per queue that are listed; those beyond are not seen, and a warning says so. Default: 50,000. */
  readonly mostRunnable?: number;
  /** Told of messages that are dropped. */
  readonly note?: (text: string) => void;
}

const QUEUE_LOOKS = 4;
/** No decision needs more, and each thousand is another page. */
const MOST_RUNNABLE = 50_000;
/** A message about an instance that EC2 does not show yet waits for it. */
const KEPT_NOTICE_MS = 300_000;
/** What the loop needs to hear of jobs and instances at all: without them an end that is told would be lost. */
const NEEDED: readonly ObservationPart[] = ["jobs", "containerInstances", "instances"];

/** An observer of one compute environment and its queues. Nothing is read before its first look. */
export async function makeObserver(options: ObserverOptions): Promise<Observer> {
  return new AccountObserver(options, await ReadApi.make(options.clients));
}

/** Problems and warnings of one look. */
interface Said {
  readonly problems: PartProblem[];
  readonly warnings: string[];
}

class AccountObserver implements Observer {
  private readonly options: ObserverOptions;
  private readonly api: ReadApi;
  private readonly queues: QueueReader;
  private readonly jobs: JobReader;
  private readonly hosts: HostReader;
  private readonly mailbox: Mailbox;
  /** When the first look began, monotonic; NaN before. */
  private firstMs = Number.NaN;
  /** Notices of instances that are not known. */
  private kept: { readonly notice: Notice; readonly sinceMs: number }[] = [];

  constructor(options: ObserverOptions, api: ReadApi) {
    const { clients, clock, settings, queues, clusterArn, note = () => {} } = options;
    const { identity, launch, eventQueueUrl: queueUrl, batchReadsPerSecond } = settings;
    this.options = options;
    this.api = api;
    this.queues = new QueueReader(api, {
      queues,
      computeEnvironment: identity.computeEnvironment,
      clusterArn,
      everyLooks: options.queueLooks ?? QUEUE_LOOKS,
    });
    this.jobs = new JobReader(api, {
      queues,
      clock,
      readsPerSecond: batchReadsPerSecond,
      mostRunnable: options.mostRunnable ?? MOST_RUNNABLE,
      sinceMs: () => clients.time.serverMs(this.firstMs),
    });
    const zones = new Zones(
      api,
      launch.subnets.map(({ subnetId }) => subnetId),
    );
    this.hosts = new HostReader(api, zones, clusterArn, identity.pool);
    this.mailbox = new Mailbox({ clients, api, clock, queueUrl, note });
  }

  async look(deadline: Deadline): Promise<Observation> {
    const beganMs = this.options.clock.monotonicMs();
    if (Number.isNaN(this.firstMs)) this.firstMs = beganMs;
    const said: Said = { problems: [], warnings: [] };
    const [heard, instances, environmentClosed] = await Promise.all([
      this.readMessagesAndJobs(deadline, said),
      this.readInstances(deadline, said),
      this.readQueues(deadline, said),
    ]);
    this.checkClock(said);
    const isHeard = said.problems.every(({ part }) => !NEEDED.includes(part));
    return {
      serverMs: this.options.clients.time.serverMs(beganMs),
      problems: said.problems,
      jobs: heard.jobs.jobs,
      arrays: heard.jobs.arrays,
      // Otherwise they are kept for a look that tells all.
      ends: isHeard ? this.jobs.takeEnds() : [],
      instances,
      notices: this.noticesOf(heard.events, instances),
      warnings: [...new Set([...said.warnings, ...heard.jobs.warnings])],
      ...(environmentClosed === undefined ? {} : { environmentClosed }),
    };
  }

  waitForMessage(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.mailbox.wait(ms, signal);
  }

  takeCallCounts() {
    return this.api.takeCallCounts();
  }

  /** Messages first: they name jobs that have come and gone since the last look, which no list has. */
  private async readMessagesAndJobs(deadline: Deadline, said: Said): Promise<{ events: HeardEvent[]; jobs: JobsRead }> {
    const events = await attempt("messages", said, [], () => this.mailbox.take(deadline));
    const queueOf = new Map(this.options.queues.map((queue) => [lastOf(queue), queue]));
    for (const { notice, job } of events) {
      const queue = job === undefined ? undefined : queueOf.get(lastOf(job.queueArn));
      if (job !== undefined && queue !== undefined) this.jobs.hear(notice.jobId, queue, job.endedAttempts);
    }
    const none: JobsRead = { jobs: [], arrays: [], warnings: [] };
    return { events, jobs: await attempt("jobs", said, none, () => this.jobs.read(deadline)) };
  }

  private async readInstances(deadline: Deadline, said: Said): Promise<SeenInstance[]> {
    const [registrations, instances] = await Promise.all([
      attempt("containerInstances", said, undefined, () => this.hosts.readRegistrations(deadline)),
      attempt("instances", said, undefined, () => this.hosts.readInstances(deadline)),
    ]);
    // Half of it would look like instances that never registered, or that are nobody's.
    if (registrations === undefined || instances === undefined) return [];
    return this.hosts.join(registrations, instances, said.warnings);
  }

  /** Why the compute environment takes no jobs; undefined: it does, or nobody knows. */
  private async readQueues(deadline: Deadline, said: Said): Promise<string | undefined> {
    const none = { warnings: [], problems: [], environmentClosed: undefined };
    const { warnings, problems, environmentClosed } = await attempt("queues", said, none, () =>
      this.queues.read(deadline),
    );
    said.warnings.push(...warnings);
    said.problems.push(...problems);
    return environmentClosed;
  }

  /** Those about instances of ours, and about jobs. */
  private noticesOf(events: readonly HeardEvent[], instances: readonly SeenInstance[]): Notice[] {
    const nowMs = this.options.clock.monotonicMs();
    const came = [...this.kept, ...events.map(({ notice }) => ({ notice, sinceMs: nowMs }))];
    this.kept = [];
    const whose = new Map(instances.map(({ instanceId, ours }) => [instanceId, ours]));
    const notices: Notice[] = [];
    for (const each of came) {
      const { instanceId } = each.notice;
      const isOurs = instanceId === "" ? true : whose.get(instanceId);
      if (isOurs === true) notices.push(each.notice);
      else if (isOurs === undefined && nowMs - each.sinceMs < KEPT_NOTICE_MS) this.kept.push(each);
    }
    return notices;
  }

  private checkClock({ warnings }: Said): void {
    const skewMs = this.options.clients.time.skewMs();
    if (Math.abs(skewMs) <= WARN_SKEW_MS) return;
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    warnings.push(`this machine's clock is ${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} AWS's`);
  }
}

/** Reads a part; what AWS refuses, or does not answer, is a problem of it. */
async function attempt<T>(part: ObservationPart, { problems }: Said, otherwise: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    const { code, message } = failureOf(thrown);
    problems.push({ part, code, message });
    return otherwise;
  }
}

/** A queue's name, of a name or an ARN. */
function lastOf(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}
