// Compute environments on Fargate and Fargate Spot. § 2.4 and § 2.6 of the semantics, and the AWS Batch API reference on
// sizes (ResourceRequirement). Prices: 0.04048 USD per vCPU and hour, 0.004445 per GiB and hour.
//
// 1 vCPU with 2 GiB, the size of most cases, costs 40,480 + 2 x 4,445 = 49,370 micro-USD an hour.

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

const FARGATE = environment("type: FARGATE, maxvCpus: 2000");
const one = (id: string, rest: string) => `id: ${id}, vcpus: 1, memory: 2 GiB, ${rest}`;
/** GiB as the machines' names have them. */
const machine = (vcpus: number, mib: number) => `Fargate ${vcpus} vCPU ${mib / 1024} GiB`;

describe("Fargate's sizes", () => {
  it.each([
    { vcpus: 0.25, memory: [512, 1024, 2048] },
    { vcpus: 0.5, memory: [1024, 2048, 3072, 4096] },
    { vcpus: 1, memory: [2048, 3072, 4096, 5120, 6144, 7168, 8192] },
    {
      vcpus: 2,
      memory: [4096, 5120, 6144, 7168, 8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384],
    },
    {
      vcpus: 4,
      memory: [
        8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384, 17408, 18432, 19456, 20480, 21504, 22528, 23552,
        24576, 25600, 26624, 27648, 28672, 29696, 30720,
      ],
    },
    { vcpus: 8, memory: [16384, 20480, 24576, 28672, 32768, 36864, 40960, 45056, 49152, 53248, 57344, 61440] },
    {
      vcpus: 16,
      memory: [32768, 40960, 49152, 57344, 65536, 73728, 81920, 90112, 98304, 106496, 114688, 122880],
    },
  ])("§ 2.6 Fargate has $vcpus vCPUs with exactly these memory sizes", async ({ vcpus, memory }) => {
    // A job of a valid size gets just that; one of a MiB more does not.
    const jobs = memory.map((mib) => `id: m${mib}, vcpus: ${vcpus}, memory: ${mib} MiB, runtime: 60s`);
    const played = await play(scenario(FARGATE, jobs));
    expect(memory.flatMap((mib) => played.places(`m${mib}`).map((place) => place.replace(/^\d+ /, "")))).toEqual(
      memory.map((mib) => `${machine(vcpus, mib)} on-demand`),
    );
    const between = memory
      .slice(0, -1)
      .map((mib) => `id: m${mib}, vcpus: ${vcpus}, memory: ${mib + 1} MiB, runtime: 60s`);
    const rounded = await play(scenario(FARGATE, between));
    expect(memory.slice(0, -1).map((mib) => rounded.places(`m${mib}`)[0]!.replace(/^\d+ /, ""))).toEqual(
      memory.slice(1).map((mib) => `${machine(vcpus, mib)} on-demand`),
    );
  });

  it.each([
    { vcpus: 0.3, mib: 512, size: machine(0.5, 1024), why: "0.5 vCPU has at least 1 GiB" },
    { vcpus: 0.25, mib: 2049, size: machine(0.5, 3072), why: "0.25 vCPU has at most 2 GiB" },
    { vcpus: 0.5, mib: 4097, size: machine(1, 5120), why: "0.5 vCPU has at most 4 GiB" },
    { vcpus: 1, mib: 512, size: machine(1, 2048), why: "1 vCPU has at least 2 GiB" },
    { vcpus: 1, mib: 8193, size: machine(2, 9216), why: "1 vCPU has at most 8 GiB" },
    { vcpus: 2, mib: 16_385, size: machine(4, 17_408), why: "2 vCPUs have at most 16 GiB" },
    { vcpus: 3, mib: 1024, size: machine(4, 8192), why: "there are no 3 vCPUs, and 4 have at least 8 GiB" },
    { vcpus: 4, mib: 30_721, size: machine(8, 32_768), why: "4 vCPUs have at most 30 GiB; 8 go in steps of 4 GiB" },
    { vcpus: 5, mib: 1024, size: machine(8, 16_384), why: "8 vCPUs have at least 16 GiB" },
    { vcpus: 8, mib: 61_441, size: machine(16, 65_536), why: "8 vCPUs have at most 60 GiB; 16 go in steps of 8 GiB" },
    { vcpus: 9, mib: 1024, size: machine(16, 32_768), why: "16 vCPUs have at least 32 GiB" },
  ])("§ 2.6 model: a job of $vcpus vCPUs and $mib MiB takes the smallest valid size, $size: $why", async (row) => {
    const job = `id: a, vcpus: ${row.vcpus}, memory: ${row.mib} MiB, runtime: 60s`;
    expect(launched(await play(scenario(FARGATE, [job])))).toEqual([`1 ${row.size} on-demand`]);
  });

  it.each([
    { request: "vcpus: 17, memory: 32 GiB", lacks: "1 vCPU" },
    { request: "vcpus: 16, memory: 122881 MiB", lacks: "1 MiB of memory" },
    { request: "vcpus: 1, memory: 2 GiB, gpus: 1", lacks: "1 GPU" },
  ])("§ 2.6 Fargate has no size for { $request }: short of $lacks", async ({ request, lacks }) => {
    expect(await refusals(scenario(FARGATE, [`id: a, ${request}, runtime: 60s`]))).toEqual([
      expect.stringContaining(`short of ${lacks}`),
    ]);
  });
});

