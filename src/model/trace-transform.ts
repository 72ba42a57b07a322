// Steps that change a trace before it is replayed, as data. A list of steps is applied in its order; equal steps on an equal
// trace give an equal trace.

/** Jobs that meet all of the conditions given. Ranges include both ends. */
export interface JobFilter {
  /** Names with * and ?; a job meets the condition when one of them fits. Undefined: any. */
  readonly queue: readonly string[] | undefined;
  readonly name: readonly string[] | undefined;
  readonly share: readonly string[] | undefined;
  readonly vcpuMilli: AmountRange | undefined;
  readonly memoryMib: AmountRange | undefined;
  readonly gpuMilli: AmountRange | undefined;
  readonly runtimeMs: AmountRange | undefined;
  /** How the last attempt ended. */
  readonly status: "succeeded" | "failed" | undefined;
}

/** Undefined: no bound. */
export interface AmountRange {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** An instant: epoch milliseconds, or milliseconds after the first submission. */
export type TraceInstant =
  | { readonly kind: "date"; readonly epochMs: number }
  | { readonly kind: "offset"; readonly offsetMs: number };

/** What `anonymise` replaces. */
export const ANONYMISED_FIELDS = ["ids", "names", "queues", "shares", "definitions"] as const;
export type AnonymisedField = (typeof ANONYMISED_FIELDS)[number];

export type TransformStep =
  /** Keeps the jobs that meet the conditions; `exclude` keeps the others. */
  | { readonly kind: "filter" | "exclude"; readonly jobs: JobFilter }
  /** Keeps what is submitted at `from` or later and before `to`. Arrays go by their first child. Undefined: no bound. */
  | { readonly kind: "window"; readonly from: TraceInstant | undefined; readonly to: TraceInstant | undefined }
  /** Moves all submissions by so many milliseconds. */
  | { readonly kind: "shift"; readonly byMs: number }
  /** Moves all submissions so that the first one is at this epoch time. */
  | { readonly kind: "start"; readonly epochMs: number }
  /** `factor` times the load in the same time. */
  | { readonly kind: "scaleLoad"; readonly factor: number; readonly seed: number }
  /** Times between submissions times `factor`; run times stay. */
  | { readonly kind: "stretchTime"; readonly factor: number }
  /** New names of queues; "*" for those that are not named. */
  | { readonly kind: "mapQueues"; readonly queues: Readonly<Record<string, string>> }
  /** Texts become keyed hashes of themselves. */
  | { readonly kind: "anonymise"; readonly key: string; readonly fields: readonly AnonymisedField[] }
  /** So many jobs (1 or more), or such a share of them, chosen by chance. */
  | { readonly kind: "sample"; readonly amount: SampleAmount; readonly seed: number }
  /** Adds the jobs of another trace. */
  | { readonly kind: "merge"; readonly file: string; readonly format: string | undefined; readonly align: MergeTiming };

export type SampleAmount = { readonly jobs: number } | { readonly fraction: number };

/** "recorded": both keep their dates; "start": both begin together, when the first one does. */
export type MergeTiming = "recorded" | "start";
