// Writes small trace files for the tests of this folder and reads them back.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, type Issue } from "../../src/base/issues.js";
import { textAt } from "../../src/base/text-column.js";
import type { ColumnMapping, TraceFileOptions } from "../../src/trace/options.js";
import { readTrace } from "../../src/trace/read-trace.js";
import type { Trace } from "../../src/trace/workload-builder.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-trace-"));
let files = 0;

export function traceFile(content: string | Uint8Array): string {
  const path = join(folder, `trace-${++files}`);
  writeFileSync(path, content);
  return path;
}

/** A folder without files. */
export function emptyFolder(): string {
  return mkdtempSync(join(folder, "empty-"));
}

export const NO_DEFAULTS = {
  vcpus: undefined,
  memoryMib: undefined,
  memoryMibPerVcpu: undefined,
  jobDefinition: undefined,
} as const;

export function traceOptions(overrides: Partial<TraceFileOptions> = {}): TraceFileOptions {
  return {
    file: "trace.csv",
    purpose: "replay",
    format: "csv",
    columns: undefined,
    delimiter: undefined,
    header: undefined,
    timeZone: "UTC",
    release: "recorded",
    largestMachine: undefined,
    defaults: NO_DEFAULTS,
    queue: undefined,
    queueMap: {},
    gpuSharing: "round-up",
    limits: "estimate",
    shareFrom: undefined,
    ...overrides,
  };
}

/** A mapping with only what is always needed: submit (s), runtime (s), cpu, mem (MiB). */
export function mapping(overrides: Partial<ColumnMapping> = {}): ColumnMapping {
  return {
    id: undefined,
    name: undefined,
    queue: undefined,
    submit: { column: "submit", unit: "s" },
    runtime: { column: "runtime", unit: "s" },
    start: undefined,
    limit: undefined,
    vcpus: { column: "cpu", scale: 1 },
    memory: { column: "mem", unit: "MiB" },
    gpus: undefined,
    jobDefinition: undefined,
    share: undefined,
    priority: undefined,
    nodes: undefined,
    array: undefined,
    arraySize: undefined,
    dependsOn: undefined,
    exitCode: undefined,
    ...overrides,
  };
}

export function read(content: string | Uint8Array, overrides: Partial<TraceFileOptions> = {}): Promise<Trace> {
  return readTrace(traceOptions(overrides), traceFile(content));
}

/** The issues that reading ends with; fails when it succeeds. */
export async function issuesOf(reading: Promise<unknown>): Promise<readonly Issue[]> {
  const error: unknown = await reading.then(
    () => new Error("reading was expected to fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof InputError) return error.issues;
  throw error;
}

export interface JobView {
  id: string;
  name: string;
  queue: string;
  submitMs: number;
  vcpuMilli: number;
  memoryMib: number;
  gpuMilli: number;
  runtimeMs: number;
  limitMs: number;
  recordedWaitMs: number;
}

/** The columns as one object per job, in workload order. */
export function jobsOf({ workload, profiles }: Pick<Trace, "workload" | "profiles">): JobView[] {
  return Array.from({ length: workload.jobCount }, (_, job) => {
    const { queue, shape } = workload.classes[workload.jobClass[job]!]!;
    return {
      id: textAt(workload.ids, job),
      name: workload.jobNames[workload.jobName[job]!]!,
      queue: workload.queueNames[queue]!,
      submitMs: workload.submitMs[job]!,
      ...workload.shapes[shape]!,
      runtimeMs: profiles.runtimeMs[job]!,
      limitMs: workload.limitMs[job]!,
      recordedWaitMs: profiles.recordedWaitMs[job]!,
    };
  });
}

/** Tallies as `{code: count}`. */
export function counts(tallies: readonly { readonly code: string; readonly count: number }[]): Record<string, number> {
  return Object.fromEntries(tallies.map(({ code, count }) => [code, count]));
}
