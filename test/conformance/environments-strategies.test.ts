// Compute environments: which instance types AWS's allocation strategies launch. § 2.6 of the semantics; how demand maps to
// sizes and how much capacity a Spot pool has is not published, so sizes and SPOT_* are models.
//
// The arithmetic rests on these rows of the embedded catalogue (us-east-1); the first case checks them:
//
//                 vCPUs  on-demand/h  per vCPU  cheapest Spot/h  per vCPU  interrupted  band
//   t3.2xlarge        8      332,800    41,600          135,700  16,962.5       10-15%     2
//   c5a.large         2       77,000    38,500           36,600  18,300          5-10%     1
//   c5.xlarge         4      170,000    42,500           80,100  20,025            <5%     0
//   c5.large          2       85,000    42,500           37,000  18,500            <5%     0
//   r6i.large         2      126,000    63,000
//   m6i.large         2       96,000    48,000           40,200  20,100         10-15%     2
//   c6i.large         2       85,000    42,500           39,300  19,650          5-10%     1
//   c6i.8xlarge      32    1,360,000    42,500
//
// All sizes of c6i cost 42,500 per vCPU, all of m6i 48,000. Jobs are all there at 0.

import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { cheapestSpotQuote } from "../../src/catalog/region.js";
import { environment, launched, offeredTypes, scenario, WITH_BASELINE, waysTo } from "./environments.js";
import { play, refusals } from "./play.js";

/** A number of equal jobs of 60 s. */
const jobs = (count: number, vcpus: number, memory: string, id = "a") => [
  `id: ${id}, repeat: ${count}, vcpus: ${vcpus}, memory: ${memory}, runtime: 60s`,
];
const ONE = jobs(1, 1, "1 GiB");

describe("the catalogue's figures", () => {
  const region = loadCatalog().region("us-east-1");

  it.each([
    { type: "t3.2xlarge", vcpus: 8, onDemand: 332_800, spot: 135_700, interrupted: "10-15%" },
    { type: "c5a.large", vcpus: 2, onDemand: 77_000, spot: 36_600, interrupted: "5-10%" },
    { type: "c5.xlarge", vcpus: 4, onDemand: 170_000, spot: 80_100, interrupted: "<5%" },
    { type: "c5.large", vcpus: 2, onDemand: 85_000, spot: 37_000, interrupted: "<5%" },
    { type: "r6i.large", vcpus: 2, onDemand: 126_000, spot: 55_100, interrupted: ">20%" },
    { type: "m6i.large", vcpus: 2, onDemand: 96_000, spot: 40_200, interrupted: "10-15%" },
    { type: "c6i.large", vcpus: 2, onDemand: 85_000, spot: 39_300, interrupted: "5-10%" },
    { type: "c6i.8xlarge", vcpus: 32, onDemand: 1_360_000, spot: 654_700, interrupted: "5-10%" },
  ])("$type", ({ type, vcpus, onDemand, spot, interrupted }) => {
    const offer = region.findOffer(type)!;
    expect(offer.instanceType.vcpus).toBe(vcpus);
    expect(offer.onDemand.microUsdPerHour).toBe(onDemand);
    expect(cheapestSpotQuote(offer)!.microUsdPerHour).toBe(spot);
    expect(offer.interruptionBucket).toBe(interrupted);
  });

  it.each([
    { family: "c6i", perVcpu: 42_500 },
    { family: "m6i", perVcpu: 48_000 },
  ])("every size of $family costs $perVcpu per vCPU", ({ family, perVcpu }) => {
    const offers = region.offers.filter(({ instanceType }) => instanceType.family === family);
    expect(new Set(offers.map((offer) => offer.onDemand.microUsdPerHour / offer.instanceType.vcpus))).toEqual(
      new Set([perVcpu]),
    );
  });
});

