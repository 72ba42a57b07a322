// How the simulated cloud behaves, as parameters: every delay is a seeded distribution.

import type { DurationDistribution } from "../base/random.js";

export interface WorldModel {
  /** Launch request to running; not billed. */
  readonly pending: DurationDistribution;
  /** Running to registered with ECS; billed. */
  readonly boot: DurationDistribution;
  /** Image pull before the first job on an instance starts. */
  readonly pull: DurationDistribution;
  /** Container start of later jobs on the same instance: the image is in its cache. */
  readonly cachedPull: DurationDistribution;
}
