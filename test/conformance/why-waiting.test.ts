// Why a job waits: the first failing constraint of its queue, of each compute environment and of each instance type, and the
// cheapest change; and that the change is enough.
//
// Usable memory (§ 2.7), as the catalogue has it: m6i.large 2 vCPUs, 7,755 MiB; m6i.xlarge 4 vCPUs, 15,680 MiB; m6i.2xlarge
// 8 vCPUs, 31,531 MiB; c6i.xlarge 4 vCPUs, 7,754 MiB. Prices an hour: m6i.xlarge $0.192, c6i.xlarge $0.170, and for the root
// volume of 30 GiB at $0.08 a month of 720 hours $0.00333.

import { describe, expect, it } from "vitest";
import { play } from "./play.js";
import { fairShare, jobs, machine, machines, queues } from "./queue-cases.js";

interface WaitCase {
  readonly rule: string;
  readonly section: string;
  readonly scenario: string;
  /** Job and second asked about. */
  readonly ask: readonly [job: string, atS: number];
  readonly told: readonly string[];
}

const M = "memory: 1 GiB, runtime: 60s";
/** Three delays, decisions at every event. */
const SLOW = "world: { decisionInterval: 0s, pending: 10s, boot: 20s, pull: 5s, cachedPull: 1s }\n";

const environment = (instanceTypes: string, maxvCpus: number, more = "") => `
computeEnvironments:
  - computeEnvironmentName: ce
    computeResources: { type: EC2, maxvCpus: ${maxvCpus}, instanceTypes: [${instanceTypes}]${more} }
`;
const under = (discipline: string) => `strategies: [{ name: chosen, queueDiscipline: ${discipline} }]\n`;
const kept = (...all: readonly string[]) => jobs(...all).replace("trace:\n", "trace:\n  unplaceable: keep\n");

function check(cases: readonly WaitCase[]): void {
  it.each(cases.map((each) => [`${each.rule} (${each.section})`, each] as const))("%s", async (_, each) => {
    const { scenario, ask, told } = each;
    expect((await play(scenario)).why(...ask)).toEqual(told);
  });
}

