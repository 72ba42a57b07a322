// Compute environments: what they launch, keep and end. § 2.6 of the semantics unless a case names another.
//
// Instances of m6i.xlarge and c6i.xlarge have 4 vCPUs, c6i.large 2, c6i.2xlarge 8, c5.9xlarge 36.

import { describe, expect, it } from "vitest";
import {
  AWS_BATCH_MANAGED,
  costs,
  environment,
  launched,
  SLOW,
  scenario,
  WITH_BASELINE,
  waysTo,
} from "./environments.js";
import { play, refusals } from "./play.js";

const managed = (text: string) => play(`${text}\n${WITH_BASELINE}`, AWS_BATCH_MANAGED);
const four = (id: string, rest: string) => `id: ${id}, vcpus: 4, memory: 1 GiB, ${rest}`;
const EC2 = "type: EC2, instanceTypes: [m6i.xlarge]";

describe("§ 2.6 MANAGED and UNMANAGED", () => {
  // a: launched at 0, running at 10, registered at 30, image at 35, ends at 95. b: the instance is there, its image too:
  // RUNNING a second after STARTING. c: empty from 261, ended at 261 + 600 = 861; a new instance from 1000 to 1095 + 600.
  const jobs = [
    four("a", "runtime: 60s"),
    four("b", "submit: 200s, runtime: 60s"),
    four("c", "submit: 1000s, runtime: 60s"),
  ];

  it.each([
    { type: "MANAGED", name: "§ 2.6 a MANAGED environment launches for waiting jobs and ends what is idle" },
    { type: "UNMANAGED", name: "§ 2.9 model: aws-batch-managed plays an UNMANAGED environment as a MANAGED one" },
  ])("$name", async ({ type }) => {
    const played = await managed(scenario(environment(`${EC2}, maxvCpus: 8`, `type: ${type}`), jobs, SLOW));
    expect(played.states("a")).toBe("SUBMITTED 0, RUNNABLE 0, STARTING 30, RUNNING 35, SUCCEEDED 95");
    expect(played.states("b")).toBe("SUBMITTED 200, RUNNABLE 200, STARTING 200, RUNNING 201, SUCCEEDED 261");
    expect(played.states("c")).toBe("SUBMITTED 1000, RUNNABLE 1000, STARTING 1030, RUNNING 1035, SUCCEEDED 1095");
    expect(played.instances()).toEqual(["m6i.xlarge on-demand: 0-861", "m6i.xlarge on-demand: 1000-1695"]);
  });

  it("§ 2.4 MNP is not supported on UNMANAGED environments nor on Spot", async () => {
    const text = (type: string, market: string) =>
      scenario(environment(`type: ${market}, maxvCpus: 8, instanceTypes: [m6i.xlarge]`, `type: ${type}`), [
        four("a", "nodes: 2, runtime: 60s"),
      ]);
    expect(await refusals(text("MANAGED", "EC2"))).toEqual([]);
    for (const refused of [text("UNMANAGED", "EC2"), text("MANAGED", "SPOT")]) {
      expect(await refusals(refused)).toEqual([
        expect.stringMatching(
          /^Multi-node parallel jobs aren't supported on Spot Instances, Fargate and UNMANAGED compute environments/,
        ),
      ]);
    }
  });

  const disabled = (more: string) =>
    environment(`type: EC2, instanceTypes: [c6i.xlarge], ${more}maxvCpus: 8`, "state: DISABLED").replace(
      ": ce,",
      ": off,",
    );

  it("§ 2.6 a DISABLED environment does not scale out, and jobs fall through to the next", async () => {
    const environments = [disabled(""), environment(`${EC2}, maxvCpus: 8`)];
    const played = await managed(scenario(environments, [four("a", "runtime: 60s")]));
    expect(played.instances()).toEqual(["m6i.xlarge on-demand: 0-660"]);
  });

  it("§ 2.6 minvCpus is kept even when DISABLED", async () => {
    // off's instance of 4 vCPUs is there from 0 to the end of the run at 5060, without a job. Those of ce end 600 s after their jobs.
    const environments = [disabled("minvCpus: 4, "), environment(`${EC2}, maxvCpus: 8`)];
    const jobs = [four("a", "runtime: 60s"), four("b", "submit: 5000s, runtime: 60s")];
    const played = await managed(scenario(environments, jobs));
    expect(played.instances()).toEqual([
      "c6i.xlarge on-demand: 0-5060",
      "m6i.xlarge on-demand: 0-660",
      "m6i.xlarge on-demand: 5000-5660",
    ]);
  });
});

