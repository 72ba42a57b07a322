// The policies allow what the code calls, and nothing more; and they stay within IAM's limits.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { JOB_DEFINITION } from "../../../src/live/experiment/submit.js";
import type { InitAnswers } from "../../../src/live/init/answers.js";
import { actionsOf, OPERATIONS, type Use } from "../../../src/live/init/operations.js";
import {
  controllerPolicy,
  MOST_POLICY_CHARACTERS,
  type PolicyDocument,
  replayPolicy,
} from "../../../src/live/init/policy.js";
import { ANSWERS, OTHER_ANSWERS } from "./answers.js";

const CLIENTS: Readonly<Record<string, Promise<object>>> = {
  Batch: import("@aws-sdk/client-batch"),
  DynamoDB: import("@aws-sdk/client-dynamodb"),
  EC2: import("@aws-sdk/client-ec2"),
  ECS: import("@aws-sdk/client-ecs"),
  Pricing: import("@aws-sdk/client-pricing"),
  S3: import("@aws-sdk/client-s3"),
  SQS: import("@aws-sdk/client-sqs"),
  SSM: import("@aws-sdk/client-ssm"),
  STS: import("@aws-sdk/client-sts"),
  ServiceQuotas: import("@aws-sdk/client-service-quotas"),
};

/** Folders of src/live that are commands of their own; everything else is live mode. */
const FOLDERS: Readonly<Record<string, Use>> = { refresh: "refresh", pull: "pull", experiment: "replay" };

const COMMAND = /new (?:[\w.]+\.)?([A-Z]\w+)Command\(/g;

/**
 * "Operation" by use, as the code has it: every command that is made in its folder. Replay takes functions from other folders, and
 * needs what those call.
 */
function commandsInCode(): Map<Use, Set<string>> {
  const found = new Map<Use, Set<string>>();
  const files = readdirSync("src/live", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  for (const file of files) {
    const use = FOLDERS[file.split(sep)[0]!] ?? "live";
    const text = readFileSync(join("src/live", file), "utf8");
    for (const [, name] of text.matchAll(COMMAND)) found.set(use, (found.get(use) ?? new Set()).add(name!));
  }
  const replay = [...replayFiles("src/live/experiment", ""), ...replayFiles("src/run/live", "experiment")];
  return found.set("replay", commandsReachedFrom(replay));
}

/** A file's declarations by name, each as text up to the next one; "": what stands before the first, its imports. */
function declarationsOf(text: string): Map<string, string> {
  const starts = /^(?:export )?(?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
  const found = [...text.matchAll(starts)].map(({ index, 1: name }) => ({ index, name: name! }));
  const ends = [...found.map(({ index }) => index), text.length];
  return new Map([
    ["", text.slice(0, ends[0])],
    ...found.map(({ index, name }, n): [string, string] => [name, text.slice(index, ends[n + 1])]),
  ]);
}

/** Files by the names that a file imports from beside it. */
function importsOf(file: string, imports: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, names, from] of imports.matchAll(/^import \{([^}]+)\} from "(\.[^"]+)\.js";/gm)) {
    const target = join(dirname(file), `${from}.ts`);
    for (const name of names!.split(",")) found.set(name.trim().replace(/^type /, ""), target);
  }
  return found;
}

/** "Operation" of every command that is made by what these files declare and by what of src/live that refers to, in any folder. */
function commandsReachedFrom(roots: readonly string[]): Set<string> {
  const commands = new Set<string>();
  const files = new Map<string, { all: Map<string, string>; imports: Map<string, string> }>();
  const parse = (file: string) => {
    const all = declarationsOf(readFileSync(file, "utf8"));
    const parsed = files.get(file) ?? { all, imports: importsOf(file, all.get("")!) };
    files.set(file, parsed);
    return parsed;
  };
  const open = roots.flatMap((file) => [...parse(file).all.keys()].filter(Boolean).map((name) => ({ file, name })));
  const seen = new Set<string>();
  for (const { file, name } of open) {
    if (seen.has(`${file} ${name}`)) continue;
    seen.add(`${file} ${name}`);
    const { all, imports } = parse(file);
    const body = all.get(name);
    expect(body, `${file} declares ${name}`).toBeDefined();
    for (const [, command] of body!.matchAll(COMMAND)) commands.add(command!);
    for (const [word] of body!.matchAll(/\b[A-Za-z_]\w*/g)) {
      const target = imports.get(word);
      if (target?.startsWith(join("src", "live"))) open.push({ file: target, name: word });
      else if (all.has(word)) open.push({ file, name: word });
    }
  }
  return commands;
}

/** The files of `stowage replay --on aws` in a folder. */
function replayFiles(folder: string, begin: string): string[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(begin));
  return files.map((file) => join(folder, file));
}

function actionsIn({ Statement }: PolicyDocument): string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
}

