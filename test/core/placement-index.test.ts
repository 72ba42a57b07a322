// The placement indexes against their definitions, spelled out naively over a list, on random sequences of operations.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MILLI } from "../../src/base/units.js";
import { BestFitIndex } from "../../src/core/placement/best-fit.js";
import { FirstFitIndex } from "../../src/core/placement/first-fit.js";
import type { PlacementIndex } from "../../src/core/placement/placement-index.js";
import { Instances } from "../../src/core/state/instances.js";
import type { Shape } from "../../src/model/job.js";
import { NONE } from "../../src/model/tables.js";
import { shape } from "../builders.js";

const MAX_VCPUS = 96;

interface Member {
  readonly instance: number;
  /** Order of entry into the list it is in: for best fit, when it last changed its free vCPUs, memory class or GPU class. */
  since: number;
}

/** What an index answers, by looking at every member. */
type Definition = (members: readonly Member[], instances: Instances, wanted: Shape) => number;

const fits = (instances: Instances, wanted: Shape) => (member: Member) =>
  instances.freeVcpuMilli(member.instance) >= wanted.vcpuMilli &&
  instances.freeMemoryMib(member.instance) >= wanted.memoryMib &&
  instances.freeGpuMilli(member.instance) >= wanted.gpuMilli;

/** The oldest member with room. */
const firstFit: Definition = (members, instances, wanted) => members.find(fits(instances, wanted))?.instance ?? NONE;

/** What best fit compares, most important first; equal means the same cell of its grid. */
function rank(instances: Instances, instance: number): [number, number, number] {
  const freeMemoryMib = instances.freeMemoryMib(instance);
  let powerOfTwo = 0;
  while (2 ** (powerOfTwo + 1) <= freeMemoryMib) powerOfTwo++;
  return [
    instances.freeGpuMilli(instance) > 0 ? 1 : 0,
    Math.floor(instances.freeVcpuMilli(instance) / MILLI),
    powerOfTwo,
  ];
}

/** No free GPU first, then the fewest free whole vCPUs, then the least memory by power of two, then the last that changed. */
const bestFit: Definition = (members, instances, wanted) => {
  const candidates = members.filter(fits(instances, wanted)).toSorted((a, b) => {
    const [left, right] = [rank(instances, a.instance), rank(instances, b.instance)];
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2] || b.since - a.since;
  });
  return candidates[0]?.instance ?? NONE;
};

const shapes = fc.record({
  vcpuMilli: fc.constantFrom(250, 500, 1000, 1500, 2000, 4000, 33_000, 64_000, 96_000),
  memoryMib: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(1, 2, 1023, 1024, 2048, 400_000)),
  gpuMilli: fc.constantFrom(0, 0, 0, 500, 1000),
});

type Operation =
  | { readonly kind: "insert"; readonly vcpus: number; readonly memoryMib: number; readonly gpus: number }
  | { readonly kind: "place"; readonly wanted: Shape }
  | { readonly kind: "free" | "remove"; readonly which: number };

const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("insert" as const),
        vcpus: fc.constantFrom(1, 2, 4, 8, 32, 48, MAX_VCPUS),
        memoryMib: fc.constantFrom(1024, 3000, 4096, 16_384, 786_432),
        gpus: fc.constantFrom(0, 0, 1, 4),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("place" as const), wanted: shapes }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("free" as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), which: fc.nat() }) },
  ),
  { maxLength: 400, size: "max" },
);

class Fleet {
  readonly instances = new Instances();
  readonly members: Member[] = [];
  private readonly index: PlacementIndex;
  private readonly placed: { instance: number; wanted: Shape }[] = [];
  private clock = 0;

  constructor(make: (instances: Instances) => PlacementIndex) {
    this.index = make(this.instances);
  }

  apply(operation: Operation, definition: Definition): void {
    if (operation.kind === "insert") this.insert(operation);
    else if (operation.kind === "place") this.place(operation.wanted, definition);
    else if (operation.kind === "free") this.free(operation.which);
    else this.remove(operation.which);
  }

  private insert({ vcpus, memoryMib, gpus }: Operation & { kind: "insert" }): void {
    const instance = this.instances.add(0, 0, 0);
    this.instances.change(instance, vcpus * MILLI, memoryMib, gpus * MILLI, 0);
    this.members.push({ instance, since: this.clock++ });
    this.index.insert(instance);
  }

  private place(wanted: Shape, definition: Definition): void {
    const instance = this.index.find(wanted);
    expect(instance).toBe(definition(this.members, this.instances, wanted));
    if (instance === NONE) return;
    // As long as it holds, the same instance is the answer for the next job of the shape, too.
    for (let more = 0; more < 3 && this.index.holds(instance, wanted); more++) {
      expect(definition(this.members, this.instances, wanted)).toBe(instance);
      this.change(instance, wanted, -1);
      this.placed.push({ instance, wanted });
    }
  }

  private free(which: number): void {
    if (this.placed.length === 0) return;
    const [job] = this.placed.splice(which % this.placed.length, 1);
    this.change(job!.instance, job!.wanted, 1);
  }

  private remove(which: number): void {
    if (this.members.length === 0) return;
    const [gone] = this.members.splice(which % this.members.length, 1);
    this.index.remove(gone!.instance);
    const left = this.placed.filter((job) => job.instance !== gone!.instance);
    this.placed.splice(0, this.placed.length, ...left);
  }

  private change(instance: number, wanted: Shape, sign: number): void {
    const before = rank(this.instances, instance).join();
    const { vcpuMilli, memoryMib, gpuMilli } = wanted;
    this.instances.change(instance, sign * vcpuMilli, sign * memoryMib, sign * gpuMilli, -sign);
    if (rank(this.instances, instance).join() !== before)
      this.members.find((member) => member.instance === instance)!.since = this.clock++;
    this.index.update(instance);
  }
}

describe.each([
  { name: "first fit", make: (instances: Instances) => new FirstFitIndex(instances), definition: firstFit },
  { name: "best fit", make: (instances: Instances) => new BestFitIndex(instances, MAX_VCPUS), definition: bestFit },
])("$name", ({ make, definition }) => {
  it("answers as its definition does, whatever happened before", () => {
    fc.assert(
      fc.property(operations, (steps) => {
        const fleet = new Fleet(make);
        for (const step of steps) fleet.apply(step, definition);
      }),
      { numRuns: 200 },
    );
  });

  it("finds its way in a fleet of hundreds that come and go", () => {
    // More members than the first block of either index holds (64), and gaps between them.
    const fleet = new Fleet(make);
    for (let i = 0; i < 500; i++) {
      fleet.apply({ kind: "insert", vcpus: 1 + (i % 4), memoryMib: 4096, gpus: 0 }, definition);
      if (i % 3 === 0) fleet.apply({ kind: "remove", which: i * 7 }, definition);
      fleet.apply({ kind: "place", wanted: shape(1, 1) }, definition);
    }
  });

  it("asserts that members join once and leave once", () => {
    const instances = new Instances();
    const index = make(instances);
    const instance = instances.add(0, 0, 0);
    expect(() => index.remove(instance)).toThrow("not indexed");
    index.insert(instance);
    expect(() => index.insert(instance)).toThrow("indexed already");
  });
});
