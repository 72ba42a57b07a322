// Settings that are accepted, because AWS prints them, but have no effect here although they have one on AWS. The user is
// told, so that nobody takes the simulation for something it is not.

import { TIME_LIMIT_REASONS } from "../model/environment.js";
import { nodeRequests } from "./definitions.js";
import { formatPath, type PathKey } from "./finding.js";
import { isSkipped } from "./normalise-aws.js";
import type { Scenario, StrategySpec } from "./scenario.js";
import type { ScenarioDocument } from "./schema.js";
import type { JobDefinitionDocument } from "./schema-definitions.js";

type Environment = ScenarioDocument["computeEnvironments"][number];
type Queue = NonNullable<ScenarioDocument["jobQueues"]>[number];

/** One sentence for each setting without effect, each with its path. */
export function collectNotes(
  document: ScenarioDocument,
  jobQueues: Scenario["jobQueues"],
  strategies: readonly StrategySpec[],
): string[] {
  const used = new Set(jobQueues.flatMap((queue) => queue.computeEnvironments));
  return [
    ...document.jobDefinitions.flatMap((definition, index) => definitionNotes(definition, ["jobDefinitions", index])),
    ...document.computeEnvironments.flatMap((environment, index) => [
      ...environmentNotes(environment, ["computeEnvironments", index], document.baselines, strategies),
      ...(used.has(environment.computeEnvironmentName) || isSkipped(environment)
        ? []
        : [note(["computeEnvironments", index], `no job queue uses "${environment.computeEnvironmentName}"`)]),
    ]),
    ...(document.jobQueues ?? []).flatMap((queue, index) => queueNotes(queue, ["jobQueues", index])),
    ...shareNotes(document),
    ...spotNotes(document),
  ];
}

/** AWS documents shareIdentifiers as alphanumeric; what goes beyond that may be refused there. */
function shareNotes(document: ScenarioDocument): string[] {
  const shares = [
    ...document.schedulingPolicies.flatMap(({ fairsharePolicy }) =>
      (fairsharePolicy?.shareDistribution ?? []).map(({ shareIdentifier }) => shareIdentifier),
    ),
    ...(document.trace.jobs ?? []).map(({ shareIdentifier }) => shareIdentifier),
  ];
  const odd = [...new Set(shares.filter((share) => share !== undefined && /[_-]/.test(share)))];
  return odd.length === 0
    ? []
    : [`shareIdentifier ${odd.map((share) => `"${share}"`).join(", ")}: AWS documents alphanumeric characters only`];
}

/** A market that nobody buys on. */
function spotNotes({ world, computeEnvironments }: ScenarioDocument): string[] {
  const isSpot = computeEnvironments.some(({ computeResources }) => computeResources?.type === "SPOT");
  return world.spot === undefined || isSpot ? [] : [note(["world", "spot"], "no compute environment buys on Spot")];
}

function note(path: readonly PathKey[], text: string): string {
  return `${formatPath(path)}: ${text}`;
}

function definitionNotes(definition: JobDefinitionDocument, path: readonly PathKey[]): string[] {
  const notes: string[] = [];
  const { eksProperties, nodeProperties, status } = definition;
  if (status === "INACTIVE") return notes;
  if (eksProperties !== undefined) {
    notes.push(note([...path, "eksProperties"], "the resources of EKS jobs are not read: jobs must name them"));
  }
  const groups = nodeProperties === undefined ? [] : nodeRequests(nodeProperties);
  if (new Set(groups.map((group) => JSON.stringify(group))).size > 1) {
    notes.push(note([...path, "nodeProperties"], "every node is taken to ask for as much as the largest node group"));
  }
  if (nodeProperties?.numNodes === 1) {
    notes.push(note([...path, "nodeProperties", "numNodes"], "a job of one node is simulated as an ordinary job"));
  }
  return notes;
}

function environmentNotes(
  environment: Environment,
  path: readonly PathKey[],
  baselines: ScenarioDocument["baselines"],
  strategies: readonly StrategySpec[],
): string[] {
  const { computeResources: resources, fixedFleet, containerOrchestrationType, state, status } = environment;
  const inside = (key: string) => [...path, "computeResources", key];
  const notes: string[] = [];
  const strategy = resources?.allocationStrategy;
  if (strategy !== undefined && fixedFleet === undefined && !decides(strategy, baselines, strategies)) {
    const deciding = strategies.map((one) => `"${one.name}" launches by ${one.provisioning}`).join(", ");
    notes.push(note(inside("allocationStrategy"), `${strategy} decides nothing here: ${deciding}`));
  }
  const { desiredvCpus = 0, maxvCpus = 0 } = resources ?? {};
  if (fixedFleet === undefined && desiredvCpus > maxvCpus) {
    notes.push(note(inside("desiredvCpus"), `taken as ${maxvCpus}, which maxvCpus allows`));
  }
  if (fixedFleet !== undefined && (resources?.minvCpus ?? 0) > 0) {
    notes.push(note(inside("minvCpus"), "has no effect beside fixedFleet"));
  }
  if (containerOrchestrationType === "EKS") {
    notes.push(note([...path, "containerOrchestrationType"], "EKS is simulated as if it were ECS"));
  }
  if (state === "DISABLED") notes.push(note([...path, "state"], "DISABLED: job queues skip it"));
  if (status === "INVALID") notes.push(note([...path, "status"], "INVALID: job queues skip it"));
  return notes;
}

/** Whether some strategy or baseline launches by the environment's allocationStrategy. */
function decides(
  strategy: string,
  baselines: ScenarioDocument["baselines"],
  strategies: readonly StrategySpec[],
): boolean {
  if (baselines.includes("aws-batch-managed")) return true;
  return strategies.some(({ provisioning }) => provisioning === "aws-batch" || provisioning === strategy);
}

function queueNotes(queue: Queue, path: readonly PathKey[]): string[] {
  return queue.jobStateTimeLimitActions.flatMap(({ reason }, index) => {
    if (TIME_LIMIT_REASONS.some((known) => known === reason)) return [];
    const text = `never arises in the simulation; known: ${TIME_LIMIT_REASONS.join(", ")}`;
    return [note([...path, "jobStateTimeLimitActions", index, "reason"], text)];
  });
}
