// What the cases about compute environments share: their scenarios, the ways in which AWS's strategies are chosen, and the
// bill.

import { COST_CATEGORIES, type CostCategory } from "../../src/model/billing.js";
import type { ResultHeader } from "../../src/model/run-result.js";
import { replay } from "../../src/run/replay.js";
import { load, type Played } from "./play.js";

/** Instances that take a while: up 30 s after the launch, the first container 5 s later, further ones after 1 s. */
export const SLOW = "world: { decisionInterval: 0s, pending: 10s, boot: 20s, pull: 5s, cachedPull: 1s }";

/** The baseline is looked at: what a user has on AWS today. */
export const AWS_BATCH_MANAGED = "aws-batch-managed";
export const WITH_BASELINE = `baselines: [${AWS_BATCH_MANAGED}]`;

/** A MANAGED environment ce; `keys` are further keys of it, of which a `type` comes instead. */
export function environment(resources: string, keys = "type: MANAGED"): string {
  return `{ computeEnvironmentName: ce, ${keys}, computeResources: { ${resources} } }`;
}

/** The text of a scenario with these compute environments, jobs and further keys. */
export function scenario(
  environments: string | readonly string[],
  jobs: readonly string[],
  ...more: readonly string[]
): string {
  return [
    "trace:",
    "  jobs:",
    ...jobs.map((job) => `    - { ${job} }`),
    "computeEnvironments:",
    ...[environments].flat().map((item) => `  - ${item}`),
    ...more,
  ].join("\n");
}

/** A way to have environments follow one of AWS's strategies. */
export interface Way {
  readonly way: string;
  /** The environment's key, with the comma before it. */
  readonly key: string;
  readonly more: string;
  readonly run: string;
}

/** The three ways to the same strategy. */
export function waysTo(strategy: string): Way[] {
  return [
    {
      way: "the environment's own, by provisioning: aws-batch",
      key: `, allocationStrategy: ${strategy}`,
      more: "strategies: [{ name: own, provisioning: aws-batch }]",
      run: "own",
    },
    {
      way: "by the provisioning of that name",
      key: "",
      more: `strategies: [{ name: named, provisioning: ${strategy} }]`,
      run: "named",
    },
    {
      way: "in the baseline aws-batch-managed",
      key: `, allocationStrategy: ${strategy}`,
      more: WITH_BASELINE,
      run: AWS_BATCH_MANAGED,
    },
  ];
}

/** How many instances of each type and market were launched: "50 c6i.large on-demand", in the order of the first ones. */
export function launched(played: Played): string[] {
  const counts = new Map<string, number>();
  for (const instance of played.instances()) {
    const type = instance.slice(0, instance.indexOf(":"));
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].map(([type, count]) => `${count} ${type}`);
}

/** The names of the instance types that the first environment may launch, in whatever zone. */
export function offeredTypes({ input }: Played): string[] {
  const { environments, pools, instanceTypes } = input.tables;
  return [...new Set(environments[0]!.pools.map((pool) => instanceTypes[pools[pool]!.instanceType]!.name))];
}

/** The bill of a run in micro-USD. */
export interface Costs {
  readonly total: number;
  readonly of: Readonly<Record<CostCategory, number>>;
}

/** Replays a scenario as `play` does and returns the bill of a run, by default of the first. */
export async function costs(text: string, run?: string): Promise<Costs> {
  const { resolved, trace } = await load(text);
  const { runs } = replay(resolved, trace, {} as ResultHeader);
  const { cost } = runs.find(({ name }) => name === (run ?? runs[0]!.name))!;
  const entries = COST_CATEGORIES.map((category, index) => [category, cost.byCategory[index]!.microUsd]);
  return { total: cost.totalMicroUsd, of: Object.fromEntries(entries) };
}