describe("room", () => {
  check([
    {
      rule: "vCPUs short on the nearest instance of a fixed fleet",
      section: "§ 2.5 FIFO",
      // 4 - 3 = 1 free, 2 wanted.
      scenario: jobs(`id: a, vcpus: 3, ${M}`, `id: b, vcpus: 2, ${M}`),
      ask: ["b", 5],
      told: [
        "ce: no instance has room",
        "  vCPUs short by 1 on the nearest m6i.xlarge (instance 0)",
        "cheapest change: wait for a job to end in ce, or enlarge its fleet",
      ],
    },
    {
      rule: "memory short by little: a smaller request",
      section: "§ 2.7 Usable memory",
      // 15,680 - 10,000 = 5,680 free, 6,249 wanted: 569 too many, 9.1 % of the request.
      scenario: jobs(
        "id: a, vcpus: 1, memory: 10000 MiB, runtime: 60s",
        "id: b, vcpus: 1, memory: 6249 MiB, runtime: 60s",
      ),
      ask: ["b", 5],
      told: [
        "ce: no instance has room",
        "  memory short by 569 MiB on the nearest m6i.xlarge (instance 0)",
        "cheapest change: ask for 569 MiB less: it then fits m6i.xlarge",
      ],
    },
    {
      rule: "the instances on their way",
      section: "§ 2.6 Compute environments",
      // Two jobs of four vCPUs: two instances, requested at 0, ready at 10 + 20.
      scenario: jobs(`id: a, vcpus: 4, ${M}`, `id: b, vcpus: 4, ${M}`) + environment("m6i.xlarge", 8) + SLOW,
      ask: ["a", 15],
      told: [
        "ce: instances are on their way (2)",
        "  2 m6i.xlarge on the way",
        "cheapest change: none, wait for the 2 instances on the way to ce",
      ],
    },
    {
      rule: "the instances on their way, though a second compute environment could launch too",
      section: "§ 2.5 CE fall-through",
      scenario: `${jobs(`id: a, vcpus: 4, ${M}`)}
computeEnvironments:
  - { computeEnvironmentName: ce, type: MANAGED, computeResources: { type: EC2, maxvCpus: 4, instanceTypes: [m6i.xlarge] } }
  - { computeEnvironmentName: more, type: MANAGED, computeResources: { type: EC2, maxvCpus: 4, instanceTypes: [m6i.xlarge] } }
${SLOW}`,
      ask: ["a", 15],
      told: [
        "ce: instances are on their way (1)",
        "  1 m6i.xlarge on the way",
        "more: no instance has room",
        "  m6i.xlarge fits and may be launched",
        "cheapest change: none, wait for the 1 instance on the way to ce",
      ],
    },
    {
      rule: "the next decision: it fits",
      section: "§ 2.5 Queues sharing a CE",
      // Ready at 30, which is a decision. b comes at 50; the next decision is that of 60.
      scenario:
        jobs(`id: a, vcpus: 1, ${M}`, `id: b, vcpus: 1, submit: 50s, ${M}`) +
        environment("m6i.xlarge", 8) +
        SLOW.replace("decisionInterval: 0s", "decisionInterval: 15s"),
      ask: ["b", 55],
      told: [
        "queue main: it fits and starts with the next decision",
        "ce: has room",
        "cheapest change: none, the next decision starts it or launches for it",
      ],
    },
    {
      rule: "the next decision: an instance may be launched",
      section: "§ 2.6 Compute environments",
      scenario:
        jobs(`id: a, vcpus: 4, ${M}`, `id: b, vcpus: 4, submit: 50s, ${M}`) +
        environment("m6i.xlarge", 8) +
        SLOW.replace("decisionInterval: 0s", "decisionInterval: 15s") +
        "strategies: [{ name: chosen, spareLaunches: 0 }]\n",
      ask: ["b", 55],
      told: [
        "ce: no instance has room",
        "  m6i.xlarge fits and may be launched",
        "cheapest change: none, the next decision starts it or launches for it",
      ],
    },
    {
      rule: "EC2 has refused all pools of what is large enough",
      section: "§ 2.3 Refusals",
      // Asked for at 0 and refused: not again before 3 min. An m6i.large is too small anyway.
      scenario: `${jobs(`id: a, vcpus: 4, ${M}`)}${environment("m6i.xlarge, m6i.large", 8)}${SLOW}stress: [no-capacity m6i for 1h]\n`,
      ask: ["a", 90],
      told: [
        "ce: EC2 has refused what is large enough",
        "  EC2 refused m6i.xlarge, or takes it back: not asked again before start + 3 min",
        "  vCPUs short by 2 on m6i.large",
        "cheapest change: none, EC2 is asked again at start + 3 min",
      ],
    },
    {
      rule: "held back for an instance of its own, and the jobs like it with it",
      section: "§ 2.5 FIFO",
      // From 10,000 s on b holds 60 of 64 vCPUs for ten minutes, as five before it. y and z, which five before them tell to take
      // two hours, would prolong that instance by 1 h 50 min at $3.07 an hour; an m6i.large of their own costs $0.10.
      scenario: `${jobs(
        "id: a, repeat: 5, jobName: wide, vcpus: 60, memory: 1 GiB, runtime: 600s",
        "id: x, repeat: 5, jobName: long, vcpus: 1, memory: 1 GiB, runtime: 7200s",
        "id: b, jobName: wide, submit: 10000s, vcpus: 60, memory: 1 GiB, runtime: 600s",
        "id: y, jobName: long, submit: 10100s, vcpus: 1, memory: 1 GiB, runtime: 7200s",
        "id: z, jobName: long, submit: 10100s, vcpus: 1, memory: 1 GiB, runtime: 7200s",
      )}${environment("m6i.large, m6i.16xlarge", 128)}${SLOW}
strategies: [{ name: chosen, queueDiscipline: fifo, placement: tail-aware, holdBack: 2, spareLaunches: 0 }]
`,
      ask: ["z", 10_110],
      told: [
        "queue main: behind y at the head",
        "ce: has room",
        "y itself: queue main: it fits, but prolonging an instance would cost more than one of its own: held back until that is there",
        "  ce: has room",
        "cheapest change for y: a higher holdBack of the strategy, or `never`: it starts at once, and costs more",
      ],
    },
    {
      rule: "maxvCpus reached: the type that costs least, types that hold the job before those that are too small",
      section: "§ 2.6 vCPU bounds",
      // 4 of 4 launched; one more xlarge: 4 + 4 = 8, $0.192 + $0.00333.
      scenario:
        jobs(`id: a, vcpus: 4, ${M}`, `id: b, vcpus: 4, ${M}`) + environment("m6i.large, m6i.xlarge, m6i.2xlarge", 4),
      ask: ["b", 5],
      told: [
        "ce: maxvCpus 4 reached (4 vCPUs launched)",
        "  vCPUs short by 4 on the nearest m6i.xlarge (instance 0)",
        "  one more m6i.2xlarge would exceed maxvCpus",
        "  vCPUs short by 2 on m6i.large",
        "cheapest change: raise maxvCpus of ce to 8 for m6i.xlarge ($0.19533 an hour)",
      ],
    },
    {
      rule: "maxvCpus leaves too little for one more instance",
      section: "§ 2.6 vCPU bounds",
      // c6i.xlarge is cheaper: 4 of 6, two are left, and 4 + 4 = 8.
      scenario: jobs(`id: a, vcpus: 4, ${M}`, `id: b, vcpus: 4, ${M}`) + environment("m6i.xlarge, c6i.xlarge", 6),
      ask: ["b", 5],
      told: [
        "ce: maxvCpus 6 leaves too little for one more instance (4 vCPUs launched)",
        "  vCPUs short by 4 on the nearest c6i.xlarge (instance 0)",
        "  one more m6i.xlarge would exceed maxvCpus",
        "cheapest change: raise maxvCpus of ce to 8 for c6i.xlarge ($0.17333 an hour)",
      ],
    },
    {
      rule: "a strategy that exceeds maxvCpus by one instance has reached it only then",
      section: "§ 2.6 vCPU bounds",
      // BEST_FIT_PROGRESSIVE: the second instance makes 8 of 6. The third job would need 12.
      scenario:
        jobs(`id: j, vcpus: 4, ${M}, repeat: 3`) +
        environment("m6i.xlarge", 6, ", allocationStrategy: BEST_FIT_PROGRESSIVE") +
        "strategies: [{ name: chosen, provisioning: aws-batch }]\n",
      ask: ["j-3", 5],
      told: [
        "ce: maxvCpus 6 reached (8 vCPUs launched)",
        "  vCPUs short by 4 on the nearest m6i.xlarge (instance 0)",
        "cheapest change: raise maxvCpus of ce to 12 for m6i.xlarge ($0.19533 an hour)",
      ],
    },
    {
      rule: "each compute environment of the queue",
      section: "§ 2.5 CE fall-through",
      scenario:
        jobs("id: a, vcpus: 5, runtime: 60s", "id: b, vcpus: 4, runtime: 60s") +
        machines({ one: 2, two: 6 }) +
        queues({ main: { environments: ["one", "two"] } }),
      ask: ["b", 5],
      told: [
        "one: no instance type is large enough",
        "  vCPUs short by 2 on 2-processor machine",
        "two: no instance has room",
        "  vCPUs short by 3 on the nearest 6-processor machine (instance 1)",
        "cheapest change: wait for a job to end in two, or enlarge its fleet",
      ],
    },
    {
      rule: "on Fargate, the one size that it would get",
      section: "§ 2.6 Compute environments",
      // 4 of 4 vCPUs; a task of 1 vCPU and 2 GiB: $0.04048 + 2 x $0.004445 = $0.04937.
      scenario: `${jobs("id: a, vcpus: 4, memory: 8 GiB, runtime: 60s", "id: b, vcpus: 1, memory: 2 GiB, runtime: 60s")}
computeEnvironments:
  - { computeEnvironmentName: fargate, computeResources: { type: FARGATE, maxvCpus: 4 } }
`,
      ask: ["b", 5],
      told: [
        "fargate: maxvCpus 4 reached (4 vCPUs launched)",
        "  one more Fargate 1 vCPU 2 GiB would exceed maxvCpus",
        "cheapest change: raise maxvCpus of fargate to 5 for Fargate 1 vCPU 2 GiB ($0.04937 an hour)",
      ],
    },
  ]);
});

