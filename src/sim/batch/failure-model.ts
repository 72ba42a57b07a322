// What goes wrong beside what the trace says (WorldModel.failures). Whether a rule strikes hangs on the seed, the job, the
// attempt and the rule alone, so that strategies compared on one seed meet the same failures in whatever order they run.

import { hashedUniform } from "../../base/random.js";
import type { Workload } from "../../model/job.js";
import type { FailureRule } from "../../model/world.js";
import { matchesPattern } from "./pattern.js";

/** Last word of the hash: the draw that decides whether a rule strikes, and the one for the point at which it does. */
const DRAW = { strike: 0, point: 1 } as const;

export interface Failure {
  readonly rule: FailureRule;
  /** How much of the run time has passed when it strikes, in [0, 1). */
  readonly share: number;
}

export class FailureModel {
  private readonly rules: readonly FailureRule[];
  private readonly seed: number;
  private readonly jobName: Int32Array;
  /** Per rule, per job name: whether it can strike. */
  private readonly concerns: readonly (readonly boolean[])[];

  constructor(rules: readonly FailureRule[], workload: Workload, seed: number) {
    this.rules = rules;
    this.seed = seed;
    this.jobName = workload.jobName;
    this.concerns = rules.map(({ jobName }) => workload.jobNames.map((name) => matchesPattern(jobName, name)));
  }

  /** The first rule that strikes an attempt (1, 2, ...) of a job; undefined: none does. */
  failureOf(job: number, attempt: number): Failure | undefined {
    const name = this.jobName[job]!;
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i]!;
      if (!this.concerns[i]![name]!) continue;
      if (hashedUniform(this.seed, [job, attempt, i, DRAW.strike]) < rule.probability) {
        return { rule, share: hashedUniform(this.seed, [job, attempt, i, DRAW.point]) };
      }
    }
    return undefined;
  }
}
