// Spot instances are taken back with two minutes' notice: a job that may run there needs a second attempt, and no rule that
// gives up on the very reason ("Host EC2 (instance i-…) terminated.").

import type { JobDefinition } from "../../model/job.js";
import { OUTCOME_WORDS, Outcome } from "../../model/outcome.js";
import type { MarketSpec } from "../../scenario/market-spec.js";
import { grouped, type JobKind } from "./figures.js";
import type { LintInput, LintRule, RuleFinding } from "./finding.js";
import { describeJobs } from "./wording.js";

export const spotWithoutRetry: LintRule = {
  code: "spot-without-retry",
  severity: "warning",
  check: (input) => {
    const spotQueues = queuesOnSpot(input);
    const lost = input.trace.kinds.filter(({ queue, nodes, definition }) => {
      return spotQueues.has(queue) && nodes === 1 && whyLost(definition) !== undefined;
    });
    return grouped(lost, ({ definition }) => [definition.name, definition.retry]).map((kinds) =>
      toFinding(input, kinds),
    );
  },
};

function toFinding({ places, resolved }: LintInput, kinds: readonly JobKind[]): RuleFinding {
  const { definition } = kinds[0]!;
  const queues = [...new Set(kinds.map(({ queue }) => queue))].join(", ");
  const figure = `at risk: ${describeJobs(kinds)}`;
  if (definition.name === "") {
    return {
      path: ["trace"],
      // What the account has is not known; but where the scenario's market takes instances, these jobs will fail in it.
      severity: takesInstances(resolved.scenario.market) ? "warning" : "info",
      message: `jobs of ${queues} may run on Spot, and the trace names no job definition for them: each ${whyLost(definition)}`,
      figure,
      fix: "give the jobs definitions with the retryStrategy that they have on AWS Batch, or trace.retryStrategy",
    };
  }
  return {
    path: [...places.definition(definition.name), "retryStrategy"],
    message: `${definition.name} may run on Spot (${queues}) and ${whyLost(definition)}`,
    figure,
    fix: 'attempts: 3 and, as the first entry of evaluateOnExit, { onStatusReason: "Host EC2*", action: RETRY }',
  };
}

/** Whether spot instances are lost in the scenario's market. */
function takesInstances({ capacity, interruptions, interruptedByPrice, stress }: MarketSpec): boolean {
  return (
    capacity.kind !== "unlimited" ||
    interruptions !== null ||
    interruptedByPrice ||
    stress.some(({ effect: { kind } }) => kind === "zone-lost" || kind === "reclaim-storm")
  );
}

/** Why one reclaimed instance fails the job; undefined when the job is tried again. */
function whyLost({ retry }: JobDefinition): string | undefined {
  if (retry.attempts === 1) return "has one attempt";
  const { statusReason, reason } = OUTCOME_WORDS[Outcome.HostTerminated]!;
  // A reclaimed container leaves no exit code.
  const first = retry.evaluateOnExit.findIndex(
    (rule) =>
      matches(rule.onStatusReason, statusReason) && matches(rule.onReason, reason) && rule.onExitCode === undefined,
  );
  if (first < 0 || retry.evaluateOnExit[first]!.action === "RETRY") return undefined;
  return `gives up when its instance is reclaimed: entry ${first + 1} of evaluateOnExit`;
}

function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

function queuesOnSpot({ resolved: { scenario } }: LintInput): Set<string> {
  const spot = scenario.computeEnvironments.filter(({ type }) => type === "SPOT" || type === "FARGATE_SPOT");
  const names = new Set(spot.map(({ name }) => name));
  const queues = scenario.jobQueues.filter((queue) => queue.computeEnvironments.some((name) => names.has(name)));
  return new Set(queues.map(({ name }) => name));
}