describe("Fargate's machines", () => {
  it("§ 2.6 model: a job has a machine of its own, pulls its image each time, and ends with its machine", async () => {
    // Pending 10 s, no boot that anybody sees, pull 5 s. b comes when a's machine is gone, c beside it.
    const jobs = [
      one("a", "runtime: 60s"),
      one("b", "submit: 75s, runtime: 60s"),
      one("c", "submit: 20s, runtime: 10s"),
    ];
    const played = await play(scenario(FARGATE, jobs, SLOW));
    expect(played.states("a")).toBe("SUBMITTED 0, RUNNABLE 0, STARTING 10, RUNNING 15, SUCCEEDED 75");
    expect(played.states("c")).toBe("SUBMITTED 20, RUNNABLE 20, STARTING 30, RUNNING 35, SUCCEEDED 45");
    expect(played.states("b")).toBe("SUBMITTED 75, RUNNABLE 75, STARTING 85, RUNNING 90, SUCCEEDED 150");
    const size = machine(1, 2048);
    expect(played.instances()).toEqual(["0-75", "20-45", "75-150"].map((life) => `${size} on-demand: ${life}`));
  });

  it("§ 2.4 a retried attempt gets a new machine", async () => {
    // Ends with exit code 1 at 75; the second attempt waits for a machine, 85, and pulls again.
    const job = one("a", "runtime: 60s, retryStrategy: { attempts: 2 }, attempts: [{ exitCode: 1 }, { exitCode: 0 }]");
    const played = await play(scenario(FARGATE, [job], SLOW));
    expect(played.states("a")).toBe(
      "SUBMITTED 0, RUNNABLE 0, STARTING 10, RUNNING 15, RUNNABLE 75, STARTING 85, RUNNING 90, SUCCEEDED 150",
    );
    expect(played.places("a")).toEqual([0, 1].map((number) => `${number} ${machine(1, 2048)} on-demand`));
  });

  it("§ 2.6 Fargate is the same under every way to launch", async () => {
    const text = scenario(FARGATE, [one("a", "runtime: 60s")], WITH_BASELINE);
    const expected = [`1 ${machine(1, 2048)} on-demand`];
    expect(launched(await play(text, AWS_BATCH_MANAGED))).toEqual(expected);
    for (const { more, run } of waysTo("BEST_FIT_PROGRESSIVE").slice(0, 2)) {
      expect(launched(await play(scenario(FARGATE, [one("a", "runtime: 60s")], more), run))).toEqual(expected);
    }
  });

  it.each([
    { jobs: 5, vcpus: 1, maxvCpus: 2, starts: [0, 0, 100, 100, 200] },
    // 0.25 vCPU: four are one.
    { jobs: 5, vcpus: 0.25, maxvCpus: 1, starts: [0, 0, 0, 0, 100] },
    // A job of 3 vCPUs has a machine of 4: the second has to wait, for 4 + 4 > 7.
    { jobs: 2, vcpus: 3, maxvCpus: 7, starts: [0, 100] },
    { jobs: 2, vcpus: 3, maxvCpus: 8, starts: [0, 0] },
  ])("§ 2.6 maxvCpus $maxvCpus counts Fargate vCPUs: jobs of $vcpus vCPUs start at $starts", async (row) => {
    const resources = environment(`type: FARGATE, maxvCpus: ${row.maxvCpus}`);
    const job = `id: a, repeat: ${row.jobs}, vcpus: ${row.vcpus}, memory: 512 MiB, runtime: 100s`;
    const played = await play(scenario(resources, [job]));
    expect(row.starts.map((_, index) => played.startedS(`a-${index + 1}`))).toEqual(row.starts);
  });
});

