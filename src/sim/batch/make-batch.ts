// Which of the two services a run needs. Most traces need the plain one, which costs nothing per job.

import { isUndisturbed } from "../../model/market.js";
import type { SimulationInput } from "../simulation-input.js";
import type { WorldEvents } from "../world-events.js";
import type { BatchService } from "./batch-service.js";
import { FullBatch } from "./full-batch.js";
import { PlainBatch } from "./plain-batch.js";

/** The cheapest service that does all that can happen in this run. */
export function makeBatch(input: SimulationInput, events: WorldEvents): BatchService {
  return needsFullService(input)
    ? new FullBatch(input, events, losesHosts(input))
    : new PlainBatch(input.workload, input.profiles, events);
}

/**
 * Whether a job may do anything but be submitted, run and succeed. Retries alone do not count: without a failure there is
 * none. Nor do arrays that nobody depends on: their children are jobs like others.
 */
function needsFullService(input: SimulationInput): boolean {
  const { tables, workload, profiles, world } = input;
  return (
    workload.dependencies.count > 0 ||
    workload.arrays.sequential.includes(1) ||
    workload.interventions.length > 0 ||
    profiles.script.length > 0 ||
    world.failures.length > 0 ||
    losesHosts(input) ||
    (workload.jobDefinition.length > 0 && workload.definitions.some(({ timeoutMs }) => !Number.isNaN(timeoutMs))) ||
    workload.classes.some(({ nodes }) => nodes > 1) ||
    tables.queues.some(({ timeLimits }) => timeLimits.length > 0)
  );
}

/** Whether instances may go away under their jobs: EC2 takes them, or we end them. */
function losesHosts({ tables, world }: SimulationInput): boolean {
  return !isUndisturbed(world.market) || tables.strategy.scaleDown.mayKill;
}
