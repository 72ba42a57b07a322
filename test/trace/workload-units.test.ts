// What few traces have: shares, priorities, nodes, consumables, definitions, scripts, arrays, dependencies, interventions.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { textAt } from "../../src/base/text-column.js";
import { DependencyKind } from "../../src/model/job.js";
import { NONE } from "../../src/model/tables.js";
import { arrayUnit } from "../../src/trace/dependency-table.js";
import { type JobRow, neutralJobRow, type SealedTrace, WorkloadBuilder } from "../../src/trace/workload-builder.js";

const PLAIN_ATTEMPT = {
  ...{ runtimeMs: Number.NaN, exitCode: 0, reason: undefined, statusReason: undefined, cannotStart: false },
};
const RETRY = { attempts: 3, evaluateOnExit: [] };

function row(overrides: Partial<JobRow> = {}): JobRow {
  return { ...neutralJobRow(), id: "a", name: "n", queue: "q", vcpuMilli: 1_000, memoryMib: 512, ...overrides };
}

function build(fill: (builder: WorkloadBuilder) => void): SealedTrace {
  const builder = new WorkloadBuilder();
  fill(builder);
  return builder.seal();
}

/** Findings of a seal as "code id@line". */
function findings(fill: (builder: WorkloadBuilder) => void): string[] {
  const builder = new WorkloadBuilder();
  fill(builder);
  const found: string[] = [];
  builder.seal((code, line, id) => found.push(`${code} ${id}@${line}`));
  return found;
}

function issueOf(fill: (builder: WorkloadBuilder) => void) {
  const builder = new WorkloadBuilder();
  fill(builder);
  try {
    builder.seal();
  } catch (error) {
    if (error instanceof InputError) return error.issues[0]!;
    throw error;
  }
  throw new Error("the seal was expected to fail");
}

describe("a plain workload", () => {
  const { workload, profiles } = build((builder) => {
    builder.addJob(row());
    builder.addJob(row({ id: "b" }));
  });

  it("has tables with their first entry only", () => {
    expect(workload.shareNames).toEqual([""]);
    expect(workload.consumableSets).toEqual([[]]);
    expect(workload.definitions).toEqual([
      { name: "", retry: { attempts: 1, evaluateOnExit: [] }, timeoutMs: Number.NaN },
    ]);
    expect(workload.interventions).toEqual([]);
    expect(profiles.scripts).toEqual([]);
  });

  it("has columns of length 0 for what no job has", () => {
    const { arrays, dependencies } = workload;
    const columns = [
      ...[workload.jobDefinition, profiles.script, dependencies.dependent, dependencies.on, dependencies.kind],
      ...[arrays.starts, arrays.children, arrays.arrayOfJob, arrays.indexInArray, arrays.sequential],
    ];
    expect(columns.map((column) => column.length)).toEqual(columns.map(() => 0));
    expect([arrays.count, dependencies.count]).toEqual([0, 0]);
  });
});

