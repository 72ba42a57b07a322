// Counts, row by row, which fields have a value, so that nothing, zero and nonsense stay apart: in the finished columns
// they no longer are.

import type { RowTally } from "../../model/ingest.js";
import type { FieldAccount } from "../../model/trace-inspection.js";
import type { AdmittedRow, RowReceiver } from "../admission.js";
import type { RejectionCode } from "../admission-reasons.js";
import type { RawJob } from "../raw-job.js";
import { UNREADABLE } from "../text/cells.js";

type NumberField = "submitMs" | "runtimeMs" | "vcpus" | "memoryMib" | "gpus" | "limitMs" | "waitMs" | "pullMs";
type TextField = "id" | "name" | "queue" | "user" | "group" | "dependsOn";

/** Fields by the name that reports show; in the order of reports. */
const NUMBERS: readonly (readonly [label: string, field: NumberField | "usedMemoryMib"])[] = [
  ["submit", "submitMs"],
  ["runtime", "runtimeMs"],
  ["vcpus", "vcpus"],
  ["memory", "memoryMib"],
  ["gpus", "gpus"],
  ["limit", "limitMs"],
  ["wait", "waitMs"],
  ["pull", "pullMs"],
  ["usedMemory", "usedMemoryMib"],
];
const TEXTS: readonly (readonly [label: string, field: TextField])[] = [
  ["id", "id"],
  ["name", "name"],
  ["queue", "queue"],
  ["user", "user"],
  ["group", "group"],
  ["dependsOn", "dependsOn"],
];
const ENDING = "ending";

/** Rows that one field's value had rejected: what it was. Rejections that are not here say nothing about a field. */
const REJECTED_FOR: Partial<Record<RejectionCode, readonly [label: string, kind: "zero" | "absent" | "unreadable"]>> = {
  "no-submit": ["submit", "absent"],
  "bad-submit": ["submit", "unreadable"],
  "no-runtime": ["runtime", "absent"],
  "bad-runtime": ["runtime", "unreadable"],
  "negative-runtime": ["runtime", "unreadable"],
  "absurd-runtime": ["runtime", "unreadable"],
  "no-vcpus": ["vcpus", "absent"],
  "zero-vcpus": ["vcpus", "zero"],
  "bad-vcpus": ["vcpus", "unreadable"],
  "no-memory": ["memory", "absent"],
  "zero-memory": ["memory", "zero"],
  "bad-memory": ["memory", "unreadable"],
  "bad-gpus": ["gpus", "unreadable"],
  "bad-limit": ["limit", "unreadable"],
  "bad-status": [ENDING, "unreadable"],
  "bad-exit-code": [ENDING, "unreadable"],
};

interface Counts {
  given: number;
  zero: number;
  absent: number;
  unreadable: number;
}

/** Stands before a receiver: counts its rows and hands them on. */
export class FieldWatch implements RowReceiver {
  private readonly inner: RowReceiver;
  private readonly numbers = NUMBERS.map(noCounts);
  private readonly texts = TEXTS.map(noCounts);
  private readonly ending = noCounts();

  constructor(inner: RowReceiver) {
    this.inner = inner;
  }

  accept(row: AdmittedRow): void {
    const { raw } = row;
    for (let i = 0; i < NUMBERS.length; i++) countNumber(this.numbers[i]!, raw[NUMBERS[i]![1]]);
    for (let i = 0; i < TEXTS.length; i++) this.texts[i]![raw[TEXTS[i]![1]] === "" ? "absent" : "given"]++;
    this.ending[saysEnding(raw) ? "given" : "absent"]++;
    this.inner.accept(row);
  }

  keep(raw: RawJob, code: RejectionCode): void {
    this.inner.keep?.(raw, code);
  }

  /** The counts, with the rows that were rejected for one field's value. */
  accounts(rejected: readonly RowTally[]): FieldAccount[] {
    const byLabel = new Map<string, Counts>();
    NUMBERS.forEach(([label], i) => {
      byLabel.set(label, { ...this.numbers[i]! });
    });
    byLabel.set(ENDING, { ...this.ending });
    TEXTS.forEach(([label], i) => {
      byLabel.set(label, { ...this.texts[i]! });
    });
    for (const { code, count } of rejected) {
      const [label, kind] = REJECTED_FOR[code as RejectionCode] ?? [];
      if (label !== undefined && kind !== undefined) byLabel.get(label)![kind] += count;
    }
    return [...byLabel].map(([field, counts]) => ({ field, ...counts }));
  }
}

function noCounts(): Counts {
  return { given: 0, zero: 0, absent: 0, unreadable: 0 };
}

function countNumber(counts: Counts, value: number): void {
  if (Number.isNaN(value)) counts.absent++;
  else if (value < 0 || value === UNREADABLE) counts.unreadable++;
  else if (value === 0) counts.zero++;
  else counts.given++;
}

function saysEnding({ status, exitCode, attempts }: RawJob): boolean {
  return status !== "" || !Number.isNaN(exitCode) || attempts.length > 0;
}
