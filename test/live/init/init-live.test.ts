// `stowage live init` against an account on loopback: what it writes can be validated, and nothing is written that cannot.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import type { InitOptions } from "../../../src/live/init/read-account.js";
import { OutputError } from "../../../src/run/errors.js";
import { initLive } from "../../../src/run/live/init-live.js";
import { checkScenario } from "../../../src/run/load-replay.js";
import { type Answer, type FakeAccount, QUEUE, SUBNET, startAccount } from "../doctor/fake-account.js";

let folder: string;
let account: FakeAccount | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stowage-init-"));
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await account?.close();
  rmSync(folder, { recursive: true });
});

const out = () => join(folder, "live");

async function init(options: Partial<InitOptions> = {}, answers: Readonly<Record<string, Answer>> = {}) {
  account = await startAccount(answers);
  return await initLive({
    computeEnvironment: "spot",
    region: "us-east-1",
    endpoint: account.url,
    subnets: [SUBNET.subnetId],
    securityGroups: ["sg-00000000000000001"],
    instanceTypes: ["m5"],
    market: "SPOT",
    maxVcpus: 64,
    maxUsdPerHour: 5,
    maxUsdPerDay: 50,
    lease: "dynamodb:stowage-lease",
    pool: undefined,
    instanceProfile: undefined,
    instanceRole: undefined,
    out: out(),
    ...options,
  });
}

/** What it is refused for: paths and codes. */
async function refusal(options: Partial<InitOptions>, answers: Readonly<Record<string, Answer>> = {}) {
  const error: unknown = await init(options, answers).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(existsSync(out())).toBe(false);
  return (error as InputError).issues.map(({ path, code, file }) => [path, code, file]);
}

it("writes files that `validate` takes", async () => {
  const paths = await init();
  expect(readdirSync(out()).sort()).toEqual(paths.map((path) => path.slice(out().length + 1)).sort());
  const { scenario } = checkScenario(join(out(), "live.yaml"));
  expect(scenario.jobQueues.map(({ name, priority }) => [name, priority])).toEqual([[QUEUE.jobQueueName, 1]]);
  expect(scenario.live?.identity).toMatchObject({ account: "123456789012", computeEnvironment: "spot" });
});

it("takes a pool of the longest name", async () => {
  const pool = "p".repeat(128);
  await init({ pool });
  expect(checkScenario(join(out(), "live.yaml")).scenario.live?.identity.pool).toBe(pool);
});

describe("writes nothing", () => {
  it("when the scenario would not be valid", async () => {
    expect(await refusal({ maxUsdPerHour: 5, maxUsdPerDay: 2, pool: "a b*" })).toEqual([
      ["--pool", "invalid-name", undefined], // as the scenario's name
      ["--pool", "invalid-value", undefined],
      ["--max-usd-per-day", "out-of-range", undefined],
    ]);
    await account!.close();
    expect(await refusal({ instanceTypes: ["m55"] })).toEqual([
      ["--instance-types", "unknown-instance-type", undefined],
    ]);
    await account!.close();
    expect(await refusal({ securityGroups: ["default"] })).toEqual([["--security-groups", "invalid-value", undefined]]);
  });

  it("when a policy is longer than IAM takes", async () => {
    // The statement of launches takes 56 characters for each security group; 6,144 / 56 < 110.
    const groups = Array.from({ length: 110 }, (_, index) => `sg-${String(index).padStart(17, "0")}`);
    expect(await refusal({ securityGroups: groups })).toContainEqual(["policy.json", "policy-too-long", undefined]);
  });

  it("without credentials, and says so", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    const error: unknown = await init().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutputError);
    expect((error as OutputError).issues).toMatchObject([
      { code: "aws-failed", hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" },
    ]);
    expect(account!.asked).toEqual([]);
  });
});

describe("an instance profile that is there", () => {
  const written = (name: string) => readFileSync(join(out(), name), "utf8");
  const passed = () => {
    const { Statement } = JSON.parse(written("policy.json")) as { Statement: { Sid: string; Resource: string[] }[] };
    return Statement.find(({ Sid }) => Sid === "HandOnTheHostsRole")?.Resource;
  };

  it.each<[string, string | undefined, string]>([
    ["ecsInstanceRole", undefined, "arn:aws:iam::123456789012:role/ecsInstanceRole"],
    ["arn:aws:iam::123456789012:instance-profile/a/hosts", undefined, "arn:aws:iam::123456789012:role/hosts"],
    ["hosts", "batch/host-role", "arn:aws:iam::123456789012:role/batch/host-role"],
    ["hosts", "arn:aws:iam::123456789012:role/other", "arn:aws:iam::123456789012:role/other"],
  ])("%s with the role %s", async (instanceProfile, instanceRole, arn) => {
    await init({ instanceProfile, instanceRole });
    expect(passed()).toEqual([arn]);
    expect(checkScenario(join(out(), "live.yaml")).scenario.live?.launch.instanceProfile).toBe(instanceProfile);
    expect(written("events.cloudformation.yaml")).not.toContain("AWS::IAM::Role");
    expect(written("events.tf")).not.toContain("aws_iam_role");
  });
});