describe("classes", () => {
  it("are told apart by queue, shape, share, priority, nodes and consumables, and kept once", () => {
    const { workload } = build((builder) => {
      const licence = builder.addConsumables([{ name: "licence", quantity: 1 }]);
      const changes: Partial<JobRow>[] = [
        ...[{}, { queue: "r" }, { vcpuMilli: 2_000 }, { share: "s" }, { priority: 1 }, { nodes: 2 }],
        ...[{ consumables: licence }, { share: "s", priority: 1 }, { share: "s", nodes: 2, consumables: licence }],
      ];
      for (const change of [...changes, ...changes]) builder.addJob(row(change));
    });
    const plain = { queue: 0, shape: 0, share: 0, priority: 0, nodes: 1, consumables: 0 };
    expect(workload.classes).toEqual([
      ...[plain, { ...plain, queue: 1 }, { ...plain, shape: 1 }, { ...plain, share: 1 }, { ...plain, priority: 1 }],
      ...[
        { ...plain, nodes: 2 },
        { ...plain, consumables: 1 },
        { ...plain, share: 1, priority: 1 },
      ],
      { ...plain, share: 1, nodes: 2, consumables: 1 },
    ]);
    expect([...workload.jobClass]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(workload.shareNames).toEqual(["", "s"]);
    expect(workload.consumableSets).toEqual([[], [{ name: "licence", quantity: 1 }]]);
  });

  it("assert against what SubmitJob would refuse", () => {
    expect(() => build((builder) => builder.addJob(row({ nodes: 0 })))).toThrow("at least one node");
    expect(() => build((builder) => builder.addJob(row({ priority: 10_000 })))).toThrow("0..9999");
  });
});

it("orders jobs of one submit time by tie break, then by row", () => {
  const order = (rows: [id: string, submitMs: number, tieBreak: number][]) => {
    const { workload } = build((builder) => {
      for (const [id, submitMs, tieBreak] of rows) builder.addJob(row({ id, submitMs, tieBreak }));
    });
    return rows.map((_, job) => textAt(workload.ids, job)).join("");
  };
  expect(
    order([
      ["a", 5, 4],
      ["b", 5, 2],
      ["c", 1, 9],
      ["d", 5, 2],
    ]),
  ).toBe("cbda");
  expect(
    order([
      ["a", 5, 2],
      ["b", 5, 1],
    ]),
  ).toBe("ba");
  expect(
    order([
      ["a", 5, Number.POSITIVE_INFINITY],
      ["b", 5, 0],
    ]),
  ).toBe("ba");
});

it("keeps definitions and scripts with their jobs through sorting", () => {
  const { workload, profiles } = build((builder) => {
    const definition = builder.addDefinition({ name: "d", retry: RETRY, timeoutMs: 60_000 });
    expect(builder.addDefinition({ name: "d", retry: RETRY, timeoutMs: 60_000 })).toBe(definition);
    const script = builder.addScript([{ ...PLAIN_ATTEMPT, exitCode: 7 }]);
    builder.addJob(row({ id: "late", submitMs: 9 }));
    builder.addJob(row({ id: "early", submitMs: 3, definition, script }));
    builder.addJob(row({ id: "later", submitMs: 10 }));
  });
  expect([...workload.jobDefinition]).toEqual([1, 0, 0]);
  expect(workload.definitions[1]).toEqual({ name: "d", retry: RETRY, timeoutMs: 60_000 });
  expect([...profiles.script]).toEqual([0, NONE, NONE]);
  expect(profiles.scripts).toEqual([[{ ...PLAIN_ATTEMPT, exitCode: 7 }]]);
});

it("times interventions like jobs, from the first submission, in ascending order", () => {
  const { workload } = build((builder) => {
    const array = builder.addArray("x");
    builder.addJob(row({ submitMs: 9_000, array }));
    const first = builder.addJob(row({ submitMs: 5_000 }));
    builder.addIntervention("terminate", 20_000, first);
    builder.addIntervention("cancel", 6_000, arrayUnit(array));
  });
  // Units: the array is 0; the first job by time, 1 + 0.
  expect(workload.interventions).toEqual([
    { timeMs: 1_000, kind: "cancel", unit: 0 },
    { timeMs: 15_000, kind: "terminate", unit: 1 },
  ]);
});

describe("arrays and dependencies", () => {
  it("are kept: every child once in its array, in order of its row, and every edge", () => {
    const arbitraryJob = fc.record({
      submitMs: fc.integer({ min: 0, max: 6 }),
      array: fc.integer({ min: -1, max: 2 }),
    });
    const edges = fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.constantFrom(...Object.values(DependencyKind))), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(fc.array(arbitraryJob, { minLength: 1, maxLength: 20 }), edges, (jobs, pairs) => {
        // Units by name: arrays A0..A2, then single jobs; an edge goes from a later name to an earlier one: no circles.
        const singles = jobs.flatMap((job, index) => (job.array === NONE ? [index] : []));
        const names = ["A0", "A1", "A2", ...singles.map((index) => `j${index}`)];
        const wanted = pairs
          .map(([a, b, kind]) => [a % names.length, b % names.length, kind] as const)
          .filter(([a, b]) => a > b);
        const sizes = [0, 1, 2].map((array) => jobs.filter((job) => job.array === array).length);
        const { workload } = build((builder) => {
          for (const name of names.slice(0, 3)) builder.addArray(name);
          jobs.forEach((job, index) => {
            builder.addJob(row({ ...job, id: `j${index}` }));
          });
          for (const [a, b, kind] of wanted) {
            builder.addDependency(a < 3 ? arrayUnit(a) : singles[a - 3]!, names[b]!, kind, 1);
          }
        });
        const { arrays, dependencies } = workload;
        const idOf = (job: number) => textAt(workload.ids, job);
        const seen = new Set<number>();
        for (let array = 0; array < 3; array++) {
          const children = [...arrays.children.subarray(arrays.starts[array]!, arrays.starts[array + 1]!)];
          expect(children.map(idOf)).toEqual(jobs.flatMap((job, index) => (job.array === array ? [`j${index}`] : [])));
          children.forEach((job, index) => {
            expect([arrays.arrayOfJob[job], arrays.indexInArray[job]]).toEqual([array, index]);
            seen.add(job);
          });
        }
        expect(arrays.starts).toHaveLength(4);
        expect(seen.size).toBe(arrays.children.length);
        expect(arrays.children.length + singles.length).toBe(jobs.length);
        const unitName = (unit: number) => (unit < 3 ? `A${unit}` : idOf(unit - 3));
        const found = [...dependencies.on].map(
          (on, edge) => `${unitName(dependencies.dependent[edge]!)} ${unitName(on)} ${dependencies.kind[edge]}`,
        );
        const connects = (a: number, b: number) => a < 3 && b < 3 && sizes[a] === sizes[b];
        const kept = (a: number, b: number, kind: DependencyKind) =>
          kind === DependencyKind.NToN && !connects(a, b) ? DependencyKind.Success : kind;
        const expected = wanted.map(([a, b, kind]) => `${names[a]} ${names[b]} ${kept(a, b, kind)}`);
        expect(dependencies.count).toBe(found.length);
        expect(new Set(found)).toEqual(new Set(expected));
        // Those of single jobs are kept as often as they were given.
        const ofSingles = (texts: string[]) => texts.filter((text) => text.startsWith("j")).sort();
        expect(ofSingles(found)).toEqual(ofSingles(expected));
      }),
      { numRuns: 300 },
    );
  });

  it("lie in the workload's buffer", () => {
    const { workload, profiles } = build((builder) => {
      const array = builder.addArray("x");
      builder.makeSequential(array);
      const script = builder.addScript([{ ...PLAIN_ATTEMPT, exitCode: 1 }]);
      const definition = builder.addDefinition({ name: "d", retry: RETRY, timeoutMs: 1 });
      for (const id of ["x:0", "x:1"]) builder.addJob(row({ id, array, script, definition }));
      builder.addDependency(builder.addJob(row()), "x", DependencyKind.Success, 1);
    });
    const { arrays, dependencies } = workload;
    const columns = [
      ...[workload.jobDefinition, profiles.script, dependencies.dependent, dependencies.on, dependencies.kind],
      ...[arrays.starts, arrays.children, arrays.arrayOfJob, arrays.indexInArray, arrays.sequential],
    ];
    expect(new Set(columns.map((column) => column.buffer))).toEqual(new Set([workload.submitMs.buffer]));
    expect([...arrays.sequential]).toEqual([1]);
    // 3 jobs x (5 x 8 + 2 x 4 bytes); definitions, scripts, arrays and indexes 4 x 3; children 2, starts 2, edge 2: x 4
    // bytes; 1 byte for the array, 1 for the edge, 7 letters of ids
    expect(workload.submitMs.buffer.byteLength).toBe(3 * 48 + 4 * (12 + 6) + 1 + 1 + 7);
  });

  it.each<[string, (builder: WorkloadBuilder) => void, string[]]>([
    [
      "names no job",
      (builder) => builder.addDependency(builder.addJob(row()), "gone", DependencyKind.Success, 4),
      ["dependency-outside gone@4"],
    ],
    [
      "names a child",
      (builder) => {
        builder.addJob(row({ id: "x:0", array: builder.addArray("x") }));
        builder.addDependency(builder.addJob(row()), "x:0", DependencyKind.Success, 5);
      },
      ["dependency-on-child x:0@5"],
    ],
    [
      "names several",
      (builder) => {
        for (const _ of [1, 2]) builder.addJob(row({ id: "twice" }));
        builder.addDependency(builder.addJob(row()), "twice", DependencyKind.Success, 6);
      },
      ["dependency-ambiguous twice@6"],
    ],
    [
      "is N_TO_N between a job and a job",
      (builder) => {
        builder.addJob(row({ id: "one" }));
        builder.addDependency(builder.addJob(row()), "one", DependencyKind.NToN, 7);
      },
      ["dependency-not-n-to-n one@7"],
    ],
  ])("is told of a dependency that %s", (_, fill, expected) => {
    expect(findings(fill)).toEqual(expected);
  });

  it("takes the first of several jobs, in the order of the rows", () => {
    const { workload } = build((builder) => {
      builder.addJob(row({ id: "twice", submitMs: 2 }));
      builder.addJob(row({ id: "twice", submitMs: 1 }));
      builder.addDependency(builder.addJob(row({ submitMs: 3 })), "twice", DependencyKind.Success, 1);
    });
    expect([...workload.dependencies.dependent, ...workload.dependencies.on]).toEqual([2, 1]); // sorted, it is job 1
  });

  it("refuses circles and names the jobs in them", () => {
    const chain = (ids: string[]) => (builder: WorkloadBuilder) => {
      ids.forEach((id, index) => {
        builder.addDependency(
          builder.addJob(row({ id, submitMs: 9 - index })),
          ids[(index + 1) % ids.length]!,
          DependencyKind.Success,
          1,
        );
      });
      builder.addDependency(builder.addJob(row({ id: "behind" })), ids[0]!, DependencyKind.Success, 1);
    };
    expect(issueOf(chain(["me"]))).toMatchObject({
      code: "dependency-cycle",
      message: 'the job "me" depends on itself',
    });
    const { message } = issueOf(chain(["a", "b", "c"]));
    expect(message).toMatch(
      /^3 jobs wait for each other in a circle: each of "[abc]", "[abc]", "[abc]" depends on the next/,
    );
    expect(message).not.toContain("behind");
  });
});