describe("nothing is large enough", () => {
  check([
    {
      rule: "by little: the boundary of an instance size",
      section: "§ 2.7 Usable memory",
      // 16,000 - 15,680 = 320, 2 % of the request; m6i.large lacks half of the vCPUs.
      scenario:
        kept("id: a, vcpus: 4, memory: 16000 MiB, runtime: 5s, cancel: 100s") + environment("m6i.large, m6i.xlarge", 8),
      ask: ["a", 5],
      told: [
        "ce: no instance type is large enough",
        "  memory short by 320 MiB on m6i.xlarge",
        "  vCPUs short by 2 on m6i.large",
        "cheapest change: ask for 320 MiB less: it then fits m6i.xlarge",
      ],
    },
    {
      rule: "by far: a larger type, the nearest types first",
      section: "§ 2.7 Usable memory",
      // 160,000 - 31,531 = 128,469; - 15,680 = 144,320. m6i.large, c6i.large and c6i.xlarge are further away still.
      scenario:
        kept("id: a, vcpus: 4, memory: 160000 MiB, runtime: 5s, cancel: 100s") +
        environment("m6i.large, m6i.xlarge, m6i.2xlarge, c6i.large, c6i.xlarge", 8),
      ask: ["a", 5],
      told: [
        "ce: no instance type is large enough",
        "  memory short by 128469 MiB on m6i.2xlarge",
        "  memory short by 144320 MiB on m6i.xlarge",
        "  memory short by 152246 MiB on c6i.xlarge",
        "  vCPUs short by 2 on m6i.large",
        "  and 1 other instance type",
        "cheapest change: add an instance type with 4 vCPUs, 160000 MiB to ce",
      ],
    },
    {
      rule: "GPUs",
      section: "§ 2.6 Compute environments",
      scenario: kept(`id: a, vcpus: 4, gpus: 1, ${M}, cancel: 100s`) + environment("m6i.xlarge", 8),
      ask: ["a", 5],
      told: [
        "ce: no instance type is large enough",
        "  GPUs short by 1 on m6i.xlarge",
        "cheapest change: add an instance type with 4 vCPUs, 1024 MiB, 1 GPU to ce",
      ],
    },
    {
      rule: "maxvCpus is smaller than any type that holds it",
      section: "§ 2.4 Stuck jobs",
      scenario: kept(`id: a, vcpus: 4, ${M}, cancel: 100s`) + environment("m6i.xlarge", 2),
      ask: ["a", 5],
      told: [
        "ce: maxvCpus 2 leaves too little for one more instance (0 vCPUs launched)",
        "  one more m6i.xlarge would exceed maxvCpus",
        "cheapest change: raise maxvCpus of ce to 4 for m6i.xlarge ($0.19533 an hour)",
      ],
    },
    {
      rule: "a smaller request does not help where maxvCpus is used up: both are needed, and the larger type is one change",
      section: "§ 2.6 vCPU bounds",
      // b is 4 MiB too large for m6i.xlarge, of which none can be launched: 8 of 8. One 2xlarge more: 16.
      scenario:
        jobs(`id: a, vcpus: 8, ${M}`, "id: b, vcpus: 4, memory: 15684 MiB, runtime: 5s") +
        environment("m6i.xlarge, m6i.2xlarge", 8),
      ask: ["b", 5],
      told: [
        "ce: maxvCpus 8 reached (8 vCPUs launched)",
        "  vCPUs short by 4 on the nearest m6i.2xlarge (instance 0)",
        "  memory short by 4 MiB on m6i.xlarge",
        "cheapest change: raise maxvCpus of ce to 16 for m6i.2xlarge ($0.38733 an hour)",
      ],
    },
  ]);
});

