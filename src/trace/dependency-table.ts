// Dependencies while rows come in: by id, for a job may be named before its row is read. At the seal ids become units.
// What cannot be kept is told to the caller, dependency by dependency.

import { Int32Column, Uint8Column } from "../base/columns.js";
import { Interner } from "../base/interner.js";
import { errorIssue, InputError } from "../base/issues.js";
import { type SealedText, textAt } from "../base/text-column.js";
import { type Dependencies, DependencyKind } from "../model/job.js";
import { NONE } from "../model/tables.js";
import type { ArrayTable } from "./array-table.js";
import { findCycle } from "./dependency-cycle.js";
import type { SealedBuffer } from "./sealed-buffer.js";

/** What waits: a row by its number (it belongs to no array), or an array, through `arrayUnit`. */
export type UnitHandle = number;

export function arrayUnit(array: number): UnitHandle {
  return -1 - array;
}

export const DEPENDENCY_FINDINGS = {
  "dependency-outside": "a dependency on a job that is not in the trace was left out",
  "dependency-on-child": "a dependency on a single child of an array was left out: AWS Batch has none",
  "dependency-ambiguous": "several jobs have the id that a dependency names: the first of them was taken",
  "dependency-not-n-to-n": "an N_TO_N dependency that does not connect arrays of one size waits for the whole job",
} as const;
export type DependencyFinding = keyof typeof DEPENDENCY_FINDINGS;

/** Told once for each dependency concerned; `line` is that of the row that named it. */
export type OnDependencyFinding = (code: DependencyFinding, line: number, onId: string) => void;

/** What ids are resolved against. */
export interface UnitSpace {
  readonly rows: number;
  /** Ids by row. */
  readonly ids: SealedText;
  readonly arrays: ArrayTable;
  /** Row to job number; null: the same. */
  readonly place: Uint32Array | null;
}

/** Edges between units. */
export interface ResolvedEdges {
  readonly dependent: Int32Array;
  readonly on: Int32Array;
  readonly kind: Uint8Array;
}

/** Longest circle that a message spells out. */
const MOST_SHOWN = 10;

export class DependencyTable {
  private readonly targets = new Interner();
  private readonly dependent = new Int32Column();
  private readonly target = new Int32Column();
  private readonly kind = new Uint8Column();
  private readonly lines = new Int32Column();
  /** Dependencies of arrays: each child's row may repeat them. */
  private readonly ofArrays = new Set<string>();

  add(dependent: UnitHandle, onId: string, kind: DependencyKind, line: number): void {
    const target = this.targets.intern(onId);
    if (dependent < 0) {
      const key = `${dependent} ${target} ${kind}`;
      if (this.ofArrays.has(key)) return;
      this.ofArrays.add(key);
    }
    this.dependent.push(dependent);
    this.target.push(target);
    this.kind.push(kind);
    this.lines.push(line);
  }

  /** Ids to units. Throws InputError when jobs wait for each other in a circle. */
  resolve(space: UnitSpace, onFinding: OnDependencyFinding): ResolvedEdges {
    const edges = { dependent: new Int32Column(), on: new Int32Column(), kind: new Uint8Column() };
    if (this.target.length > 0) this.resolveInto(edges, space, onFinding);
    const resolved = { dependent: edges.dependent.view(), on: edges.on.view(), kind: edges.kind.view() };
    if (resolved.on.length === 0) return resolved;
    const cycle = findCycle(space.arrays.ids.length + space.rows, resolved.dependent, resolved.on);
    if (cycle !== undefined) throw new InputError([circleIssue(cycle.map((unit) => idOf(unit, space)))]);
    return resolved;
  }

  private resolveInto(
    edges: { dependent: Int32Column; on: Int32Column; kind: Uint8Column },
    space: UnitSpace,
    onFinding: OnDependencyFinding,
  ): void {
    const { unit, isChild, isRepeated } = this.findTargets(space);
    for (let edge = 0; edge < this.target.length; edge++) {
      const target = this.target.data[edge]!;
      const tell = (code: DependencyFinding) => onFinding(code, this.lines.data[edge]!, this.targets.names[target]!);
      const on = unit[target]!;
      if (on === NONE) {
        tell(isChild[target] === 1 ? "dependency-on-child" : "dependency-outside");
        continue;
      }
      if (isRepeated[target] === 1) tell("dependency-ambiguous");
      const dependent = unitOf(this.dependent.data[edge]!, space);
      const kind = this.kind.data[edge]!;
      const connects = kind !== DependencyKind.NToN || areEqualArrays(dependent, on, space.arrays);
      if (!connects) tell("dependency-not-n-to-n");
      edges.dependent.push(dependent);
      edges.on.push(on);
      edges.kind.push(connects ? kind : DependencyKind.Success);
    }
  }

  /** Per id that is waited for: its unit or NONE, whether a child of an array has it, whether several units have it. */
  private findTargets({ rows, ids, arrays, place }: UnitSpace) {
    const count = this.targets.names.length;
    const unit = new Int32Array(count).fill(NONE);
    const isChild = new Uint8Array(count);
    const isRepeated = new Uint8Array(count);
    const claim = (target: number, claimed: number) => {
      if (unit[target] === NONE) unit[target] = claimed;
      else isRepeated[target] = 1;
    };
    arrays.ids.forEach((id, array) => {
      const target = this.targets.find(id);
      if (target >= 0) claim(target, array);
    });
    const arrayOfRow = arrays.ofRows(rows);
    for (let row = 0; row < rows; row++) {
      const target = this.targets.find(textAt(ids, row));
      if (target < 0) continue;
      if (arrayOfRow.length > 0 && arrayOfRow[row] !== NONE) isChild[target] = 1;
      else claim(target, arrays.ids.length + (place === null ? row : place[row]!));
    }
    return { unit, isChild, isRepeated };
  }
}

/** The unit (ArrayJobs) of a handle. */
export function unitOf(handle: UnitHandle, { arrays, place }: UnitSpace): number {
  if (handle < 0) return -1 - handle;
  return arrays.ids.length + (place === null ? handle : place[handle]!);
}

/** Copies the edges into the workload's buffer. */
export function sealEdges(edges: ResolvedEdges, buffer: SealedBuffer): Dependencies {
  const count = edges.on.length;
  const sealed = { count, dependent: buffer.ints(count), on: buffer.ints(count), kind: buffer.bytes(count) };
  sealed.dependent.set(edges.dependent);
  sealed.on.set(edges.on);
  sealed.kind.set(edges.kind);
  return sealed;
}

function areEqualArrays(unit: number, other: number, { childCounts }: ArrayTable): boolean {
  return unit < childCounts.length && other < childCounts.length && childCounts[unit] === childCounts[other];
}

function idOf(unit: number, { ids, arrays, place }: UnitSpace): string {
  if (unit < arrays.ids.length) return arrays.ids[unit]!;
  const job = unit - arrays.ids.length;
  return textAt(ids, place === null ? job : place.indexOf(job));
}

function circleIssue(ids: readonly string[]) {
  const shown = ids.slice(0, MOST_SHOWN).map((id) => JSON.stringify(id));
  const rest = ids.length > MOST_SHOWN ? `, ${ids.length - MOST_SHOWN} more` : "";
  const message =
    ids.length === 1
      ? `the job ${shown[0]} depends on itself`
      : `${ids.length} jobs wait for each other in a circle: each of ${shown.join(", ")}${rest} depends on the next, the last on the first`;
  return errorIssue("dependency-cycle", message, { hint: "such jobs would never start: take one dependency out" });
}
