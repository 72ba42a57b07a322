// The part of a row that says how AWS Batch is to treat the job: share, priority, nodes, array, dependencies, exit code.

import type { AdjustmentCode, RejectionCode } from "./admission-reasons.js";
import type { TraceDefinition } from "./options.js";
import type { RawJob } from "./raw-job.js";

/** Limits of SubmitJob, and of an exit status. */
const MAX_PRIORITY = 9_999;
const MAX_NODES = 1_000;
const MAX_ARRAY_SIZE = 10_000;
const MAX_EXIT_CODE = 255;

/** The shareIdentifier of jobs without one in a queue that needs one. */
export const DEFAULT_SHARE = "default";

const N_TO_N = ":N_TO_N";
const SEQUENTIAL = "SEQUENTIAL";

export interface RowDependency {
  readonly onId: string;
  readonly nToN: boolean;
}

/** What a row says, checked. */
export class RowScheduling {
  share = "";
  priority = 0;
  nodes = 1;
  exitCode = 0;
  /** 0: the row stands for one job. */
  arraySize = 0;
  sequential = false;
  dependsOn: readonly RowDependency[] = [];
  private readonly fairShareQueues: ReadonlySet<string>;
  private readonly onAdjustment: (code: AdjustmentCode) => void;

  constructor(fairShareQueues: ReadonlySet<string>, onAdjustment: (code: AdjustmentCode) => void) {
    this.fairShareQueues = fairShareQueues;
    this.onAdjustment = onAdjustment;
  }

  /** Takes a row of this queue; returns why it cannot be used. The row wins over its definition. */
  take(raw: RawJob, queue: string, definition: TraceDefinition | undefined): RejectionCode | undefined {
    const isFairShare = this.fairShareQueues.has(queue);
    this.takeShare(raw.share, isFairShare);
    const priority = Number.isNaN(raw.priority) ? (definition?.schedulingPriority ?? 0) : raw.priority;
    if (!isWholeIn(priority, 0, MAX_PRIORITY)) return "bad-priority";
    this.priority = isFairShare ? priority : 0; // schedulingPriority only affects jobs of fair-share queues (SubmitJob)
    const isSingle = Number.isNaN(raw.nodes) || raw.nodes === 0; // 0 nodes: not a multi-node job
    this.nodes = isSingle ? (definition?.nodes ?? 1) : raw.nodes;
    if (!isWholeIn(this.nodes, 1, MAX_NODES)) return "bad-nodes";
    this.exitCode = Number.isNaN(raw.exitCode) ? 0 : raw.exitCode;
    if (!isWholeIn(this.exitCode, 0, MAX_EXIT_CODE)) return "bad-exit-code";
    this.arraySize = Number.isNaN(raw.arraySize) ? 0 : raw.arraySize;
    if (this.arraySize !== 0 && !isWholeIn(this.arraySize, 2, MAX_ARRAY_SIZE)) return "bad-array-size";
    this.takeDependsOn(raw.dependsOn);
    const isArray = this.arraySize > 0 || raw.arrayId !== "";
    return this.sequential && !isArray ? "sequential-without-array" : undefined;
  }

  private takeShare(share: string, isFairShare: boolean): void {
    this.share = isFairShare ? share || DEFAULT_SHARE : "";
    if (isFairShare && share === "") this.onAdjustment("default-share");
    if (!isFairShare && share !== "") this.onAdjustment("share-ignored");
  }

  private takeDependsOn(text: string): void {
    this.sequential = false;
    this.dependsOn = NOTHING;
    if (text === "") return;
    const entries = text.split(";").map((entry) => entry.trim());
    this.sequential = entries.includes(SEQUENTIAL);
    this.dependsOn = entries.filter((entry) => entry !== "" && entry !== SEQUENTIAL).map(toDependency);
  }
}

const NOTHING: readonly RowDependency[] = [];

function toDependency(entry: string): RowDependency {
  const nToN = entry.endsWith(N_TO_N);
  return { onId: nToN ? entry.slice(0, -N_TO_N.length) : entry, nToN };
}

function isWholeIn(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
