// Decisions as rows of numbers: a busy month has half a million of them.

import { assert } from "../base/assert.js";
import { Float64Column, Uint8Column } from "../base/columns.js";
import {
  type CancelDecision,
  type Decision,
  type DecisionRecorder,
  DRAIN_REASONS,
  type DrainDecision,
  type DrainReason,
  LAUNCH_REASONS,
  type LaunchDecision,
  type LaunchReason,
  TERMINATE_REASONS,
  type TerminateDecision,
  type TerminateReason,
} from "../model/decision.js";
import { TIME_LIMIT_REASONS, type TimeLimitReason } from "../model/environment.js";

const LAUNCH = 0;
const TERMINATE = 1;
const CANCEL = 2;
const DRAIN = 3;
/** Numbers per row: as many as the longer kind has. */
const WIDTH = 10;

export class DecisionColumns implements DecisionRecorder {
  private readonly kind = new Uint8Column();
  private readonly reason = new Uint8Column();
  private readonly numbers = new Float64Column();
  /** By row: the gap of the optimised plan that a launch is a part of. Only strategies that optimise have any. */
  readonly gaps = new Map<number, number>();

  get length(): number {
    return this.kind.length;
  }

  launch(
    reason: LaunchReason,
    timeMs: number,
    environment: number,
    pool: number,
    copies: number,
    waitingJobs: number,
    jobsPerCopy: number,
    inFlight: number,
    priceOverWorth: number,
    runnerUpPool: number,
    runnerUpPriceOverWorth: number,
  ): number {
    const at = this.addRow(LAUNCH, LAUNCH_REASONS.indexOf(reason));
    const { data } = this.numbers;
    data[at] = timeMs;
    data[at + 1] = environment;
    data[at + 2] = pool;
    data[at + 3] = copies;
    data[at + 4] = waitingJobs;
    data[at + 5] = jobsPerCopy;
    data[at + 6] = inFlight;
    data[at + 7] = priceOverWorth;
    data[at + 8] = runnerUpPool;
    data[at + 9] = runnerUpPriceOverWorth;
    return this.length - 1;
  }

  optimised(row: number, gap: number): void {
    this.gaps.set(row, gap);
  }

  terminate(
    reason: TerminateReason,
    timeMs: number,
    instance: number,
    idleSinceMs: number,
    idleDelayMs: number,
    environmentVcpuMilli: number,
  ): number {
    const at = this.addRow(TERMINATE, TERMINATE_REASONS.indexOf(reason));
    const { data } = this.numbers;
    data[at] = timeMs;
    data[at + 1] = instance;
    data[at + 2] = idleSinceMs;
    data[at + 3] = idleDelayMs;
    data[at + 4] = environmentVcpuMilli;
    return this.length - 1;
  }

  cancel(reason: TimeLimitReason, timeMs: number, job: number, queue: number, atHeadSinceMs: number): number {
    const at = this.addRow(CANCEL, TIME_LIMIT_REASONS.indexOf(reason));
    const { data } = this.numbers;
    data[at] = timeMs;
    data[at + 1] = job;
    data[at + 2] = queue;
    data[at + 3] = atHeadSinceMs;
    return this.length - 1;
  }

  drain(reason: DrainReason, timeMs: number, instance: number, jobs: number, expectedEndMs: number): number {
    const at = this.addRow(DRAIN, DRAIN_REASONS.indexOf(reason));
    const { data } = this.numbers;
    data[at] = timeMs;
    data[at + 1] = instance;
    data[at + 2] = jobs;
    data[at + 3] = expectedEndMs;
    return this.length - 1;
  }

  /** The readable form of a row. */
  at(row: number): Decision {
    assert(row >= 0 && row < this.length, `there is no decision ${row}`);
    const numbers = this.numbers.data.subarray(row * WIDTH, (row + 1) * WIDTH);
    const reason = this.reason.data[row]!;
    switch (this.kind.data[row]) {
      case TERMINATE:
        return terminateDecision(reason, numbers);
      case CANCEL:
        return cancelDecision(reason, numbers);
      case DRAIN:
        return drainDecision(reason, numbers);
      default:
        return withGap(launchDecision(reason, numbers), this.gaps.get(row));
    }
  }

  private addRow(kind: number, reason: number): number {
    const at = this.numbers.length;
    this.kind.push(kind);
    this.reason.push(reason);
    this.numbers.reserve(at + WIDTH);
    this.numbers.length = at + WIDTH;
    return at;
  }
}

function launchDecision(reason: number, n: Float64Array): LaunchDecision {
  return {
    kind: "launch",
    reason: LAUNCH_REASONS[reason]!,
    timeMs: n[0]!,
    environment: n[1]!,
    pool: n[2]!,
    copies: n[3]!,
    waitingJobs: n[4]!,
    jobsPerCopy: n[5]!,
    inFlight: n[6]!,
    priceOverWorth: n[7]!,
    runnerUpPool: n[8]!,
    runnerUpPriceOverWorth: n[9]!,
  };
}

function withGap(launch: LaunchDecision, gap: number | undefined): LaunchDecision {
  return gap === undefined ? launch : { ...launch, gap };
}

function terminateDecision(reason: number, n: Float64Array): TerminateDecision {
  return {
    kind: "terminate",
    reason: TERMINATE_REASONS[reason]!,
    timeMs: n[0]!,
    instance: n[1]!,
    idleSinceMs: n[2]!,
    idleDelayMs: n[3]!,
    environmentVcpuMilli: n[4]!,
  };
}

function cancelDecision(reason: number, n: Float64Array): CancelDecision {
  return {
    kind: "cancel",
    reason: TIME_LIMIT_REASONS[reason]!,
    timeMs: n[0]!,
    job: n[1]!,
    queue: n[2]!,
    atHeadSinceMs: n[3]!,
  };
}

function drainDecision(reason: number, n: Float64Array): DrainDecision {
  return {
    kind: "drain",
    reason: DRAIN_REASONS[reason]!,
    timeMs: n[0]!,
    instance: n[1]!,
    jobs: n[2]!,
    expectedEndMs: n[3]!,
  };
}
