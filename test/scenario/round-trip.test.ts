// Any valid scenario survives being written as YAML in any style: the reader depends on the content alone.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document, stringify } from "yaml";
import { canonicalScenarioText } from "../../src/scenario/canonical.js";
import { parse, SMALLEST } from "./support.js";

const name = fc.stringMatching(/^[a-z][a-z0-9 -]{0,8}[a-z0-9]$/);
const count = fc.integer({ min: 0, max: 1_000 });
const amount = fc.integer({ min: 1, max: 1_000 });
const durationOf = (milliseconds: fc.Arbitrary<number>) => milliseconds.map((ms) => (ms === 0 ? 0 : `${ms}ms`));
const duration = durationOf(count);

/** `[user's words, what they mean]`. */
const distribution = fc.oneof(
  count.map((ms) => [ms === 0 ? 0 : `${ms} ms`, { kind: "constant", valueMs: ms }] as const),
  count.map((s) => [{ mean: `${s}s` }, { kind: "exponential", meanMs: s * 1_000 }] as const),
  fc.tuple(count, count).map(([min, more]) => {
    return [
      { min: `${min}m`, max: `${min + more}min` },
      { kind: "uniform", minMs: min * 60_000, maxMs: (min + more) * 60_000 },
    ] as const;
  }),
  fc.tuple(amount, count).map(([median, more]) => {
    const p95Ms = (median + more) * 3_600_000;
    return [
      { median: `${median}h`, p95: `${median + more}h` },
      { kind: "lognormal", medianMs: median * 3_600_000, p95Ms },
    ] as const;
  }),
);

/** Of one architecture, as a queue demands. */
const m5 = name.map((size) => `m5.${size}`);