describe("§ 2.6 minvCpus and desiredvCpus", () => {
  it("§ 2.6 minvCpus is kept without jobs and to the end", async () => {
    // One instance covers 4 vCPUs: up at 30, empty from 95 on, far longer than 600 s. At 5000 it takes b at once, whose image
    // it has. The run ends with b at 5000 + 1 + 60.
    const jobs = [four("a", "runtime: 60s"), four("b", "submit: 5000s, runtime: 60s")];
    const played = await managed(scenario(environment(`${EC2}, minvCpus: 4, maxvCpus: 8`), jobs, SLOW));
    expect(played.instances()).toEqual(["m6i.xlarge on-demand: 0-5061"]);
    expect(played.states("b")).toBe("SUBMITTED 5000, RUNNABLE 5000, STARTING 5000, RUNNING 5001, SUCCEEDED 5061");
  });

  it("§ 2.6 when idle, capacity returns to minvCpus, no further", async () => {
    // Three jobs of a whole instance: 12 vCPUs. All empty at 100; at 100 + 600 two end (12 - 8 = 4), the third must stay, and
    // runs d from 2000 to 2060.
    const jobs = [..."abc"].map((id) => four(id, "runtime: 100s"));
    const played = await managed(
      scenario(environment(`${EC2}, minvCpus: 4, maxvCpus: 64`), [...jobs, four("d", "submit: 2000s, runtime: 60s")]),
    );
    expect(played.instances().sort()).toEqual([
      "m6i.xlarge on-demand: 0-2060",
      "m6i.xlarge on-demand: 0-700",
      "m6i.xlarge on-demand: 0-700",
    ]);
  });

  it("§ 2.6 instances do not shrink: AWS's example of a large one with minvCpus 4 and desiredvCpus 36", async () => {
    // 36 vCPUs wanted at the start: one c5.9xlarge. Without it 0 < 4 would be left, so it stays, though two c5.large would do.
    const resources = "type: EC2, instanceTypes: [c5.large, c5.9xlarge], minvCpus: 4, desiredvCpus: 36, maxvCpus: 64";
    const jobs = [four("a", "runtime: 60s"), four("b", "submit: 5000s, runtime: 60s")];
    const played = await managed(scenario(environment(resources), jobs));
    expect(played.instances()).toEqual(["c5.9xlarge on-demand: 0-5060"]);
  });

  it("§ 2.6 an instance that minvCpus does not need goes, though a larger one stays", async () => {
    // minvCpus 4: two c6i.large from 0. The job of 8 vCPUs needs a c6i.2xlarge. The two are empty from 0: 12 - 2 - 2 >= 4, so
    // they go at 600. The third is empty from 100 on; at 700 without it 0 < 4 would be left: it stays to the end.
    const resources = "type: EC2, instanceTypes: [c6i.large, c6i.2xlarge], minvCpus: 4, maxvCpus: 64";
    const jobs = [
      "id: a, vcpus: 8, memory: 1 GiB, runtime: 100s",
      "id: b, submit: 2000s, vcpus: 1, memory: 1 GiB, runtime: 60s",
    ];
    const played = await managed(scenario(environment(resources), jobs));
    expect(played.instances()).toEqual([
      "c6i.large on-demand: 0-600",
      "c6i.large on-demand: 0-600",
      "c6i.2xlarge on-demand: 0-2060",
    ]);
  });

  it("§ 2.6 desiredvCpus is there at the start and then scales down towards minvCpus (model: bought at 0)", async () => {
    // 8 vCPUs: two instances at 0. a on the first until 100, ended at 700; the second never had a job: ended at 600.
    const played = await managed(
      scenario(environment(`${EC2}, desiredvCpus: 8, maxvCpus: 64`), [
        four("a", "runtime: 100s"),
        four("b", "submit: 2000s, runtime: 60s"),
      ]),
    );
    expect(played.instances()).toEqual([
      "m6i.xlarge on-demand: 0-700",
      "m6i.xlarge on-demand: 0-600",
      "m6i.xlarge on-demand: 2000-2660",
    ]);
  });

  it.each([
    { said: "minvCpus: 0, desiredvCpus: 100, maxvCpus: 8", instances: 2, why: "at most maxvCpus" },
    { said: "minvCpus: 8, desiredvCpus: 4, maxvCpus: 16", instances: 2, why: "at least minvCpus" },
    { said: "minvCpus: 4, maxvCpus: 16", instances: 1, why: "minvCpus by default" },
    { said: "minvCpus: 0, desiredvCpus: 5, maxvCpus: 16", instances: 2, why: "whole instances: 5 vCPUs are two of 4" },
    { said: "minvCpus: 1, maxvCpus: 16", instances: 1, why: "whole instances: 1 vCPU is one of 4" },
  ])("§ 2.6 desiredvCpus starts $instances instances of 4 vCPUs with { $said }: $why", async ({ said, instances }) => {
    // The job comes when all are there and needs none of its own.
    const text = scenario(environment(`${EC2}, ${said}`), [four("a", "runtime: 60s")], SLOW);
    expect(launched(await managed(text))).toEqual([`${instances} m6i.xlarge on-demand`]);
  });
});

