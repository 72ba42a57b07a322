// Rows of which later records may tell more, until all files are read: columns of numbers and of interned texts, some 300
// bytes a row where objects take six times that.

import { Float64Column, Int32Column } from "../../base/columns.js";
import { Interner } from "../../base/interner.js";
import type { AdjustmentCode } from "../admission-reasons.js";
import type { RawAttempt, RawJob } from "../raw-job.js";

/** Numbers and texts of a row, in the order in which `set` writes and `load` reads them. */
const NUMBER_COUNT = 11;
const TEXT_COUNT = 9;
const SUBMIT_MS = 0;
const ARRAY_ID = 5;

export class RowStore {
  private readonly slots = new Map<string, number>();
  private readonly ids: string[] = [];
  private readonly width: number;
  private readonly numbers = new Float64Column();
  private readonly texts = new Int32Column();
  private readonly interner = new Interner();
  /** Few rows have these. */
  private readonly attempts = new Map<number, readonly RawAttempt[]>();
  private readonly adjustments = new Map<number, readonly AdjustmentCode[]>();

  /** `extraCount`: numbers that are kept with each row, for the caller. */
  constructor(extraCount: number) {
    this.width = NUMBER_COUNT + extraCount;
  }

  get length(): number {
    return this.ids.length;
  }

  /** Place of the row with this id; undefined: there is none. */
  slotOf(id: string): number | undefined {
    return this.slots.get(id);
  }

  /** Stores a row in its place, a new one if its id is new. */
  set(raw: RawJob, extras: readonly number[], adjustments: readonly AdjustmentCode[]): number {
    const slot = this.slots.get(raw.id) ?? this.addSlot(raw.id);
    const { data } = this.numbers;
    let at = slot * this.width;
    data[at++] = raw.submitMs;
    data[at++] = raw.runtimeMs;
    data[at++] = raw.vcpus;
    data[at++] = raw.memoryMib;
    data[at++] = raw.gpus;
    data[at++] = raw.limitMs;
    data[at++] = raw.waitMs;
    data[at++] = raw.pullMs;
    data[at++] = raw.exitCode;
    data[at++] = raw.priority;
    data[at++] = raw.nodes;
    data.set(extras, at);
    const texts = this.texts.data;
    let place = slot * TEXT_COUNT;
    texts[place++] = this.interner.intern(raw.name);
    texts[place++] = this.interner.intern(raw.queue);
    texts[place++] = this.interner.intern(raw.definition);
    texts[place++] = this.interner.intern(raw.share);
    texts[place++] = this.interner.intern(raw.group);
    texts[place++] = this.interner.intern(raw.arrayId);
    texts[place++] = this.interner.intern(raw.dependsOn);
    texts[place++] = this.interner.intern(raw.status);
    texts[place++] = this.interner.intern(raw.withoutRuntime);
    setOrDelete(this.attempts, slot, raw.attempts);
    setOrDelete(this.adjustments, slot, adjustments);
    return slot;
  }

  /** Fills in `raw` with the row. */
  load(slot: number, raw: RawJob): void {
    const { data } = this.numbers;
    let at = slot * this.width;
    raw.id = this.ids[slot]!;
    raw.submitMs = data[at++]!;
    raw.runtimeMs = data[at++]!;
    raw.vcpus = data[at++]!;
    raw.memoryMib = data[at++]!;
    raw.gpus = data[at++]!;
    raw.limitMs = data[at++]!;
    raw.waitMs = data[at++]!;
    raw.pullMs = data[at++]!;
    raw.exitCode = data[at++]!;
    raw.priority = data[at++]!;
    raw.nodes = data[at++]!;
    const { names } = this.interner;
    const texts = this.texts.data;
    let place = slot * TEXT_COUNT;
    raw.name = names[texts[place++]!]!;
    raw.queue = names[texts[place++]!]!;
    raw.definition = names[texts[place++]!]!;
    raw.share = names[texts[place++]!]!;
    raw.group = names[texts[place++]!]!;
    raw.arrayId = names[texts[place++]!]!;
    raw.dependsOn = names[texts[place++]!]!;
    raw.status = names[texts[place++]!]! as RawJob["status"];
    raw.withoutRuntime = names[texts[place++]!]! as RawJob["withoutRuntime"];
    raw.attempts = this.attempts.get(slot) ?? NO_ATTEMPTS;
  }

  arrayId(slot: number): string {
    return this.interner.names[this.texts.data[slot * TEXT_COUNT + ARRAY_ID]!]!;
  }

  submitMs(slot: number): number {
    return this.numbers.data[slot * this.width + SUBMIT_MS]!;
  }

  extra(slot: number, index: number): number {
    return this.numbers.data[slot * this.width + NUMBER_COUNT + index]!;
  }

  setExtra(slot: number, index: number, value: number): void {
    this.numbers.data[slot * this.width + NUMBER_COUNT + index] = value;
  }

  adjustmentsOf(slot: number): readonly AdjustmentCode[] {
    return this.adjustments.get(slot) ?? NO_ADJUSTMENTS;
  }

  private addSlot(id: string): number {
    const slot = this.ids.push(id) - 1;
    this.slots.set(id, slot);
    this.numbers.reserve((slot + 1) * this.width);
    this.texts.reserve((slot + 1) * TEXT_COUNT);
    return slot;
  }
}

const NO_ATTEMPTS: readonly RawAttempt[] = [];
const NO_ADJUSTMENTS: readonly AdjustmentCode[] = [];

function setOrDelete<Value>(map: Map<number, readonly Value[]>, slot: number, values: readonly Value[]): void {
  if (values.length > 0) map.set(slot, values);
  else map.delete(slot);
}