const environment = fc.record(
  {
    computeEnvironmentName: name,
    type: fc.constantFrom("MANAGED", "UNMANAGED"),
    state: fc.constant("ENABLED"),
    tags: fc.dictionary(name, name),
    computeResources: fc
      .record({
        type: fc.constantFrom("EC2", "SPOT"),
        minvCpus: count,
        more: count,
        instanceTypes: fc.array(m5, { minLength: 1 }),
      })
      .map(({ more, ...resources }) => ({ ...resources, maxvCpus: resources.minvCpus + more })),
    fixedFleet: fc.array(fc.record({ instanceType: m5, count: amount }), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ["computeEnvironmentName", "computeResources"] },
);

/** A whole document of the newer parts: definitions, policies, consumables and jobs that refer to them. */
const batchDocument = fc
  .record({
    attempts: fc.integer({ min: 1, max: 10 }),
    timeout: fc.option(fc.integer({ min: 60, max: 9_999 }), { nil: undefined }),
    priority: fc.integer({ min: 0, max: 9_999 }),
    decay: fc.integer({ min: 0, max: 604_800 }),
    weight: fc.integer({ min: 1, max: 9_999_999 }).map((tenThousandths) => tenThousandths / 10_000),
    licences: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: 2, max: 5 }),
    jobs: fc.array(
      fc.record({
        seconds: count,
        submit: count,
        vcpus: amount,
        before: fc.integer({ min: 0, max: 3 }),
        array: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map((drawn) => ({
    drawn,
    document: {
      trace: {
        jobs: drawn.jobs.map(({ seconds, submit, vcpus, before, array }, index) => ({
          id: `job-${index}`,
          jobDefinition: "d",
          submit: `${submit}s`,
          vcpus,
          memory: "1 GiB",
          shareIdentifier: `u${index % 2}`,
          dependsOn: index >= before && before > 0 ? [{ jobId: `job-${index - before}` }] : [],
          ...(array ? { arrayProperties: { size: drawn.size } } : {}),
          runtime: `${seconds}s`,
        })),
      },
      jobDefinitions: [
        {
          jobDefinitionName: "d",
          retryStrategy: { attempts: drawn.attempts },
          schedulingPriority: drawn.priority,
          consumableResourceProperties: {
            consumableResourceList: [{ consumableResource: "l", quantity: drawn.licences }],
          },
          ...(drawn.timeout === undefined ? {} : { timeout: { attemptDurationSeconds: drawn.timeout } }),
        },
      ],
      consumableResources: [{ consumableResourceName: "l", totalQuantity: drawn.licences }],
      schedulingPolicies: [
        {
          name: "p",
          fairsharePolicy: {
            shareDecaySeconds: drawn.decay,
            shareDistribution: [{ shareIdentifier: "u*", weightFactor: drawn.weight }],
          },
        },
      ],
      computeEnvironments: [{ computeEnvironmentName: "e", fixedFleet: { processors: 1_000 } }],
      jobQueues: [
        {
          jobQueueName: "q",
          schedulingPolicyArn: "p",
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: "e" }],
        },
      ],
      world: "ideal",
    },
  }));

const valid = fc
  .record({
    title: fc.string({ maxLength: 30 }),
    environments: fc.uniqueArray(environment, {
      minLength: 1,
      maxLength: 3,
      selector: (one) => one.computeEnvironmentName,
    }),
    queueNames: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    priorities: fc.array(count, { minLength: 3, maxLength: 3 }),
    shapes: fc.uniqueArray(fc.record({ name, vcpus: amount, gib: amount, weight: amount, runtime: distribution }), {
      minLength: 1,
      maxLength: 4,
      selector: (shape) => shape.name,
    }),
    jobs: amount,
    seed: count,
    idleDelay: duration,
    boot: distribution,
  })
  .map((drawn) => ({
    drawn,
    document: {
      description: drawn.title,
      seed: drawn.seed,
      trace: {
        synthetic: {
          jobs: drawn.jobs,
          duration: "7d",
          shapes: drawn.shapes.map(({ gib, runtime, ...shape }, index) => ({
            ...shape,
            queue: drawn.queueNames[index % drawn.queueNames.length],
            memory: `${gib} GiB`,
            runtime: runtime[0],
          })),
        },
      },
      computeEnvironments: drawn.environments,
      jobQueues: drawn.queueNames.map((jobQueueName, index) => ({
        jobQueueName,
        priority: drawn.priorities[index],
        computeEnvironmentOrder: drawn.environments.map(({ computeEnvironmentName }, order) => {
          return { order, computeEnvironment: computeEnvironmentName };
        }),
      })),
      strategies: [{ name: "only one", scaleDown: { idleDelay: drawn.idleDelay } }],
      world: { boot: drawn.boot[0] },
    },
  }));

describe("any valid scenario", () => {
  it("means the same as block YAML, flow YAML and JSON, with keys in any order", () => {
    fc.assert(
      fc.property(valid, ({ document }) => {
        const flow = new Document(document);
        (flow.contents as { flow?: boolean }).flow = true;
        const block = parse(stringify(document));
        expect(parse(flow.toString())).toEqual(block);
        expect(parse(JSON.stringify(document, undefined, 4))).toEqual(block);
        const turned = Object.fromEntries(Object.entries(document).reverse());
        expect(canonicalScenarioText(parse(stringify(turned)))).toBe(canonicalScenarioText(block));
      }),
      { numRuns: 100 },
    );
  });

  it("means the same in any style with job definitions, policies and jobs of its own, and keeps their values", () => {
    fc.assert(
      fc.property(batchDocument, ({ drawn, document }) => {
        const block = parse(stringify(document));
        expect(parse(JSON.stringify(document))).toEqual(block);
        const turned = Object.fromEntries(Object.entries(document).reverse());
        expect(canonicalScenarioText(parse(stringify(turned)))).toBe(canonicalScenarioText(block));
        expect(block.schedulingPolicies[0]).toMatchObject({
          shareDecaySeconds: drawn.decay,
          shares: [{ weightFactor: drawn.weight }],
        });
        expect(block.trace).toMatchObject({
          jobs: drawn.jobs.map((job) => ({
            submitMs: job.submit * 1_000,
            arraySize: job.array ? drawn.size : 0,
            attempts: [{ runtimeMs: job.seconds * 1_000 }],
            definition: {
              vcpuMilli: job.vcpus * 1_000,
              retry: { attempts: drawn.attempts },
              timeoutMs: drawn.timeout === undefined ? Number.NaN : drawn.timeout * 1_000,
              schedulingPriority: drawn.priority,
              consumables: [{ name: "l", quantity: drawn.licences }],
            },
          })),
        });
      }),
      { numRuns: 100 },
    );
  });

  it("keeps every value that was written", () => {
    fc.assert(
      fc.property(valid, ({ drawn, document }) => {
        const scenario = parse(stringify(document));
        expect(scenario.description).toBe(drawn.title);
        expect(scenario.seed).toBe(drawn.seed);
        expect(scenario.world.boot).toEqual(drawn.boot[1]);
        expect(scenario.trace).toMatchObject({
          jobs: drawn.jobs,
          shapes: drawn.shapes.map((shape) => ({
            name: shape.name,
            vcpus: shape.vcpus,
            memoryMib: shape.gib * 1_024,
            weight: shape.weight,
            runtime: shape.runtime[1],
          })),
        });
        expect(scenario.computeEnvironments).toMatchObject(
          drawn.environments.map(({ computeEnvironmentName, computeResources, fixedFleet: instances }) => {
            const fixedFleet = instances === undefined ? undefined : { kind: "instances", instances };
            return { name: computeEnvironmentName, ...computeResources, fixedFleet };
          }),
        );
        expect(scenario.jobQueues.map((queue) => queue.name)).toEqual(drawn.queueNames);
      }),
      { numRuns: 100 },
    );
  });
});

describe("canonicalScenarioText", () => {
  it("does not depend on how the file was written, only on what it says", () => {
    const rewritten = SMALLEST.replace("1h", "60m")
      .replace("1 GiB", "1024MiB")
      .replace("trace:", "# a comment\ntrace:");
    expect(canonicalScenarioText(parse(rewritten))).toBe(canonicalScenarioText(parse(SMALLEST)));
    expect(canonicalScenarioText(parse(`${SMALLEST}seed: 2\n`))).not.toBe(canonicalScenarioText(parse(SMALLEST)));
  });

  it("is JSON with sorted keys and without spaces", () => {
    const text = canonicalScenarioText(parse(SMALLEST));
    expect(text.startsWith('{"baselines":["aws-batch-managed",')).toBe(true);
    expect(text).toContain('"runtime":{"kind":"constant","valueMs":60000},"vcpus":1,"weight":1}');
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(parse(SMALLEST))));
  });
});