describe("multi-node parallel jobs", () => {
  check([
    {
      rule: "not enough empty instances, in a fixed fleet",
      section: "§ 2.4 MNP",
      // Two instances, one of which has a job.
      scenario: `${jobs(`id: a, vcpus: 1, ${M}`, `id: b, nodes: 2, vcpus: 1, ${M}`)}
computeEnvironments:
  - computeEnvironmentName: ce
    computeResources: { type: EC2, maxvCpus: 256 }
    fixedFleet: [{ instanceType: m6i.xlarge, count: 2 }]
`,
      ask: ["b", 5],
      told: [
        "ce: not enough empty instances of one type for 2 nodes",
        "  m6i.xlarge: 1 empty",
        "cheapest change: wait for a job to end in ce, or enlarge its fleet",
      ],
    },
    {
      rule: "maxvCpus for all missing nodes",
      section: "§ 2.4 MNP",
      // a has three instances of 12 vCPUs; two more make 20. 2 x $0.19533.
      scenario:
        jobs(`id: a, nodes: 3, vcpus: 4, ${M}`, `id: b, nodes: 2, vcpus: 4, ${M}`) + environment("m6i.xlarge", 16),
      ask: ["b", 5],
      told: [
        "ce: not enough empty instances of one type for 2 nodes",
        "  m6i.xlarge: 0 empty",
        "cheapest change: raise maxvCpus of ce to 20 for 2 m6i.xlarge ($0.39067 an hour)",
      ],
    },
    {
      rule: "the instances on their way",
      section: "§ 2.4 MNP",
      scenario: jobs(`id: a, nodes: 3, vcpus: 4, ${M}`) + environment("m6i.xlarge", 16) + SLOW,
      ask: ["a", 15],
      told: [
        "ce: instances are on their way (3)",
        "  3 m6i.xlarge on the way",
        "cheapest change: none, wait for the 3 instances on the way to ce",
      ],
    },
    {
      rule: "an environment that takes none is told as such",
      section: "§ 2.4 MNP",
      scenario: `${jobs(`id: a, nodes: 2, vcpus: 4, ${M}`, `id: b, nodes: 2, vcpus: 4, ${M}`)}
computeEnvironments:
  - { computeEnvironmentName: spot, computeResources: { type: SPOT, maxvCpus: 256, instanceTypes: [m6i.xlarge] } }
  - { computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 8, instanceTypes: [m6i.xlarge] } }
${queues({ main: { environments: ["spot", "ce"] } })}`,
      ask: ["b", 5],
      told: [
        "spot: multi-node parallel jobs are refused here",
        "ce: not enough empty instances of one type for 2 nodes",
        "  m6i.xlarge: 0 empty",
        "cheapest change: raise maxvCpus of ce to 16 for 2 m6i.xlarge ($0.39067 an hour)",
      ],
    },
  ]);
});

