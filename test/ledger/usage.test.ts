// How full an instance was, as integrals: one instance of 4 vCPUs, 16 GiB and 2 GPUs, hour by hour (here: second by second).

import { describe, expect, it } from "vitest";
import { UsageColumns } from "../../src/ledger/usage.js";
import { instanceType, job, pool, s, shape, simulationInput } from "../builders.js";

/** Classes: 0 half the vCPUs and a quarter of the memory; 1 a quarter of the vCPUs, half the memory, a GPU. */
const ROWS = [job(0, 1, shape(2, 4)), job(0, 1, shape(1, 8, 1))];

function usage(gpus = 2): UsageColumns {
  return new UsageColumns(
    simulationInput({ types: [instanceType("g", 4, 16, gpus)], pools: [pool(0, 1)], jobs: ROWS }).tables,
  );
}
const figures = (it: UsageColumns, instance: number) => ({
  vcpu: it.vcpuMs(instance),
  memory: it.memoryMs(instance),
  gpu: it.gpuMs(instance),
  occupied: it.occupiedMs(instance),
  idle: it.idleMs(instance),
  unfilled: it.unfilledMs(instance),
  tail: it.tailMs(instance),
});

describe("usage", () => {
  it("integrates shares, idleness and what is left over", () => {
    const it = usage();
    it.open(0, 0, s(10));
    it.place(0, 0, s(12)); // idle 2 s
    it.place(0, 1, s(16)); // 4 s of class 0: vCPU 1/2, memory 1/4; left over 1/2
    it.end(0, 0, s(20)); // 4 s of both: vCPU 3/4, memory 3/4, GPU 1/2; left over 1/4
    it.end(0, 1, s(28)); // 8 s of class 1: vCPU 1/4, memory 1/2, GPU 1/2; left over 1/2
    it.close(0, s(30)); // idle 2 s
    expect(figures(it, 0)).toEqual({
      vcpu: s(2 + 3 + 2),
      memory: s(1 + 3 + 4),
      gpu: s(0 + 2 + 4),
      occupied: s(2 + 3 + 4),
      idle: s(2 + 2),
      unfilled: s(2), // up to the last placement, at 16
      tail: s(1 + 4),
    });
  });

  it("takes the tail back when somebody comes after all", () => {
    const it = usage();
    it.open(0, 0, 0);
    it.place(0, 0, 0);
    it.end(0, 0, s(4)); // left over 2 s: tail so far
    it.place(0, 0, s(6)); // idle 2 s; the 2 s were unfilled room
    it.end(0, 0, s(8)); // left over 1 s
    it.close(0, s(8));
    expect(figures(it, 0)).toMatchObject({ unfilled: s(2), tail: s(1), idle: s(2), occupied: s(2 + 1) });
  });

  it("ends with the instance, though the ends of its jobs are reported later", () => {
    const it = usage();
    it.open(0, 0, 0);
    it.place(0, 0, 0);
    it.place(0, 1, s(2)); // 2 s of class 0: vCPU 1/2
    it.close(0, s(6)); // 4 s of both: vCPU 3/4
    it.end(0, 0, s(6));
    it.end(0, 1, s(9));
    expect(figures(it, 0)).toMatchObject({ vcpu: s(1 + 3), occupied: s(1 + 3), idle: 0, unfilled: s(1), tail: s(1) });
  });

  it("counts no GPU share where there is no GPU", () => {
    const it = usage(0);
    it.open(0, 0, 0);
    it.place(0, 0, 0);
    it.close(0, s(4));
    expect(figures(it, 0)).toMatchObject({ gpu: 0, vcpu: s(2), occupied: s(2) });
  });

  it("keeps instances apart, as many as come", () => {
    const it = usage();
    for (let instance = 0; instance < 300; instance++) it.open(instance, 0, instance);
    for (let instance = 0; instance < 300; instance++) it.close(instance, 1000);
    for (let instance = 0; instance < 300; instance++) expect(it.idleMs(instance)).toBe(1000 - instance);
  });
});
