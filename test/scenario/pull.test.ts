// Replies of AWS Batch to a scenario: what is kept, what is left out, what must be filled in, and that the result is valid.

import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { InputError } from "../../src/base/issues.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { type PullOptions, pullScenario } from "../../src/scenario/pull.js";
import { CONSUMABLES, DEFINITIONS, ENVIRONMENTS, POLICIES, QUEUES } from "./pull-replies.js";

const ALL = [QUEUES, ENVIRONMENTS, POLICIES, DEFINITIONS, CONSUMABLES];

interface Document {
  readonly region?: string;
  readonly trace?: unknown;
  readonly jobQueues: { readonly jobQueueName: string }[];
  readonly computeEnvironments: Record<string, unknown>[];
  readonly jobDefinitions: Record<string, unknown>[];
}

function pull(texts: readonly unknown[] = ALL, options: Partial<PullOptions> = {}) {
  const sources = texts.map((value, i) => ({
    file: `reply-${i}.json`,
    text: typeof value === "string" ? value : JSON.stringify(value, null, 4),
    expected: undefined,
  }));
  const { text, notes } = pullScenario(sources, { trace: undefined, allRevisions: false, ...options });
  return { text, notes, document: parseYaml(text) as Document };
}

/** The text with the placeholder taken up: the # of its lines away. */
function filledIn(text: string): string {
  return text.replace(/^( +)# (computeResources:| {2})/gm, "$1$2");
}

describe("the pulled scenario", () => {
  const { text, notes, document } = pull(ALL, { trace: "jobs.csv" });

  it("keeps the queues, with names for ARNs", () => {
    expect(document.jobQueues).toEqual([
      {
        jobQueueName: "urgent",
        priority: 20,
        schedulingPolicyArn: "teams",
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: "spot" },
          { order: 2, computeEnvironment: "own" },
        ],
        jobStateTimeLimitActions: [
          {
            reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
            state: "RUNNABLE",
            maxTimeSeconds: 3600,
            action: "CANCEL",
          },
        ],
      },
      { jobQueueName: "nightly", priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: "spot" }] },
    ]);
  });

  it("keeps of environments what a simulation reads, and the state of those that do not work", () => {
    expect(document.computeEnvironments).toEqual([
      {
        computeEnvironmentName: "spot",
        type: "MANAGED",
        computeResources: {
          type: "SPOT",
          allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED",
          minvCpus: 0,
          maxvCpus: 512,
          instanceTypes: ["m6i", "r6i"],
          bidPercentage: 100,
          scalingPolicy: { minScaleDownDelayMinutes: 20 },
        },
      },
      { computeEnvironmentName: "own", type: "UNMANAGED", unmanagedvCpus: 128 },
      expect.objectContaining({ computeEnvironmentName: "old", state: "DISABLED", status: "INVALID" }),
    ]);
  });

  it("takes the newest active revision, by number", () => {
    expect(
      document.jobDefinitions.map(({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`),
    ).toEqual(["align:10", "mpi:1", "sort:2"]);
    const all = pull(ALL, { allRevisions: true }).document.jobDefinitions;
    expect(all.map(({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`)).toEqual([
      "align:9",
      "align:10",
      "mpi:1",
      "sort:2",
    ]);
  });

  it("takes the region from the ARNs", () => {
    expect(document.region).toBe("eu-west-1");
  });

  it("leaves no ARN, account, image or environment variable behind", () => {
    expect(text).not.toMatch(/arn:|111122223333|busybox|SECRET|subnet-|genomics/);
  });

  it("says what must be filled in", () => {
    expect(notes).toContain("computeResources of own must be filled in");
    expect(text).toContain("    # computeResources:\n    #   type: SPOT # or EC2: on-demand\n    #   maxvCpus: 128\n");
  });

  it("is valid once that is filled in", () => {
    const scenario = parseScenario(filledIn(text), "scenario.yaml", "pulled");
    expect(scenario.jobQueues.map(({ name, schedulingPolicy }) => [name, schedulingPolicy])).toEqual([
      ["urgent", "teams"],
      ["nightly", undefined],
    ]);
    expect(scenario.computeEnvironments.find(({ name }) => name === "own")).toMatchObject({
      managed: false,
      maxvCpus: 128,
    });
    expect(scenario.jobDefinitions.find(({ name }) => name === "align")).toMatchObject({
      vcpuMilli: 4000,
      memoryMib: 16384,
      timeoutMs: 7_200_000,
      retry: { attempts: 3 },
    });
    expect(scenario.jobDefinitions.find(({ name }) => name === "mpi")).toMatchObject({
      nodes: 4,
      consumables: [{ name: "licence", quantity: 2 }],
    });
    expect(scenario.trace).toMatchObject({ kind: "file", file: "jobs.csv" });
  });

  it("has an example of a trace where none is given", () => {
    const without = pull();
    expect(without.document.trace).toBeUndefined();
    expect(without.text).toContain("# trace:\n#   file: jobs.csv.gz\n");
    expect(without.notes.at(-1)).toMatch(/^the trace is missing/);
  });
});

