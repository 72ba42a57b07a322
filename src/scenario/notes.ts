// Settings that are accepted, because AWS prints them, but have no effect here although they have one on AWS. The user is
// told, so that nobody takes the simulation for something it is not.

import { formatPath, type PathKey } from "./finding.js";
import type { Scenario } from "./scenario.js";
import type { ScenarioDocument } from "./schema.js";

type Environment = ScenarioDocument["computeEnvironments"][number];
type Queue = NonNullable<ScenarioDocument["jobQueues"]>[number];

/** One sentence for each setting without effect, each with its path. */
export function collectNotes(document: ScenarioDocument, jobQueues: Scenario["jobQueues"]): string[] {
  const used = new Set(jobQueues.flatMap((queue) => queue.computeEnvironments));
  return [
    ...document.computeEnvironments.flatMap((environment, index) => [
      ...environmentNotes(environment, ["computeEnvironments", index], document.strategies),
      ...(used.has(environment.computeEnvironmentName)
        ? []
        : [note(["computeEnvironments", index], `no job queue uses "${environment.computeEnvironmentName}"`)]),
    ]),
    ...(document.jobQueues ?? []).flatMap((queue, index) => queueNotes(queue, ["jobQueues", index])),
  ];
}

function note(path: readonly PathKey[], text: string): string {
  return `${formatPath(path)}: ${text}`;
}

function environmentNotes(
  environment: Environment,
  path: readonly PathKey[],
  strategies: ScenarioDocument["strategies"],
): string[] {
  const { computeResources: resources, fixedFleet, containerOrchestrationType, status } = environment;
  const inside = (key: string) => [...path, "computeResources", key];
  const notes: string[] = [];
  const others = strategies.filter((strategy) => strategy.provisioning !== resources.allocationStrategy);
  if (resources.allocationStrategy !== undefined && fixedFleet === undefined && others.length > 0) {
    const deciding = others.map((strategy) => `"${strategy.name}" launches by ${strategy.provisioning}`).join(", ");
    notes.push(note(inside("allocationStrategy"), `${resources.allocationStrategy} decides nothing here: ${deciding}`));
  }
  // AWS prints 0 where no limit was set.
  const bidPercentage = resources.bidPercentage || 100;
  if (resources.type === "SPOT" && bidPercentage !== 100) {
    const text = `a limit of ${bidPercentage} % of the on-demand price is not simulated: every Spot price is paid`;
    notes.push(note(inside("bidPercentage"), text));
  }
  const delayMinutes = resources.scalingPolicy?.minScaleDownDelayMinutes ?? 0;
  if (delayMinutes > 0) {
    const text = `a delay of ${delayMinutes} minutes decides nothing here: strategies[].scaleDown.idleDelay does`;
    notes.push(note(inside("scalingPolicy"), text));
  }
  if (fixedFleet !== undefined && resources.minvCpus > 0) {
    notes.push(note(inside("minvCpus"), "has no effect beside fixedFleet"));
  }
  if (containerOrchestrationType === "EKS") {
    notes.push(note([...path, "containerOrchestrationType"], "EKS is simulated as if it were ECS"));
  }
  if (status === "INVALID") notes.push(note([...path, "status"], "INVALID on AWS, simulated as if it worked"));
  return notes;
}

function queueNotes(queue: Queue, path: readonly PathKey[]): string[] {
  const notes: string[] = [];
  if (queue.schedulingPolicyArn !== undefined) {
    notes.push(note([...path, "schedulingPolicyArn"], "fair-share scheduling is not simulated: the queue is FIFO"));
  }
  if ((queue.jobStateTimeLimitActions?.length ?? 0) > 0) {
    notes.push(note([...path, "jobStateTimeLimitActions"], "not simulated: jobs wait as long as it takes"));
  }
  return notes;
}