describe("Fargate's price", () => {
  const bill = (jobs: readonly string[], ...more: readonly string[]) => costs(scenario(FARGATE, jobs, ...more));
  const total = async (job: string, ...more: readonly string[]) => (await bill([job], ...more)).total;

  it.each([
    { runtime: "1h", expected: 49_370, why: "an hour" },
    // 49,370 x 90 / 3600 = 1234.25
    { runtime: "90s", expected: 1234, why: "90 s" },
    // 49,370 x 61 / 3600 = 836.5, rounded: 836.547
    { runtime: "61s", expected: 837, why: "61 s" },
    // 49,370 / 60 = 822.8
    { runtime: "60s", expected: 823, why: "a minute" },
    { runtime: "10s", expected: 823, why: "a minute at least" },
  ])(
    "§ 2.6 Fargate is billed by the second: 1 vCPU and 2 GiB for $runtime cost $expected micro-USD, $why",
    async (row) => {
      expect(await total(one("a", `runtime: ${row.runtime}`))).toBe(row.expected);
    },
  );

  it("§ 2.6 every job has its own minute", async () => {
    // 3 jobs of 10 s: 180 s, 49,370 x 180 / 3600 = 2468.5.
    const { total: sum } = await bill([one("a", "repeat: 3, runtime: 10s")]);
    expect(sum).toBe(2469);
  });

  it("§ 2.6 Fargate's image pull is billed, waiting for the machine is not", async () => {
    // Pending 10 s free; 5 s of pull and 85 s: 49,370 x 90 / 3600 = 1234.25.
    expect(await total(one("a", "runtime: 85s"), SLOW)).toBe(1234);
  });

  it("§ 2.6 the size is billed, not the request", async () => {
    // 0.3 vCPU and 512 MiB run on 0.5 vCPU and 1 GiB: 20,240 + 4,445.
    expect(await total("id: a, vcpus: 0.3, memory: 512 MiB, runtime: 1h")).toBe(24_685);
    // 3 vCPUs and 1 GiB on 4 vCPUs and 8 GiB: 161,920 + 35,560.
    expect(await total("id: a, vcpus: 3, memory: 1 GiB, runtime: 1h")).toBe(197_480);
  });

  it("§ 2.12 Fargate has no root volume and no address to pay", async () => {
    const { total: sum, of } = await bill(
      [one("a", "runtime: 1h")],
      "billing: { rootVolume: 100 GiB, publicIpv4: true }",
    );
    expect([sum, of.storage, of.publicIpv4]).toEqual([49_370, 0, 0]);
  });

  it.each([
    // 30 % of 49,370.
    { billing: "", expected: 14_811, name: "70 % less" },
    { billing: "billing: { fargate: { spotDiscount: 0.5 } }", expected: 24_685, name: "as it is set" },
    { billing: "billing: { fargate: { spotDiscount: 0 } }", expected: 49_370, name: "nothing less" },
  ])("§ 2.6 model: FARGATE_SPOT costs spotDiscount less, always: $name", async ({ billing, expected }) => {
    const text = scenario(environment("type: FARGATE_SPOT, maxvCpus: 4"), [one("a", "runtime: 1h")], billing);
    expect((await costs(text)).total).toBe(expected);
    expect(launched(await play(text))).toEqual([`1 ${machine(1, 2048)} spot`]);
  });

  it("§ 2.6 Fargate's prices can be set", async () => {
    // 0.05 + 2 x 0.005 USD.
    const billing = "billing: { fargate: { pricePerVcpuHour: 0.05, pricePerGibHour: 0.005 } }";
    expect(await total(one("a", "runtime: 1h"), billing)).toBe(60_000);
  });
});

