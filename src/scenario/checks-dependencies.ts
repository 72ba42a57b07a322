// The jobs of `trace.jobs` among each other: ids, and dependencies that must exist, fit and end.
// Source: AWS Batch API reference, JobDependency; user guide, "Job dependencies" and "Array jobs".

import { type Mention, unknownName } from "./checks-names.js";
import { asList, asMap, describeValue, type Finding, type PathKey, valueAt } from "./finding.js";
import { MOST_COPIES_OF_ONE } from "./schema-jobs.js";

interface Node {
  readonly id: string;
  readonly path: readonly PathKey[];
  /** Children of an array job; 0: no array. */
  readonly size: number;
  readonly dependsOn: readonly unknown[];
}

/** AWS Batch holds a million jobs in SUBMITTED; more copies than that are a slip. */
const MOST_COPIES = 1_000_000;

/** Findings about ids given twice, and about dependencies. */
export function checkDependencies(root: unknown): Finding[] {
  const items = asList(valueAt(root, ["trace", "jobs"]));
  const copies = items.reduce((total: number, item) => total + copyCount(asMap(item)?.repeat), 0);
  if (copies > MOST_COPIES) {
    const message = `must be at most ${MOST_COPIES} jobs with all copies, got ${copies}`;
    return [{ code: "too-many", message, hint: "put them into a trace file", path: ["trace", "jobs"] }];
  }
  const nodes = items.flatMap((item, index) => nodesOf(item, ["trace", "jobs", index]));
  const byId = new Map<string, Node>();
  const findings: Finding[] = [];
  for (const node of nodes) {
    if (byId.has(node.id)) {
      const message = `the job id ${describeValue(node.id)} is defined twice`;
      findings.push({ code: "duplicate-name", message, hint: "give each job an id of its own", path: node.path });
    }
    byId.set(node.id, node);
  }
  // Copies share their dependencies: each is reported once.
  const reported = new Set<unknown>();
  for (const node of byId.values()) {
    for (const [index, dependency] of node.dependsOn.entries()) {
      if (reported.has(dependency)) continue;
      reported.add(dependency);
      findings.push(...checkDependency(node, dependency, [...node.path, "dependsOn", index], byId));
    }
  }
  return [...findings, ...checkCycles(byId)];
}

/** The copies of one entry, as far as it can be read. */
function nodesOf(item: unknown, path: readonly PathKey[]): Node[] {
  const job = asMap(item);
  const id = job?.id ?? job?.jobName;
  if (job === undefined || typeof id !== "string") return [];
  const size = asMap(job.arrayProperties)?.size;
  const base = { path, size: typeof size === "number" ? size : 0, dependsOn: asList(job.dependsOn) };
  return copyIds(id, job.repeat).map((copy) => ({ ...base, id: copy }));
}

/** Copies that are asked for; one where `repeat` is missing or refused. */
function copyCount(repeat: unknown): number {
  return typeof repeat === "number" && repeat > 1 && repeat <= MOST_COPIES_OF_ONE ? Math.floor(repeat) : 1;
}

/** Ids of the copies of a job: its own, or id-1 … id-n. */
export function copyIds(id: string, repeat: unknown): string[] {
  const copies = copyCount(repeat);
  return copies === 1 ? [id] : Array.from({ length: copies }, (_, index) => `${id}-${index + 1}`);
}

function checkDependency(
  node: Node,
  dependency: unknown,
  path: readonly PathKey[],
  byId: ReadonlyMap<string, Node>,
): Finding[] {
  const { jobId, type } = asMap(dependency) ?? {};
  if (type === "SEQUENTIAL") {
    if (node.size > 0) return [];
    const message = "a SEQUENTIAL dependency is for array jobs";
    return [{ code: "conflicting-keys", message, path: [...path, "type"] }];
  }
  if (typeof jobId !== "string") return [];
  const on = byId.get(jobId);
  if (on === undefined) return unknownJob({ name: jobId, path: [...path, "jobId"] }, byId);
  if (type !== "N_TO_N" || (node.size > 0 && on.size === node.size)) return [];
  const sizes = [node.size, on.size].map((size) => (size === 0 ? "no array" : size)).join(" and ");
  const message = `an N_TO_N dependency is between array jobs of the same size, got ${sizes}`;
  return [{ code: "conflicting-keys", message, path: [...path, "type"] }];
}

function unknownJob(mention: Mention, byId: ReadonlyMap<string, Node>): Finding[] {
  if (mention.name.includes(":") && byId.has(mention.name.split(":")[0]!)) {
    const message = `a job can't depend on a child of an array, got ${describeValue(mention.name)}`;
    return [{ code: "unknown-job", message, path: mention.path }];
  }
  return unknownName("job", mention, [...byId.keys()]);
}

/** One finding for each cycle that a walk along the dependencies closes. */
function checkCycles(byId: ReadonlyMap<string, Node>): Finding[] {
  const onOf = (id: string) => (byId.get(id)?.dependsOn ?? []).map((dependency) => asMap(dependency)?.jobId);
  const done = new Set<string>();
  const findings: Finding[] = [];
  for (const start of byId.keys()) {
    // Depth first without recursion: `walk` is the way from the start, each with the dependencies still to follow.
    const walk = done.has(start) ? [] : [{ id: start, rest: onOf(start) }];
    const onWay = new Set([start]);
    for (let step = walk.at(-1); step !== undefined; step = walk.at(-1)) {
      const next = step.rest.pop();
      if (step.rest.length === 0 && next === undefined) {
        done.add(step.id);
        onWay.delete(step.id);
        walk.pop();
      } else if (typeof next === "string" && byId.has(next) && !done.has(next)) {
        if (onWay.has(next)) {
          const way = walk.map(({ id }) => id);
          findings.push(cycle([...way.slice(way.indexOf(next)), next], byId.get(next)!));
        } else {
          walk.push({ id: next, rest: onOf(next) });
          onWay.add(next);
        }
      }
    }
  }
  return findings;
}

function cycle(ids: readonly string[], node: Node): Finding {
  const message = `these jobs wait for each other: ${ids.join(" → ")}`;
  return { code: "dependency-cycle", message, path: [...node.path, "dependsOn"] };
}
