// What the engine learns of jobs by name, from the past of its own run alone.

import { describe, expect, it } from "vitest";
import { JobKnowledge } from "../../../src/core/knowledge/job-knowledge.js";
import { Outcome, packOutcome } from "../../../src/model/outcome.js";
import type { QueueDiscipline } from "../../../src/model/policy.js";
import { simulate, simulateUntil } from "../../../src/sim/simulate.js";
import { environment, instanceType, job, pool, s, shape, simulationInput } from "../../builders.js";

const SUCCESS = packOutcome(Outcome.Succeeded, 0);
const FAILURE = packOutcome(Outcome.Exited, 1);

describe("an estimate", () => {
  const learn = (...runsMs: number[]) => {
    const knowledge = new JobKnowledge();
    knowledge.jobNamed(99, 0);
    runsMs.forEach((runMs, index) => {
      knowledge.jobNamed(index, 0);
      knowledge.jobEnded(index, 1_000, 1_000 + runMs, SUCCESS);
    });
    return knowledge;
  };

  it("is the limit until three jobs of the name have succeeded", () => {
    expect(learn(64, 64).estimateMs(99, 500, 0.9)).toBe(500);
    expect(learn(64, 64).estimateMs(99, Number.NaN, 0.9)).toBeNaN();
    expect(learn(64, 64, 64).estimateMs(99, 500, 0.9)).toBe(64);
    expect(learn(64, 64, 64).estimateMs(99, Number.NaN, 0.9)).toBe(64);
  });

  it("never exceeds the limit", () => {
    expect(learn(64, 64, 64).estimateMs(99, 40, 0.9)).toBe(40);
  });

  it("ignores other names, attempts that failed and those that never started", () => {
    const knowledge = learn(64, 64, 64);
    knowledge.jobNamed(50, 1);
    expect(knowledge.estimateMs(50, 500, 0.9)).toBe(500);
    knowledge.jobEnded(99, 0, 7_000, FAILURE);
    knowledge.jobEnded(99, Number.NaN, 7_000, SUCCESS);
    expect(knowledge.estimateMs(99, 500, 1)).toBe(64);
  });

  it("of a job that nobody named is its limit", () => {
    expect(new JobKnowledge().estimateMs(3, 500, 0.9)).toBe(500);
  });
});

// Two vCPUs in all. Jobs called "short" ask for an hour and take 64 s; three run and teach. Then "long" takes one vCPU until
// 1000 s, "wide" needs both, and a "short" comes: by its limit it would delay "wide", by what was learned it would not.
describe("EASY with learned estimates", () => {
  const hour = s(3_600);
  const rows = [
    ...[0, 1, 2].map((at) => job(s(at), s(64), shape(1, 1), { name: "short", limitMs: hour })),
    job(s(200), s(800), shape(1, 1), { name: "long", limitMs: s(800) }),
    job(s(201), s(10), shape(2, 1), { name: "wide", limitMs: s(10) }),
    job(s(202), s(64), shape(1, 1), { name: "short", limitMs: hour }),
  ];
  const story = (queueDiscipline: QueueDiscipline, estimateQuantile: number) =>
    simulationInput({
      types: [instanceType("two", 2, 8)],
      pools: [pool(0, 1)],
      environments: [environment([], { fixedFleet: [{ pool: 0, count: 1 }] })],
      jobs: rows,
      strategy: { queueDiscipline, estimateQuantile },
    });
  const startOfLast = (queueDiscipline: QueueDiscipline, estimateQuantile: number) => {
    const { ledger } = simulate(story(queueDiscipline, estimateQuantile));
    const row = ledger.attempts.job.indexOf(5);
    return ledger.attempts.placedMs[row];
  };

  it("lets a job pass that its limit would hold back", () => {
    expect(startOfLast("easy", 0)).toBe(s(1_010)); // behind "wide", which ends at 1000 + 10
    expect(startOfLast("easy", 0.9)).toBe(s(202));
    expect(startOfLast("fifo", 0.9)).toBe(s(1_010));
  });

  it("knows at an instant only what had ended by then", () => {
    const simulation = story("easy", 0);
    const runsAt = (timeMs: number) =>
      simulateUntil({ ...simulation, learns: true }, timeMs).knowledgeOf(0)?.runtimeMs.count;
    // The first two run from 0 and 1, the third when the first has ended, at 64.
    expect([s(63), s(64), s(65), s(127), s(128), s(266)].map(runsAt)).toEqual([0, 1, 2, 2, 3, 3]);
  });
});
