// The policies allow what the code calls, and nothing more; and they stay within IAM's limits.

import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
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

/** What replay takes from another command's folder, and what that calls. */
const BORROWED: Readonly<Record<string, string>> = {
  spotPrices: "DescribeSpotPriceHistory",
  zoneIdsByName: "DescribeAvailabilityZones",
};

/** Names that src/live/experiment imports from src/live/refresh. */
function borrowed(): string[] {
  const folder = "src/live/experiment";
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  const imports = texts.flatMap((text) => [...text.matchAll(/import \{([^}]+)\} from "\.\.\/refresh\//g)]);
  return imports.flatMap(([, names]) => names!.split(",").map((name) => name.trim())).sort();
}

/** "Operation" by use, as the code has it: every command that is made. */
function commandsInCode(): Map<Use, Set<string>> {
  const found = new Map<Use, Set<string>>();
  const files = readdirSync("src/live", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  for (const file of files) {
    const use = FOLDERS[file.split(sep)[0]!] ?? "live";
    const text = readFileSync(join("src/live", file), "utf8");
    for (const [, name] of text.matchAll(/new (?:[\w.]+\.)?([A-Z]\w+)Command\(/g)) {
      found.set(use, (found.get(use) ?? new Set()).add(name!));
    }
  }
  return found;
}

function actionsIn({ Statement }: PolicyDocument): string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
}

describe("the list of operations", () => {
  const inCode = commandsInCode();
  it.each(["live", "refresh", "pull", "replay"] as const)("has what the code of %s calls, and nothing more", (use) => {
    const listed = OPERATIONS[use].map((operation) => operation.split(".")[1]!);
    const others = use === "replay" ? Object.values(BORROWED) : [];
    expect([...(inCode.get(use) ?? []), ...others].sort()).toEqual(listed.toSorted());
  });

  it("knows what replay takes from refresh", () => {
    expect(borrowed()).toEqual(Object.keys(BORROWED));
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
    // Of what pull calls it has no use for policies and consumable resources.
    const pulled = actionsOf("pull").filter((action) => !/SchedulingPolicies|ConsumableResources/.test(action));
    expect(actionsIn(replayPolicy(ANSWERS))).toEqual([...new Set([...actionsOf("replay"), ...pulled])].sort());
  });

  it("names the job definition that the code registers", () => {
    expect(JSON.stringify(replayPolicy(ANSWERS))).toContain(":job-definition/stowage-sleep*");
    expect(readFileSync("src/live/experiment/submit.ts", "utf8")).toContain('const DEFINITION = "stowage-sleep";');
  });
});

function isRead(action: string): boolean {
  return /:(Describe|List|Get)/.test(action);
}