describe("§ 2.6 maxvCpus", () => {
  const wait = (id: string) => four(id, "runtime: 100s");
  // Three jobs of a whole instance of 4 vCPUs, maxvCpus 6. Never above it: one at a time, at 0, 100 and 200. At most one
  // instance above it: 4 < 6, so a second is bought (8); a third is not, for 8 >= 6: 0, 0, 100.
  it.each([
    { strategy: "BEST_FIT", type: "EC2", starts: [0, 100, 200] },
    { strategy: "BEST_FIT", type: "SPOT", starts: [0, 0, 100] },
    { strategy: "BEST_FIT_PROGRESSIVE", type: "EC2", starts: [0, 0, 100] },
    { strategy: "BEST_FIT_PROGRESSIVE", type: "SPOT", starts: [0, 0, 100] },
    { strategy: "BEST_FIT_PROGRESSIVE_ORDERED", type: "EC2", starts: [0, 0, 100] },
    { strategy: "SPOT_CAPACITY_OPTIMIZED", type: "SPOT", starts: [0, 0, 100] },
    { strategy: "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", type: "SPOT", starts: [0, 0, 100] },
    { strategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", type: "SPOT", starts: [0, 0, 100] },
  ])(
    "§ 2.6 maxvCpus 6 under $strategy on $type: jobs of 4 vCPUs start at $starts",
    async ({ strategy, type, starts }) => {
      for (const { key, more, run } of waysTo(strategy)) {
        const resources = `type: ${type}, instanceTypes: [m6i.xlarge], maxvCpus: 6${key}`;
        const played = await play(scenario(environment(resources), [..."abc"].map(wait), more), run);
        expect([..."abc"].map((id) => played.startedS(id))).toEqual(starts);
      }
    },
  );

  it.each(["BEST_FIT", "BEST_FIT_PROGRESSIVE"])(
    "§ 2.6 maxvCpus is not exceeded once it is reached: %s",
    async (strategy) => {
      // 2 x 4 = 8 vCPUs is maxvCpus itself: the third job waits.
      const resources = `${EC2}, maxvCpus: 8, allocationStrategy: ${strategy}`;
      const played = await managed(scenario(environment(resources), [..."abc"].map(wait)));
      expect([..."abc"].map((id) => played.startedS(id))).toEqual([0, 0, 100]);
    },
  );

  it("§ 2.6 BEST_FIT on on-demand does not exceed maxvCpus for minvCpus either", async () => {
    // minvCpus 6: 4, and the 2 that lack would be an instance of 4 again, 8 > 6. The other strategies may have it.
    const text = (strategy: string) =>
      scenario(environment(`${EC2}, minvCpus: 6, maxvCpus: 6, allocationStrategy: ${strategy}`), [wait("a")]);
    expect(launched(await managed(text("BEST_FIT")))).toEqual(["1 m6i.xlarge on-demand"]);
    expect(launched(await managed(text("BEST_FIT_PROGRESSIVE")))).toEqual(["2 m6i.xlarge on-demand"]);
    // Nor does the product's own best-fit, which is what plays without the baseline.
    expect(launched(await play(text("BEST_FIT_PROGRESSIVE")))).toEqual(["1 m6i.xlarge on-demand"]);
  });

  it("§ 2.6 BEST_FIT looks on on-demand only at types that maxvCpus allows", async () => {
    // maxvCpus 5: c6i.2xlarge (8 vCPUs) never; a job of 4 GiB does not fit c6i.large (3791 MiB): c6i.xlarge.
    const resources = "type: EC2, instanceTypes: [c6i.large, c6i.xlarge, c6i.2xlarge], maxvCpus: 5";
    const played = await managed(scenario(environment(resources), ["id: a, vcpus: 1, memory: 4 GiB, runtime: 60s"]));
    expect(launched(played)).toEqual(["1 c6i.xlarge on-demand"]);
  });
});

describe("§ 2.6 scale-down", () => {
  const atMost = (policy: string) => environment(`${EC2}, maxvCpus: 64${policy}`);
  const delay = (minutes: number) => atMost(`, scalingPolicy: { minScaleDownDelayMinutes: ${minutes} }`);
  const first = four("a", "runtime: 60s");

  it.each([
    // a runs from 35 to 95, so the instance is ended at 695. At 694 it is there, with its image: b starts at 695, ends at 755.
    { submit: 694, starts: 695, instances: ["0-1355"] },
    // At 696 it is gone: a new one, 696 + 30 + 5.
    { submit: 696, starts: 731, instances: ["0-695", "696-1391"] },
  ])(
    "§ 2.6 model: AWS Batch ends an instance ten minutes after its last job: a job at $submit starts at $starts",
    async ({ submit, starts, instances }) => {
      const jobs = [first, four("b", `submit: ${submit}s, runtime: 60s`)];
      const played = await managed(scenario(atMost(""), jobs, SLOW));
      expect(played.startedS("b")).toBe(starts);
      expect(played.instances()).toEqual(instances.map((life) => `m6i.xlarge on-demand: ${life}`));
    },
  );

  it.each([
    // The job ends at 60.
    { minutes: 0, idle: "off: the ten minutes of the model", end: 660 },
    { minutes: 20, idle: "1200 s", end: 1260 },
    { minutes: 45, idle: "2700 s", end: 2760 },
    { minutes: 10_080, idle: "604,800 s", end: 604_860 },
  ])("§ 2.6 minScaleDownDelayMinutes $minutes: $idle after the last job's end", async ({ minutes, end }) => {
    const played = await managed(scenario(delay(minutes), [first]));
    expect(played.instances()).toEqual([`m6i.xlarge on-demand: 0-${end}`]);
  });

  it("§ 2.6 minScaleDownDelayMinutes counts per instance, from its own last job's end", async () => {
    // Ends at 100 and 400; the first has another job from 1000 to 1050. 1050 + 1200 and 400 + 1200.
    const jobs = [four("a", "runtime: 100s"), four("b", "runtime: 400s"), four("c", "submit: 1000s, runtime: 50s")];
    const played = await managed(scenario(delay(20), jobs));
    expect(played.places("c")).toEqual(["0 m6i.xlarge on-demand"]);
    expect(played.instances()).toEqual(["m6i.xlarge on-demand: 0-2250", "m6i.xlarge on-demand: 0-1600"]);
  });

  it("§ 2.6 minScaleDownDelayMinutes is not for never-used instances", async () => {
    // Two are there for desiredvCpus. a uses the first: 60 + 1200. The second never has a job: 600.
    const policy = ", desiredvCpus: 8, scalingPolicy: { minScaleDownDelayMinutes: 20 }";
    const played = await managed(scenario(atMost(policy), [first]));
    expect(played.instances()).toEqual(["m6i.xlarge on-demand: 0-1260", "m6i.xlarge on-demand: 0-600"]);
  });

  it.each([
    // A strategy that ends instances after half an hour does so with a delay of 20 minutes as well; one of 15 s waits.
    { idleDelay: "30m", end: 1860 },
    { idleDelay: "15s", end: 1260 },
  ])(
    "§ 2.6 minScaleDownDelayMinutes only lengthens: 20 beside an idle delay of $idleDelay",
    async ({ idleDelay, end }) => {
      const strategy = `strategies: [{ name: s, provisioning: aws-batch, scaleDown: { idleDelay: ${idleDelay} } }]`;
      const played = await play(scenario(delay(20), [first], strategy));
      expect(played.instances()).toEqual([`m6i.xlarge on-demand: 0-${end}`]);
    },
  );

  it("§ 2.6 the idle time of minScaleDownDelayMinutes is billed", async () => {
    // 60 s with a job, 1200 s without: at 0.192 USD an hour 192,000 x 60 / 3600 = 3,200 and 64,000 micro-USD.
    const bill = await costs(
      scenario(delay(20), [first], WITH_BASELINE, "billing: { rootVolume: 0 }"),
      AWS_BATCH_MANAGED,
    );
    expect([bill.total, bill.of.idle]).toEqual([67_200, 64_000]);
  });
});
