// Which jobs may go on when a job ends. Every job counts the dependencies that have not succeeded; an array that depends on
// others as a whole counts them once for all its children. Every edge is followed once in a run, so the cost of all of them
// is O(edges) (of N_TO_N: once per child). One step at a time: a job that fails because of another one is reported, and
// whoever is told ends it in turn; so there is no recursion, however long a chain is.

import { assert } from "../../base/assert.js";
import { Int32Column } from "../../base/columns.js";
import { type ArrayJobs, type Dependencies, DependencyKind, type Workload } from "../../model/job.js";
import { NONE } from "../../model/tables.js";

/** Count of a job or array that has a failed dependency. */
const FAILED = -1;

export class DependencyTracker {
  /** Jobs whose last dependency has succeeded; whoever reads it empties it. */
  readonly released = new Int32Column();
  /** Jobs a dependency of which has failed, each once; whoever reads it empties it. */
  readonly failed = new Int32Column();
  /** Edges followed so far, those between children counted singly. */
  edgesFollowed = 0;
  private readonly arrays: ArrayJobs;
  /** Edges that wait for a unit as a whole, for its success or its end, and those between the children of two arrays. */
  private readonly whole: EdgesFrom;
  private readonly nToN: EdgesFrom;
  /** Per job: dependencies that have not succeeded, where those of its array as a whole count as one; or FAILED. */
  private readonly unmet: Int32Array;
  /** Per array: dependencies of the array as a whole that have not succeeded, or FAILED. */
  private readonly unmetByArray: Int32Array;
  /** Per array: children that have not ended, and 1 when one has failed. */
  private readonly openChildren: Int32Array;
  private readonly hasFailedChild: Uint8Array;

  constructor({ arrays, dependencies, jobCount }: Workload) {
    this.arrays = arrays;
    const units = arrays.count + jobCount;
    this.whole = edgesFrom(dependencies, units, (kind) => kind !== DependencyKind.NToN);
    this.nToN = edgesFrom(dependencies, units, (kind) => kind === DependencyKind.NToN);
    this.unmet = new Int32Array(jobCount);
    this.unmetByArray = new Int32Array(arrays.count);
    this.openChildren = new Int32Array(arrays.count);
    this.hasFailedChild = new Uint8Array(arrays.count);
    for (let array = 0; array < arrays.count; array++) {
      this.openChildren[array] = arrays.starts[array + 1]! - arrays.starts[array]!;
      assert(this.openChildren[array]! > 0, "an array has no children");
    }
    this.countUnmet(dependencies);
  }

  /** Whether a job may become RUNNABLE, must wait in PENDING, or has failed because of a dependency. */
  stateOf(job: number): "ready" | "waiting" | "failed" {
    const unmet = this.unmet[job]!;
    if (unmet === 0) return "ready";
    return unmet === FAILED ? "failed" : "waiting";
  }

  /** A job has ended for good: its dependents' counts change, and `released` and `failed` grow. */
  jobEnded(job: number, succeeded: boolean): void {
    const array = this.arrays.count === 0 ? NONE : this.arrays.arrayOfJob[job]!;
    if (array === NONE) this.unitEnded(this.arrays.count + job, succeeded);
    else this.childEnded(array, job, succeeded);
  }

  private countUnmet({ count, dependent, kind }: Dependencies): void {
    const { arrays, unmet, unmetByArray } = this;
    for (let edge = 0; edge < count; edge++) {
      const unit = dependent[edge]!;
      if (unit >= arrays.count) unmet[unit - arrays.count] = unmet[unit - arrays.count]! + 1;
      else if (kind[edge] !== DependencyKind.NToN) unmetByArray[unit] = unmetByArray[unit]! + 1;
      else this.addToChildren(unit, 0);
    }
    for (let array = 0; array < arrays.count; array++) {
      if (unmetByArray[array]! > 0) this.addToChildren(array, 0);
      if (arrays.sequential[array] === 1) this.addToChildren(array, 1);
    }
  }

