// Whether this is the account that the settings name; and the prices in its zones.

import { afterEach, describe, expect, it } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { checkIdentity } from "../../../src/live/observe/identity.js";
import { makePriceReader } from "../../../src/live/observe/prices.js";
import { type Answer, ec2Error, ec2Reply, jsonError, type Loopback, serve } from "../aws/loopback.js";
import { deadlineOf, manualClock } from "../aws/manual-clock.js";
import { CLUSTER, fakeAccount } from "./fake-account.js";
import { settingsOf } from "./settings.js";

const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(answers: Readonly<Record<string, () => Answer>>, region = "us-east-1") {
  const server = await serve(({ name }) => answers[name]?.() ?? jsonError("Unexpected"));
  servers.push(server);
  const clock = manualClock();
  const clients = makeAwsClients({ region, endpoint: server.url, clock, zeroDelay: true, maxAttempts: 1 });
  return { server, clients, deadline: deadlineOf(clock, 10_000) };
}

function caller(account: string): Answer {
  const arn = `arn:aws:iam::${account}:user/stowage`;
  const result = `<GetCallerIdentityResult><Arn>${arn}</Arn><Account>${account}</Account></GetCallerIdentityResult>`;
  return { body: `<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>` };
}

const ENVIRONMENT = fakeAccount().environment;
const environments = (...found: object[]): Answer => ({ body: { computeEnvironments: found } });
const { identity } = settingsOf({});

describe("identity", () => {
  it("is right when account, region, environment and cluster are those of the settings", async () => {
    const { clients, deadline } = await start({
      "STS.GetCallerIdentity": () => caller("123456789012"),
      "Batch.DescribeComputeEnvironments": () => environments(ENVIRONMENT),
    });
    expect(await checkIdentity(clients, identity, deadline)).toEqual({
      ok: true,
      problems: [],
      clusterArn: CLUSTER,
      account: "123456789012",
      arn: "arn:aws:iam::123456789012:user/stowage",
    });
  });

  const elsewhere = "arn:aws:batch:us-east-1:999999999999:compute-environment/ours";
  it.each<[string, readonly string[], { account?: string; region?: string; environment?: object | null }]>([
    ["another account", ["wrong-account"], { account: "999999999999" }],
    ["another region", ["wrong-region"], { region: "eu-west-1" }],
    ["no such environment", ["environment-missing"], { environment: null }],
    ["a managed environment", ["environment-managed"], { environment: { type: "MANAGED" } }],
    ["an environment on EKS", ["environment-not-ecs"], { environment: { containerOrchestrationType: "EKS" } }],
    [
      "an environment of somebody else",
      ["environment-elsewhere"],
      { environment: { computeEnvironmentArn: elsewhere } },
    ],
    ["an environment without a cluster", ["cluster-elsewhere"], { environment: { ecsClusterArn: undefined } }],
  ])("is not: %s", async (_, codes, { account = "123456789012", region = "us-east-1", environment = {} }) => {
    const found = environment === null ? [] : [{ ...ENVIRONMENT, ...environment }];
    const answers = {
      "STS.GetCallerIdentity": () => caller(account),
      "Batch.DescribeComputeEnvironments": () => environments(...found),
    };
    const { clients, deadline } = await start(answers, region);
    const { ok, problems } = await checkIdentity(clients, identity, deadline);
    expect(ok).toBe(false);
    expect(problems.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ["on Spot", { type: "SPOT" }, []],
    ["on demand", { type: "EC2" }, []],
    ["on Fargate", { type: "FARGATE" }, ["environment-fargate"]],
    ["on Fargate Spot", { type: "FARGATE_SPOT" }, ["environment-fargate"]],
  ])("may be of a managed environment for whoever only watches: %s", async (_, computeResources, codes) => {
    const managed = { ...ENVIRONMENT, type: "MANAGED", computeResources };
    const { clients, deadline } = await start({
      "STS.GetCallerIdentity": () => caller("123456789012"),
      "Batch.DescribeComputeEnvironments": () => environments(managed),
    });
    const { problems, clusterArn } = await checkIdentity(clients, identity, deadline, { mayBeManaged: true });
    expect(problems.map(({ code }) => code)).toEqual(codes);
    expect(clusterArn).toBe(CLUSTER);
  });

  it("is never of a managed environment on EKS", async () => {
    const managed = { ...ENVIRONMENT, type: "MANAGED", containerOrchestrationType: "EKS" };
    const { clients, deadline } = await start({
      "STS.GetCallerIdentity": () => caller("123456789012"),
      "Batch.DescribeComputeEnvironments": () => environments(managed),
    });
    const { problems } = await checkIdentity(clients, identity, deadline, { mayBeManaged: true });
    expect(problems.map(({ code }) => code)).toEqual(["environment-not-ecs"]);
  });

  it("is not right when AWS does not say", async () => {
    const { clients, deadline } = await start({
      "STS.GetCallerIdentity": () => ({
        status: 403,
        body: "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>",
      }),
      "Batch.DescribeComputeEnvironments": () => jsonError("AccessDeniedException", 403),
    });
    const { ok, problems, clusterArn } = await checkIdentity(clients, identity, deadline);
    expect({ ok, clusterArn }).toEqual({ ok: false, clusterArn: "" });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^sts:GetCallerIdentity: InvalidClientTokenId/),
      expect.stringMatching(/^batch:DescribeComputeEnvironments: AccessDeniedException/),
    ]);
    expect(problems.map(({ code }) => code)).toEqual(["not-allowed", "not-allowed"]);
  });
});

