// Whose hours they are: shapes and names by their share of the work.

import { quantiles } from "../../base/quantiles.js";
import { MS_PER_HOUR } from "../../base/units.js";
import type { NameRow, ShapeRow, Work, WorkUnit } from "../../model/trace-inspection.js";
import type { SealedTrace } from "../workload-builder.js";
import { hasFailed, scriptOf } from "./attempts.js";

/** Rows of their own; what is left is one row. */
const SHAPES_LISTED = 12;
const NAMES_LISTED = 12;

/** Digits after the point of hours, and of shares: more would be noise in the JSON. */
const HOURS_SCALE = 1_000;
const SHARE_SCALE = 1e6;

export function workOf(trace: SealedTrace): Work {
  const { workload, profiles } = trace;
  const unit: WorkUnit = workload.shapes.every(({ vcpuMilli }) => vcpuMilli > 0) ? "vcpu-hours" : "job-hours";
  const hours = hoursOf(trace, unit);
  const shapeOf = workload.classes.map(({ shape }) => shape);
  const byShape = new Groups(workload.shapes.length);
  const byName = new Groups(workload.jobNames.length);
  for (let job = 0; job < workload.jobCount; job++) {
    const failed = hasFailed(profiles, job);
    byShape.add(shapeOf[workload.jobClass[job]!]!, hours[job]!, failed);
    byName.add(workload.jobName[job]!, hours[job]!, failed);
  }
  const total = sumOf(hours);
  return {
    unit,
    hours: rounded(total, HOURS_SCALE),
    shapes: shapeRows(trace, byShape, total),
    shapeCount: byShape.nonEmpty,
    names: nameRows(trace, byName, total),
    nameCount: byName.nonEmpty,
    largestPercentShare: largestPercentShare(hours, total),
  };
}

/** What a job without a script does: it runs for its run time. */
const ONE_SUCCESS = [{ runtimeMs: Number.NaN }] as const;

/** Of all attempts and nodes of each job. */
function hoursOf({ workload, profiles }: SealedTrace, unit: WorkUnit): Float64Array {
  const { jobCount, jobClass, classes, shapes } = workload;
  const width = classes.map(({ shape, nodes }) =>
    unit === "vcpu-hours" ? (nodes * shapes[shape]!.vcpuMilli) / 1_000 : nodes,
  );
  const hours = new Float64Array(jobCount);
  for (let job = 0; job < jobCount; job++) {
    const runtimeMs = profiles.runtimeMs[job]!;
    let ranMs = 0;
    for (const attempt of scriptOf(profiles, job) ?? ONE_SUCCESS) {
      ranMs += Number.isNaN(attempt.runtimeMs) ? runtimeMs : attempt.runtimeMs;
    }
    hours[job] = (ranMs * width[jobClass[job]!]!) / MS_PER_HOUR;
  }
  return hours;
}

/** Jobs, failures and hours by a number from a table. */
class Groups {
  readonly jobs: Float64Array;
  readonly failed: Float64Array;
  readonly hours: Float64Array;

  constructor(size: number) {
    this.jobs = new Float64Array(size);
    this.failed = new Float64Array(size);
    this.hours = new Float64Array(size);
  }

  add(group: number, hours: number, failed: boolean): void {
    this.jobs[group] = this.jobs[group]! + 1;
    this.hours[group] = this.hours[group]! + hours;
    if (failed) this.failed[group] = this.failed[group]! + 1;
  }

  get nonEmpty(): number {
    return this.jobs.reduce((count, jobs) => count + (jobs > 0 ? 1 : 0), 0);
  }

  /** Most hours first, then most jobs, then in the order of the table; without empty groups. */
  ranked(): number[] {
    const { jobs, hours } = this;
    const groups = Array.from(jobs.keys()).filter((group) => jobs[group]! > 0);
    return groups.sort((a, b) => hours[b]! - hours[a]! || jobs[b]! - jobs[a]! || a - b);
  }

  /** Several groups as one row. */
  together(groups: readonly number[], totalHours: number) {
    const sum = (column: Float64Array) => groups.reduce((total, group) => total + column[group]!, 0);
    const hours = sum(this.hours);
    return {
      jobs: sum(this.jobs),
      failedJobs: sum(this.failed),
      hours: rounded(hours, HOURS_SCALE),
      share: totalHours === 0 ? 0 : rounded(hours / totalHours, SHARE_SCALE),
    };
  }
}

function shapeRows({ workload }: SealedTrace, groups: Groups, totalHours: number): ShapeRow[] {
  const [listed, others] = split(groups.ranked(), SHAPES_LISTED);
  const row = (shape: ShapeRow["shape"], members: readonly number[]): ShapeRow => {
    const { failedJobs: _, ...counts } = groups.together(members, totalHours);
    return { shape, shapes: members.length, ...counts };
  };
  const rows = listed.map((group) => row({ ...workload.shapes[group]! }, [group]));
  return others.length === 0 ? rows : [...rows, row(null, others)];
}

function nameRows(trace: SealedTrace, groups: Groups, totalHours: number): NameRow[] {
  const [listed, others] = split(groups.ranked(), NAMES_LISTED);
  const medians = medianRuntimes(trace, listed, groups.jobs);
  const rows = listed.map((group, i) => ({
    name: trace.workload.jobNames[group]!,
    names: 1,
    ...groups.together([group], totalHours),
    medianRuntimeMs: medians[i]!,
  }));
  if (others.length === 0) return rows;
  return [...rows, { name: null, names: others.length, ...groups.together(others, totalHours), medianRuntimeMs: null }];
}

/** A rest of one is a row of its own. */
function split(ranked: readonly number[], most: number): [readonly number[], readonly number[]] {
  return ranked.length <= most + 1 ? [ranked, []] : [ranked.slice(0, most), ranked.slice(most)];
}

function medianRuntimes({ workload, profiles }: SealedTrace, names: readonly number[], jobs: Float64Array): number[] {
  const placeOf = new Map(names.map((name, place) => [name, place]));
  const runtimes = names.map((name) => new Float64Array(jobs[name]!));
  const found = names.map(() => 0);
  for (let job = 0; job < workload.jobCount; job++) {
    const place = placeOf.get(workload.jobName[job]!);
    if (place !== undefined) runtimes[place]![found[place]!++] = profiles.runtimeMs[job]!;
  }
  return runtimes.map((values) => quantiles(values, [0.5])[0]!);
}

/** Ties at the border count as far as the hundredth reaches. */
function largestPercentShare(hours: Float64Array, total: number): number {
  if (total === 0) return 0;
  const [border] = quantiles(hours, [0.99]) as [number];
  const most = hours.length - Math.ceil(0.99 * hours.length);
  let sum = 0;
  let above = 0;
  for (let job = 0; job < hours.length; job++) {
    if (hours[job]! <= border) continue;
    sum += hours[job]!;
    above++;
  }
  return rounded((sum + (most - above) * border) / total, SHARE_SCALE);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

function rounded(value: number, scale: number): number {
  return Math.round(value * scale) / scale;
}