describe("the queue", () => {
  check([
    {
      rule: "behind a head for which there is no room: what the head lacks, and the head's change",
      section: "§ 2.5 FIFO",
      scenario: jobs(`id: j, vcpus: 4, ${M}, repeat: 3`) + environment("m6i.xlarge", 4),
      ask: ["j-3", 5],
      told: [
        "queue main: behind j-2 at the head",
        "ce: maxvCpus 4 reached (4 vCPUs launched)",
        "  vCPUs short by 4 on the nearest m6i.xlarge (instance 0)",
        "j-2 itself: lacks the same room",
        "cheapest change for j-2: raise maxvCpus of ce to 8 for m6i.xlarge ($0.19533 an hour)",
      ],
    },
    {
      rule: "behind a head, with room for itself",
      section: "§ 2.5 FIFO",
      scenario: jobs(`id: a, vcpus: 3, ${M}`, `id: b, vcpus: 2, ${M}`, `id: c, vcpus: 1, ${M}`),
      ask: ["c", 5],
      told: [
        "queue main: behind b at the head",
        "ce: has room",
        "b itself: ce: no instance has room",
        "    vCPUs short by 1 on the nearest m6i.xlarge (instance 0)",
        "cheapest change: let it pass b: another queue, or a discipline such as fifo-skip",
      ],
    },
    {
      rule: "behind a head that can never start: what that lacks",
      section: "§ 2.4 Stuck jobs",
      scenario:
        kept("id: a, vcpus: 4, memory: 16000 MiB, runtime: 5s, cancel: 100s", `id: b, vcpus: 4, ${M}`) +
        environment("m6i.xlarge", 8),
      ask: ["b", 5],
      told: [
        "queue main: behind a at the head",
        "ce: no instance has room",
        "  m6i.xlarge fits and may be launched",
        "a itself: ce: no instance type is large enough",
        "    memory short by 320 MiB on m6i.xlarge",
        "cheapest change for a: ask for 320 MiB less: it then fits m6i.xlarge",
      ],
    },
    {
      rule: "a consumable resource",
      section: "§ 2.4 Consumable resources",
      scenario: `${jobs(
        `id: a, vcpus: 1, ${M}, consumables: { licence: 4 }`,
        `id: b, vcpus: 1, ${M}, consumables: { licence: 1 }`,
      )}consumableResources: [{ consumableResourceName: licence, totalQuantity: 4 }]
`,
      ask: ["b", 5],
      told: [
        "queue main: consumable `licence` 0 of 4 left, 1 wanted",
        "ce: has room",
        "cheapest change: raise `licence` to 5",
      ],
    },
    {
      rule: "a consumable resource and room: both changes",
      section: "§ 2.4 Consumable resources",
      // Of 5, a has 3; b wants 4: two too few, so 7. And one more xlarge.
      scenario: `${jobs(
        `id: a, vcpus: 4, ${M}, consumables: { licence: 3 }`,
        `id: b, vcpus: 4, ${M}, consumables: { licence: 4 }`,
      )}consumableResources: [{ consumableResourceName: licence, totalQuantity: 5 }]
${environment("m6i.xlarge", 4)}`,
      ask: ["b", 5],
      told: [
        "queue main: consumable `licence` 2 of 5 left, 4 wanted",
        "ce: maxvCpus 4 reached (4 vCPUs launched)",
        "  vCPUs short by 4 on the nearest m6i.xlarge (instance 0)",
        "cheapest change: raise `licence` to 7; and raise maxvCpus of ce to 8 for m6i.xlarge ($0.19533 an hour)",
      ],
    },
  ]);
});

