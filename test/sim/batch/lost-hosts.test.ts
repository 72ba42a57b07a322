// What becomes of jobs whose instance goes away under them: they end at once, and are retried like any failed attempt.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { EndCause } from "../../../src/model/market.js";
import { Outcome, outcomeOf } from "../../../src/model/outcome.js";
import { simulate } from "../../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  job,
  jobs,
  pool,
  s,
  shape,
  simulationInput,
  withFuse,
  world,
} from "../../builders.js";
import { attemptsOf, instancesOf } from "../../ledger/read-ledger.js";
import { ends, exits, log, roomy as machinesOf, rows, withParts } from "./batch-story.js";
import { type Loss, losing } from "./scripted-market.js";

vi.mock("../../../src/sim/market/make-market.js", () => import("./scripted-market.js"));

const RETRY = { attempts: 3, evaluateOnExit: [] };
const always = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index, RETRY]));

/** As everywhere, but jobs go to the oldest machine with room: which one that is, is plain then. */
const roomy: typeof machinesOf = (list, story) => machinesOf(list, { strategy: { placement: "first-fit" }, ...story });
/** Machines of ten vCPUs that are there from the start. */
const machines = (count: number) => [environment([0], { fixedFleet: [{ pool: 0, count }] })];

describe("a job on a lost instance", () => {
  it("ends with it as HostTerminated, and fails without a retry strategy", () => {
    expect(log(losing(roomy(rows([0, 10])), [{ atS: 4, instance: 0 }]))).toEqual([
      "0 submitted j0",
      "4 ended j0 from 0 HostTerminated",
    ]);
  });

  it("is retried where its strategy allows another attempt", () => {
    // Lost at 4; again from the beginning on another machine, 4 to 14. The end that was due at 10 is out of date.
    expect(log(losing(withParts(roomy(rows([0, 10])), { retry: always(1) }), [{ atS: 4, instance: 0 }]))).toEqual([
      "0 submitted j0",
      "4 ended j0 from 0 HostTerminated",
      "4 retried j0",
      "14 ended j0 from 4 Succeeded",
    ]);
  });

  it("has one counter of attempts for all causes", () => {
    // Exit 1 after 3 s, then its second machine goes 2 s later, and the third attempt is the last. The image is there at once.
    const input = withParts(roomy(rows([0, 10]), { environments: machines(3) }), {
      retry: always(1),
      scripts: { 0: [exits(1, 3), {}] },
    });
    const losses = [0, 1, 2].flatMap((instance): Loss[] => [{ atS: instance === 0 ? 5 : 7 + instance, instance }]);
    expect(ends(losing(input, losses))).toEqual(["8 ended j0 from 5 HostTerminated"]);
  });

  it.each([
    { rule: { onStatusReason: "Host EC2*", action: "RETRY" }, retried: true },
    { rule: { onStatusReason: "Host EC2*", action: "EXIT" }, retried: false },
    { rule: { onReason: "*", action: "EXIT" }, retried: false },
    // There is no exit code.
    { rule: { onExitCode: "*", action: "EXIT" }, retried: true },
  ] as const)("is judged by evaluateOnExit: $rule", ({ rule, retried }) => {
    const whole = { onStatusReason: undefined, onReason: undefined, onExitCode: undefined, ...rule };
    const retry = { 0: { attempts: 2, evaluateOnExit: [whole] } };
    const events = log(losing(withParts(roomy(rows([0, 10])), { retry }), [{ atS: 4, instance: 0 }]));
    expect(events[2]).toBe(retried ? "4 retried j0" : undefined);
  });

  it("ends unstarted while its image is being pulled", () => {
    const input = losing(roomy(rows([0, 10]), { world: world({ pull: s(7) }) }), [{ atS: 4, instance: 0 }]);
    expect(ends(input)).toEqual(["4 ended j0 unstarted HostTerminated"]);
  });

  it("keeps its fate when it was being stopped before", () => {
    // TerminateJob at 3; the container would go on until 9.
    const input = withParts(roomy(rows([0, 30]), { world: world({ stopDelay: s(6) }) }), {
      retry: always(1),
      interventions: [[3, "terminate", "j0"]],
    });
    expect(ends(losing(input, [{ atS: 5, instance: 0 }]))).toEqual(["5 ended j0 from 0 Terminated"]);
  });

  it("is stopped by its timeout only once that is over", () => {
    const timed = withParts(roomy(rows([0, 30]), { world: world({ stopDelay: s(6) }) }), { timeoutS: { 0: 3 } });
    expect(ends(losing(timed, [{ atS: 2, instance: 0 }]))).toEqual(["2 ended j0 from 0 HostTerminated"]);
    expect(ends(losing(timed, [{ atS: 5, instance: 0 }]))).toEqual(["5 ended j0 from 0 TimedOut"]);
  });

  it("fails those that depend on it", () => {
    const input = losing(withParts(roomy(rows([0, 10], [0, 5])), { dependsOn: [["j1", "j0"]] }), [
      { atS: 4, instance: 0 },
    ]);
    expect(ends(input)).toEqual(["4 ended j0 from 0 HostTerminated", "4 cancelled j1 DependencyFailed"]);
  });

  it("goes to the front of its queue, in the order of placement among those lost with it", () => {
    // Two machines of ten vCPUs, j0 to j1 (five each) on the first, j2 on the second until 20, j3 and j4 wait.
    const half = shape(5, 1);
    const list = [...jobs(2, job(0, s(10), half)), job(0, s(20), shape(10, 1)), ...jobs(2, job(0, s(10), half))];
    const input = withParts(roomy(list, { environments: machines(2) }), { retry: always(5) });
    expect(ends(losing(input, [{ atS: 4, instance: 0 }]))).toEqual([
      "30 ended j0 from 20 Succeeded",
      "30 ended j1 from 20 Succeeded",
      "20 ended j2 from 0 Succeeded",
      "40 ended j3 from 30 Succeeded",
      "40 ended j4 from 30 Succeeded",
    ]);
  });

  it("leaves jobs on other instances alone, also where others have left the lost one before", () => {
    // On machine 0: j0 until 3, j1; on machine 1: j2.
    const list = [job(0, s(3), shape(5, 1)), job(0, s(9), shape(5, 1)), job(0, s(9), shape(10, 1))];
    const input = losing(roomy(list, { environments: machines(2) }), [{ atS: 5, instance: 0 }]);
    expect(ends(input)).toEqual([
      "3 ended j0 from 0 Succeeded",
      "5 ended j1 from 0 HostTerminated",
      "9 ended j2 from 0 Succeeded",
    ]);
  });

  it("of several nodes ends as a whole when one node goes, and runs again as a whole", () => {
    // Nodes on two of three machines; machine 1 goes at 4, and the job starts again at once on 0 and 2.
    const gang = job(0, s(10), shape(1, 1), { nodes: 2 });
    const input = withParts(roomy([gang], { environments: machines(3) }), { retry: always(1) });
    expect(log(losing(input, [{ atS: 4, instance: 1 }]))).toEqual([
      "0 submitted j0",
      "4 ended j0 from 0 HostTerminated",
      "4 retried j0",
      "14 ended j0 from 4 Succeeded",
    ]);
  });

  it("of several nodes ends once when all its nodes go in one instant", () => {
    const gang = job(0, s(10), shape(1, 1), { nodes: 2 });
    const input = losing(roomy([gang], { environments: machines(2) }), [
      { atS: 4, instance: 0 },
      { atS: 4, instance: 1 },
    ]);
    expect(log(input)).toEqual(["0 submitted j0", "4 ended j0 from 0 HostTerminated"]);
  });
});

