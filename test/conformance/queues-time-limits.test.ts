// GetJobQueueSnapshot's order, and jobStateTimeLimitActions.

import { describe, expect, it } from "vitest";
import { play, refusals } from "./play.js";
import { fairShare, jobs, machine, queues } from "./queue-cases.js";

describe("GetJobQueueSnapshot", () => {
  it("first in, first out: RUNNABLE jobs by submission, without those that run or are PENDING (§ 2.4 Limits)", async () => {
    const played = await play(
      jobs(
        "id: c, vcpus: 1, runtime: 60s, submit: 3s",
        "id: b, vcpus: 4, runtime: 60s, submit: 2s",
        "id: a, vcpus: 4, runtime: 60s",
        "id: later, vcpus: 1, runtime: 60s, submit: 1s, dependsOn: [{ jobId: a }]",
      ) + machine(4),
    );
    expect(played.snapshot("main", 10)).toEqual(["b", "c"]);
    // At 60 a ends: b runs, and "later" has become RUNNABLE, after c.
    expect(played.snapshot("main", 60)).toEqual(["c", "later"]);
  });

  it("a retried job is at the front of the queue (§ 2.4 States)", async () => {
    // r fails at 10. The queue of the higher priority takes the machine from 10 to 60; r waits before x and y, which have
    // been RUNNABLE for longer.
    const played = await play(
      jobs(
        "id: r, jobQueue: low, vcpus: 1, retryStrategy: { attempts: 2 }, attempts: [{ runtime: 10s, exitCode: 1 }, { runtime: 5s }]",
        "id: x, jobQueue: low, vcpus: 1, runtime: 10s, submit: 1s",
        "id: y, jobQueue: low, vcpus: 1, runtime: 10s, submit: 2s",
        "id: h, jobQueue: high, vcpus: 1, runtime: 50s, submit: 3s",
      ) +
        machine(1) +
        queues({ low: { priority: 1 }, high: { priority: 2 } }),
    );
    expect(played.snapshot("low", 9)).toEqual(["x", "y"]);
    expect(played.snapshot("low", 20)).toEqual(["r", "x", "y"]);
    // h 10..60, r 60..65, x 65..75.
    expect([played.startedS("h"), played.startedS("x"), played.startedS("y")]).toEqual([10, 65, 75]);
  });

  it("a retried job is at the front of its share (§ 2.4 States, model)", async () => {
    // r fails at 10, when x has waited for longer. B has used nothing: b runs 10..20, then A goes on with r, not with x.
    const played = await play(
      jobs(
        "id: r, shareIdentifier: A, vcpus: 1, retryStrategy: { attempts: 2 }, attempts: [{ runtime: 10s, exitCode: 1 }, { runtime: 5s }]",
        "id: x, shareIdentifier: A, vcpus: 1, runtime: 10s, submit: 1s",
        "id: b, shareIdentifier: B, vcpus: 1, runtime: 10s, submit: 2s",
      ) + fairShare(1),
    );
    expect(played.snapshot("main", 15)).toEqual(["r", "x"]);
    expect([played.startedS("b"), played.startedS("x")]).toEqual([10, 25]);
  });

  it("fair share: as the shares would be served (§ 2.5 Fair share, model)", async () => {
    // A and B have used nothing: the older a-1, then b-1, then both stand equal again.
    const played = await play(
      jobs(
        "id: c0, shareIdentifier: C, vcpus: 1, runtime: 60s",
        "id: a, shareIdentifier: A, vcpus: 1, runtime: 10s, repeat: 2, submit: 1s",
        "id: b, shareIdentifier: B, vcpus: 1, runtime: 10s, repeat: 2, submit: 2s",
      ) + fairShare(1),
    );
    expect(played.snapshot("main", 5)).toEqual(["a-1", "b-1", "a-2", "b-2"]);
  });

  it("fair share: within a share by schedulingPriority (§ 2.5 Fair share)", async () => {
    const played = await play(
      jobs(
        "id: a0, shareIdentifier: A, vcpus: 1, runtime: 60s",
        "id: p1, shareIdentifier: A, vcpus: 1, runtime: 10s, submit: 1s, schedulingPriorityOverride: 1",
        "id: p7, shareIdentifier: A, vcpus: 1, runtime: 10s, submit: 2s, schedulingPriorityOverride: 7",
        "id: p3, shareIdentifier: A, vcpus: 1, runtime: 10s, submit: 3s, schedulingPriorityOverride: 3",
      ) + fairShare(1),
    );
    expect(played.snapshot("main", 5)).toEqual(["p7", "p3", "p1"]);
  });
});

const REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT";
const MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE";

/** m6i.xlarge (4 vCPUs) and 2xlarge (8), of which at most `maxvCpus` may run. */
const environment = (maxvCpus: number) => `
computeEnvironments:
  - computeEnvironmentName: ce
    computeResources: { type: EC2, maxvCpus: ${maxvCpus}, instanceTypes: [m6i.xlarge, m6i.2xlarge] }
`;
/** A queue with an action for each reason, after so many seconds. */
const limited = (actions: Readonly<Record<string, number>>, more = "") => {
  const list = Object.entries(actions).map(
    ([reason, seconds]) => `{ reason: "${reason}", state: RUNNABLE, maxTimeSeconds: ${seconds}, action: CANCEL }`,
  );
  return queues({ main: { more: `jobStateTimeLimitActions: [${list.join(", ")}]${more}` } });
};
/** Jobs in a trace that keeps those that fit nowhere. */
const kept = (...all: readonly string[]) => jobs(...all).replace("trace:\n", "trace:\n  unplaceable: keep\n");

const SIZES = "memory: 1 GiB, runtime: 10s";
const HUGE = `vcpus: 64, ${SIZES}`; // larger than any type
const LARGE = `vcpus: 6, ${SIZES}`; // m6i.2xlarge holds it
const SMALL = `vcpus: 2, ${SIZES}`;

