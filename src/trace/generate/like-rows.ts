// Groups of the original to new jobs: the same names, requests, arrays and dependencies under new ids, with run times
// drawn from those of their kind.

import { type RandomStream, randomStream } from "../../base/random.js";
import { textAt } from "../../base/text-column.js";
import type { DependencyKind } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { arrayUnit, type UnitHandle } from "../dependency-table.js";
import { unitOfJob } from "../transform/unit-groups.js";
import { neutralJobRow, type SealedTrace, WorkloadBuilder } from "../workload-builder.js";
import { jobId } from "./options.js";
import type { RuntimeGroups } from "./runtime-groups.js";

const NO_LINE = 0;

export class LikeRows {
  private readonly source: SealedTrace;
  private readonly runtimes: RuntimeGroups;
  private readonly stream: RandomStream;
  private readonly prefix: string;
  private readonly names: Naming;
  private readonly builder = new WorkloadBuilder();
  private readonly row = neutralJobRow();
  /** Tables of the original to those of the builder. */
  private readonly consumables: readonly number[];
  private readonly scripts: readonly number[];
  private readonly definitions: readonly number[];
  /** Edges by the unit that waits. */
  private readonly edges: ReadonlyMap<number, readonly number[]>;
  private number = 0;
  /** Per kind of run times: how far ranks move in the current burst. */
  private readonly shifts = new Map<number, number>();
  /** New ids of the units of the current group. */
  private readonly ids = new Map<number, string>();

  constructor(source: SealedTrace, runtimes: RuntimeGroups, seed: number, anonymousNames: boolean) {
    this.source = source;
    this.runtimes = runtimes;
    this.stream = randomStream(seed, "like/runtimes");
    this.prefix = unusedPrefix(source);
    this.names = anonymousNames ? anonymous(source) : asTheyAre(source);
    this.edges = edgesByDependent(source);
    const { builder, names } = this;
    this.consumables = source.workload.consumableSets.map((set) => builder.addConsumables(set));
    this.scripts = source.profiles.scripts.map((script) => builder.addScript(script));
    this.definitions = source.workload.definitions.map((definition) => {
      return builder.addDefinition({ ...definition, name: names.ofDefinition(definition.name) });
    });
  }