describe("a lost instance", () => {
  const bought = (losses: readonly Loss[]) =>
    simulate(
      losing(
        withParts(
          simulationInput({
            types: [instanceType("m", 10, 100)],
            pools: [pool(0, 1)],
            jobs: [job(0, s(10), shape(1, 1))],
            strategy: { spot: { refusalMs: 0 } },
          }),
          { retry: always(1) },
        ),
        losses,
      ),
    ).ledger;

  it("is replaced when its job is retried, and its use ends with it", () => {
    // Lost at 4: one vCPU of ten for 4 s. The second takes the job from 4 to 14 and is ended when idle for a minute.
    const ledger = bought([{ atS: 4, instance: 0, cause: EndCause.HostFailed }]);
    expect(instancesOf(ledger).map(({ endedMs }) => endedMs)).toEqual([s(4), s(74)]);
    expect(ledger.instances.endCause.data.slice(0, 2)).toEqual(Uint8Array.of(EndCause.HostFailed, EndCause.Ours));
    expect([0, 1].map((instance) => ledger.usage.vcpuMs(instance))).toEqual([s(0.4), s(1)]);
    expect([0, 1].map((instance) => ledger.usage.idleMs(instance))).toEqual([0, s(60)]);
  });

  it("with notice takes no new job, and its job goes on until it is taken", () => {
    // Warned at 2, taken at 9: the job is lost at 9, not at 2.
    const ledger = bought([{ atS: 9, instance: 0, warnedS: 2 }]);
    expect(instancesOf(ledger).map(({ endedMs }) => endedMs)).toEqual([s(9), s(79)]);
  });

  it("with notice is ended by us as soon as it is empty", () => {
    // Its job ends at 10; EC2 would take it at 130.
    const ledger = bought([{ atS: 130, instance: 0, warnedS: 5 }]);
    expect(instancesOf(ledger).map(({ endedMs }) => endedMs)).toEqual([s(10)]);
    expect(ledger.instances.endCause.data[0]).toBe(EndCause.Ours);
  });
});

