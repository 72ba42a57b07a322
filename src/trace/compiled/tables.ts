// The tables of a sealed trace as text: blocks of JSON, one a line, so that a table with an entry for every job is no longer
// than a string can be. What JSON has no word for (NaN, undefined) is put back on reading.

import type { ConsumableRequest, Intervention, JobClass, JobDefinition, Shape } from "../../model/job.js";
import type { AttemptScript } from "../../model/profile.js";
import type { SealedTrace } from "../workload-builder.js";

export interface Tables {
  readonly shapes: readonly Shape[];
  readonly classes: readonly JobClass[];
  readonly queueNames: readonly string[];
  readonly jobNames: readonly string[];
  readonly shareNames: readonly string[];
  readonly consumableSets: readonly (readonly ConsumableRequest[])[];
  readonly definitions: readonly JobDefinition[];
  readonly interventions: readonly Intervention[];
  readonly scripts: readonly (readonly AttemptScript[])[];
  readonly arrayIds: readonly string[];
}

const NAMES = [
  ...(["shapes", "classes", "queueNames", "jobNames", "shareNames", "consumableSets"] as const),
  ...(["definitions", "interventions", "scripts", "arrayIds"] as const),
] as const satisfies readonly (keyof Tables)[];

const ENTRIES_PER_LINE = 4_096;

export function tablesOf({ workload, profiles }: SealedTrace): Tables {
  const { shapes, classes, queueNames, jobNames, shareNames, consumableSets, definitions, interventions } = workload;
  return {
    ...{ shapes, classes, queueNames, jobNames, shareNames, consumableSets, definitions, interventions },
    ...{ scripts: profiles.scripts, arrayIds: workload.arrays.ids },
  };
}

/** Lines of JSON, each a block of entries of one table. */
export function* tableLines(tables: Tables): Generator<string> {
  for (const [index, name] of NAMES.entries()) {
    const table: readonly unknown[] = tables[name];
    for (let start = 0; start < table.length; start += ENTRIES_PER_LINE) {
      yield JSON.stringify([index, table.slice(start, start + ENTRIES_PER_LINE)]);
    }
  }
}

/** The tables of these lines; undefined when they are no tables. Throws SyntaxError for what is no JSON. */
export function tablesOfLines(lines: readonly string[]): Tables | undefined {
  const tables: Record<string, unknown[]> = Object.fromEntries(NAMES.map((name) => [name, []]));
  for (const line of lines) {
    const block: unknown = JSON.parse(line);
    const name = Array.isArray(block) ? NAMES[block[0]] : undefined;
    if (name === undefined || !Array.isArray((block as unknown[])[1])) return undefined;
    for (const entry of (block as [number, unknown[]])[1]) tables[name]!.push(completed(name, entry));
  }
  return isTables(tables) ? tables : undefined;
}

function completed(name: keyof Tables, entry: unknown): unknown {
  if (name === "definitions" && isRecord(entry)) return { ...entry, timeoutMs: entry.timeoutMs ?? Number.NaN };
  if (name !== "scripts" || !Array.isArray(entry)) return entry;
  return entry.map((attempt: Record<string, unknown>) => ({
    runtimeMs: attempt?.runtimeMs ?? Number.NaN,
    exitCode: attempt?.exitCode,
    reason: attempt?.reason,
    statusReason: attempt?.statusReason,
    cannotStart: attempt?.cannotStart,
  }));
}

/** Enough that nothing that reads tables can stumble: every entry has its parts, every reference an aim. */
function isTables(tables: Record<string, unknown[]>): tables is Record<string, unknown[]> & Tables {
  const all = (name: keyof Tables, check: (entry: Record<string, unknown>) => boolean) =>
    tables[name]!.every((entry) => isRecord(entry) && check(entry));
  const lists = (name: keyof Tables, check: (entry: Record<string, unknown>) => boolean) =>
    tables[name]!.every((list) => Array.isArray(list) && list.every((entry) => isRecord(entry) && check(entry)));
  const isIn = (value: unknown, name: keyof Tables) => isCount(value) && value < tables[name]!.length;
  return (
    (["queueNames", "jobNames", "shareNames", "arrayIds"] as const).every((name) =>
      tables[name]!.every((entry) => typeof entry === "string"),
    ) &&
    all("shapes", (shape) => [shape.vcpuMilli, shape.memoryMib, shape.gpuMilli].every(isCount)) &&
    all("classes", ({ queue, shape, share, priority, nodes, consumables }) => {
      const aims = isIn(queue, "queueNames") && isIn(shape, "shapes") && isIn(share, "shareNames");
      return aims && isIn(consumables, "consumableSets") && isCount(priority) && isCount(nodes) && nodes > 0;
    }) &&
    lists("consumableSets", ({ name, quantity }) => typeof name === "string" && typeof quantity === "number") &&
    all("definitions", ({ name, retry, timeoutMs, checkpointMs }) => {
      const isRetry = isRecord(retry) && isCount(retry.attempts) && Array.isArray(retry.evaluateOnExit);
      const isCheckpoint = checkpointMs === undefined || (isCount(checkpointMs) && checkpointMs > 0);
      return typeof name === "string" && isRetry && typeof timeoutMs === "number" && isCheckpoint;
    }) &&
    lists("scripts", ({ runtimeMs, exitCode }) => typeof runtimeMs === "number" && isCount(exitCode)) &&
    tables.scripts!.every((script) => (script as unknown[]).length > 0) &&
    all(
      "interventions",
      ({ timeMs, kind, unit }) => typeof timeMs === "number" && typeof kind === "string" && isCount(unit),
    )
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
