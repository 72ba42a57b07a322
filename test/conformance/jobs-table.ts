// The tables about jobs: a rule, the entries of `trace.jobs` that show it, and what they give. Every number in a table is
// worked out by hand in the comment beside it.

import { expect, it } from "vitest";
import { play, refusals } from "./play.js";

/** A job that leaves room for three like it on the machine, and one that takes all of it. */
export const SMALL = "vcpus: 1, memory: 1 GiB";
export const WHOLE = "vcpus: 4, memory: 1 GiB";

/** One m6i.xlarge that is there from the start; its first job pulls the image for 5 s, later ones start after 1 s. */
export const PULLING = `
world: { decisionInterval: 0s, pull: 5s, cachedPull: 1s }`;

/** Instances that are launched when they are needed: 10 s until they run, 20 s more until they take jobs. */
export const LAUNCHED = `
computeEnvironments:
  - computeEnvironmentName: ce
    type: MANAGED
    computeResources: { type: EC2, maxvCpus: 256, instanceTypes: [m6i.xlarge] }
world: { decisionInterval: 0s, pending: 10s, boot: 20s, pull: 5s, cachedPull: 1s }`;

/** Two queues on the one compute environment, `high` served before `low`. */
export const TWO_QUEUES = `
jobQueues:
  - { jobQueueName: high, priority: 2, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }] }
  - { jobQueueName: low, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }] }`;

interface Scenario {
  readonly rule: string;
  /** Of the description of AWS Batch that the rule rests on. */
  readonly section: string;
  /** Entries of `trace.jobs`. */
  readonly jobs: readonly string[];
  /** The rest of the scenario. */
  readonly rest?: string;
}

interface JobCase extends Scenario {
  /** By job id. */
  readonly states?: Readonly<Record<string, string>>;
  /** By id of the array. */
  readonly parents?: Readonly<Record<string, string>>;
  /** By id of the array, then by seconds. */
  readonly summaries?: Readonly<Record<string, Readonly<Record<number, string>>>>;
  readonly statusReasons?: Readonly<Record<string, string>>;
  readonly attempts?: Readonly<Record<string, readonly string[]>>;
  readonly places?: Readonly<Record<string, readonly string[]>>;
}

interface RefusedCase extends Scenario {
  readonly messages: readonly string[];
}

export function scenarioOf({ jobs, rest = "" }: Pick<Scenario, "jobs" | "rest">): string {
  return `trace:\n  jobs:\n${jobs.map((job) => `    - { ${job} }`).join("\n")}${rest}`;
}

function titled<T extends Scenario>(cases: readonly T[]): [title: string, given: T][] {
  return cases.map((given) => [`${given.rule} (${given.section})`, given]);
}

/** One test for each case: everything that the case states is as it states it. */
export function testCases(cases: readonly JobCase[]): void {
  it.each(titled(cases))("%s", async (_, given) => {
    const played = await play(scenarioOf(given));
    const { states = {}, parents = {}, summaries = {}, statusReasons = {}, attempts = {}, places = {} } = given;
    const each = <T>(stated: Readonly<Record<string, T>>, tell: (id: string) => unknown) =>
      Object.fromEntries(Object.keys(stated).map((id) => [id, tell(id)]));
    const summaryOf = (id: string) => each(summaries[id]!, (atS) => played.statusSummary(id, Number(atS)));
    expect({
      states: each(states, (id) => played.states(id)),
      parents: each(parents, (id) => played.parentStates(id)),
      summaries: each(summaries, summaryOf),
      statusReasons: each(statusReasons, (id) => played.statusReason(id)),
      attempts: each(attempts, (id) => played.attempts(id)),
      places: each(places, (id) => played.places(id)),
    }).toEqual({ states, parents, summaries, statusReasons, attempts, places });
  });
}

/** One test for each scenario that must be refused with just these messages. */
export function testRefusals(cases: readonly RefusedCase[]): void {
  it.each(titled(cases))("%s", async (_, given) => {
    expect(await refusals(scenarioOf(given))).toEqual(given.messages);
  });
}
