// EC2 as the World speaks it, through the real client: fleets, the states of instances, prices and types.

import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSpotPriceHistoryCommand,
  DescribeSubnetsCommand,
  GetSpotPlacementScoresCommand,
  paginateDescribeInstances,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetProductsCommand } from "@aws-sdk/client-pricing";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import { describe, expect, it } from "vitest";
import { EndCause } from "../../../src/model/market.js";
import { motoMissing } from "../../support/moto.js";
import { type Clients, FIRST, jobsScenario, ORIGIN_MS, poolOf, worldTests } from "./env.js";
import { createFleet, makeTemplate } from "./launch.js";

const OURS = { Name: "tag:stowage:pool", Values: ["ours"] };

async function instances({ ec2 }: Clients, input: DescribeInstancesCommandInput = { Filters: [OURS] }) {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand(input));
  return Reservations!.flatMap((reservation) => reservation.Instances!);
}

describe.skipIf(motoMissing() !== null)("EC2 in the World", () => {
  const start = worldTests();

  it("launches what the account grants, with the tags of call and template, and shows it as it goes on", async () => {
    const test = await start(jobsScenario([FIRST]));
    const { world, account, clients } = test;
    await makeTemplate(clients);
    await world.advance(1_000);
    const { Instances, Errors } = await createFleet(test, { types: ["m6i.large", "c6i.xlarge"], count: 3 });
    expect(Errors).toEqual([]);
    expect(Instances).toHaveLength(1);
    const ids = Instances![0]!.InstanceIds!;
    expect(Instances![0]).toMatchObject({ InstanceType: "m6i.large", Lifecycle: "spot" });
    expect(ids.map((id) => world.hostOf(id))).toEqual([0, 1, 2]);
    const [first] = await instances(clients);
    expect(first).toMatchObject({
      InstanceId: ids[0],
      InstanceType: "m6i.large",
      InstanceLifecycle: "spot",
      State: { Name: "pending" },
      LaunchTime: new Date(ORIGIN_MS + 1_000),
      Placement: { AvailabilityZone: world.subnets.find(({ zoneId }) => zoneId === "use1-az1")!.zone },
    });
    expect(first!.Tags).toContainEqual({ Key: "stowage:pool", Value: "ours" });
    expect(first!.Tags).toContainEqual({ Key: "stowage:launch", Value: "token-1" });
    // Asked for at 1 s, it runs 20 s later.
    await world.advance(21_000);
    expect((await instances(clients)).map(({ State }) => State!.Name)).toEqual(["running", "running", "running"]);
    const { TerminatingInstances } = await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [ids[1]!] }));
    expect(TerminatingInstances).toMatchObject([
      { InstanceId: ids[1], CurrentState: { Name: "shutting-down" }, PreviousState: { Name: "running" } },
    ]);
    expect(account.host(1)).toMatchObject({ goneMs: 21_000, cause: EndCause.Ours });
    const running = { Filters: [OURS, { Name: "instance-state-name", Values: ["pending", "running"] }] };
    expect((await instances(clients, running)).map(({ InstanceId }) => InstanceId)).toEqual([ids[0], ids[2]]);
    // Shutting down for 30 s, shown for an hour after that.
    await world.advance(51_000);
    const [ended] = await instances(clients, { InstanceIds: [ids[1]!] });
    expect(ended).toMatchObject({
      State: { Name: "terminated" },
      StateReason: { Code: "Client.UserInitiatedShutdown" },
    });
    await world.advance(51_000 + 3_600_000);
    expect((await instances(clients)).map(({ InstanceId }) => InstanceId)).toEqual([ids[0], ids[2]]);
  });

  it("makes one fleet of a token, refuses the token for another one, and knows dry runs", async () => {
    const test = await start(jobsScenario([FIRST]));
    await makeTemplate(test.clients);
    const first = await createFleet(test, { types: ["m6i.large"], count: 2 });
    const second = await createFleet(test, { types: ["m6i.large"], count: 2 });
    expect(second.Instances).toEqual(first.Instances);
    expect(test.account.hostCount).toBe(2);
    expect(test.world.fleetCount).toBe(1);
    const other = createFleet(test, { types: ["m6i.large"], count: 3 });
    await expect(other).rejects.toMatchObject({ name: "IdempotentParameterMismatch" });
    const dry = createFleet(test, { types: ["m6i.large"], count: 1, token: "dry", dryRun: true });
    await expect(dry).rejects.toMatchObject({ name: "DryRunOperation", $metadata: { httpStatusCode: 412 } });
    expect(test.world.requests.at(-1)!.mutating).toBe(false);
    const missing = createFleet(test, { types: ["m6i.large"], count: 1, token: "t", template: "none" });
    await expect(missing).rejects.toMatchObject({ name: "InvalidLaunchTemplateName.NotFoundException" });
    expect(test.account.hostCount).toBe(2);
  });

  it("may answer a fleet that is asked for again without instances", async () => {
    const test = await start(jobsScenario([FIRST]), { fleetReplay: "empty" });
    await makeTemplate(test.clients);
    await createFleet(test, { types: ["m6i.large"], count: 2 });
    expect((await createFleet(test, { types: ["m6i.large"], count: 2 })).Instances ?? []).toEqual([]);
    expect(await instances(test.clients)).toHaveLength(2);
  });

  it("tells why pools refuse, and who serves instead", async () => {
    const test = await start(
      jobsScenario([FIRST]).replace(
        "stopDelay: 0s }",
        "stopDelay: 0s, quotas: [{ market: spot, families: [standard], vcpus: 4 }] }",
      ),
    );
    await makeTemplate(test.clients);
    // Quota 4 vCPUs: two m6i.large of 2 each, then none of either type.
    const { Instances, Errors } = await createFleet(test, { types: ["m6i.large", "c6i.xlarge"], count: 3 });
    expect(Instances!.flatMap(({ InstanceIds }) => InstanceIds)).toHaveLength(2);
    expect(Errors!.map(({ ErrorCode }) => ErrorCode)).toEqual([
      "MaxSpotInstanceCountExceeded",
      "MaxSpotInstanceCountExceeded",
    ]);
    expect(
      Errors!.map(({ LaunchTemplateAndOverrides }) => LaunchTemplateAndOverrides!.Overrides!.InstanceType),
    ).toEqual(["m6i.large", "c6i.xlarge"]);
    const unknown = await createFleet(test, { types: ["m5.large"], count: 1, token: "t2" });
    expect(unknown.Errors).toMatchObject([{ ErrorCode: "Unsupported", Lifecycle: "spot" }]);
  });

  it("refuses a whole call that comes too fast, and makes the fleet of its token when it comes again", async () => {
    const JOB = "id: a, vcpus: 1, memory: 1 GiB, runtime: 10m";
    const test = await start(jobsScenario([JOB], "stress: [api-throttled 1/min]\n"));
    await makeTemplate(test.clients);
    await test.world.advance(0);
    await createFleet(test, { types: ["m6i.large"], count: 1 });
    const again = () => createFleet(test, { types: ["m6i.large"], count: 1, token: "second" });
    await expect(again()).rejects.toMatchObject({ name: "RequestLimitExceeded", $metadata: { httpStatusCode: 503 } });
    expect(await instances(test.clients)).toHaveLength(1);
    await test.world.advance(60_000);
    expect((await again()).Instances).toHaveLength(1);
    expect(test.world.fleetCount).toBe(2);
  });

  it("fails a whole call for one bad id, and terminates twice without complaint", async () => {
    const test = await start(jobsScenario([FIRST]));
    await makeTemplate(test.clients);
    const { Instances } = await createFleet(test, { types: ["m6i.large"], count: 1 });
    const id = Instances![0]!.InstanceIds![0]!;
    const terminate = (...InstanceIds: string[]) =>
      test.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await expect(terminate(id, "i-0123456789abcdef0")).rejects.toMatchObject({ name: "InvalidInstanceID.NotFound" });
    expect(test.account.host(0).goneMs).toBeNaN();
    const dry = new TerminateInstancesCommand({ InstanceIds: [id], DryRun: true });
    await expect(test.clients.ec2.send(dry)).rejects.toMatchObject({ name: "DryRunOperation" });
    expect(test.account.host(0).goneMs).toBeNaN();
    await terminate(id);
    await terminate(id);
    expect(test.account.host(0).goneMs).toBe(0);
  });

  it("has foreign instances, and instances that a user kills", async () => {
    const test = await start(jobsScenario([FIRST]));
    const { world, input, clients } = test;
    const host = await world.addForeignInstance(poolOf(input, "c6i.xlarge", "on-demand"));
    expect(await instances(clients)).toEqual([]);
    const [foreign] = await instances(clients, { InstanceIds: [world.instanceId(host)] });
    expect([foreign!.InstanceType, foreign!.InstanceLifecycle]).toEqual(["c6i.xlarge", undefined]);
    const before = world.requests.length;
    await world.userKills(host);
    expect(world.requests).toHaveLength(before);
    const [killed] = await instances(clients, { InstanceIds: [world.instanceId(host)] });
    expect(killed!.State!.Name).toBe("shutting-down");
  });

  it("filters by tags with wildcards, by what else there is as moto does, and by state as the account does", async () => {
    const test = await start(jobsScenario([FIRST]));
    await makeTemplate(test.clients);
    await createFleet(test, { types: ["m6i.large"], count: 2 });
    await createFleet(test, { types: ["c6i.xlarge"], count: 1, token: "other" });
    const count = async (...Filters: { Name: string; Values: string[] }[]) =>
      (await instances(test.clients, { Filters })).length;
    expect(await count({ Name: "tag:stowage:launch", Values: ["token-*"] })).toBe(2);
    expect(await count({ Name: "tag:stowage:launch", Values: ["oth?r", "none"] })).toBe(1);
    expect(await count(OURS, { Name: "tag:stowage:launch", Values: ["other"] })).toBe(1);
    const byType = { Name: "instance-type", Values: ["c6i.xlarge"] };
    expect(await count(byType, OURS)).toBe(1);
    await createFleet(test, { types: ["c6i.xlarge"], count: 1, token: "third" });
    expect(await count(byType, OURS)).toBe(2);
    expect(await count(byType, { Name: "instance-state-name", Values: ["running"] })).toBe(0);
  });

  it("gives pages", async () => {
    const test = await start(jobsScenario([FIRST]));
    await makeTemplate(test.clients);
    await createFleet(test, { types: ["m6i.large"], count: 12 });
    const ids = new Set<string>();
    let pages = 0;
    for await (const page of paginateDescribeInstances(
      { client: test.clients.ec2, pageSize: 5 },
      { Filters: [OURS] },
    )) {
      pages++;
      for (const { Instances } of page.Reservations!) for (const { InstanceId } of Instances!) ids.add(InstanceId!);
    }
    expect([pages, ids.size]).toEqual([3, 12]);
  });

  it("tells spot prices of the account, types and zones of the tables, and others as moto knows them", async () => {
    const { world, account, input, clients } = await start(jobsScenario([FIRST]));
    const history = await clients.ec2.send(
      new DescribeSpotPriceHistoryCommand({
        InstanceTypes: ["m6i.large"],
        ProductDescriptions: ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"],
        StartTime: new Date(world.nowEpochMs),
      }),
    );
    const spot = input.tables.pools.flatMap((pool, number) =>
      pool.market === "spot" && input.tables.instanceTypes[pool.instanceType]!.name === "m6i.large" ? [number] : [],
    );
    expect(history.SpotPriceHistory).toHaveLength(spot.length);
    const prices = history.SpotPriceHistory!.map(({ SpotPrice }) => Math.round(Number(SpotPrice) * 1e6));
    expect(prices).toEqual(spot.map((pool) => account.priceMicroUsdPerHour(pool)));
    const types = await clients.ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ["m6i.large", "t3.nano"] }));
    expect(types.InstanceTypes).toMatchObject([
      { InstanceType: "m6i.large", VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 8192 } },
      { InstanceType: "t3.nano" },
    ]);
    const offers = await clients.ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: "availability-zone-id",
        Filters: [{ Name: "instance-type", Values: ["m6i.large"] }],
      }),
    );
    const zones = new Set(spot.map((pool) => input.tables.pools[pool]!.zone));
    expect(new Set(offers.InstanceTypeOfferings!.map(({ Location }) => Location))).toEqual(zones);
    const { Subnets } = await clients.ec2.send(new DescribeSubnetsCommand({}));
    expect(Subnets!.map(({ AvailabilityZoneId }) => AvailabilityZoneId)).toContain("use1-az1");
    const scores = await clients.ec2.send(
      new GetSpotPlacementScoresCommand({
        TargetCapacity: 1,
        SingleAvailabilityZone: true,
        InstanceTypes: ["m6i.large"],
      }),
    );
    expect(scores.SpotPlacementScores!.length).toBe(new Set(input.tables.pools.map(({ zone }) => zone)).size);
  });

  it("tells on-demand prices as the price list does, and quotas", async () => {
    const { input, clients } = await start(jobsScenario([FIRST]));
    const Filters = [
      { Type: "TERM_MATCH" as const, Field: "instanceType", Value: "m6i.large" },
      { Type: "TERM_MATCH" as const, Field: "operatingSystem", Value: "Linux" },
    ];
    const { PriceList } = await clients.pricing.send(new GetProductsCommand({ ServiceCode: "AmazonEC2", Filters }));
    expect(PriceList).toHaveLength(1);
    const product = JSON.parse(String(PriceList![0]));
    const [term] = Object.values(product.terms.OnDemand) as {
      priceDimensions: Record<string, { pricePerUnit: { USD: string } }>;
    }[];
    const [dimension] = Object.values(term!.priceDimensions);
    const pool = input.tables.pools[poolOf(input, "m6i.large", "on-demand")]!;
    expect(Math.round(Number(dimension!.pricePerUnit.USD) * 1e6)).toBe(pool.priceMicroUsdPerHour);
    const quota = (QuotaCode: string) =>
      clients.quotas.send(new GetServiceQuotaCommand({ ServiceCode: "ec2", QuotaCode }));
    expect((await quota("L-34B43A08")).Quota!.Value).toBe(100_000);
    await expect(quota("L-0")).rejects.toMatchObject({ name: "NoSuchResourceException" });
  });
});