  /** Adds a dependency to all children of an array from `firstIndex` on. */
  private addToChildren(array: number, firstIndex: number): void {
    const { starts, children } = this.arrays;
    for (let i = starts[array]! + firstIndex; i < starts[array + 1]!; i++) {
      this.unmet[children[i]!] = this.unmet[children[i]!]! + 1;
    }
  }

  private childEnded(array: number, job: number, succeeded: boolean): void {
    const { starts, children, indexInArray, sequential } = this.arrays;
    const index = indexInArray[job]!;
    const next = starts[array]! + index + 1;
    if (sequential[array] === 1 && next < starts[array + 1]!) this.tell(children[next]!, succeeded);
    const { nToN } = this;
    for (let i = nToN.starts[array]!; i < nToN.starts[array + 1]!; i++) {
      const other = starts[nToN.to[i]!]! + index;
      assert(other < starts[nToN.to[i]! + 1]!, "N_TO_N joins arrays of different sizes");
      this.tell(children[other]!, succeeded);
    }
    if (!succeeded) this.hasFailedChild[array] = 1;
    const open = this.openChildren[array]! - 1;
    this.openChildren[array] = open;
    if (open === 0) this.unitEnded(array, this.hasFailedChild[array] === 0);
  }

  private unitEnded(unit: number, succeeded: boolean): void {
    const { whole, arrays } = this;
    for (let i = whole.starts[unit]!; i < whole.starts[unit + 1]!; i++) {
      const dependent = whole.to[i]!;
      const isMet = succeeded || whole.kind[i] === DependencyKind.End;
      if (dependent >= arrays.count) this.tell(dependent - arrays.count, isMet);
      else this.tellArray(dependent, isMet);
    }
  }

  private tellArray(array: number, succeeded: boolean): void {
    this.edgesFollowed++;
    const unmet = this.unmetByArray[array]!;
    if (unmet === FAILED) return;
    this.unmetByArray[array] = succeeded ? unmet - 1 : FAILED;
    if (succeeded && unmet > 1) return;
    const { starts, children } = this.arrays;
    for (let i = starts[array]!; i < starts[array + 1]!; i++) this.tell(children[i]!, succeeded);
  }

  private tell(job: number, succeeded: boolean): void {
    this.edgesFollowed++;
    const unmet = this.unmet[job]!;
    if (unmet === FAILED) return;
    this.unmet[job] = succeeded ? unmet - 1 : FAILED;
    if (!succeeded) this.failed.push(job);
    else if (unmet === 1) this.released.push(job);
  }
}

/** Edges by the unit they start from: those of unit u lead to to[starts[u] .. starts[u + 1]), in ascending order. */
interface EdgesFrom {
  readonly starts: Int32Array;
  readonly to: Int32Array;
  readonly kind: Uint8Array;
}

/** The edges of some kinds, sorted by where they start, then by where they lead. */
function edgesFrom(
  { count, on, dependent, kind }: Dependencies,
  units: number,
  isWanted: (kind: number) => boolean,
): EdgesFrom {
  const chosen = new Int32Column();
  for (let edge = 0; edge < count; edge++) if (isWanted(kind[edge]!)) chosen.push(edge);
  // Two stable counting sorts, the lesser key first.
  const byDependent = countingSort(chosen.view(), dependent, units).sorted;
  const { sorted, starts } = countingSort(byDependent, on, units);
  return { starts, to: sorted.map((edge) => dependent[edge]!), kind: Uint8Array.from(sorted, (edge) => kind[edge]!) };
}

/** Sorts edges by key, equal keys in the order given; entries of key k are sorted[starts[k] .. starts[k + 1]). */
function countingSort(edges: Int32Array, key: Int32Array, keys: number) {
  const starts = new Int32Array(keys + 1);
  for (const edge of edges) starts[key[edge]! + 1] = starts[key[edge]! + 1]! + 1;
  for (let k = 0; k < keys; k++) starts[k + 1] = starts[k + 1]! + starts[k]!;
  const next = starts.slice();
  const sorted = new Int32Array(edges.length);
  for (const edge of edges) {
    const place = next[key[edge]!]!;
    next[key[edge]!] = place + 1;
    sorted[place] = edge;
  }
  return { sorted, starts };
}
