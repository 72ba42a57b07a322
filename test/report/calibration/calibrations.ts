// Calibrations made by hand, for what reports say about them.

import type {
  CalibratedRun,
  Calibration,
  Compared,
  Comparison,
  FittedDelay,
  WaitComparison,
} from "../../../src/model/calibration.js";

const PROBABILITIES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** Times that are recorded ones by the factor. */
export function waits(factor: number, more: Partial<WaitComparison> = {}): WaitComparison {
  const of = (recorded: number): Compared & { recorded: number } => ({ simulated: recorded * factor, recorded });
  return {
    jobs: 100,
    mean: of(200_000),
    quantiles: PROBABILITIES.map((probability) => ({ probability, ...of(probability * 400_000) })),
    offBy: Math.max(factor, 1 / factor),
    near: 0.9,
    rankCorrelation: 0.8,
    ...more,
  };
}

export function comparison(factor: number, more: Partial<Comparison> = {}): Comparison {
  const meanWaitMs = { simulated: 200_000 * factor, recorded: 200_000 };
  return {
    wait: waits(factor),
    pull: null,
    causes: [{ cause: "boot", meanPartMs: 1_000, jobs: 100, meanWaitMs, differenceMs: 200_000 * (factor - 1) }],
    groups: [],
    makespanMs: { simulated: 3_600_000, recorded: 3_600_000 },
    peakVcpus: { simulated: 64, recorded: 64 },
    instanceHours: { simulated: 10, recorded: null },
    costMicroUsd: { simulated: 2_000_000, recorded: null },
    ...more,
  };
}

export function delay(more: Partial<FittedDelay> = {}): FittedDelay {
  const figures = { medianMs: 180_000, p95Ms: 240_000 };
  return {
    delay: "boot",
    basis: "searched",
    reason: "from running to registered",
    given: { medianMs: 120_000, p95Ms: 240_000 },
    value: figures,
    fromFirstHalf: figures,
    offByWithHalf: 1.8,
    offByWithTwice: 1.7,
    determined: true,
    ...more,
  };
}

export function run(factor: number, more: Partial<CalibratedRun> = {}): CalibratedRun {
  return {
    name: "managed",
    description: "",
    replays: 25,
    delays: [delay()],
    world: { decisionInterval: "15s", pending: "10s", boot: "3m", pull: "20s", cachedPull: "1s" },
    asGiven: comparison(2),
    fitted: comparison(factor),
    secondHalf: { asGiven: waits(2), foretold: waits(factor) },
    ...more,
  };
}

export function calibration(runs: readonly CalibratedRun[], source = "jobs.csv"): Calibration {
  return {
    formatVersion: 1,
    header: {
      productVersion: "0.0.0",
      scenario: "test",
      description: "",
      question: "How near?",
      scenarioHash: "",
      workloadHash: "",
      region: "us-east-1",
      seed: 1,
      transforms: [],
      catalog: { instanceTypes: "", onDemand: "", spot: "" },
    },
    source,
    sample: { jobs: 120, compared: 100, withoutWait: 15, dependent: 5, withPull: 0, grainMs: 1_000 },
    runs,
  };
}