  /**
   * The ranks of the jobs of one burst and kind move together, for such jobs are alike: a single one anywhere, those of many
   * jobs by about as much as the mean of so many varies.
   */
  beginBurst(jobs: Int32Array): void {
    const counts = new Map<number, number>();
    for (const job of jobs) {
      const group = this.runtimes.groupOf(job);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    this.shifts.clear();
    for (const [group, count] of counts) {
      this.shifts.set(group, (2 * this.stream.uniform() - 1) / Math.sqrt(count));
    }
  }

  /** Adds the jobs of a group, which was first submitted at `fromMs` and is now at `toMs`, both after the trace's begin. */
  addGroup(jobs: Int32Array, fromMs: number, toMs: number): void {
    const { workload } = this.source;
    this.ids.clear();
    const firstJobs = new Map<number, number>();
    for (const job of jobs) {
      const unit = unitOfJob(workload, job);
      if (firstJobs.has(unit)) continue;
      firstJobs.set(unit, job);
      this.ids.set(unit, this.prefix + jobId(++this.number));
    }
    const moveMs = workload.originMs + toMs - fromMs;
    for (const [unit, job] of firstJobs) {
      const isArray = unit < workload.arrays.count;
      const handle = isArray ? this.addArray(unit, moveMs) : this.addJob(job, this.ids.get(unit)!, NONE, moveMs);
      this.addEdges(unit, handle);
    }
  }

  seal(): SealedTrace {
    return this.builder.seal();
  }

  private addArray(array: number, moveMs: number): UnitHandle {
    const { starts, children, sequential } = this.source.workload.arrays;
    const id = this.ids.get(array)!;
    const index = this.builder.addArray(id);
    if (sequential[array] === 1) this.builder.makeSequential(index);
    for (let place = starts[array]!; place < starts[array + 1]!; place++) {
      this.addJob(children[place]!, `${id}:${place - starts[array]!}`, index, moveMs);
    }
    return arrayUnit(index);
  }

  /** All that a unit waits for is in its group. */
  private addEdges(unit: number, handle: UnitHandle): void {
    const { on, kind } = this.source.workload.dependencies;
    for (const edge of this.edges.get(unit) ?? []) {
      this.builder.addDependency(handle, this.ids.get(on[edge]!)!, kind[edge]! as DependencyKind, NO_LINE);
    }
  }

  private addJob(job: number, id: string, array: number, moveMs: number): number {
    const { workload } = this.source;
    const { row } = this;
    const { queue, shape, share, priority, nodes, consumables } = workload.classes[workload.jobClass[job]!]!;
    const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[shape]!;
    row.id = id;
    row.name = this.names.ofJob[workload.jobName[job]!]!;
    row.queue = workload.queueNames[queue]!;
    row.share = this.names.ofShare[share]!;
    row.submitMs = workload.submitMs[job]! + moveMs;
    row.vcpuMilli = vcpuMilli;
    row.memoryMib = memoryMib;
    row.gpuMilli = gpuMilli;
    row.priority = priority;
    row.nodes = nodes;
    row.consumables = this.consumables[consumables]!;
    row.array = array;
    this.drawProfile(job);
    return this.builder.addJob(row);
  }

  /** The run time at a moved rank; limit, memory used and way of ending come from the job that is nearest to it. */
  private drawProfile(job: number): void {
    const { workload, profiles } = this.source;
    const { row, runtimes } = this;
    const group = runtimes.groupOf(job);
    const rank = this.movedRank(group, runtimes.rankOf(job));
    const donor = runtimes.donorAt(group, rank);
    const limitMs = workload.limitMs[donor]!;
    const keptLimit = profiles.runtimeMs[donor]! <= limitMs;
    const drawnMs = runtimes.quantileMs(group, rank);
    row.runtimeMs = keptLimit ? Math.min(drawnMs, limitMs) : drawnMs;
    row.limitMs = limitMs;
    row.peakMemoryMib = profiles.peakMemoryMib[donor] ?? Number.NaN;
    const script = profiles.script[donor] ?? NONE;
    row.script = script === NONE ? NONE : this.scripts[script]!;
    row.definition = this.definitions[workload.jobDefinition[donor] ?? 0]!;
  }

  /** Reflected into [0, 1]: ranks that were near stay near, and on the whole all ranks stay as likely. */
  private movedRank(group: number, rank: number): number {
    const moved = Math.abs(rank + this.shifts.get(group)!);
    return moved <= 1 ? moved : 2 - moved;
  }
}

interface Naming {
  readonly ofJob: readonly string[];
  readonly ofShare: readonly string[];
  readonly ofDefinition: (name: string) => string;
}

function asTheyAre({ workload }: SealedTrace): Naming {
  return { ofJob: workload.jobNames, ofShare: workload.shareNames, ofDefinition: (name) => name };
}

/** Numbered in order of first appearance; "" is no name and stays. */
function anonymous({ workload }: SealedTrace): Naming {
  const numbered = (names: readonly string[], word: string) => {
    const known = names.filter((name) => name !== "");
    return new Map(known.map((name, index) => [name, `${word}-${index + 1}`]));
  };
  const definitionNames = [...new Set(workload.definitions.map(({ name }) => name))];
  const [jobs, shares, definitions] = [
    numbered(workload.jobNames, "name"),
    numbered(workload.shareNames, "share"),
    numbered(definitionNames, "definition"),
  ];
  return {
    ofJob: workload.jobNames.map((name) => jobs!.get(name) ?? ""),
    ofShare: workload.shareNames.map((name) => shares!.get(name) ?? ""),
    ofDefinition: (name) => definitions!.get(name) ?? "",
  };
}

/** Begins no id of the original, so that no new id is an old one. */
function unusedPrefix({ workload }: SealedTrace): string {
  for (let generation = 1; ; generation++) {
    const prefix = `like${generation}-`;
    if (!hasIdWith(workload.ids, workload.jobCount, prefix)) return prefix;
  }
}

function hasIdWith(ids: SealedTrace["workload"]["ids"], count: number, prefix: string): boolean {
  for (let job = 0; job < count; job++) if (textAt(ids, job).startsWith(prefix)) return true;
  return false;
}

function edgesByDependent({ workload }: SealedTrace): ReadonlyMap<number, readonly number[]> {
  const { count, dependent } = workload.dependencies;
  const edges = new Map<number, number[]>();
  for (let edge = 0; edge < count; edge++) {
    const known = edges.get(dependent[edge]!);
    if (known === undefined) edges.set(dependent[edge]!, [edge]);
    else known.push(edge);
  }
  return edges;
}
