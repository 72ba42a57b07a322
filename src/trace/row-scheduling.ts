// The part of a row that says how AWS Batch is to treat the job: share, priority, nodes, array, dependencies.

import { DependencyKind } from "../model/job.js";
import type { AdjustmentCode, RejectionCode } from "./admission-reasons.js";
import type { TraceDefinition, TraceFileOptions } from "./options.js";
import type { RawJob } from "./raw-job.js";

/** Limits of SubmitJob. */
const MAX_PRIORITY = 9_999;
const MAX_NODES = 1_000;
const MAX_ARRAY_SIZE = 10_000;

/** The shareIdentifier of jobs without one in a queue that needs one. */
export const DEFAULT_SHARE = "default";

/** What may follow an id. */
const KIND_OF_SUFFIX = { ":N_TO_N": DependencyKind.NToN, ":ENDED": DependencyKind.End } as const;
const SEQUENTIAL = "SEQUENTIAL";

export interface RowDependency {
  readonly onId: string;
  readonly kind: DependencyKind;
}

/** What a row says, checked. */
export class RowScheduling {
  share = "";
  priority = 0;
  nodes = 1;
  /** 0: the row stands for one job. */
  arraySize = 0;
  sequential = false;
  dependsOn: readonly RowDependency[] = [];
  private readonly options: TraceFileOptions;
  private readonly onAdjustment: (code: AdjustmentCode) => void;

  constructor(options: TraceFileOptions, onAdjustment: (code: AdjustmentCode) => void) {
    this.options = options;
    this.onAdjustment = onAdjustment;
  }

  /** Takes a row of this queue; returns why it cannot be used. The row wins over its definition. */
  take(raw: RawJob, queue: string, definition: TraceDefinition | undefined): RejectionCode | undefined {
    const { purpose, fairShareQueues } = this.options;
    const keepsShare = purpose === "import";
    const isFairShare = keepsShare || fairShareQueues?.has(queue) === true;
    const share = raw.share || this.ownerOf(raw);
    if (keepsShare) this.share = share;
    else this.takeShare(share, isFairShare);
    const priority = Number.isNaN(raw.priority) ? (definition?.schedulingPriority ?? 0) : raw.priority;
    if (!isWholeIn(priority, 0, MAX_PRIORITY)) return "bad-priority";
    this.priority = isFairShare ? priority : 0; // schedulingPriority only affects jobs of fair-share queues (SubmitJob)
    const isSingle = Number.isNaN(raw.nodes) || raw.nodes === 0; // 0 nodes: not a multi-node job
    this.nodes = isSingle ? (definition?.nodes ?? 1) : raw.nodes;
    if (!isWholeIn(this.nodes, 1, MAX_NODES)) return "bad-nodes";
    this.arraySize = Number.isNaN(raw.arraySize) ? 0 : raw.arraySize;
    if (this.arraySize !== 0 && !isWholeIn(this.arraySize, 2, MAX_ARRAY_SIZE)) return "bad-array-size";
    this.takeDependsOn(raw.dependsOn);
    const isArray = this.arraySize > 0 || raw.arrayId !== "";
    return this.sequential && !isArray ? "sequential-without-array" : undefined;
  }

  private ownerOf(raw: RawJob): string {
    const { shareFrom } = this.options;
    return shareFrom === undefined ? "" : raw[shareFrom];
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
  for (const [suffix, kind] of Object.entries(KIND_OF_SUFFIX)) {
    if (entry.endsWith(suffix)) return { onId: entry.slice(0, -suffix.length), kind };
  }
  return { onId: entry, kind: DependencyKind.Success };
}

function isWholeIn(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
