// The generated files: the scenario is read by the scenario's own reader, the templates are checked by structure, and
// CloudFormation by cfn-lint too.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { liveInit } from "../../../src/live/init/init.js";
import { liveBlock } from "../../../src/live/init/live-yaml.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { motoMissing, motoProgram } from "../../support/moto.js";
import { ANSWERS, OTHER_ANSWERS } from "./answers.js";

const BOTH = [
  ["usual", ANSWERS],
  ["other", OTHER_ANSWERS],
] as const;

function fileOf(answers: typeof ANSWERS, name: string): string {
  return liveInit(answers).find((file) => file.name === name)!.content;
}

describe("live.yaml", () => {
  it("is a scenario with the answers in it", () => {
    const { live, ...scenario } = parseScenario(fileOf(ANSWERS, "live.yaml"), "live.yaml", "live");
    expect(scenario).toMatchObject({
      name: "genomics",
      region: "eu-central-1",
      jobQueues: [
        { name: "urgent", priority: 10, computeEnvironments: ["genomics"], schedulingPolicy: undefined },
        { name: "nightly", priority: 1, computeEnvironments: ["genomics"], schedulingPolicy: "teams" },
      ],
      schedulingPolicies: [
        {
          name: "teams",
          shareDecaySeconds: 3600,
          computeReservation: 10,
          shares: [{ shareIdentifier: "labA*", weightFactor: 0.5 }],
        },
      ],
      computeEnvironments: [
        {
          name: "genomics",
          managed: false,
          type: "SPOT",
          maxvCpus: 512,
          instanceTypes: ["m7i", "c7i", "r7i"],
          zones: ["euc1-az1", "euc1-az2"],
        },
      ],
    });
    expect(live).toMatchObject({
      identity: { account: "123456789012", region: "eu-central-1", computeEnvironment: "genomics", pool: "genomics" },
      launch: {
        subnets: ANSWERS.subnets,
        securityGroupIds: ANSWERS.securityGroupIds,
        instanceProfile: "stowage-genomics-host-eu-central-1",
        deadManMs: 3_600_000,
      },
      caps: { maxMicroUsdPerHour: 12_500_000, maxMicroUsdPerDay: 100_000_000, maxInstances: 100, maxVcpus: 512 },
      lease: { kind: "dynamodb", table: "stowage-lease", durationMs: 30_000 },
      eventQueueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/stowage-genomics-events",
      killSwitch: { file: "stop", ssmParameter: null },
    });
  });

  it("takes the other answers as well", () => {
    const { live, trace } = parseScenario(fileOf(OTHER_ANSWERS, "live.yaml"), "live.yaml", "live");
    expect(trace).toMatchObject({ kind: "file", file: "jobs.csv" });
    expect(live).toMatchObject({
      identity: { region: "us-gov-west-1", pool: OTHER_ANSWERS.pool },
      launch: { instanceProfile: "ecsInstanceRole" },
      lease: { kind: "s3", bucket: "our-state", key: "stowage/lease.json" },
    });
    const file = { ...ANSWERS, lease: { kind: "file", path: "/var/lib/stowage/lease.json" } as const };
    expect(parseScenario(fileOf(file, "live.yaml"), "live.yaml", "live").live?.lease).toEqual({
      kind: "file",
      path: "/var/lib/stowage/lease.json",
      durationMs: 30_000,
    });
  });

  it("has the block alone for a scenario that is there", () => {
    expect(fileOf(ANSWERS, "live.yaml").endsWith(liveBlock(ANSWERS))).toBe(true);
  });
});

describe("README.md", () => {
  it("names every file", () => {
    const page = fileOf(ANSWERS, "README.md");
    const others = liveInit(ANSWERS)
      .map(({ name }) => name)
      .filter((name) => name !== "README.md");
    expect(others.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** What Ref and Fn::GetAtt name, anywhere below. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) => {
    if (key === "Ref") return [String(inside)];
    if (key === "Fn::GetAtt") return [String((inside as unknown[])[0])];
    return referencesIn(inside);
  });
}

describe.each(BOTH)("events.cloudformation.yaml: %s", (_, answers) => {
  const template = parse(fileOf(answers, "events.cloudformation.yaml")) as Template;

  it("refers only to what it has", () => {
    const references = [...new Set(referencesIn(template))];
    expect(references.length).toBeGreaterThan(8);
    expect(references.filter((name) => !Object.hasOwn(template.Resources, name))).toEqual([]);
  });

  it("has the resources of the answers", () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type === "AWS::Events::Rule")).toHaveLength(7);
    expect(types.includes("AWS::DynamoDB::Table")).toBe(answers.lease.kind === "dynamodb");
    expect(types.includes("AWS::IAM::InstanceProfile")).toBe(answers.instanceProfile === null);
    expect(template.Resources.EventQueue!.Properties.MessageRetentionPeriod).toBe(300);
  });

  it("holds the policy of policy.json", () => {
    const policy: unknown = JSON.parse(fileOf(answers, "policy.json"));
    expect(template.Resources.ControllerPolicy!.Properties.PolicyDocument).toEqual(policy);
  });

  const missing = motoMissing() ?? (existsSync(motoProgram("cfn-lint")) ? null : "cfn-lint is not installed");
  it.skipIf(missing !== null)("passes cfn-lint", { timeout: 120_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-init-"));
    try {
      const file = join(folder, "template.yaml");
      writeFileSync(file, fileOf(answers, "events.cloudformation.yaml"));
      const lint = () =>
        execFileSync(motoProgram("cfn-lint"), ["-r", answers.region, "--", file], { encoding: "utf8" });
      expect(lint()).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** HCL without its texts and comments. */
function bareHcl(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/#.*/g, "");
}

describe.each(BOTH)("events.tf: %s", (_, answers) => {
  const text = fileOf(answers, "events.tf");
  const defined = [...text.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `${type}.${name}`);

  it("closes what it opens", () => {
    const open: string[] = [];
    const pairs: Readonly<Record<string, string>> = { "}": "{", "]": "[", ")": "(" };
    for (const mark of bareHcl(text).match(/[{}[\]()]/g) ?? []) {
      if (pairs[mark] === undefined) open.push(mark);
      else expect(open.pop()).toBe(pairs[mark]);
    }
    expect(open).toEqual([]);
  });

  it("refers only to what it has, and has nothing twice", () => {
    const references = [...bareHcl(text).matchAll(/\b(aws_\w+\.\w+)\.\w+/g)].map(([, name]) => name!);
    expect(references.length).toBeGreaterThan(15);
    expect(references.filter((name) => !defined.includes(name))).toEqual([]);
    expect(new Set(defined).size).toBe(defined.length);
  });

  it("has the same rules as the other template", () => {
    const template = parse(fileOf(answers, "events.cloudformation.yaml")) as Template;
    const rules = Object.values(template.Resources).filter(({ Type }) => Type === "AWS::Events::Rule");
    const patterns = [...text.matchAll(/event_pattern = (".*")/g)].map(
      ([, json]) => JSON.parse(JSON.parse(json!) as string) as unknown,
    );
    expect(patterns).toEqual(rules.map(({ Properties }) => Properties.EventPattern));
  });
});