describe("checkpoints", () => {
  const lost = (parts: Parameters<typeof withParts>[1], losses: readonly Loss[], runS = 10) =>
    losing(withParts(roomy(rows([0, runS])), { retry: always(1), ...parts }), losses);

  it.each([
    // Every 3 s: of 7 s run 6 are saved, 4 are left: 7 + 4.
    { everyS: 3, atS: 7, savedS: 6, endS: 11 },
    { everyS: 7, atS: 7, savedS: 7, endS: 10 },
    // The first one would have come at 8.
    { everyS: 8, atS: 7, savedS: undefined, endS: 17 },
  ])("every $everyS s save $savedS s of $atS s run", ({ everyS, atS, savedS, endS }) => {
    expect(log(lost({ checkpointS: { 0: everyS } }, [{ atS, instance: 0 }])).slice(1)).toEqual([
      ...(savedS === undefined ? [] : [`${atS} checkpointed j0 ${savedS}`]),
      `${atS} ended j0 from 0 HostTerminated`,
      `${atS} retried j0`,
      `${endS} ended j0 from ${atS} Succeeded`,
    ]);
  });

  it("add up over attempts", () => {
    // 7 s run, 6 saved; 4 left, of which 3.5 run from 7 to 10.5, 3 saved; 1 left.
    const input = lost({ checkpointS: { 0: 3 } }, [
      { atS: 7, instance: 0 },
      { atS: 10.5, instance: 1 },
    ]);
    expect(log(input).slice(4)).toEqual([
      "10.5 checkpointed j0 3",
      "10.5 ended j0 from 7 HostTerminated",
      "10.5 retried j0",
      "11.5 ended j0 from 10.5 Succeeded",
    ]);
    const { attempts } = simulate(input).ledger;
    expect([0, 1, 2].map((row) => attempts.savedMsOf(row))).toEqual([s(6), s(3), 0]);
  });

  it("save nothing of a job that is not retried, and nothing is said of a run without them", () => {
    const input = losing(withParts(roomy(rows([0, 10])), { checkpointS: { 0: 3 } }), [{ atS: 7, instance: 0 }]);
    expect(log(input).slice(1)).toEqual(["7 ended j0 from 0 HostTerminated"]);
    expect(simulate(lost({}, [{ atS: 7, instance: 0 }])).ledger.attempts.savedMsOf(0)).toBe(0);
  });

  it("save whatever ended the attempt", () => {
    // An exit at some point of 10 s: what is left is 10 minus whole seconds of it.
    const exit = { kind: "exit" as const, probability: 0.6, exitCode: 1, jobName: "*" };
    const events = log(
      withParts(roomy(rows([0, 10]), { seed: 1 }), {
        retry: { 0: { attempts: 10, evaluateOnExit: [] } },
        checkpointS: { 0: 1 },
        failures: [exit],
      }),
    );
    const saved = events.flatMap((line) => /checkpointed j0 (.*)/.exec(line)?.[1] ?? []).map(Number);
    const [, endS, startS] = /^(.*) ended j0 from (.*) Succeeded$/.exec(events.at(-1)!)!;
    expect(saved.length).toBeGreaterThan(0);
    expect(Number(endS) - Number(startS)).toBeCloseTo(10 - saved.reduce((sum, ms) => sum + ms, 0), 9);
  });

  it("leave run times alone that the trace gives for an attempt", () => {
    // Scripted: 8 s, lost at 7; the next as the script says, 8 s again; one without a time of its own runs for the job's 10 s.
    const scripts = { 0: [exits(0, 8), exits(0, 8)] };
    expect(ends(lost({ scripts, checkpointS: { 0: 3 } }, [{ atS: 7, instance: 0 }]))).toEqual([
      "15 ended j0 from 7 Succeeded",
    ]);
  });

  it("save on every node of a multi-node job", () => {
    const gang = job(0, s(10), shape(1, 1), { nodes: 2 });
    const input = losing(
      withParts(roomy([gang], { environments: machines(3) }), { retry: always(1), checkpointS: { 0: 3 } }),
      [{ atS: 7, instance: 1 }],
    );
    const { attempts } = simulate(input).ledger;
    expect([0, 1, 2, 3].map((row) => attempts.savedMsOf(row))).toEqual([s(6), s(6), 0, 0]);
  });
});