describe("the list of operations", () => {
  const inCode = commandsInCode();
  it.each(["live", "refresh", "pull", "replay"] as const)("has what the code of %s calls, and nothing more", (use) => {
    const listed = OPERATIONS[use].map((operation) => operation.split(".")[1]!);
    expect([...(inCode.get(use) ?? [])].sort()).toEqual(listed.toSorted());
  });

  it("finds what replay calls in other folders", () => {
    // The prices of the instances, and the jobs: by functions of src/live/refresh and src/live/pull.
    expect(inCode.get("replay")).toContain("DescribeSpotPriceHistory");
    expect(inCode.get("replay")).toContain("DescribeJobs");
    expect(inCode.get("replay")).not.toContain("ListConsumableResources");
  });

  it("names the service that has the operation", async () => {
    for (const operation of Object.values(OPERATIONS).flat()) {
      const [service, name] = operation.split(".") as [string, string];
      expect(await CLIENTS[service], operation).toHaveProperty(`${name}Command`);
    }
  });
});

describe("the controller's policy", () => {
  it("allows live mode, refresh and pull over all kinds of lease, and nothing more", () => {
    const leases: InitAnswers["lease"][] = [ANSWERS.lease, OTHER_ANSWERS.lease, { kind: "file", path: "lease.json" }];
    const allowed = leases.flatMap((lease) => actionsIn(controllerPolicy({ ...ANSWERS, lease })));
    const needed = [...actionsOf("live"), ...actionsOf("refresh"), ...actionsOf("pull")];
    expect([...new Set(allowed)].sort()).toEqual([...new Set(needed)].sort());
  });

  it("says nothing of stores that the lease is not in", () => {
    const services = (lease: InitAnswers["lease"]) =>
      actionsIn(controllerPolicy({ ...ANSWERS, lease })).filter((action) => /^(s3|dynamodb):/.test(action));
    expect(services({ kind: "file", path: "x" })).toEqual([]);
    expect(services(ANSWERS.lease).every((action) => action.startsWith("dynamodb:"))).toBe(true);
    expect(services(OTHER_ANSWERS.lease).every((action) => action.startsWith("s3:"))).toBe(true);
  });

  it("changes things only with our tag, in our cluster, or as part of what is made with our tag", () => {
    const policy = controllerPolicy(ANSWERS);
    const scopes = policy.Statement.filter(({ Action }) => Action.some((action) => !isRead(action))).map(
      (statement) => [statement.Sid, JSON.stringify(statement.Condition ?? statement.Resource)],
    );
    expect(Object.fromEntries(scopes)).toEqual({
      Cluster: '["arn:aws:ecs:eu-central-1:123456789012:cluster/AWSBatch-genomics-1b2c"]',
      ContainerInstances:
        '{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:eu-central-1:123456789012:cluster/AWSBatch-genomics-1b2c"}}',
      LaunchInto: JSON.stringify([
        "arn:aws:ec2:eu-central-1::image/*",
        "arn:aws:ec2:eu-central-1::snapshot/*",
        "arn:aws:ec2:eu-central-1:*:key-pair/*",
        "arn:aws:ec2:eu-central-1:*:subnet/subnet-0000000000000001a",
        "arn:aws:ec2:eu-central-1:*:subnet/subnet-0000000000000002a",
        "arn:aws:ec2:eu-central-1:*:security-group/sg-00000000000000001",
      ]),
      LaunchFromOwnTemplate: '{"StringEquals":{"aws:ResourceTag/stowage:pool":"genomics"}}',
      LaunchTagged: '{"StringEquals":{"aws:RequestTag/stowage:pool":"genomics"}}',
      TemplateTagged: '{"StringEquals":{"aws:RequestTag/stowage:pool":"genomics"}}',
      TagAtCreationOnly:
        '{"StringEquals":{"aws:RequestTag/stowage:pool":"genomics",' +
        '"ec2:CreateAction":["CreateFleet","RunInstances","CreateLaunchTemplate"]}}',
      HandOnTheHostsRole: '{"StringEquals":{"iam:PassedToService":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]}}',
      EndOwn: '{"StringEquals":{"aws:ResourceTag/stowage:pool":"genomics"}}',
      Events: '["arn:aws:sqs:eu-central-1:123456789012:stowage-genomics-events"]',
      Lease: '["arn:aws:dynamodb:eu-central-1:123456789012:table/stowage-lease"]',
    });
  });

  it.each([
    ["usual", ANSWERS],
    ["other", OTHER_ANSWERS],
    ["twenty subnets", { ...ANSWERS, subnets: Array.from({ length: 20 }, () => ANSWERS.subnets[0]!) }],
  ])("fits into a managed policy: %s", (_, answers) => {
    expect(JSON.stringify(controllerPolicy(answers)).length).toBeLessThan(MOST_POLICY_CHARACTERS);
  });

  it("speaks of the partition of the region", () => {
    const resources = controllerPolicy(OTHER_ANSWERS).Statement.flatMap(({ Resource }) => Resource);
    expect(resources.filter((arn) => arn.startsWith("arn:aws:"))).toEqual([]);
  });
});

describe("the policy of replay --on aws", () => {
  it("allows what it calls, and nothing more", () => {
    expect(actionsIn(replayPolicy(ANSWERS))).toEqual(actionsOf("replay"));
  });

  it("names the job definition that the code registers", () => {
    expect(JSON.stringify(replayPolicy(ANSWERS))).toContain(":job-definition/stowage-sleep*");
    expect(JOB_DEFINITION).toBe("stowage-sleep");
  });
});

function isRead(action: string): boolean {
  return /:(Describe|List|Get)/.test(action);
}
