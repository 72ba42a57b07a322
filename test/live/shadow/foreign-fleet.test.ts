// What EC2 says of instances that carry no tag of ours, over HTTP.

import { afterEach, describe, expect, it } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import type { SeenInstance } from "../../../src/live/observation.js";
import { ForeignFleet } from "../../../src/live/shadow/foreign-fleet.js";
import { ShadowRecorder } from "../../../src/live/shadow/recorder.js";
import { type Answer, ec2Error, ec2Reply, jsonError, type Loopback, serve } from "../aws/loopback.js";
import { deadlineOf, manualClock } from "../aws/manual-clock.js";
import { instance, look, T0 } from "./looks.js";

process.env.AWS_ACCESS_KEY_ID ??= "test";
process.env.AWS_SECRET_ACCESS_KEY ??= "test";

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** What EC2 shows, by id; changed by tests. */
type Records = Map<string, { readonly state: string; readonly more?: string }>;

/** Launched 100 s before T0, in a subnet whose zone is use1-az6. */
const LAUNCHED = new Date(T0 - 100_000).toISOString();
const SPOT = "<instanceLifecycle>spot</instanceLifecycle>";
const RECLAIMED = `${SPOT}<stateReason><code>Server.SpotInstanceTermination</code><message>m</message></stateReason>`;

function record(id: string, { state, more = SPOT }: { readonly state: string; readonly more?: string }): string {
  return (
    `<item><instanceId>${id}</instanceId><instanceType>c5.xlarge</instanceType><subnetId>subnet-x</subnetId>` +
    `<launchTime>${LAUNCHED}</launchTime><instanceState><name>${state}</name></instanceState>${more}</item>`
  );
}

async function fleetOf(records: Records, refuses: () => Answer | undefined = () => undefined) {
  const answers: Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => Answer>> = {
    "EC2.DescribeInstances": (input) => {
      const items = Object.entries(input)
        .filter(([key]) => key.startsWith("Filter.1.Value."))
        .map(([, id]) => String(id))
        .flatMap((id) => (records.has(id) ? [record(id, records.get(id)!)] : []));
      const set = `<item><reservationId>r</reservationId><instancesSet>${items.join("")}</instancesSet></item>`;
      return refuses() ?? ec2Reply("DescribeInstances", `<reservationSet>${set}</reservationSet>`);
    },
    "EC2.DescribeSubnets": () =>
      ec2Reply(
        "DescribeSubnets",
        "<subnetSet><item><subnetId>subnet-x</subnetId><availabilityZoneId>use1-az6</availabilityZoneId></item></subnetSet>",
      ),
  };
  server = await serve(({ name, input }) => answers[name]?.(input) ?? jsonError("Unexpected"));
  const clock = manualClock();
  const clients = makeAwsClients({ region: "us-east-1", endpoint: server.url, clock, zeroDelay: true, maxAttempts: 1 });
  const fleet = await ForeignFleet.make(clients);
  return { server, complete: (seen: ReturnType<typeof look>) => fleet.complete(seen, deadlineOf(clock, 10_000)) };
}

/** As an observer has somebody else's: EC2 was not asked. */
const registered = (id: string, change: Partial<SeenInstance> = {}) =>
  instance(id, Number.NaN, { market: "on-demand", ec2State: "missing", zoneId: "", registeredAtMs: T0, ...change });

describe("the fleet of somebody else", () => {
  it("has its market, zone, launch and end by EC2, in the cluster and after it has left it", async () => {
    const records: Records = new Map([["i-1", { state: "running" }]]);
    const { server, complete } = await fleetOf(records);
    const mine = instance("i-9", 0, { ours: true });
    const first = await complete(look(0, { instances: [registered("i-1"), mine] }));
    const asFound = { market: "spot", zoneId: "use1-az6", ec2State: "running", launchTimeMs: T0 - 100_000 };
    expect(first.instances).toEqual([mine, registered("i-1", asFound as Partial<SeenInstance>)]);
    // It has left the cluster, and still costs.
    const second = await complete(look(15));
    expect(second.instances).toMatchObject([
      { instanceId: "i-1", ...asFound, containerInstanceArn: "", runningTasks: 0, registeredVcpuMilli: 4_000 },
    ]);
    records.set("i-1", { state: "shutting-down", more: RECLAIMED });
    const third = await complete(look(30));
    expect(third.instances).toMatchObject([
      { ec2State: "shutting-down", stateReason: "Server.SpotInstanceTermination" },
    ]);
    // It has ended: nothing is asked any more, and its subnet was asked for once.
    expect((await complete(look(45))).instances).toEqual([]);
    expect(server.count("EC2.DescribeInstances")).toBe(3);
    expect(server.count("EC2.DescribeSubnets")).toBe(1);

    const priceOf = (_: string, zone: string, market: string) =>
      market === "spot" && zone === "use1-az6" ? 3_600_000 : Number.NaN;
    const recorder = new ShadowRecorder({ priceOf, overheadMicroUsdPerHour: 0 });
    for (const each of [first, second, third]) recorder.observe(each);
    // i-1, taken back 122.5 s after its launch, costs nothing; i-9 is ours, and in another zone.
    expect(recorder.actual()).toMatchObject({ microUsd: 0, instances: 2, interruptions: 1 });
    expect(recorder.lives[1]).toMatchObject({ beforeWatch: true, endedMs: T0 + 22_500, interrupted: true });
  });

  it("is not half of it when EC2 refuses: the look has a problem", async () => {
    const { complete } = await fleetOf(new Map(), () => ec2Error("RequestLimitExceeded", 503));
    const { problems } = await complete(look(0, { instances: [registered("i-1")] }));
    expect(problems).toMatchObject([{ part: "instances", code: "RequestLimitExceeded" }]);
    const problem = { part: "containerInstances", code: "deadline", message: "" } as const;
    const failed = look(15, { problems: [problem] });
    expect(await complete(failed)).toBe(failed);
  });

  it("keeps what was known when EC2 does not show it for a look, and counts nothing that EC2 never showed", async () => {
    const records: Records = new Map([["i-1", { state: "running" }]]);
    const { complete } = await fleetOf(records);
    await complete(look(0, { instances: [registered("i-1")] }));
    records.clear();
    const { instances, warnings } = await complete(look(15, { instances: [registered("i-1"), registered("i-2")] }));
    expect(instances).toMatchObject([{ instanceId: "i-1", market: "spot", ec2State: "running" }]);
    expect(warnings).toEqual([expect.stringMatching(/^i-2 is registered in the cluster, and EC2 does not show it/)]);
  });

  it("is asked for 200 at a time", async () => {
    const ids = Array.from({ length: 201 }, (_, at) => `i-${at}`);
    const { server, complete } = await fleetOf(new Map(ids.map((id) => [id, { state: "running" }])));
    const { instances } = await complete(look(0, { instances: ids.map((id) => registered(id)) }));
    expect(instances.map(({ instanceId }) => instanceId)).toEqual(ids);
    expect(server.count("EC2.DescribeInstances")).toBe(2);
  });
});