describe("what Fargate does not take", () => {
  const jobs = [one("a", "runtime: 60s")];

  it.each([
    { key: "allocationStrategy", value: "BEST_FIT_PROGRESSIVE" },
    { key: "minvCpus", value: "1" },
    { key: "desiredvCpus", value: "1" },
    { key: "instanceTypes", value: "[m6i.large]" },
    { key: "bidPercentage", value: "50" },
    { key: "scalingPolicy", value: "{ minScaleDownDelayMinutes: 20 }" },
  ])("§ 2.6 $key is refused on FARGATE and FARGATE_SPOT", async ({ key, value }) => {
    for (const type of ["FARGATE", "FARGATE_SPOT"]) {
      const text = scenario(environment(`type: ${type}, maxvCpus: 4, ${key}: ${value}`), jobs);
      expect(await refusals(text)).toEqual([
        `${key} isn't applicable to jobs that are running on Fargate resources. Don't specify it`,
      ]);
    }
  });

  it("§ 2.6 what AWS prints where nothing was set is accepted", async () => {
    const printed = "type: FARGATE, maxvCpus: 4, minvCpus: 0, desiredvCpus: 0, instanceTypes: []";
    expect(await refusals(scenario(environment(printed), jobs))).toEqual([]);
  });

  it("§ 2.6 UNMANAGED environments have no Fargate, and there is no fixed fleet of it", async () => {
    const fargate = "type: FARGATE, maxvCpus: 4";
    expect(await refusals(scenario(environment(fargate, "type: UNMANAGED"), jobs))).toEqual([
      "UNMANAGED environments run on EC2, not on Fargate",
    ]);
    const fleet = "fixedFleet: [{ instanceType: m6i.large, count: 1 }]";
    expect(await refusals(scenario(environment(fargate, fleet), jobs))).toEqual([
      "a fixed fleet is made of instances: Fargate has none",
    ]);
  });

  it("§ 2.4 MNP is not for Fargate", async () => {
    expect(await refusals(scenario(FARGATE, [one("a", "nodes: 2, runtime: 60s")]))).toEqual([
      expect.stringMatching(/^Multi-node parallel jobs aren't supported on Spot Instances, Fargate and UNMANAGED/),
    ]);
  });

  it.each([
    { vcpus: "0.25", memory: "512", valid: true },
    { vcpus: "0.25", memory: "513", valid: false },
    { vcpus: "3", memory: "8192", valid: false },
    { vcpus: "4", memory: "7168", valid: false },
    { vcpus: "16", memory: "122880", valid: true },
  ])("§ 2.6 a job definition for FARGATE of $vcpus vCPUs and $memory MiB is valid: $valid", async (row) => {
    const requirements = `[{ type: VCPU, value: "${row.vcpus}" }, { type: MEMORY, value: "${row.memory}" }]`;
    const definition =
      "jobDefinitions: [{ jobDefinitionName: d, platformCapabilities: [FARGATE], " +
      `containerProperties: { resourceRequirements: ${requirements} } }]`;
    const messages = await refusals(scenario(FARGATE, ["id: a, jobDefinition: d, runtime: 60s"], definition));
    expect(messages.length === 0).toBe(row.valid);
  });
});
