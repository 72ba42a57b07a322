// The engine's decisions in a person's words, for the status and the log.

import type { Decision, DrainDecision, LaunchDecision, TerminateDecision } from "../../model/decision.js";
import { NONE, type SystemTables } from "../../model/tables.js";
import type { Command, Verdict } from "../command.js";
import type { DecisionStatus, DecisionVerdict } from "./status.js";
import { count, counted, duration, poolWords } from "./words.js";

type PoolTables = Pick<SystemTables, "pools" | "instanceTypes">;

/** A pool of the run, in words: "c6i.4xlarge spot in use1-az4". */
export function describePool(pool: number, { pools, instanceTypes }: PoolTables): string {
  const { instanceType, market, zone } = pools[pool]!;
  return poolWords({ instanceType: instanceTypes[instanceType]!.name, market, zoneId: zone });
}

/**
 * What a command is about. `poolOf`: the pool of an engine instance that exists; a launch names the pool it likes best and
 * how many others will do.
 */
export function describeSubject(command: Command, tables: PoolTables, poolOf: (instance: number) => number): string {
  if (command.kind !== "launch") {
    return `${command.instanceId || `instance ${command.instance}`} (${describePool(poolOf(command.instance), tables)})`;
  }
  const others = command.pools.length - 1;
  const best = describePool(command.pools[0]!, tables);
  const more = others === 0 ? "" : `, or ${counted(others, "other pool")}`;
  return `${count(command.instances.length)} × ${best}${more}`;
}

/** Why the engine decided so. Cancelled jobs have no command in live mode: AWS Batch cancels by its own clock. */
export function describeReason(decision: Decision, tables: PoolTables): string {
  switch (decision.kind) {
    case "launch":
      return `${whyLaunched(decision)}${rating(decision, tables)}`;
    case "terminate":
      return whyEnded(decision);
    case "drain":
      return whyDrained(decision);
    case "cancel":
      return `its queue's time limit is over: ${decision.reason}`;
  }
}

function whyLaunched({ reason, waitingJobs, jobsPerCopy, inFlight }: LaunchDecision): string {
  const waiting = `${counted(waitingJobs, "job")} ${waitingJobs === 1 ? "waits" : "wait"}`;
  switch (reason) {
    case "pending-demand": {
      const coming =
        inFlight === 0
          ? "nothing is on its way"
          : inFlight === 1
            ? "the instance on its way does not cover them"
            : `the ${count(inFlight)} instances on their way do not cover them`;
      return `${waiting}, ${coming}; one is to take ${count(jobsPerCopy)}`;
    }
    case "fallback":
      return `${waiting}, and spot pools have refused for too long: on-demand`;
    case "escalation":
      return `${waiting} that should not be risked on spot: on-demand`;
    case "minvCpus":
      return "the compute environment is below its minvCpus";
    case "desiredvCpus":
      return "the compute environment starts with its desiredvCpus";
    case "fixed-fleet":
      return "the fleet is fixed";
    case "headroom":
      return "headroom: spare capacity that the strategy keeps";
    case "found":
      return "it was there already";
  }
}

function rating({ priceOverWorth, runnerUpPool, runnerUpPriceOverWorth }: LaunchDecision, tables: PoolTables): string {
  if (Number.isNaN(priceOverWorth)) return "";
  const own = `; costs ${priceOverWorth.toFixed(2)} times the least these jobs can cost`;
  if (runnerUpPool === NONE) return own;
  return `${own}, next best ${describePool(runnerUpPool, tables)} ${runnerUpPriceOverWorth.toFixed(2)}`;
}

function whyEnded({ reason, timeMs, idleSinceMs, idleDelayMs }: TerminateDecision): string {
  switch (reason) {
    case "idle":
      return `empty for ${duration(timeMs - idleSinceMs)}, idle delay ${duration(idleDelayMs)}`;
    case "job-ended":
      return "it ends with its job";
    case "end-of-run":
      return "the run is over";
    case "consolidation":
      return "running its last jobs again is expected to cost less than keeping it";
  }
}

function whyDrained({ reason, jobs, timeMs, expectedEndMs }: DrainDecision): string {
  const left = counted(jobs, "job");
  switch (reason) {
    case "soft-cordon": {
      const until = Number.isNaN(expectedEndMs)
        ? ""
        : `, expected to end in ${duration(Math.max(0, expectedEndMs - timeMs))}`;
      return `it should empty: ${left} on it${until}, and its free room is not wanted`;
    }
    case "uncordon":
      return "demand has come back: it may take jobs again";
    case "wanted-again":
      return "it was about to end, and waiting jobs want it";
    case "rebalance":
      return `EC2 expects to take it back; ${left} on it`;
  }
}

/** A decision with what the gate said, as the status keeps it. `sent`: the mode applies, and the command went out. */
export function decisionStatus(
  verdict: Verdict,
  about: Pick<DecisionStatus, "tick" | "atMs" | "subject" | "reason">,
): DecisionStatus {
  const { kind } = verdict.command;
  if (verdict.allowed) return { ...about, kind, verdict: "sent", rule: null, why: "" };
  const { rule, why } = verdict;
  const word: DecisionVerdict = rule === "dry-run" ? "dry-run" : "denied";
  return { ...about, kind, verdict: word, rule, why: word === "dry-run" ? "" : why };
}