describe("shares", () => {
  const job = (id: string, share: string, vcpus: number, more = "") =>
    `id: ${id}, shareIdentifier: ${share}, vcpus: ${vcpus}, runtime: 60s${more === "" ? "" : `, ${more}`}`;
  check([
    {
      rule: "another share is served next",
      section: "§ 2.5 Fair share",
      // Placed at 0: A 4 x, B 2 x; at 5 the same, somewhat older. B's head wants 3 of the two that are free. A would be served
      // with a weight below 2 / 4: 0.4999.
      scenario:
        jobs(job("a1", "A", 4), job("b1", "B", 2), job("b2", "B", 3, "submit: 1s"), job("a2", "A", 1, "submit: 2s")) +
        fairShare(8),
      ask: ["a2", 5],
      told: [
        "queue main: share `A` has 4 vCPUs placed and the higher weighted usage; `B` (2 vCPUs) is served next, with b2",
        "ce: has room",
        "b2 itself: ce: no instance has room",
        "    vCPUs short by 1 on the nearest 8-processor machine (instance 0)",
        "cheapest change: lower the weightFactor of share `A` to 0.4999 (a lower value receives more)",
      ],
    },
    {
      rule: "another share that has used nothing: no weight helps",
      section: "§ 2.5 Fair share",
      scenario:
        jobs(job("a1", "A", 3), job("b1", "B", 2, "submit: 1s"), job("a2", "A", 1, "submit: 2s")) + fairShare(4),
      ask: ["a2", 5],
      told: [
        "queue main: share `A` has 3 vCPUs placed and the higher weighted usage; `B` (0 vCPUs) is served next, with b1",
        "ce: has room",
        "b1 itself: ce: no instance has room",
        "    vCPUs short by 1 on the nearest 4-processor machine (instance 0)",
        "cheapest change: let it pass b1: another queue, or a discipline such as fifo-skip",
      ],
    },
    {
      rule: "shares that stand equal: the older job",
      section: "§ 2.5 Fair share, model",
      scenario: jobs(job("c", "C", 4), job("b", "B", 4, "submit: 1s"), job("a", "A", 4, "submit: 2s")) + fairShare(4),
      ask: ["a", 5],
      told: [
        "queue main: share `A` has 0 vCPUs placed and the same weighted usage, and a younger job; `B` (0 vCPUs) is served next, with b",
        "ce: no instance has room",
        "  vCPUs short by 4 on the nearest 4-processor machine (instance 0)",
        "b itself: lacks the same room",
        "cheapest change for b: wait for a job to end in ce, or enlarge its fleet",
      ],
    },
    {
      rule: "computeReservation: the active shares are at their limit",
      section: "§ 2.5 Fair share",
      // 50 % of 8 for one active share: 4. With 6 vCPUs the job would start: (1 - c / 100) x 8 >= 6 up to c = 25.
      scenario: jobs(job("a", "A", 2, "repeat: 3")) + fairShare(8, "computeReservation: 50"),
      ask: ["a-3", 5],
      told: [
        "queue main: share `A`: the active shares are at 4 of the 4 vCPUs that computeReservation leaves them, 2 wanted",
        "ce: has room",
        "cheapest change: lower computeReservation to 25",
      ],
    },
    {
      rule: "behind a head at the limit of the reservation",
      section: "§ 2.5 Fair share",
      scenario: jobs(job("a", "A", 2, "repeat: 4")) + fairShare(8, "computeReservation: 50"),
      ask: ["a-4", 5],
      told: [
        "queue main: behind a-3 at the head",
        "ce: has room",
        "a-3 itself: queue main: share `A`: the active shares are at 4 of the 4 vCPUs that computeReservation leaves them, 2 wanted",
        "  ce: has room",
        "cheapest change for a-3: lower computeReservation to 25",
      ],
    },
  ]);
});

