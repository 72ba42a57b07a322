// Parameters of traces that are generated like another one. 0 leaves a choice to the length of the trace.

import type { ParameterTable } from "./parameters.js";

export const LIKE_PARAMETERS = {
  burstGap: {
    min: 0,
    max: 10,
    default: 0.1,
    meaning: "submissions closer than this times the mean gap make one burst, which is kept together",
  },
  binMinutes: {
    min: 0,
    max: 1_440,
    default: 0,
    meaning: "bursts are shuffled within bins of so long; 0: an hour, or a 48th of a trace shorter than two days",
  },
  blockDays: {
    min: 0,
    max: 3_650,
    isWhole: true,
    default: 0,
    meaning: "days that are drawn together; 0: 7 from four weeks on, else 1",
  },
  gapJitter: {
    min: 0,
    max: 0.9,
    default: 0.2,
    meaning: "gaps within a burst vary uniformly by this share; instants stay whole when it is 0",
  },
} as const satisfies ParameterTable;

export type LikeParameter = keyof typeof LIKE_PARAMETERS;