describe("reads", () => {
  const expected = pull().text;
  const pascal = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(pascal);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key.slice(0, 1).toUpperCase() + key.slice(1), pascal(item)]),
    );
  };

  it.each<[string, readonly unknown[]]>([
    ["one file with everything", [Object.assign({}, ...ALL)]],
    ["JSON Lines", [ALL.map((reply) => JSON.stringify(reply)).join("\n")]],
    ["pages, one after another", [ALL.map((reply) => JSON.stringify(reply, null, 2)).join("\n")]],
    ["a list of replies", [ALL]],
    ["PascalCase keys", [pascal(ALL)]],
    ["files in another order", [...ALL].reverse()],
    ["the same page twice", [...ALL, DEFINITIONS, QUEUES]],
    ["single entries", ALL.flatMap((reply) => Object.values(reply).flat() as unknown[])],
  ])("%s", (_, texts) => {
    expect(pull(texts).text).toBe(expected);
  });

  it("pages of one list as their sum", () => {
    const [first, ...others] = DEFINITIONS.jobDefinitions;
    const pages = [{ jobDefinitions: [first], nextToken: "abc" }, { jobDefinitions: others }];
    expect(pull([QUEUES, ENVIRONMENTS, POLICIES, pages, CONSUMABLES]).text).toBe(expected);
  });
});

describe("leaves out, and says so,", () => {
  it.each<[string, unknown, RegExp]>([
    [
      "a DISABLED queue",
      { jobQueues: [{ ...QUEUES.jobQueues[1], state: "DISABLED" }] },
      /^left out: 1 × job queue \(DISABLED/,
    ],
    [
      "a queue of SageMaker",
      { jobQueues: [{ jobQueueName: "train", serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "x" }] }] },
      /^left out: 1 × job queue \(of SageMaker/,
    ],
    [
      "quota shares",
      { schedulingPolicies: [{ name: "quota", quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } }] },
      /^left out: 1 × scheduling policy/,
    ],
    ["older revisions", DEFINITIONS, /^left out: 2 × job definition/],
  ])("%s", (_, reply, note) => {
    expect(pull([ENVIRONMENTS, reply]).notes).toContainEqual(expect.stringMatching(note));
  });

  it("and names what a queue needs that is not in the files", () => {
    const { notes } = pull([QUEUES, { computeEnvironments: [ENVIRONMENTS.computeEnvironments[0]] }]);
    expect(notes).toContain("job queue urgent names the compute environment own, which is not in the files");
    expect(notes).toContain("job queue urgent names the scheduling policy teams, which is not in the files");
  });
});

describe("refuses", () => {
  const issuesOf = (texts: readonly unknown[]) => {
    try {
      pull(texts);
    } catch (error) {
      if (error instanceof InputError) return error.issues;
      throw error;
    }
    throw new Error("the replies were accepted");
  };

  it.each<[string, readonly unknown[], object]>([
    ["what is no JSON", ['{"jobQueues": [\n  oops]}'], { code: "not-json", file: "reply-0.json", line: 2, column: 3 }],
    ["an empty file", [" \n"], { code: "empty-reply", file: "reply-0.json" }],
    [
      "a misspelt key, with the nearest",
      ['\n{"jobQueue": []}'],
      { code: "unknown-reply", line: 2, column: 1, hint: 'did you mean "jobQueues"?' },
    ],
    [
      "another reply",
      ['{"jobSummaryList": []}'],
      { code: "unknown-reply", message: expect.stringContaining("jobSummaryList") },
    ],
    [
      "what list-scheduling-policies prints",
      ['{"schedulingPolicies": [{"arn": "a"}]}'],
      { path: "schedulingPolicies[0]" },
    ],
    ["a text", ['"hello"'], { code: "unknown-reply" }],
    ["no list", ['{"jobQueues": {}}'], { code: "unknown-reply", path: "jobQueues" }],
    ["replies without environments", [QUEUES], { code: "missing-reply" }],
    [
      "replies of two regions",
      [ENVIRONMENTS, JSON.stringify(QUEUES).replaceAll("eu-west-1", "us-east-1")],
      { code: "several-regions", message: "the replies are of several regions: eu-west-1, us-east-1" },
    ],
  ])("%s", (_, texts, issue) => {
    expect(issuesOf(texts)).toMatchObject([issue]);
  });

  it("all of it at once", () => {
    expect(issuesOf(["{", '{"a": 1}', "[1]"]).map(({ file, code }) => `${file} ${code}`)).toEqual([
      "reply-0.json not-json",
      "reply-1.json unknown-reply",
      "reply-2.json unknown-reply",
    ]);
  });
});
