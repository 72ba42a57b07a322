// Requests of the cloud model to jobs: run times, failures, arrays and the dependencies of workflows.

import { exp } from "../../base/exact-math.js";
import { type RandomStream, randomStream } from "../../base/random.js";
import { MS_PER_SECOND } from "../../base/units.js";
import { DependencyKind } from "../../model/job.js";
import type { AttemptScript } from "../../model/profile.js";
import { NONE } from "../../model/tables.js";
import { arrayUnit } from "../dependency-table.js";
import { neutralJobRow, type SealedTrace, WorkloadBuilder } from "../workload-builder.js";
import type { CloudParameter } from "./cloud-parameters.js";
import { type GeneratorOptions, jobId } from "./options.js";
import type { Values } from "./parameters.js";
import { sampleLognormal, samplePareto } from "./sampling.js";

/** What jobs of one name have in common. */
export interface JobKind {
  readonly name: string;
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly medianMs: number;
}

/** A container does not come and go in less. */
const LEAST_RUNTIME_MS = MS_PER_SECOND;
const OUT_OF_MEMORY = 137;
const OTHER_FAILURE = 1;
const NO_LINE = 0;

export class CloudRows {
  private readonly cloud: Values<CloudParameter>;
  private readonly kinds: readonly JobKind[];
  private readonly runtimes: RandomStream;
  private readonly failures: RandomStream;
  private readonly builder = new WorkloadBuilder();
  private readonly row = neutralJobRow();
  private readonly triedTwice: number;
  private left: number;
  private number = 0;

  constructor(cloud: Values<CloudParameter>, kinds: readonly JobKind[], { seed, jobs }: GeneratorOptions) {
    this.cloud = cloud;
    this.kinds = kinds;
    this.left = jobs;
    this.runtimes = randomStream(seed, "cloud/runtimes");
    this.failures = randomStream(seed, "cloud/failures");
    const retry = { attempts: 2, evaluateOnExit: [] };
    this.triedTwice = this.builder.addDefinition({ name: "", retry, timeoutMs: Number.NaN });
  }

  addSingle(kind: number, submitMs: number): void {
    if (this.left === 0) return;
    this.begin(kind, submitMs, "");
    this.addJob(kind, jobId(++this.number), false);
  }

  addArray(kind: number, submitMs: number, width: number): void {
    this.begin(kind, submitMs, "");
    this.addChildren(kind, width, false);
  }

  /** prepare -> array -> gather -> array -> gather ..., all submitted at once; a part that finds no jobs left is left out. */
  addWorkflow(kind: number, submitMs: number, stages: number, width: number): void {
    let before = this.addStep(kind, submitMs, "-prepare", "");
    for (let stage = 0; stage < stages; stage++) {
      this.begin(kind, submitMs, "");
      const array = this.addChildren(kind, width, true);
      if (array === undefined) return;
      this.builder.addDependency(arrayUnit(array.index), before, DependencyKind.Success, NO_LINE);
      before = this.addStep(kind, submitMs, "-gather", array.id);
    }
  }

  seal(): SealedTrace {
    return this.builder.seal();
  }

  /** A single job of a workflow that waits for `onId` ("": for nothing); its id. */
  private addStep(kind: number, submitMs: number, suffix: string, onId: string): string {
    if (this.left === 0) return "";
    this.begin(kind, submitMs, suffix);
    const id = jobId(++this.number);
    const row = this.addJob(kind, id, true);
    if (onId !== "") this.builder.addDependency(row, onId, DependencyKind.Success, NO_LINE);
    return id;
  }

  private begin(kind: number, submitMs: number, suffix: string): void {
    const { name, vcpuMilli, memoryMib, gpuMilli } = this.kinds[kind]!;
    const { row } = this;
    row.name = name + suffix;
    row.queue = "default";
    row.submitMs = submitMs;
    row.vcpuMilli = vcpuMilli;
    row.memoryMib = memoryMib;
    row.gpuMilli = gpuMilli;
    row.array = NONE;
  }

  /** An array needs two children; of fewer jobs left none is made of them in a workflow, a single job otherwise. */
  private addChildren(kind: number, width: number, inWorkflow: boolean): { index: number; id: string } | undefined {
    const size = Math.min(width, this.left);
    if (size < 2) {
      if (size === 1) this.addJob(kind, jobId(++this.number), false);
      return undefined;
    }
    const id = jobId(++this.number);
    const index = this.builder.addArray(id);
    this.row.array = index;
    for (let child = 0; child < size; child++) this.addJob(kind, `${id}:${child}`, inWorkflow);
    return { index, id };
  }

  private addJob(kind: number, id: string, isRetried: boolean): number {
    const { row, builder } = this;
    this.left--;
    row.id = id;
    row.runtimeMs = this.drawRuntimeMs(this.kinds[kind]!.medianMs);
    row.script = NONE;
    row.definition = 0;
    if (this.failures.uniform() < this.cloud.failureShare) this.fail(isRetried);
    return builder.addJob(row);
  }

  /** A failure comes at a uniform instant of the run. */
  private fail(isRetried: boolean): void {
    const { row, builder, failures } = this;
    const exitCode = failures.uniform() < this.cloud.oomShare ? OUT_OF_MEMORY : OTHER_FAILURE;
    const failedMs = Math.max(LEAST_RUNTIME_MS, Math.round(row.runtimeMs * failures.uniform()));
    if (isRetried) {
      row.definition = this.triedTwice;
      row.script = builder.addScript([ending(failedMs, exitCode), ending(Number.NaN, 0)]);
    } else {
      row.runtimeMs = failedMs;
      row.script = builder.addScript([ending(Number.NaN, exitCode)]);
    }
  }

  private drawRuntimeMs(medianMs: number): number {
    const { runtimeSigma, tailShare, tailExponent, runtimeMost } = this.cloud;
    const isTail = this.runtimes.uniform() < tailShare;
    const drawnMs = isTail
      ? medianMs * exp(2 * runtimeSigma) * samplePareto(tailExponent, this.runtimes)
      : sampleLognormal(medianMs, runtimeSigma, this.runtimes);
    return Math.round(Math.min(Math.max(drawnMs, LEAST_RUNTIME_MS), runtimeMost * MS_PER_SECOND));
  }
}

function ending(runtimeMs: number, exitCode: number): AttemptScript {
  return { runtimeMs, exitCode, reason: undefined, statusReason: undefined, cannotStart: false };
}
