// The job queues and the compute environment: looked at now and then, since they change by hand alone. What people have to know
// is a warning; what makes everything else meaningless fails the look.

import type { ComputeEnvironmentDetail, JobQueueDetail } from "@aws-sdk/client-batch";
import type { PartProblem } from "../observation.js";
import type { Deadline } from "../ports.js";
import type { ReadApi } from "./read-api.js";

export interface QueueReaderOptions {
  /** Names or ARNs. */
  readonly queues: readonly string[];
  /** Name or ARN. */
  readonly computeEnvironment: string;
  readonly clusterArn: string;
  /** Looks from one reading to the next. */
  readonly everyLooks: number;
}

export interface QueuesRead {
  readonly warnings: readonly string[];
  readonly problems: readonly PartProblem[];
  /** Why the compute environment takes no jobs; undefined: it does. */
  readonly environmentClosed: string | undefined;
}

export class QueueReader {
  private readonly api: ReadApi;
  private readonly options: QueueReaderOptions;
  private looksLeft = 0;
  private said = silence();

  constructor(api: ReadApi, options: QueueReaderOptions) {
    this.api = api;
    this.options = options;
  }

  /** Throws what a call throws: then the next look asks again. */
  async read(deadline: Deadline): Promise<QueuesRead> {
    if (this.looksLeft > 0) {
      this.looksLeft--;
      return this.said;
    }
    const { queues, computeEnvironment, clusterArn, everyLooks } = this.options;
    const found = await this.api.jobQueues([...queues], deadline);
    const [environment] = await this.api.computeEnvironments([computeEnvironment], deadline);
    const byName = new Map(
      found.flatMap(
        (queue) =>
          [
            [queue.jobQueueName, queue],
            [queue.jobQueueArn, queue],
          ] as const,
      ),
    );
    this.said = silence();
    for (const name of queues) this.checkQueue(name, byName.get(name));
    this.checkEnvironment(computeEnvironment, environment, clusterArn);
    // What stops launches is looked at again at once: it may be over.
    const stops = this.said.problems.length > 0 || this.said.environmentClosed !== undefined;
    this.looksLeft = stops ? 0 : everyLooks - 1;
    return this.said;
  }

  private checkQueue(name: string, queue: JobQueueDetail | undefined): void {
    if (queue === undefined) {
      this.problem("queue-missing", `job queue ${name} does not exist`);
    } else if (queue.state !== "ENABLED" || queue.status !== "VALID") {
      const { state, status, statusReason } = queue;
      this.said.warnings.push(`job queue ${name} is ${state}, ${status}${reasonOf(statusReason)}`);
    }
  }

  private checkEnvironment(name: string, environment: ComputeEnvironmentDetail | undefined, clusterArn: string): void {
    if (environment === undefined) {
      this.problem("environment-missing", `compute environment ${name} does not exist`);
      return;
    }
    const { state, status, statusReason, ecsClusterArn } = environment;
    if (ecsClusterArn !== clusterArn) {
      const message = `compute environment ${name} has another cluster than at the start: ${ecsClusterArn ?? "none"}`;
      this.problem("cluster-changed", message);
    }
    if (state !== "ENABLED" || status !== "VALID") {
      const closed = `compute environment ${name} is ${state}, ${status}${reasonOf(statusReason)}`;
      this.said.warnings.push(closed);
      this.said.environmentClosed = closed;
    }
  }

  private problem(code: string, message: string): void {
    this.said.problems.push({ part: "queues", code, message });
  }
}

function silence(): { warnings: string[]; problems: PartProblem[]; environmentClosed: string | undefined } {
  return { warnings: [], problems: [], environmentClosed: undefined };
}

function reasonOf(statusReason: string | undefined): string {
  return statusReason === undefined || statusReason === "" ? "" : `: ${statusReason}`;
}