describe("whenever machines go", () => {
  const JOBS = 10;
  const MACHINES = 5;
  /** The last machine stays, so that every job can end. */
  const losses = fc.array(fc.record({ atS: fc.integer({ min: 1, max: 80 }), instance: fc.nat(MACHINES - 2) }), {
    maxLength: 6,
  });
  const anyJob = fc.record({
    submitS: fc.nat(30),
    runS: fc.nat(20),
    nodes: fc.constantFrom(1, 1, 1, 2),
    attempts: fc.integer({ min: 1, max: 4 }),
    everyS: fc.constantFrom(undefined, 1, 3, 7),
  });

  it("jobs end with them, are tried as often as they may, and run no more than what is left of them", () => {
    const list = fc.array(anyJob, { minLength: JOBS, maxLength: JOBS });
    fc.assert(
      fc.property(list, losses, fc.nat(3), (all, lost, pullS) => {
        const sorted = [...all].sort((a, b) => a.submitS - b.submitS);
        // A job of two nodes needs two machines, and only one is sure to stay.
        const nodesOf = ({ nodes }: (typeof sorted)[0]) => (lost.length < MACHINES - 1 ? nodes : 1);
        const jobRows = sorted.map((row) => job(s(row.submitS), s(row.runS), shape(4, 1), { nodes: nodesOf(row) }));
        const byJob = <T>(value: (row: (typeof sorted)[0]) => T) =>
          Object.fromEntries(
            sorted.map((row, index) => [index, value(row)] as const).filter(([, v]) => v !== undefined),
          );
        const input = withParts(
          roomy(jobRows, { environments: machines(MACHINES), world: world({ pull: s(pullS) }) }),
          {
            retry: byJob(({ attempts }) => ({ attempts, evaluateOnExit: [] })),
            checkpointS: byJob(({ everyS }) => everyS) as Record<number, number>,
          },
        );
        const { ledger, stuckJobs } = simulate(losing(withFuse(input), lost));
        expect(stuckJobs).toBe(0);
        const rows = attemptsOf(ledger).map((row, index) => ({ ...row, savedMs: ledger.attempts.savedMsOf(index) }));
        sorted.forEach(({ runS, attempts, everyS }, number) => {
          const nodes = jobRows[number]!.nodes!;
          const tries = rows.filter((row) => row.job === number).filter((_, index) => index % nodes === 0);
          const last = tries.at(-1)!;
          const outcomes = tries.map((row) => outcomeOf(row.outcome));
          expect(outcomes.slice(0, -1).every((outcome) => outcome === Outcome.HostTerminated)).toBe(true);
          const savedMs = tries.reduce((sum, row) => sum + row.savedMs, 0);
          if (everyS === undefined) expect(savedMs).toBe(0);
          else expect(savedMs % s(everyS)).toBe(0);
          if (outcomes.at(-1) === Outcome.Succeeded) expect(last.endedMs - last.startedMs).toBe(s(runS) - savedMs);
          else expect(tries).toHaveLength(attempts);
        });
        for (const { instance, atS } of lost) {
          const ended = rows.filter((row) => row.instance === instance).map(({ endedMs }) => endedMs);
          expect(Math.max(0, ...ended)).toBeLessThanOrEqual(s(atS));
        }
      }),
      { numRuns: 200 },
    );
  });
});
