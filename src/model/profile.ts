// Hidden truth about jobs: known to the simulated world alone. Core and engine may not import this file, so that no policy
// can cheat; only the clairvoyant lower bound may ask for it, openly.

/** What happens in one attempt. */
export interface AttemptScript {
  /** Milliseconds from container start to its end; NaN: the job's runtimeMs. */
  readonly runtimeMs: number;
  readonly exitCode: number;
  /** The container's reason; undefined: the usual words for the exit code. */
  readonly reason: string | undefined;
  readonly statusReason: string | undefined;
  /** The attempt ends in STARTING, without a container. */
  readonly cannotStart: boolean;
}

export interface Profiles {
  /** How long one attempt occupies its slot, milliseconds, from container start to container stop. */
  readonly runtimeMs: Float64Array;
  /** Wait recorded by the old system, milliseconds; NaN when unknown. For calibration only, never replayed. */
  readonly recordedWaitMs: Float64Array;
  /** Recorded time from STARTING to RUNNING (the image pull), milliseconds; NaN: unknown. Length 0: NaN for all. */
  readonly recordedPullMs: Float64Array;
  /** Most memory that the job used, MiB; NaN: unknown. Length 0: NaN for all. */
  readonly peakMemoryMib: Float64Array;
  /** Per job: index into scripts, or NONE (every attempt runs for runtimeMs and succeeds). Length 0: NONE for all. */
  readonly script: Int32Array;
  /** One entry per attempt; the last one repeats. */
  readonly scripts: readonly (readonly AttemptScript[])[];
}