describe("§ 2.6 a job of 1 vCPU and 1 GiB", () => {
  it.each(
    [
      // The lowest price of one instance: 96,000 < 126,000 < 1,360,000.
      { strategy: "BEST_FIT", expected: "m6i.large" },
      // The lowest price per vCPU: 42,500 < 48,000 < 63,000, though it is an instance of 32 vCPUs.
      { strategy: "BEST_FIT_PROGRESSIVE", expected: "c6i.8xlarge" },
      // The user's first, whatever it costs.
      { strategy: "BEST_FIT_PROGRESSIVE_ORDERED", expected: "r6i.large" },
    ].flatMap((row) => waysTo(row.strategy).map((way) => ({ ...row, ...way }))),
  )("§ 2.6 $strategy on EC2 launches $expected: $way", async ({ key, more, run, expected }) => {
    const resources = `type: EC2, instanceTypes: [r6i.large, m6i.large, c6i.8xlarge], maxvCpus: 64${key}`;
    const played = await play(scenario(environment(resources), ONE, more), run);
    expect(launched(played)).toEqual([`1 ${expected} on-demand`]);
  });

  it.each(
    [
      // The lowest price of one instance: c5a.large 36,600.
      { strategy: "BEST_FIT", expected: "c5a.large" },
      // The lowest price per vCPU: t3.2xlarge 16,962.5. Model: up to 10 % more, 18,658.75, counts as equal on Spot: c5a.large
      // 18,300 and c5.large 18,500. One vCPU fills none of them, so the smallest size, and there the lower price.
      { strategy: "BEST_FIT_PROGRESSIVE", expected: "c5a.large" },
      // Model: the least interrupted, band 0: c5.xlarge and c5.large; of these the lower price per vCPU, 18,500 < 20,025.
      { strategy: "SPOT_CAPACITY_OPTIMIZED", expected: "c5.large" },
      // Model: band 0 comes first, so neither t3 nor c5a; then the user's order: c5.xlarge stands before c5.large.
      { strategy: "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", expected: "c5.xlarge" },
      // Model: 10 % dearer per band: t3 20,355, c5a.large 20,130, c5.xlarge 20,025, c5.large 18,500. Up to 20,350 counts as equal; of
      // the smallest size c5.large costs less.
      { strategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", expected: "c5.large" },
    ].flatMap((row) => waysTo(row.strategy).map((way) => ({ ...row, ...way }))),
  )("§ 2.6 model: $strategy on SPOT launches $expected: $way", async ({ key, more, run, expected }) => {
    const types = "[t3.2xlarge, c5a.large, c5.xlarge, c5.large]";
    const resources = `type: SPOT, instanceTypes: ${types}, maxvCpus: 64${key}`;
    const played = await play(scenario(environment(resources), ONE, more), run);
    expect(launched(played)).toEqual([`1 ${expected} spot`]);
  });

  it("§ 2.6 an environment without allocationStrategy follows BEST_FIT", async () => {
    const resources = "type: EC2, instanceTypes: [r6i.large, m6i.large, c6i.8xlarge], maxvCpus: 64";
    for (const more of [WITH_BASELINE, "strategies: [{ name: own, provisioning: aws-batch }]"]) {
      const run = more === WITH_BASELINE ? "aws-batch-managed" : "own";
      expect(launched(await play(scenario(environment(resources), ONE, more), run))).toEqual(["1 m6i.large on-demand"]);
    }
  });
});

/** What a strategy launches in an environment of these types. */
async function bought(strategy: string, types: string, rows: readonly string[], more = ""): Promise<string[]> {
  const resources = `type: EC2, instanceTypes: [${types}], maxvCpus: 1000, allocationStrategy: ${strategy}${more}`;
  return launched(
    await play(scenario(environment(resources), rows, "strategies: [{ name: own, provisioning: aws-batch }]")),
  ).map((text) => text.replace(" on-demand", ""));
}

describe("BEST_FIT", () => {
  it.each([
    {
      rule: "the lowest-cost type that fits the job",
      types: "c6i, m6i",
      rows: jobs(1, 1, "1 GiB"),
      expected: ["1 c6i.large"],
    },
    {
      // 4 GiB are more than c6i.large has (3791 MiB); m6i.large 96,000 < c6i.xlarge 170,000.
      rule: "by memory as well as by vCPUs",
      types: "c6i, m6i",
      rows: jobs(1, 1, "4 GiB"),
      expected: ["1 m6i.large"],
    },
    {
      // Two jobs on each.
      rule: "the same type for many jobs, as often as they need it",
      types: "c6i, m6i",
      rows: jobs(100, 1, "1 GiB"),
      expected: ["50 c6i.large"],
    },
    {
      // Both fit c6i.xlarge; the job of 4 vCPUs fills it, and c6i.large is enough for the other.
      rule: "one that fits all the jobs in the queue, then one for what is left",
      types: "c6i",
      rows: [...jobs(1, 1, "1 GiB"), ...jobs(1, 4, "4 GiB", "b")],
      expected: ["1 c6i.xlarge", "1 c6i.large"],
    },
    {
      // What users of m4, c4 and r4 (the former "optimal") saw: c4.8xlarge (36 vCPUs, 60 GiB) is too small, r4.8xlarge costs
      // 2.128, m4.10xlarge (40 vCPUs) 2.000.
      rule: "for 32 vCPUs and 64 GiB an m4.10xlarge",
      types: "c4, m4, r4",
      rows: jobs(1, 32, "64 GiB"),
      expected: ["1 m4.10xlarge"],
    },
  ])("§ 2.6 BEST_FIT launches $rule", async ({ types, rows, expected }) => {
    expect(await bought("BEST_FIT", types, rows)).toEqual(expected);
  });

  it("§ 2.6 BEST_FIT waits for the type it has chosen, though another would be there", async () => {
    // Jobs of 4 vCPUs and 12 GiB: c6i.2xlarge (8 vCPUs, 15,679 MiB, 340,000) is cheaper than g4dn.xlarge (4 vCPUs, 526,000),
    // and holds one. maxvCpus 12: 4 vCPUs are left after the first, enough for a g4dn.xlarge; BEST_FIT waits until 60.
    const resources =
      "type: EC2, instanceTypes: [c6i.2xlarge, g4dn.xlarge], maxvCpus: 12, allocationStrategy: BEST_FIT";
    const text = scenario(environment(resources), jobs(2, 4, "12 GiB"), WITH_BASELINE);
    const played = await play(text, "aws-batch-managed");
    expect(launched(played)).toEqual(["1 c6i.2xlarge on-demand"]);
    expect([played.startedS("a-1"), played.startedS("a-2")]).toEqual([0, 60]);
  });
});

describe("BEST_FIT_PROGRESSIVE", () => {
  it.each([
    {
      // No size is filled by one vCPU: the smallest.
      rule: "of sizes that cost the same per vCPU the smallest for one small job",
      types: "c6i, m6i",
      rows: jobs(1, 1, "1 GiB"),
      expected: ["1 c6i.large"],
    },
    {
      // 8 vCPUs wanted: the largest of c6i that they fill.
      rule: "the largest size that the jobs fill",
      types: "c6i, m6i",
      rows: jobs(8, 1, "1 GiB"),
      expected: ["1 c6i.2xlarge"],
    },
    {
      // 100 vCPUs: 96 of them on a c6i.24xlarge; the 4 that are left fill a c6i.xlarge.
      rule: "large instances with many jobs",
      types: "c6i, m6i",
      rows: jobs(100, 1, "1 GiB"),
      expected: ["1 c6i.24xlarge", "1 c6i.xlarge"],
    },
    {
      // 6 GiB: large enough are c6i.xlarge (7754 MiB) and m6i.large (7755 MiB). Memory lets either run one vCPU's job, so what
      // counts is 170,000 against 96,000, not 42,500 against 48,000 per vCPU.
      rule: "the lower cost per vCPU that jobs can use",
      types: "c6i.xlarge, m6i.large",
      rows: jobs(1, 1, "6 GiB"),
      expected: ["1 m6i.large"],
    },
    {
      // Two jobs of 2 vCPUs: c6i.xlarge holds both at 42,500 per vCPU, m6i.large one at 48,000, for less as an instance.
      rule: "the lower cost per vCPU, not per instance",
      types: "c6i.xlarge, m6i.large",
      rows: jobs(2, 2, "3 GiB"),
      expected: ["1 c6i.xlarge"],
    },
    {
      // 12 GiB: c6i.2xlarge and larger are large enough (15,679 MiB); c6i.large and xlarge are not.
      rule: "only types large enough for the jobs",
      types: "c6i",
      rows: jobs(1, 1, "12 GiB"),
      expected: ["1 c6i.2xlarge"],
    },
  ])("§ 2.6 model: BEST_FIT_PROGRESSIVE launches $rule", async ({ types, rows, expected }) => {
    expect(await bought("BEST_FIT_PROGRESSIVE", types, rows)).toEqual(expected);
  });
});

describe("BEST_FIT_PROGRESSIVE_ORDERED", () => {
  it.each([
    {
      // m6i costs more per vCPU, but it is the user's first; within the family as BEST_FIT_PROGRESSIVE: 8 vCPUs fill 2xlarge.
      rule: "the first family, expanded as by BEST_FIT_PROGRESSIVE",
      types: "m6i, c6i",
      rows: jobs(8, 1, "1 GiB"),
      expected: ["1 m6i.2xlarge"],
    },
    { rule: "the other order", types: "c6i, m6i", rows: jobs(8, 1, "1 GiB"), expected: ["1 c6i.2xlarge"] },
    {
      rule: "sizes in the user's order, whatever they cost",
      types: "m6i.large, c6i.large",
      rows: jobs(8, 1, "1 GiB"),
      expected: ["4 m6i.large"],
    },
    {
      // m6i.large has 2 vCPUs. Of c6i the four fill c6i.xlarge.
      rule: "the next where the first is not large enough",
      types: "m6i.large, c6i",
      rows: jobs(1, 4, "1 GiB"),
      expected: ["1 c6i.xlarge"],
    },
  ])("§ 2.6 BEST_FIT_PROGRESSIVE_ORDERED launches $rule", async ({ types, rows, expected }) => {
    expect(await bought("BEST_FIT_PROGRESSIVE_ORDERED", types, rows)).toEqual(expected);
  });
});

describe("§ 2.6 strategies for the wrong market", () => {
  const refused = (type: string, strategy: string) =>
    refusals(scenario(environment(`type: ${type}, maxvCpus: 8, allocationStrategy: ${strategy}`), ONE));

  it.each(["SPOT_CAPACITY_OPTIMIZED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", "SPOT_PRICE_CAPACITY_OPTIMIZED"])(
    "§ 2.6 %s is refused on EC2",
    async (strategy) => {
      expect(await refused("EC2", strategy)).toEqual([
        `${strategy} is only available for Spot Instance compute resources`,
      ]);
      expect(await refused("SPOT", strategy)).toEqual([]);
    },
  );

  it("§ 2.6 BEST_FIT_PROGRESSIVE_ORDERED is refused on SPOT", async () => {
    expect(await refused("SPOT", "BEST_FIT_PROGRESSIVE_ORDERED")).toEqual([
      "BEST_FIT_PROGRESSIVE_ORDERED is only available for On-Demand compute resources",
    ]);
    expect(await refused("EC2", "BEST_FIT_PROGRESSIVE_ORDERED")).toEqual([]);
  });

  it.each(["BEST_FIT", "BEST_FIT_PROGRESSIVE"])("§ 2.6 %s is for both", async (strategy) => {
    expect(await refused("EC2", strategy)).toEqual([]);
    expect(await refused("SPOT", strategy)).toEqual([]);
  });
});

describe("§ 2.6 bidPercentage", () => {
  // Cheapest Spot price over on-demand: c5.large 37,000/85,000 = 43.5 %, c6i.xlarge 76,100/170,000 = 44.8 %,
  // c5.xlarge 80,100/170,000 = 47.1 %, m6i.xlarge 83,200/192,000 = 43.3 %.
  const types = "instanceTypes: [c5.large, c6i.xlarge, c5.xlarge, m6i.xlarge]";
  const text = (bid: string) => scenario(environment(`type: SPOT, maxvCpus: 64, ${types}${bid}`), jobs(1, 4, "4 GiB"));
  const all = ["c5.large", "c5.xlarge", "c6i.xlarge", "m6i.xlarge"];

  it.each([
    { bid: "", offered: all },
    { bid: ", bidPercentage: 100", offered: all },
    // AWS prints 0 where none was set.
    { bid: ", bidPercentage: 0", offered: all },
    { bid: ", bidPercentage: 48", offered: all },
    { bid: ", bidPercentage: 45", offered: ["c5.large", "c6i.xlarge", "m6i.xlarge"] },
    { bid: ", bidPercentage: 44", offered: ["c5.large", "m6i.xlarge"] },
  ])("§ 2.6 bidPercentage leaves out pools that are dearer than this share of on-demand: '$bid'", async (row) => {
    expect(offeredTypes(await play(text(row.bid))).sort()).toEqual(row.offered);
  });

  it("§ 2.6 under a bidPercentage of 44 the job goes to an instance that costs more, but less of its on-demand price", async () => {
    const run = async (bid: string) => launched(await play(`${text(bid)}\n${WITH_BASELINE}`, "aws-batch-managed"));
    expect(await run("")).toEqual(["1 c6i.xlarge spot"]); // 76,100
    expect(await run(", bidPercentage: 44")).toEqual(["1 m6i.xlarge spot"]); // 83,200
  });

  it("§ 2.6 a bidPercentage below every price is refused: nothing could ever be launched", async () => {
    expect(await refusals(text(", bidPercentage: 43"))).toEqual([
      "every Spot price of ce is above 43 % of the on-demand price",
    ]);
  });
});
