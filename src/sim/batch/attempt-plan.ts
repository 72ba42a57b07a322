// What an attempt of a job comes to when nobody stops it: by the trace's script for it, if it has one, and by the failure
// model, whichever ends it first.

import type { Workload } from "../../model/job.js";
import { OUTCOME_WORDS, Outcome, type OutcomeWords } from "../../model/outcome.js";
import type { AttemptScript, Profiles } from "../../model/profile.js";
import { NONE } from "../../model/tables.js";
import type { FailureRule } from "../../model/world.js";
import { FailureModel } from "./failure-model.js";

export interface AttemptPlan {
  readonly outcome: Outcome;
  /** 0 where the container gives none. */
  readonly exitCode: number;
  /** False: it ends in STARTING, without a container. */
  readonly starts: boolean;
  /** Container start to its end, milliseconds; 0 when it does not start. */
  readonly runtimeMs: number;
  readonly words: OutcomeWords;
}

/** Linux gives 128 + 9 to a container that the kernel killed. */
const OUT_OF_MEMORY_EXIT_CODE = 137;

export class AttemptPlanner {
  private readonly profiles: Profiles;
  private readonly failures: FailureModel | null;

  constructor(workload: Workload, profiles: Profiles, failures: readonly FailureRule[], seed: number) {
    this.profiles = profiles;
    this.failures = failures.length === 0 ? null : new FailureModel(failures, workload, seed);
  }

  /** Attempts count from 1. Of the job's own run time `savedMs` are done already; a script's run times stay as they are. */
  plan(job: number, attempt: number, savedMs: number): AttemptPlan {
    const scripted = this.scripted(job, attempt, savedMs);
    const failure = scripted.starts ? this.failures?.failureOf(job, attempt) : undefined;
    if (failure === undefined) return scripted;
    const atMs = Math.floor(failure.share * scripted.runtimeMs);
    switch (failure.rule.kind) {
      case "exit":
        return planned(Outcome.Exited, failure.rule.exitCode, atMs);
      case "out-of-memory":
        return planned(Outcome.OutOfMemory, OUT_OF_MEMORY_EXIT_CODE, atMs);
      case "image-pull":
        return planned(Outcome.CannotPull, 0, 0);
    }
  }

  private scripted(job: number, attempt: number, savedMs: number): AttemptPlan {
    const runtimeMs = Math.max(0, this.profiles.runtimeMs[job]! - savedMs);
    const script = scriptOf(this.profiles, job, attempt);
    if (script === undefined) return planned(Outcome.Succeeded, 0, runtimeMs);
    const outcome = outcomeOfScript(script);
    const usual = OUTCOME_WORDS[outcome]!;
    const scriptedMs = Number.isNaN(script.runtimeMs) ? runtimeMs : script.runtimeMs;
    return {
      outcome,
      exitCode: script.cannotStart ? 0 : script.exitCode,
      starts: !script.cannotStart,
      runtimeMs: script.cannotStart ? 0 : scriptedMs,
      words: { statusReason: script.statusReason ?? usual.statusReason, reason: script.reason ?? usual.reason },
    };
  }
}

/** What the trace says of an attempt (1, 2, ...) of a job; undefined: nothing. The last one of a script repeats. */
export function scriptOf({ script, scripts }: Profiles, job: number, attempt: number): AttemptScript | undefined {
  const index = script.length === 0 ? NONE : script[job]!;
  if (index === NONE) return undefined;
  const attempts = scripts[index]!;
  return attempts[Math.min(attempt, attempts.length) - 1]!;
}

function planned(outcome: Outcome, exitCode: number, runtimeMs: number): AttemptPlan {
  return { outcome, exitCode, starts: outcome !== Outcome.CannotPull, runtimeMs, words: OUTCOME_WORDS[outcome]! };
}

/** Reads AWS Batch's words: a lost host says so in the statusReason, a container out of memory in its reason. */
function outcomeOfScript({ cannotStart, statusReason, reason, exitCode }: AttemptScript): Outcome {
  if (cannotStart) return Outcome.CannotPull;
  if (statusReason?.startsWith("Host EC2")) return Outcome.HostTerminated;
  if (reason?.includes("OutOfMemory")) return Outcome.OutOfMemory;
  return exitCode === 0 ? Outcome.Succeeded : Outcome.Exited;
}