describe("backfilling and skipping", () => {
  const HELD = ["id: a, vcpus: 3, runtime: 100s, limit: 100s", "id: b, vcpus: 4, runtime: 10s, limit: 10s, submit: 1s"];
  const FITS = "id: c, vcpus: 1, runtime: 10s, limit: 200s, submit: 2s";
  const B_ITSELF = [
    "b itself: ce: no instance has room",
    "    vCPUs short by 3 on the nearest 4-processor machine (instance 0)",
  ];
  check([
    {
      rule: "easy: it would delay the head; the limit with which it would not",
      section: "§ 5 Two schedulers",
      // b's shadow time is 100: 95 s from 5.
      scenario: jobs(...HELD, FITS) + machine(4) + under("easy"),
      ask: ["c", 5],
      told: [
        "queue main: it fits, but starting it would delay b, which is before it",
        "ce: has room",
        ...B_ITSELF,
        "cheapest change: give it a run-time limit of at most 1 min 35 s: until b can start",
      ],
    },
    {
      rule: "easy, only jobs without a limit in the way: any limit will do",
      section: "§ 5 Two schedulers",
      scenario:
        jobs("id: a, vcpus: 3, runtime: 100s", "id: b, vcpus: 4, runtime: 10s", "id: c, vcpus: 1, runtime: 10s") +
        machine(4) +
        under("easy"),
      ask: ["c", 5],
      told: [
        "queue main: it fits, but starting it would delay b, which is before it",
        "ce: has room",
        ...B_ITSELF,
        "cheapest change: give it a run-time limit",
      ],
    },
    {
      rule: "easy, between decisions: it starts, unless it delays the head",
      section: "§ 5 Two schedulers",
      // Decisions at 0, 15, 30: c has come at 20.
      scenario:
        jobs(...HELD, "id: c, vcpus: 1, runtime: 10s, limit: 10s, submit: 20s") +
        machine(4) +
        under("easy") +
        SLOW.replace("decisionInterval: 0s", "decisionInterval: 15s"),
      ask: ["c", 25],
      told: [
        "queue main: it fits and starts with the next decision, unless that would delay b",
        "ce: has room",
        "cheapest change: none, the next decision starts it or launches for it",
      ],
    },
    {
      rule: "conservative: it would delay a job before it",
      section: "§ 5 Two schedulers",
      scenario: jobs(...HELD, FITS) + machine(4) + under("conservative"),
      ask: ["c", 5],
      told: [
        "queue main: it fits, but starting it would delay b, which is before it",
        "ce: has room",
        ...B_ITSELF,
        "cheapest change: let it pass b: another queue, or a discipline such as fifo-skip",
      ],
    },
    {
      rule: "fifo-skip: new room goes to the first job that waits for it",
      section: "§ 5 Two schedulers",
      scenario: jobs(`id: j, vcpus: 4, ${M}, repeat: 3`) + environment("m6i.xlarge", 4) + under("fifo-skip"),
      ask: ["j-3", 5],
      told: [
        "ce: maxvCpus 4 reached (4 vCPUs launched)",
        "  vCPUs short by 4 on the nearest m6i.xlarge (instance 0)",
        "cheapest change for j-2: raise maxvCpus of ce to 8 for m6i.xlarge ($0.19533 an hour)",
      ],
    },
  ]);
});

