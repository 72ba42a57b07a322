// Lists the placed children of arrays: each array takes calls of its own, and there may be more arrays than calls. So an array is
// listed when its statusSummary has changed since it was listed, those that were listed longest ago first, as far as the time
// goes; the others take turns at what the rate has left, since a child that is retried while another starts changes no count. An
// array that is not listed in a look is as it was when it was: its summary and its children are of one time.

import { BATCH_BURST_SECONDS } from "../aws/rates.js";
import type { Clock, Deadline } from "../ports.js";
import { type ListedArray, type ListedJob, pushJob } from "./job-list.js";
import { AT_ONCE, LONG_PAGE, type ReadApi } from "./read-api.js";

/** Of the time that is left when arrays are begun: jobs are still to be described, and a decision follows. */
const TIME_SHARE = 0.6;
/** Of the calls that the rate gives between two looks, for arrays that have not changed: the queues' lists need the other half. */
const TURNS_SHARE = 0.5;
/** What the rate gives in more time than this is not saved up. */
const MOST_SAVED_MS = BATCH_BURST_SECONDS * 1000;
/** An array that has changed may be as it was for so many looks, a minute: beyond that, decisions would be about another world. */
const MOST_LATE_LOOKS = 4;
/** In the direction in which jobs go. RUNNABLE children are counted by their parents. */
const PLACED = ["STARTING", "RUNNING"] as const;

export interface ArraysRead {
  /** Each as it was when its children were listed. */
  readonly arrays: readonly ListedArray[];
  /** Of the arrays that were listed. */
  readonly children: readonly ListedJob[];
  /** Arrays whose children were not listed. */
  readonly unlisted: ReadonlySet<string>;
  /** How many have changed since they were listed. */
  readonly late: number;
  /** How many were never listed, or have changed too long ago. */
  readonly overdue: number;
}

interface Known {
  /** As it was when it was listed; undefined: it never was. */
  listed: ListedArray | undefined;
  listedLook: number;
  /** The first look that has shown it otherwise than it was listed; NaN: none. */
  changedLook: number;
}

export class ArrayReader {
  private readonly api: ReadApi;
  private readonly clock: Clock;
  private readonly callsPerSecond: number;
  private readonly known = new Map<string, Known>();
  /** Children of arrays that were listed and not yet given: where a call fails, they are given in the next look. */
  private readonly fresh = new Map<string, ListedJob[]>();
  private look = 0;
  private lookMs = Number.NaN;

  constructor(api: ReadApi, clock: Clock, callsPerSecond: number) {
    this.api = api;
    this.clock = clock;
    this.callsPerSecond = callsPerSecond;
  }

  /** `arrays`: all there are. Throws what a call throws; what was listed until then is given the next time. */
  async read(arrays: readonly ListedArray[], deadline: Deadline): Promise<ArraysRead> {
    this.look++;
    const turns = this.turns();
    const stopLeftMs = deadline.leftMs() * (1 - TIME_SHARE);
    const { changed, others } = this.inTurn(arrays);
    let calls = await this.list(changed, Number.POSITIVE_INFINITY, stopLeftMs, deadline);
    calls += await this.list(others, turns - calls, stopLeftMs, deadline);
    return this.take(arrays);
  }

  /** Calls that arrays may take which have not changed. */
  private turns(): number {
    const nowMs = this.clock.monotonicMs();
    const sinceMs = Number.isNaN(this.lookMs) ? MOST_SAVED_MS : Math.min(MOST_SAVED_MS, nowMs - this.lookMs);
    this.lookMs = nowMs;
    return Math.max(1, Math.floor((TURNS_SHARE * this.callsPerSecond * sinceMs) / 1000));
  }

  /** Arrays that are to be listed: those that have changed and those that have not, listed longest ago first. */
  private inTurn(arrays: readonly ListedArray[]): { changed: ListedArray[]; others: ListedArray[] } {
    const ids = new Set(arrays.map(({ jobId }) => jobId));
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
    for (const id of this.fresh.keys()) if (!ids.has(id)) this.fresh.delete(id);
    const changed: ListedArray[] = [];
    const others: ListedArray[] = [];
    for (const array of arrays) {
      const known = this.knownOf(array);
      if (callsOf(array) === 0) {
        this.keep(array, []); // nothing to ask
      } else if (known.listed === undefined || !isSame(known.listed, array)) {
        if (Number.isNaN(known.changedLook)) known.changedLook = this.look;
        changed.push(array);
      } else {
        known.changedLook = Number.NaN;
        others.push(array);
      }
    }
    const byAge = (a: ListedArray, b: ListedArray) => this.knownOf(a).listedLook - this.knownOf(b).listedLook;
    return { changed: changed.sort(byAge), others: others.sort(byAge) };
  }

  /** Returns how many calls it took. */
  private async list(
    arrays: readonly ListedArray[],
    mostCalls: number,
    stopLeftMs: number,
    deadline: Deadline,
  ): Promise<number> {
    let calls = 0;
    for (let from = 0; from < arrays.length && deadline.leftMs() > stopLeftMs; from += AT_ONCE) {
      const batch: ListedArray[] = [];
      for (const array of arrays.slice(from, from + AT_ONCE)) {
        if (calls + callsOf(array) > mostCalls) break;
        calls += callsOf(array);
        batch.push(array);
      }
      if (batch.length === 0) break;
      const answers = await Promise.allSettled(batch.map((array) => this.listOne(array, deadline)));
      for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
    }
    return calls;
  }

  private async listOne(array: ListedArray, deadline: Deadline): Promise<void> {
    const listed: ListedJob[] = [];
    for (const status of PLACED) {
      if ((array.statusSummary[status] ?? 0) === 0) continue;
      const list = { arrayJobId: array.jobId };
      const { jobs } = await this.api.listJobs(list, status, deadline, Number.POSITIVE_INFINITY);
      for (const job of jobs) pushJob(listed, job, status, array.queue);
    }
    this.keep(array, listed);
  }

  private keep(array: ListedArray, children: ListedJob[]): void {
    const known = this.knownOf(array);
    known.listed = array;
    known.listedLook = this.look;
    known.changedLook = Number.NaN;
    this.fresh.set(array.jobId, children);
  }

  private knownOf({ jobId }: ListedArray): Known {
    const known = this.known.get(jobId);
    if (known !== undefined) return known;
    const made: Known = { listed: undefined, listedLook: 0, changedLook: Number.NaN };
    this.known.set(jobId, made);
    return made;
  }

  private take(arrays: readonly ListedArray[]): ArraysRead {
    const unlisted = new Set<string>();
    let late = 0;
    let overdue = 0;
    const asListed = arrays.map((array) => {
      const { listed, changedLook } = this.knownOf(array);
      if (!this.fresh.has(array.jobId)) unlisted.add(array.jobId);
      if (!Number.isNaN(changedLook)) late++;
      if (listed === undefined || this.look - changedLook >= MOST_LATE_LOOKS) overdue++;
      return listed ?? array;
    });
    const children = [...this.fresh.values()].flat();
    this.fresh.clear();
    return { arrays: asListed, children, unlisted, late, overdue };
  }
}

/** Calls that its placed children take: pages, in each status. */
function callsOf({ statusSummary }: ListedArray): number {
  return PLACED.reduce((sum, status) => sum + Math.ceil((statusSummary[status] ?? 0) / LONG_PAGE), 0);
}

function isSame({ statusSummary: one }: ListedArray, { statusSummary: other }: ListedArray): boolean {
  const statuses = [...Object.keys(one), ...Object.keys(other)];
  return statuses.every((status) => (one[status] ?? 0) === (other[status] ?? 0));
}