it("changes its hash with every new attribute", () => {
  type Change = (builder: WorkloadBuilder, changed: JobRow) => void;
  const changes: Change[] = [
    () => {},
    (_, changed) => Object.assign(changed, { share: "s" }),
    (_, changed) => Object.assign(changed, { priority: 1 }),
    (_, changed) => Object.assign(changed, { nodes: 2 }),
    (builder, changed) => Object.assign(changed, { consumables: builder.addConsumables([{ name: "c", quantity: 1 }]) }),
    (builder, changed) => Object.assign(changed, { consumables: builder.addConsumables([{ name: "c", quantity: 2 }]) }),
    (builder, changed) => {
      changed.definition = builder.addDefinition({ name: "d", retry: RETRY, timeoutMs: Number.NaN });
    },
    (builder, changed) => {
      changed.definition = builder.addDefinition({ name: "d", retry: RETRY, timeoutMs: 1 });
    },
    (builder, changed) => {
      changed.script = builder.addScript([{ ...PLAIN_ATTEMPT, exitCode: 1 }]);
    },
    (builder, changed) => {
      changed.script = builder.addScript([{ ...PLAIN_ATTEMPT, reason: "r" }]);
    },
    (builder, changed) => {
      changed.array = builder.addArray("x");
    },
    (builder, changed) => {
      changed.array = builder.addArray("y");
    },
    (builder, changed) => {
      changed.array = builder.addArray("x");
      builder.makeSequential(changed.array);
    },
    (builder) => builder.addDependency(1, "first", DependencyKind.Success, 1),
    (builder) => builder.addDependency(0, "a", DependencyKind.Success, 1),
    (builder) => builder.addIntervention("cancel", 1, 0),
    (builder) => builder.addIntervention("terminate", 1, 0),
    (builder) => builder.addIntervention("terminate", 2, 0),
    (builder) => builder.addIntervention("terminate", 2, 1),
  ];
  const hashes = changes.map(
    (change) =>
      build((builder) => {
        builder.addJob(row({ id: "first" }));
        const changed = row();
        change(builder, changed);
        builder.addJob(changed);
      }).workload.hash,
  );
  expect(new Set(hashes).size).toBe(changes.length);
});

it("changes no old column when a job gets new attributes", () => {
  const rows = Array.from({ length: 20 }, (_, index) =>
    row({
      id: `j${index}`,
      submitMs: (index * 7) % 5,
      runtimeMs: index,
      limitMs: index % 3 === 0 ? Number.NaN : index,
    }),
  );
  const plain = build((builder) => {
    for (const each of rows) builder.addJob(each);
  });
  const rich = build((builder) => {
    const array = builder.addArray("x");
    const script = builder.addScript([{ ...PLAIN_ATTEMPT, exitCode: 1 }]);
    for (const each of rows) builder.addJob({ ...each, array, script });
  });
  for (const column of ["submitMs", "jobClass", "jobName", "limitMs"] as const) {
    expect([...rich.workload[column]]).toEqual([...plain.workload[column]]);
  }
  expect(rich.workload.ids).toEqual(plain.workload.ids);
  expect([...rich.profiles.runtimeMs]).toEqual([...plain.profiles.runtimeMs]);
});
