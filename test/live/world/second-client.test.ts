// The World as boto3 and the AWS command line read it: their parsers know AWS's models, and nothing of this project.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { motoMissing, motoProgram } from "../../support/moto.js";
import { jobsScenario, worldTests } from "./env.js";
import { createFleet, makeTemplate } from "./launch.js";

const run = promisify(execFile);
const READER = fileURLToPath(new URL("../../world/second-client.py", import.meta.url));
const ENV = {
  PATH: process.env.PATH,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};

describe.skipIf(motoMissing() !== null)("second clients of the World", () => {
  const start = worldTests();

  it("boto3 reads what the account says", async () => {
    const test = await start(
      jobsScenario([
        "id: a, vcpus: 1, memory: 1 GiB, runtime: 10m",
        "id: b, vcpus: 1, memory: 1 GiB, arrayProperties: { size: 3 }, runtime: 10m",
      ]),
    );
    const { world, account } = test;
    await makeTemplate(test.clients);
    await createFleet(test, { types: ["m6i.large"], count: 1 });
    // Registered and placed at 60 s, two jobs of 1 vCPU; containers start at 70 s.
    await world.advance(70_000);
    const { stdout } = await run(motoProgram("python"), [READER, world.url, world.clusterArn, "main"], { env: ENV });
    const seen = JSON.parse(stdout);
    expect(seen.queues).toMatchObject([{ jobQueueName: "main", state: "ENABLED", status: "VALID" }]);
    expect(seen.environments).toMatchObject([{ type: "UNMANAGED", ecsClusterArn: world.clusterArn }]);
    expect(seen.jobs).toMatchObject([
      { jobId: world.arrayId(0), status: "PENDING", arrayProperties: { statusSummary: { RUNNING: 1, RUNNABLE: 2 } } },
      { jobId: world.jobId(0), status: "RUNNING", createdAt: Date.UTC(2026, 0, 5) },
    ]);
    expect(seen.details[1].container.containerInstanceArn).toBe(world.containerInstanceArn(0));
    expect(seen.front.map(({ jobArn }: { jobArn: string }) => jobArn.split("/").at(-1))).toEqual([
      `${world.arrayId(0)}:1`,
      `${world.arrayId(0)}:2`,
    ]);
    expect(seen.containerInstances).toMatchObject([
      {
        ec2InstanceId: world.instanceId(0),
        status: "ACTIVE",
        runningTasksCount: 2,
        registeredAt: expect.stringContaining(":01:00"),
      },
    ]);
    expect(seen.tasks).toHaveLength(2);
    expect(seen.instances).toMatchObject([
      { InstanceId: world.instanceId(0), State: { Name: "running" }, LaunchTime: "2026-01-05T00:00:00+00:00" },
    ]);
    const prices = seen.spotPrices.map(({ SpotPrice }: { SpotPrice: string }) => Math.round(Number(SpotPrice) * 1e6));
    const spot = test.input.tables.pools.flatMap(({ market }, pool) => (market === "spot" ? [pool] : []));
    expect(prices).toEqual(spot.map((pool) => account.priceMicroUsdPerHour(pool)));
    expect(seen.instanceTypes).toMatchObject([{ VCpuInfo: { DefaultVCpus: 2 } }]);
    expect(seen.products).toHaveLength(2);
    expect(seen.quota.Value).toBe(100_000);
    expect(seen.scores[0].Region).toBe("us-east-1");
  });

  it("the AWS command line describes the instances", async () => {
    const test = await start(jobsScenario(["id: a, vcpus: 1, memory: 1 GiB, runtime: 10m"]));
    await makeTemplate(test.clients);
    await createFleet(test, { types: ["c6i.xlarge"], count: 2 });
    const words = ["ec2", "describe-instances", "--filters", "Name=tag:stowage:pool,Values=ours"];
    const query = ["--query", "Reservations[].Instances[].InstanceType", "--output", "text"];
    const args = ["--endpoint-url", test.world.url, ...words, ...query];
    const { stdout } = await run(motoProgram("aws"), args, { env: ENV });
    expect(stdout.trim().split(/\s+/)).toEqual(["c6i.xlarge", "c6i.xlarge"]);
  });
});
