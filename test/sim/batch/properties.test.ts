// What must hold for jobs of every kind at once: each ends exactly once, no attempt too many, none too early.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Outcome, outcomeOf } from "../../../src/model/outcome.js";
import type { AttemptScript } from "../../../src/model/profile.js";
import type { SimulationInput } from "../../../src/sim/simulate.js";
import { environment, job, s, shape, withFuse, world } from "../../builders.js";
import { type JobEvent, jobEvents, type Parts, roomy, withParts } from "./batch-story.js";

const JOBS = 24;
const ARRAY = 4;
/** Two arrays of four: jobs 0 to 3 and 4 to 7. The others are single. */
const arrays = [0, 1].map((array) => Array.from({ length: ARRAY }, (_, index) => array * ARRAY + index));

const script: fc.Arbitrary<Partial<AttemptScript>> = fc.oneof(
  fc.record({ exitCode: fc.constantFrom(0, 0, 1, 137) }),
  fc.record({ exitCode: fc.constant(1), runtimeMs: fc.integer({ min: 0, max: s(20) }) }),
  fc.constant({ cannotStart: true }),
  fc.constant({ statusReason: "Host EC2 (instance i-0123456789abcdef0) terminated." }),
);

/** A unit later in the order than another may depend on it, so that there is no cycle: a0, a1, then jobs 8 and on. */
const units = [
  "a0",
  "a1",
  ...Array.from({ length: JOBS - 2 * ARRAY }, (_, i) => `j${2 * ARRAY + i}`),
] as `j${number}`[];
const dependsOn = fc
  .array(fc.tuple(fc.nat(units.length - 1), fc.nat(units.length - 1)), { maxLength: 40 })
  .map((pairs) =>
    pairs.filter(([a, b]) => a !== b).map(([a, b]) => [units[Math.max(a, b)]!, units[Math.min(a, b)]!] as const),
  );
const forSome = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<Record<number, T>> =>
  fc
    .array(fc.tuple(fc.nat(JOBS - 1), values), { maxLength: 12 })
    .map((entries) => Object.fromEntries(entries) as Record<number, T>);

const evaluateOnExit = fc.array(
  fc.record({
    onStatusReason: fc.constantFrom(undefined, "Host EC2*"),
    onReason: fc.constantFrom(undefined, "CannotPull*"),
    onExitCode: fc.constantFrom(undefined, "1*"),
    action: fc.constantFrom("RETRY" as const, "EXIT" as const),
  }),
  { maxLength: 3 },
);

const parts: fc.Arbitrary<Parts> = fc
  .record({
    sequential: fc.tuple(fc.boolean(), fc.boolean()),
    nToN: fc.boolean(),
    dependsOn,
    scripts: forSome(fc.array(script, { minLength: 1, maxLength: 3 })),
    retry: forSome(fc.record({ attempts: fc.integer({ min: 1, max: 4 }), evaluateOnExit })),
    timeoutS: forSome(fc.integer({ min: 1, max: 15 })),
    interventions: fc.array(
      fc.tuple(fc.nat(60), fc.constantFrom("cancel" as const, "terminate" as const), fc.constantFrom(...units)),
      { maxLength: 4 },
    ),
    failures: fc.constantFrom([], [{ kind: "exit" as const, probability: 0.3, exitCode: 2, jobName: "*" }]),
  })
  .map(({ sequential, nToN, ...others }) => ({
    ...others,
    arrays: arrays.map((children, index) => ({ children, sequential: sequential[index]! })),
    dependsOn: [...others.dependsOn, ...(nToN ? [["a1", "a0", "N_TO_N"] as const] : [])],
    interventions: [...others.interventions].sort(([a], [b]) => a - b),
  }));

/** Few machines for the most part, so that jobs wait in the queue as well. */
const anyInput: fc.Arbitrary<{ input: SimulationInput; parts: Parts }> = fc
  .record({
    parts,
    times: fc.array(fc.tuple(fc.nat(30), fc.nat(20)), { minLength: JOBS, maxLength: JOBS }),
    machines: fc.integer({ min: 1, max: 3 }),
    pullS: fc.nat(3),
    stopS: fc.nat(5),
  })
  .map(({ parts, times, machines, pullS, stopS }) => {
    const rows = times.map(([submitS, runS], index) => job(s(submitS), s(runS), shape(1 + (index % 10), 1)));
    const environments = [environment([0], { fixedFleet: [{ pool: 0, count: machines }] })];
    const delays = world({ pull: s(pullS), stopDelay: s(stopS) });
    return { parts, input: withParts(withFuse(roomy(rows, { environments, world: delays })), parts) };
  });