describe("spot prices", () => {
  const row = (zone: string, price: string, product: string, time: string) =>
    `<item><instanceType>m6i.large</instanceType><availabilityZone>${zone}</availabilityZone>` +
    `<spotPrice>${price}</spotPrice><productDescription>${product}</productDescription><timestamp>${time}</timestamp></item>`;
  const subnets = [
    { subnetId: "subnet-a", zoneId: "use1-az1" },
    { subnetId: "subnet-b", zoneId: "use1-az4" },
  ];
  const zones = () =>
    ec2Reply(
      "DescribeSubnets",
      `<subnetSet>${[
        ["subnet-a", "us-east-1a", "use1-az1"],
        ["subnet-b", "us-east-1b", "use1-az4"],
      ]
        .map(
          ([id, name, zoneId]) =>
            `<item><subnetId>${id}</subnetId><availabilityZone>${name}</availabilityZone>` +
            `<availabilityZoneId>${zoneId}</availabilityZoneId></item>`,
        )
        .join("")}</subnetSet>`,
    );

  it("are the newest of each type in each of our zones", async () => {
    const rows = [
      row("us-east-1a", "0.0301", "Linux/UNIX", "2026-01-04T12:00:00.000Z"),
      row("us-east-1a", "0.0305", "Linux/UNIX (Amazon VPC)", "2026-01-04T18:00:00.000Z"),
      row("us-east-1b", "0.028", "Linux/UNIX", "2026-01-04T18:00:00.000Z"),
      row("us-east-1f", "0.001", "Linux/UNIX", "2026-01-04T18:00:00.000Z"), // none of ours
    ];
    const { server, clients, deadline } = await start({
      "EC2.DescribeSubnets": zones,
      "EC2.DescribeSpotPriceHistory": () =>
        ec2Reply("DescribeSpotPriceHistory", `<spotPriceHistorySet>${rows.join("")}</spotPriceHistorySet>`),
    });
    const { launch } = settingsOf({ subnets });
    const read = await makePriceReader(clients, launch, ["m6i.large"]);
    expect(await read(deadline)).toEqual({
      ok: true,
      prices: [
        { instanceType: "m6i.large", zoneId: "use1-az1", microUsdPerHour: 30_500 },
        { instanceType: "m6i.large", zoneId: "use1-az4", microUsdPerHour: 28_000 },
      ],
    });
    expect(server.calls.at(-1)!.input).toMatchObject({
      "InstanceType.1": "m6i.large",
      "ProductDescription.1": "Linux/UNIX",
      "ProductDescription.2": "Linux/UNIX (Amazon VPC)",
    });
    await read(deadline);
    expect(server.count("EC2.DescribeSubnets")).toBe(1);
  });

  it("are not known when EC2 refuses, or does not answer in time", async () => {
    let answer: Answer = ec2Error("RequestLimitExceeded", 503);
    const { clients, deadline } = await start({
      "EC2.DescribeSubnets": zones,
      "EC2.DescribeSpotPriceHistory": () => answer,
    });
    const read = await makePriceReader(clients, settingsOf({ subnets }).launch, ["m6i.large"]);
    expect(await read(deadline)).toMatchObject({ ok: false, code: "RequestLimitExceeded" });
    answer = "hang";
    const soon = { leftMs: () => 1_000, signal: AbortSignal.timeout(50) };
    expect(await read(soon)).toMatchObject({ ok: false, code: "deadline" });
  });

  it("are not asked for any further when the time is over", async () => {
    const over = new AbortController();
    let pages = 0;
    const { server, clients } = await start({
      "EC2.DescribeSubnets": zones,
      "EC2.DescribeSpotPriceHistory": () => {
        pages++;
        if (pages === 3) over.abort();
        const set = `<spotPriceHistorySet></spotPriceHistorySet><nextToken>page-${pages}</nextToken>`;
        return ec2Reply("DescribeSpotPriceHistory", set);
      },
    });
    const read = await makePriceReader(clients, settingsOf({ subnets }).launch, ["m6i.large"]);
    expect(await read({ leftMs: () => 1_000, signal: over.signal })).toMatchObject({ ok: false, code: "deadline" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.count("EC2.DescribeSpotPriceHistory")).toBe(3);
  });
});