describe("jobStateTimeLimitActions", () => {
  it("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT cancels the head, and the next job moves up (§ 2.4 Stuck jobs)", async () => {
    const played = await play(
      kept(`id: huge, ${HUGE}`, `id: next, ${SMALL}`) + environment(8) + limited({ [REQUIREMENT]: 600 }),
    );
    expect(played.states("huge")).toBe("SUBMITTED 0, RUNNABLE 0, FAILED 600");
    expect(played.states("next")).toBe("SUBMITTED 0, RUNNABLE 0, STARTING 600, RUNNING 600, SUCCEEDED 610");
    expect(played.attempts("huge")).toEqual([]);
  });

  it("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE cancels the head (§ 2.4 Stuck jobs)", async () => {
    // m6i.2xlarge holds the job, but has 8 vCPUs, and maxvCpus is 4.
    const played = await play(
      kept(`id: large, ${LARGE}`, `id: next, ${SMALL}`) + environment(4) + limited({ [MAX_RESOURCE]: 900 }),
    );
    expect(played.states("large")).toBe("SUBMITTED 0, RUNNABLE 0, FAILED 900");
    expect(played.startedS("next")).toBe(900);
  });

  it.each([
    { kind: "no type is large enough", job: HUGE, at: 600 },
    { kind: "maxvCpus is too small for the type", job: LARGE, at: 1200 },
  ])("of several actions that of the reason counts: $kind (§ 2.4 Stuck jobs)", async ({ job, at }) => {
    const actions = limited({ [REQUIREMENT]: 600, [MAX_RESOURCE]: 1200 });
    const played = await play(kept(`id: stuck, ${job}`) + environment(4) + actions);
    expect(played.states("stuck")).toBe(`SUBMITTED 0, RUNNABLE 0, FAILED ${at}`);
  });

  it("a reason that no action names: the head waits until its user cancels it (§ 2.4 Stuck jobs)", async () => {
    const played = await play(
      kept(`id: huge, ${HUGE}, cancel: 5000s`, `id: next, ${SMALL}`) +
        environment(8) +
        limited({ [MAX_RESOURCE]: 600 }),
    );
    expect(played.states("huge")).toBe("SUBMITTED 0, RUNNABLE 0, FAILED 5000");
    expect(played.startedS("next")).toBe(5000);
  });

  it("a job that is not at the head is left alone; its time begins when it gets there (§ 2.4 Stuck jobs)", async () => {
    // The second cannot run either. It is RUNNABLE from 0, at the head from 600.
    const played = await play(kept(`id: huge, ${HUGE}, repeat: 2`) + environment(8) + limited({ [REQUIREMENT]: 600 }));
    expect(played.states("huge-1")).toBe("SUBMITTED 0, RUNNABLE 0, FAILED 600");
    expect(played.states("huge-2")).toBe("SUBMITTED 0, RUNNABLE 0, FAILED 1200");
  });

  it("a job that fits waits at the head for as long as it takes (§ 2.4 Stuck jobs)", async () => {
    // maxvCpus 8 is used up from 0 to 5000.
    const played = await play(
      jobs(`id: long, vcpus: 8, memory: 1 GiB, runtime: 5000s`, `id: next, ${SMALL}, submit: 1s`) +
        environment(8) +
        limited({ [REQUIREMENT]: 600, [MAX_RESOURCE]: 600 }),
    );
    expect(played.startedS("next")).toBe(5000);
  });

  it("the time counts from when the job is at the head, on the grid of decisions (§ 2.4 Stuck jobs, model)", async () => {
    // Submitted at 7; seen at the decision of 15; cancelled at that of 615.
    const played = await play(
      `${kept(`id: first, ${SMALL}`, `id: huge, ${HUGE}, submit: 7s`) + environment(8) + limited({ [REQUIREMENT]: 600 })}
world: { decisionInterval: 15s, pending: 0s, boot: 0s, pull: 0s, cachedPull: 0s }`,
    );
    expect(played.states("huge")).toBe("SUBMITTED 7, RUNNABLE 7, FAILED 615");
  });

  it("what depends on the cancelled job fails with it (§ 2.4 Dependencies)", async () => {
    const played = await play(
      kept(`id: huge, ${HUGE}`, `id: after, ${SMALL}, dependsOn: [{ jobId: huge }]`) +
        environment(8) +
        limited({ [REQUIREMENT]: 600 }),
    );
    expect(played.states("after")).toBe("SUBMITTED 0, PENDING 0, FAILED 600");
  });

  it("a cancelled job is not retried (§ 2.4 States)", async () => {
    const played = await play(
      kept(`id: huge, ${HUGE}, retryStrategy: { attempts: 3 }`) + environment(8) + limited({ [REQUIREMENT]: 600 }),
    );
    expect(played.states("huge")).toBe("SUBMITTED 0, RUNNABLE 0, FAILED 600");
  });

  it("the head of a fair-share queue is that of the share served next (§ 2.4 Stuck jobs, § 2.5 Fair share)", async () => {
    // a runs 0..10 and has used something: at 1 B is served next, with "huge" at the head. A's second job waits until 601.
    const played = await play(
      `${kept(
        `id: a, shareIdentifier: A, ${SMALL}`,
        `id: huge, shareIdentifier: B, ${HUGE}, submit: 1s`,
        `id: a2, shareIdentifier: A, ${SMALL}, submit: 2s`,
      )}${environment(8)}${limited({ [REQUIREMENT]: 600 }, ", schedulingPolicyArn: fair")}
schedulingPolicies: [{ name: fair }]`,
    );
    expect(played.states("huge")).toBe("SUBMITTED 1, RUNNABLE 1, FAILED 601");
    expect(played.startedS("a2")).toBe(601);
  });

  it.each([
    ["maxTimeSeconds below 600", limited({ [REQUIREMENT]: 599 }), "must be at least 600, got 599"],
    ["maxTimeSeconds above 86400", limited({ [REQUIREMENT]: 86_401 }), "must be at most 86400, got 86401"],
    [
      "the action TERMINATE",
      limited({ [REQUIREMENT]: 600 }).replace("CANCEL", "TERMINATE"),
      'expected one of CANCEL, got "TERMINATE"',
    ],
    [
      "a state other than RUNNABLE",
      limited({ [REQUIREMENT]: 600 }).replace("RUNNABLE", "STARTING"),
      'expected one of RUNNABLE, got "STARTING"',
    ],
  ])("%s is refused (§ 2.4 Stuck jobs)", async (_, queue, message) => {
    expect(await refusals(jobs(`id: a, ${SMALL}`) + environment(8) + queue)).toEqual([message]);
  });

  it.each([600, 86_400])("maxTimeSeconds %i is taken (§ 2.4 Stuck jobs)", async (seconds) => {
    expect(await refusals(jobs(`id: a, ${SMALL}`) + environment(8) + limited({ [REQUIREMENT]: seconds }))).toEqual([]);
  });
});
