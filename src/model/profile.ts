// Hidden truth about jobs: known to the simulated world alone. Core and engine may not import this file, so that no policy
// can cheat; only the clairvoyant lower bound may ask for it, openly.

export interface Profiles {
  /** How long one attempt occupies its slot, milliseconds, from container start to container stop. */
  readonly runtimeMs: Float64Array;
  /** Wait recorded by the old system, milliseconds; NaN when unknown. For calibration only, never replayed. */
  readonly recordedWaitMs: Float64Array;
}
