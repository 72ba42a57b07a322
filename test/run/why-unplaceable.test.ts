// Why a job could never run, in words: against real instance types of the catalogue (usable memory: m6i.large 7755 MiB,
// m6i.xlarge 15680 MiB).

import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { loadCatalog } from "../../src/catalog/catalog.js";
import type { Shape } from "../../src/model/job.js";
import { resolveScenario, whyUnplaceable } from "../../src/run/resolve.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";

const catalog = loadCatalog();

/** A scenario of these compute environments, all in the order given behind the queue `main`. */
function resolved(...environments: readonly string[]) {
  const names = environments.map((_, index) => `ce${index}`);
  const text = [
    "trace: { file: jobs.csv }",
    "jobQueues:",
    `  - { jobQueueName: main, computeEnvironmentOrder: [${names.map((name, i) => `{ order: ${i + 1}, computeEnvironment: ${name} }`).join(", ")}] }`,
    "computeEnvironments:",
    ...environments.map((rest, i) => `  - { computeEnvironmentName: ce${i}, ${rest} }`),
  ].join("\n");
  return resolveScenario(parseScenario(text, "s.yaml", "s"), catalog, "s.yaml");
}

const resources = (types: string, maxvCpus = 64, type = "EC2") =>
  `computeResources: { type: ${type}, maxvCpus: ${maxvCpus}, instanceTypes: [${types}] }`;

const request = (vcpus: number, memoryMib: number, gpus = 0): Shape => ({
  vcpuMilli: vcpus * 1000,
  memoryMib,
  gpuMilli: gpus * 1000,
});

describe("whyUnplaceable", () => {
  const plain = resolved(resources("m6i.large, m6i.xlarge"));

  it("has nothing to say about a job that fits, to the last MiB", () => {
    expect(whyUnplaceable(plain, "main", request(4, 15_680))).toBeUndefined();
    expect(whyUnplaceable(plain, "main", request(0.001, 1))).toBeUndefined();
  });

  it.each([
    [request(5, 1024), "the job asks for 5 vCPUs, 1024 MiB; ", "the nearest, m6i.xlarge, is short of 1 vCPU"],
    [
      request(4, 15_681),
      "the job asks for 4 vCPUs, 15681 MiB; ",
      "the nearest, m6i.xlarge, is short of 1 MiB of memory",
    ],
    [request(6, 20_000), "", "the nearest, m6i.xlarge, is short of 2 vCPUs and 4320 MiB of memory"],
    [request(1, 1024, 1), "the job asks for 1 vCPU, 1024 MiB, 1 GPU", "is short of 1 GPU"],
  ])("names the nearest type and what it lacks: %j", (shape, asked, lacks) => {
    const reason = whyUnplaceable(plain, "main", shape)!;
    expect(reason.startsWith(asked)).toBe(true);
    expect(reason).toContain("no instance type of ce0 holds it");
    expect(reason).toContain(lacks);
  });

  it("knows the queues", () => {
    expect(whyUnplaceable(plain, "night", request(1, 1))).toMatch(/^there is no job queue "night" .*main/);
  });

  it("knows maxvCpus", () => {
    const small = resolved(resources("m6i.large, m6i.xlarge", 2));
    expect(whyUnplaceable(small, "main", request(2, 1024))).toBeUndefined();
    expect(whyUnplaceable(small, "main", request(3, 1024))).toMatch(/has 4 vCPUs, more than maxvCpus 2 of ce0$/);
  });

  it("asks every compute environment of the queue", () => {
    const two = resolved(resources("m6i.large"), resources("r6i.large", 64, "SPOT"));
    expect(whyUnplaceable(two, "main", request(2, 12_000))).toBeUndefined();
    const reason = whyUnplaceable(two, "main", request(2, 100_000));
    expect(reason).toMatch(
      /no instance type of ce0 holds it, .*m6i\.large.*; .*no instance type of ce1 holds it, .*r6i\.large/,
    );
  });

  it("counts what a fixed fleet has", () => {
    const fleet = "fixedFleet: [{ instanceType: m6i.large, count: 3 }]";
    const fixed = resolved(`${resources("m6i.large", 2)}, ${fleet}`);
    // Three m6i.large are 6 vCPUs, more than maxvCpus: the counts are the user's word.
    expect(whyUnplaceable(fixed, "main", request(2, 1024))).toBeUndefined();
    expect(whyUnplaceable(fixed, "main", request(4, 1024))).toContain("m6i.large, is short of 2 vCPUs");
  });
});

describe("resolveScenario", () => {
  it("refuses what the catalogue does not know, all of it at once", () => {
    let issues: readonly { path?: string; file?: string }[] = [];
    try {
      resolved(resources("m6ii, m6i.large"), `computeResources: { type: EC2, maxvCpus: 4, zones: [use1-az99] }`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues = error.issues;
    }
    expect(issues.map(({ path, file }) => `${file} ${path}`)).toEqual([
      "s.yaml computeEnvironments[0].computeResources.instanceTypes[0]",
      "s.yaml computeEnvironments[1].computeResources.zones[0]",
    ]);
  });
});
