// Strategies by name. What other schedulers do is written down here as far as they publish it, in the settings that all
// strategies have; how each of them chooses instances is its provisioning policy (core/provisioning). What only their defaults
// tell is a default here, and what nobody publishes is a model, with the reason beside it.

import { MS_PER_DAY, MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";
import { NO_HEADROOM, PLAIN_SCALE_DOWN, PLAIN_SPOT_POLICY, type Strategy } from "../model/policy.js";

export const STRATEGY_PRESET_NAMES = [
  "best-fit",
  "first-fit-decreasing",
  "karpenter",
  "cluster-autoscaler",
  "elastigroup",
  "optimum",
  "aws-batch-managed",
] as const;
export type StrategyPresetName = (typeof STRATEGY_PRESET_NAMES)[number];

/** Everything about a strategy but its name and the world's decision grid. */
export type StrategySettings = Omit<Strategy, "name" | "decisionIntervalMs">;

/** Nothing learned, nothing kept, one pool asked at a time. */
const PLAIN: StrategySettings = {
  queueDiscipline: "aws-batch",
  queueDisciplines: {},
  estimateQuantile: 0,
  // Slurm's default of PriorityDecayHalfLife.
  fairShareHalfLifeMs: 7 * MS_PER_DAY,
  placement: "best-fit",
  provisioning: "best-fit",
  // cluster-autoscaler's default.
  expander: "least-waste",
  spot: PLAIN_SPOT_POLICY,
  headroom: NO_HEADROOM,
  learnsMemory: false,
  holdBackMicroUsd: null,
  spareLaunches: 0,
  batchingWindowMs: 0,
  scaleDown: PLAIN_SCALE_DOWN,
  // What one round of calls to EC2 is let launch. A model.
  maxLaunchesPerDecision: 100,
};

/**
 * The project's own, and what a strategy is that says nothing. Where a constant says no more, it was found by trying on the
 * traces of docs/strategies.md.
 */
const BEST_FIT: StrategySettings = {
  ...PLAIN,
  placement: "tail-aware",
  holdBackMicroUsd: 2_000_000,
  // Waits are boots, and the longest waits are slow ones.
  spareLaunches: 2.5,
  // Some minutes of boot are worth a minute and a half of waiting for the next job.
  scaleDown: { ...PLAIN_SCALE_DOWN, idleDelayMs: 90 * MS_PER_SECOND },
  // Not one pool alone: what the first refuses, the next may have.
  // When none of them has any for five minutes, waiting costs more than on-demand does: users of Karpenter ask for a few minutes
  // (aws/karpenter-provider-aws, issues 7490 and 5250).
  spot: { ...PLAIN_SPOT_POLICY, poolsPerLaunch: 10, fallbackAfterMs: 5 * MS_PER_MINUTE },
};

/**
 * What the schedulers of others have in common: none learns from the jobs it ran, and whoever buys, it is Batch that places, of
 * which nothing is published (first fit: a model).
 */
const OTHERS: StrategySettings = { ...PLAIN, placement: "first-fit" };

/** kubernetes-sigs/karpenter at 226646810 and aws/karpenter-provider-aws at v1.14.1, with their defaults. */
const KARPENTER: StrategySettings = {
  ...OTHERS,
  provisioning: "karpenter",
  // Its window of 1 to 10 s (BATCH_IDLE_DURATION, BATCH_MAX_DURATION) is shorter than the decision grid, which already gathers.
  batchingWindowMs: 0,
  spot: {
    ...PLAIN_SPOT_POLICY,
    // CreateFleet with spot allocation price-capacity-optimized over the cheapest 60 (providers/instance/instance.go).
    allocation: "price-capacity-optimized",
    poolsPerLaunch: 60,
    // UnavailableOfferingsTTL, always the same (pkg/cache/cache.go).
    refusalMs: 3 * MS_PER_MINUTE,
    mostRefusalMs: 3 * MS_PER_MINUTE,
    // Capacity types in the order reserved, spot, on-demand: on-demand as soon as no spot offering is available.
    fallbackAfterMs: 0,
  },
  scaleDown: {
    ...PLAIN_SCALE_DOWN,
    // consolidateAfter is 0 s, but what is found empty is looked at once more after 15 s (disruption/validation.go).
    idleDelayMs: 15 * MS_PER_SECOND,
    // The default budget, `nodes: 10%`, of any reason: empty nodes too.
    maxShare: 0.1,
  },
};

/** kubernetes/autoscaler, cluster-autoscaler/FAQ.md and config/flags/flags.go at f7bb0c36. */
const CLUSTER_AUTOSCALER: StrategySettings = {
  ...OTHERS,
  provisioning: "cluster-autoscaler",
  expander: "least-waste",
  spot: {
    ...PLAIN_SPOT_POLICY,
    // initial-node-group-backoff-duration and max-node-group-backoff-duration.
    refusalMs: 5 * MS_PER_MINUTE,
    mostRefusalMs: 30 * MS_PER_MINUTE,
  },
  scaleDown: {
    ...PLAIN_SCALE_DOWN,
    // scale-down-unneeded-time.
    idleDelayMs: 10 * MS_PER_MINUTE,
    // scale-down-delay-after-delete, which is the scan interval, and scale-down-delay-after-add.
    cooldownMs: 10 * MS_PER_SECOND,
    cooldownAfterLaunchMs: 10 * MS_PER_MINUTE,
    // max-empty-bulk-delete lets ten go at a time, whatever the size of the fleet: a share cannot say that.
    maxShare: 1,
  },
};

/**
 * spotinst/help at 155a2c4ee (Elastigroup's autoscaler for ECS) and the provider for Terraform at a04f47a2, with their
 * defaults. Its scores of markets and its prediction of interruptions are not published: models.
 */
const ELASTIGROUP: StrategySettings = {
  ...OTHERS,
  provisioning: "elastigroup",
  spot: {
    ...PLAIN_SPOT_POLICY,
    // "Next best market": how many it tries is not published. A model.
    poolsPerLaunch: 10,
    // fallback_to_ondemand, when no stable spot market is left.
    fallbackAfterMs: 0,
    // Predictive rebalancing drains what is about to be interrupted.
    onRebalance: "drain",
  },
  scaleDown: {
    ...PLAIN_SCALE_DOWN,
    idleDelayMs: 0,
    evaluationPeriods: 5,
    // After any scaling activity.
    cooldownMs: 300 * MS_PER_SECOND,
    cooldownAfterLaunchMs: 300 * MS_PER_SECOND,
    // max_scale_down_percentage.
    maxShare: 0.1,
  },
};

/** AWS Batch itself, as far as it is published: each environment buys by its own allocationStrategy. */
const AWS_BATCH_MANAGED: StrategySettings = {
  ...OTHERS,
  provisioning: "aws-batch",
  // It hands EC2 the types of the environment and leaves the choice to its allocation strategy. How many at a time is not
  // published. A model.
  spot: { ...PLAIN_SPOT_POLICY, poolsPerLaunch: 60 },
  // How long an instance stays empty is not published either: about ten minutes or more, users report. A model.
  scaleDown: { ...PLAIN_SCALE_DOWN, idleDelayMs: 10 * MS_PER_MINUTE },
};

export const STRATEGY_PRESETS: Readonly<Record<StrategyPresetName, StrategySettings>> = {
  "best-fit": BEST_FIT,
  "first-fit-decreasing": { ...BEST_FIT, provisioning: "first-fit-decreasing" },
  karpenter: KARPENTER,
  "cluster-autoscaler": CLUSTER_AUTOSCALER,
  elastigroup: ELASTIGROUP,
  optimum: { ...BEST_FIT, provisioning: "optimum" },
  "aws-batch-managed": AWS_BATCH_MANAGED,
};
