// Parts of the scenarios about queues, and the table that they are written in.

import { expect, it } from "vitest";
import { play } from "./play.js";

export interface QueueCase {
  /** The rule in words; one that AWS does not publish says "model". */
  readonly rule: string;
  /** Where the rule is written down. */
  readonly section: string;
  readonly scenario: string;
  /** The strategy to look at, where there are several. */
  readonly run?: string;
  /** When jobs' containers start, seconds. */
  readonly starts: Readonly<Record<string, number>>;
}

/** One test for each case. */
export function checkStarts(cases: readonly QueueCase[]): void {
  it.each(cases.map((each) => [`${each.rule} (${each.section})`, each] as const))("%s", async (_, each) => {
    const { scenario, run, starts } = each;
    const played = await play(scenario, run);
    const found = Object.keys(starts).map((id) => [id, played.startedS(id)]);
    expect(Object.fromEntries(found)).toEqual(starts);
  });
}

/** Compute environments with a machine of processors each. */
export function machines(processors: Readonly<Record<string, number>>): string {
  const lines = Object.entries(processors).map(
    ([name, count]) => `  - { computeEnvironmentName: ${name}, fixedFleet: { processors: ${count} } }`,
  );
  return `\ncomputeEnvironments:\n${lines.join("\n")}\n`;
}

/** One machine. */
export const machine = (processors: number) => machines({ ce: processors });

interface QueueOptions {
  readonly priority?: number;
  readonly environments?: readonly string[];
  /** Further keys, as in YAML's flow style: `schedulingPolicyArn: fair`. */
  readonly more?: string;
}

/** Job queues, in the order of definition; without environments they share `ce`. */
export function queues(all: Readonly<Record<string, QueueOptions>>): string {
  const lines = Object.entries(all).map(([name, { priority = 1, environments = ["ce"], more }]) => {
    const order = environments.map((environment, at) => `{ order: ${at + 1}, computeEnvironment: ${environment} }`);
    const rest = more === undefined ? "" : `, ${more}`;
    return `  - { jobQueueName: ${name}, priority: ${priority}, computeEnvironmentOrder: [${order.join(", ")}]${rest} }`;
  });
  return `\njobQueues:\n${lines.join("\n")}\n`;
}

/** Jobs in YAML's flow style, without the braces. */
export function jobs(...all: readonly string[]): string {
  return `trace:\n  jobs:\n${all.map((job) => `    - { ${job} }`).join("\n")}\n`;
}

/** A fair-share queue on a machine: `policy` is what the scheduling policy says, in YAML's flow style. */
export function fairShare(processors: number, policy = ""): string {
  return [
    machine(processors),
    queues({ main: { more: "schedulingPolicyArn: fair" } }),
    `schedulingPolicies: [{ name: fair, fairsharePolicy: { ${policy} } }]\n`,
  ].join("");
}
