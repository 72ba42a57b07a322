// How Kubernetes' cluster-autoscaler chooses between node groups that would help (cluster-autoscaler/expander). Of equals one
// is drawn, as its chain of expanders ends with the random one. Its default, least-waste, looks at neither prices nor GPUs
// (expander/waste/waste.go): of node groups with dear and cheap GPUs it takes the one whose vCPUs and memory the jobs fill best.
//
// The price expander exists for GCE, GKE and Equinix only; what a pod is worth is there a table of prices per vCPU and GiB.
// Here a job is worth the least that it could cost on an instance filled with its like: a model. The node size that is
// preferred grows with the number of nodes, which is reckoned here as if all were of that size: a model too.

import { assert } from "../../base/assert.js";
import { exp } from "../../base/exact-math.js";
import { hashedUniform } from "../../base/random.js";
import { MILLI } from "../../base/units.js";
import type { Shape } from "../../model/job.js";
import type { Expander } from "../../model/policy.js";
import type { Candidate } from "./candidates.js";

/** A node group, and what its growth is estimated to do. */
export interface GrowthOption {
  readonly candidate: Candidate;
  readonly nodes: number;
  readonly jobs: number;
  /** What the jobs request. */
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  /** What the jobs are worth, micro-USD per hour. */
  readonly worthMicroUsdPerHour: number;
}

/** What the choice depends on beside the options. */
export interface GrowthContext {
  /** vCPUs of the environment's instances, those on their way included. */
  readonly fleetVcpuMilli: number;
  /** Worth of a job like STABILISING_SHAPE, micro-USD per hour. */
  readonly stabilisingMicroUsdPerHour: number;
  /** Whole numbers that tell this decision from others: what the draw among equals depends on. */
  readonly words: readonly number[];
}

/** Added to both sides of the price expander's ratio, so that tiny pods do not decide (priceStabilizationPod). */
export const STABILISING_SHAPE: Shape = { vcpuMilli: 500, memoryMib: 500, gpuMilli: 0 };

/** Unfitness of groups with GPUs (gpuUnfitnessOverride): taken only where nothing else helps. */
const GPU_UNFITNESS = 1_000;

/** From so many nodes on the size of a node hardly matters to the price expander. */
const SUPPRESSION_NODES = 15;

/** Nodes of a cluster up to which 1, 2, 4, 8 and 16 vCPUs are the preferred size; beyond, 32 (SimplePreferredNodeProvider). */
const CLUSTER_SIZES = [2, 6, 20, 60, 200];

/** Lower is better. */
type Score = (option: GrowthOption, context: GrowthContext) => number;

const SCORE: Record<Expander, Score> = {
  "least-waste": ({ candidate, nodes, vcpuMilli, memoryMib }) =>
    1 - vcpuMilli / (nodes * candidate.vcpuMilli) + (1 - memoryMib / (nodes * candidate.memoryMib)),
  random: () => 0,
  "most-pods": ({ jobs }) => -jobs,
  "least-nodes": ({ nodes }) => nodes,
  price: priceScore,
  priority: ({ candidate }) => candidate.order,
};

/** The option that an expander takes; there must be one. */
export function chooseGroup(
  expander: Expander,
  options: readonly GrowthOption[],
  context: GrowthContext,
): GrowthOption {
  assert(options.length > 0, "an expander needs an option");
  const scores = options.map((option) => SCORE[expander](option, context));
  const best = Math.min(...scores);
  const equals = options.filter((_, index) => scores[index] === best);
  return equals[Math.floor(hashedUniform(0, context.words) * equals.length)]!;
}

/** Unfitness x (price of the nodes + stabilisation) / (worth of the jobs + stabilisation). */
function priceScore(
  { candidate, nodes, worthMicroUsdPerHour }: GrowthOption,
  { fleetVcpuMilli, stabilisingMicroUsdPerHour }: GrowthContext,
): number {
  const price = nodes * candidate.microUsdPerHour + stabilisingMicroUsdPerHour;
  const ratio = price / (worthMicroUsdPerHour + stabilisingMicroUsdPerHour);
  if (candidate.gpuMilli > 0) return GPU_UNFITNESS * ratio;
  const preferred = preferredVcpuMilli(fleetVcpuMilli);
  const unfitness = Math.max(preferred / candidate.vcpuMilli, candidate.vcpuMilli / preferred);
  return ((unfitness - 1) * (1 - tanh((nodes - 1) / SUPPRESSION_NODES)) + 1) * ratio;
}

function preferredVcpuMilli(fleetVcpuMilli: number): number {
  let vcpuMilli = MILLI;
  for (const nodes of CLUSTER_SIZES) {
    if (fleetVcpuMilli <= nodes * vcpuMilli) break;
    vcpuMilli *= 2;
  }
  return vcpuMilli;
}

/** For x >= 0. */
function tanh(x: number): number {
  return 1 - 2 / (exp(2 * x) + 1);
}