interface Life {
  readonly events: JobEvent[];
  readonly endMs: number;
  readonly succeeded: boolean;
}

/** The events of each job; a job without any has no place in the list. */
function livesOf(input: SimulationInput): Life[] {
  const lives: Life[] = Array.from({ length: JOBS }, () => ({ events: [], endMs: Number.NaN, succeeded: false }));
  for (const event of jobEvents(input)) {
    const { events } = lives[event.job]!;
    events.push(event);
    const succeeded = event.kind === "ended" && outcomeOf(event.packed) === Outcome.Succeeded;
    lives[event.job] = { events, endMs: event.atMs, succeeded };
  }
  return lives;
}

const forAnyBatch = (check: (lives: Life[], input: SimulationInput, parts: Parts) => void) =>
  fc.assert(
    fc.property(anyInput, ({ input, parts }) => check(livesOf(input), input, parts)),
    { numRuns: 300 },
  );

/** A life as letters: s(ubmitted), r(eleased), (chec)k(pointed), e(nded), R(etried), c(ancelled). */
const LETTERS = { submitted: "s", released: "r", retried: "R", checkpointed: "k", ended: "e", cancelled: "c" } as const;
const lettersOf = ({ events }: Life) => events.map(({ kind }) => LETTERS[kind]).join("");

describe("jobs of every kind", () => {
  it("end exactly once, as SUCCEEDED or FAILED", () => {
    // It enters the queue once, is retried any number of times, and ends or is cancelled; or is cancelled in PENDING.
    forAnyBatch((lives) => {
      for (const life of lives) expect(lettersOf(life)).toMatch(/^([sr](eR)*[ec]|c)$/);
    });
  });

  it("have no more attempts than their retry strategy gives them", () => {
    forAnyBatch((lives, _input, { retry }) => {
      lives.forEach(({ events }, number) => {
        const attempts = events.filter(({ kind }) => kind === "ended").length;
        expect(attempts).toBeLessThanOrEqual(retry?.[number]?.attempts ?? 1);
      });
    });
  });

  it("are never retried after success, a timeout or TerminateJob", () => {
    const final: readonly Outcome[] = [Outcome.Succeeded, Outcome.TimedOut, Outcome.Terminated];
    forAnyBatch((lives) => {
      for (const { events } of lives) {
        const retried = events.filter((_, index) => events[index + 1]?.kind === "retried");
        expect(retried.map(({ packed }) => outcomeOf(packed)).filter((outcome) => final.includes(outcome))).toEqual([]);
      }
    });
  });

  it("start no earlier than what they depend on has succeeded, and fail when it fails", () => {
    forAnyBatch((lives, _input, { dependsOn }) => {
      const jobsOf = (unit: string) => (unit.startsWith("a") ? arrays[Number(unit[1])]! : [Number(unit.slice(1))]);
      for (const [waits, on, type] of dependsOn!) {
        jobsOf(waits).forEach((number, index) => {
          const needed = type === "N_TO_N" ? [jobsOf(on)[index]!] : jobsOf(on);
          const satisfied = needed.every((other) => lives[other]!.succeeded);
          const satisfiedMs = Math.max(...needed.map((other) => lives[other]!.endMs));
          const attempts = lives[number]!.events.filter(({ kind }) => kind === "ended");
          if (!satisfied) expect([lives[number]!.succeeded, attempts]).toEqual([false, []]);
          for (const { startedMs } of attempts) expect(startedMs >= satisfiedMs || Number.isNaN(startedMs)).toBe(true);
        });
      }
    });
  });

  it("do the same in the plain service as in the full one, where both will do", () => {
    // An intervention before the first submission does nothing, and asks for the full service.
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(20)), { minLength: 1, maxLength: 30 }), (times) => {
        const rows = times.map(([submitS, runS], index) => job(s(1 + submitS), s(runS), shape(1 + (index % 10), 1)));
        const plain = roomy(rows, { environments: [environment([0])], world: world({ boot: s(7), pull: s(2) }) });
        const full = withParts(plain, { interventions: [[0, "cancel", "j0"]] });
        expect(jobEvents(full)).toEqual(jobEvents(plain));
      }),
      { numRuns: 100 },
    );
  });
});