describe("the change that is told is enough", () => {
  /** With the change made from the start, the job starts before it did; without it, not before 60. */
  const CHANGES: readonly (readonly [rule: string, scenario: string, job: string, from: string, to: string])[] = [
    [
      "maxvCpus 8 instead of 4",
      jobs(`id: j, vcpus: 4, ${M}, repeat: 2`) + environment("m6i.large, m6i.xlarge", 4),
      "j-2",
      "maxvCpus: 4",
      "maxvCpus: 8",
    ],
    [
      "maxvCpus 8 instead of 6",
      jobs(`id: j, vcpus: 4, ${M}, repeat: 2`) + environment("m6i.xlarge, c6i.xlarge", 6),
      "j-2",
      "maxvCpus: 6",
      "maxvCpus: 8",
    ],
    [
      "maxvCpus 8 for the head of three",
      jobs(`id: j, vcpus: 4, ${M}, repeat: 3`) + environment("m6i.xlarge", 4),
      "j-2",
      "maxvCpus: 4",
      "maxvCpus: 8",
    ],
    [
      "maxvCpus 20 for two nodes more",
      jobs(`id: a, nodes: 3, vcpus: 4, ${M}`, `id: b, nodes: 2, vcpus: 4, ${M}`) + environment("m6i.xlarge", 16),
      "b",
      "maxvCpus: 16",
      "maxvCpus: 20",
    ],
    [
      "569 MiB less",
      jobs("id: a, vcpus: 1, memory: 10000 MiB, runtime: 60s", "id: b, vcpus: 1, memory: 6249 MiB, runtime: 60s"),
      "b",
      "6249 MiB",
      "5680 MiB",
    ],
    [
      "one licence more",
      `${jobs(`id: a, vcpus: 1, ${M}, consumables: { licence: 4 }`, `id: b, vcpus: 1, ${M}, consumables: { licence: 1 }`)}consumableResources: [{ consumableResourceName: licence, totalQuantity: 4 }]\n`,
      "b",
      "totalQuantity: 4",
      "totalQuantity: 5",
    ],
    [
      "a reservation of 25",
      jobs("id: a, shareIdentifier: A, vcpus: 2, runtime: 60s, repeat: 3") + fairShare(8, "computeReservation: 50"),
      "a-3",
      "computeReservation: 50",
      "computeReservation: 25",
    ],
    [
      "a run-time limit of 95 s",
      jobs(
        "id: a, vcpus: 3, runtime: 100s, limit: 100s",
        "id: b, vcpus: 4, runtime: 10s, limit: 10s",
        "id: c, vcpus: 1, runtime: 10s, limit: 200s, submit: 5s",
      ) +
        machine(4) +
        under("easy"),
      "c",
      "limit: 200s",
      "limit: 95s",
    ],
    [
      "and one of 96 s is not",
      jobs(
        "id: a, vcpus: 3, runtime: 100s, limit: 100s",
        "id: b, vcpus: 4, runtime: 10s, limit: 10s",
        "id: c, vcpus: 1, runtime: 10s, limit: 96s, submit: 5s",
      ) +
        machine(4) +
        under("easy"),
      "c",
      "limit: 96s",
      "limit: 95s",
    ],
  ];
  it.each(CHANGES)("%s (§ 2.5)", async (_, scenario, job, from, to) => {
    expect(scenario).toContain(from);
    expect((await play(scenario)).startedS(job)).toBeGreaterThanOrEqual(60);
    expect((await play(scenario.replace(from, to))).startedS(job)).toBeLessThan(10);
  });

  it("a weightFactor of 0.4999, and 0.5 is not (§ 2.5 Fair share)", async () => {
    const scenario = (weight: number) =>
      jobs(
        "id: a1, shareIdentifier: A, vcpus: 4, runtime: 60s",
        "id: b1, shareIdentifier: B, vcpus: 2, runtime: 60s",
        "id: b2, shareIdentifier: B, vcpus: 3, runtime: 60s, submit: 1s",
        "id: a2, shareIdentifier: A, vcpus: 1, runtime: 60s, submit: 2s",
      ) + fairShare(8, `shareDistribution: [{ shareIdentifier: A, weightFactor: ${weight} }]`);
    expect((await play(scenario(0.4999))).startedS("a2")).toBe(2);
    // Equal: the older b2 is next.
    expect((await play(scenario(0.5))).startedS("a2")).toBe(60);
  });

  it("a job that does not wait is not explained (§ 2.4 States)", async () => {
    const played = await play(jobs(`id: a, vcpus: 1, ${M}`, `id: b, vcpus: 1, ${M}, dependsOn: [{ jobId: a }]`));
    expect([played.why("a", 5), played.why("b", 5), played.why("a", 65)]).toEqual([[], [], []]);
  });
});
