// Job definitions outside of a scenario: rows of a trace use the same functions.

import { describe, expect, it } from "vitest";
import { FARGATE_SIZES, isFargateSize } from "../../src/model/fargate-sizes.js";
import { applyDefinition, findJobDefinition } from "../../src/scenario/definitions.js";
import type { JobDefinitionSpec } from "../../src/scenario/scenario.js";

const spec = (name: string, revision: number): JobDefinitionSpec => ({
  name,
  revision,
  vcpuMilli: 2_000,
  memoryMib: undefined,
  gpuMilli: undefined,
  retry: { attempts: 3, evaluateOnExit: [] },
  timeoutMs: 60_000,
  schedulingPriority: 4,
  consumables: [{ name: "licence", quantity: 1 }],
  nodes: 2,
  platform: "EC2",
});

describe("findJobDefinition", () => {
  const definitions = [spec("a", 9), spec("a", 10), spec("b", 1), spec("b", 0)];
  it.each([
    ["a", "a:10"], // 10 is newer than 9, as a number
    ["a:9", "a:9"],
    ["arn:aws:batch:us-east-1:123456789012:job-definition/a:9", "a:9"],
    ["arn:aws:batch:us-east-1:123456789012:job-definition/a", "a:10"],
    ["b", "b:0"], // without a revision: the newest that is given
    ["a:11", undefined],
    ["c", undefined],
    ["", undefined],
  ])("%s is %s", (reference, expected) => {
    const found = findJobDefinition(definitions, reference);
    expect(found === undefined ? undefined : `${found.name}:${found.revision}`).toBe(expected);
  });
});

describe("applyDefinition", () => {
  it("takes from the definition what is not overridden", () => {
    expect(applyDefinition(spec("a", 1), { memoryMib: 512, timeoutMs: Number.NaN, consumables: [] })).toEqual({
      name: "a",
      vcpuMilli: 2_000,
      memoryMib: 512,
      gpuMilli: 0,
      retry: { attempts: 3, evaluateOnExit: [] },
      timeoutMs: Number.NaN,
      schedulingPriority: 4,
      consumables: [],
      nodes: 2,
    });
  });

  it("does without a definition", () => {
    expect(applyDefinition(undefined, { vcpuMilli: 1, memoryMib: 2 })).toMatchObject({
      name: "",
      retry: { attempts: 1 },
      timeoutMs: Number.NaN,
      nodes: 1,
    });
  });

  it("tells which request is missing", () => {
    expect(applyDefinition(undefined, { memoryMib: 2 })).toBe("vcpus");
    expect(applyDefinition(spec("a", 1), {})).toBe("memory");
  });
});

describe("Fargate's sizes", () => {
  it.each([
    [250, 3, 512, 2_048],
    [500, 4, 1_024, 4_096],
    [1_000, 7, 2_048, 8_192],
    [2_000, 13, 4_096, 16_384],
    [4_000, 23, 8_192, 30_720],
    [8_000, 12, 16_384, 61_440], // steps of 4 GiB
    [16_000, 12, 32_768, 122_880], // steps of 8 GiB
  ])("%d milli-vCPU: %d amounts from %d to %d MiB", (vcpuMilli, amounts, least, most) => {
    const memoryMib = FARGATE_SIZES.find((size) => size.vcpuMilli === vcpuMilli)?.memoryMib ?? [];
    expect([memoryMib.length, memoryMib[0], memoryMib.at(-1)]).toEqual([amounts, least, most]);
    expect(memoryMib.every((mib) => isFargateSize(vcpuMilli, mib))).toBe(true);
    expect(isFargateSize(vcpuMilli, most + 1_024)).toBe(false);
  });

  it("nothing in between", () => {
    expect(isFargateSize(250, 1_536)).toBe(false);
    expect(isFargateSize(8_000, 17_408)).toBe(false);
    expect(isFargateSize(3_000, 8_192)).toBe(false);
  });
});
