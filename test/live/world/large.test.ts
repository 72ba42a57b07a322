// A large World: 1,000 instances, 100,000 jobs. Bounds are many times what a quiet machine needs.

import { paginateListJobs } from "@aws-sdk/client-batch";
import { paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { paginateListContainerInstances } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { motoMissing } from "../../support/moto.js";
import { jobsScenario, worldTests } from "./env.js";
import { createFleet, makeTemplate } from "./launch.js";

const FILTER = { Filters: [{ Name: "tag:stowage:pool", Values: ["ours"] }] };

const TEN_TIMES_TEN_THOUSAND = Array.from(
  { length: 10 },
  (_, part) => `id: a${part}, repeat: 10000, vcpus: 1, memory: 1 GiB, runtime: 1h`,
);

describe.skipIf(motoMissing() !== null)("a large World", () => {
  const start = worldTests();

  it("answers a look at 50 instances within the time of a tick", async () => {
    const test = await start(jobsScenario(["id: a, repeat: 200, vcpus: 1, memory: 1 GiB, runtime: 1h"]));
    await makeTemplate(test.clients);
    await createFleet(test, { types: ["m6i.large"], count: 50 });
    await test.world.advance(90_000);
    const look = async () => {
      let count = 0;
      for await (const page of paginateDescribeInstances({ client: test.clients.ec2 }, FILTER))
        count += page.Reservations!.length;
      return count;
    };
    await look();
    const before = performance.now();
    for (let tick = 0; tick < 20; tick++) await look();
    expect((performance.now() - before) / 20).toBeLessThan(250);
  });

  it("holds 1,000 instances and lists 100,000 jobs", async () => {
    const test = await start(jobsScenario(TEN_TIMES_TEN_THOUSAND));
    const { world, clients } = test;
    await makeTemplate(clients);
    for (let fleet = 0; fleet < 2; fleet++) {
      await createFleet(test, {
        types: ["m6i.large"],
        count: 500,
        token: `t${fleet}`,
        zoneIds: [`use1-az${fleet + 1}`],
      });
    }
    await world.advance(60_000);
    let instances = 0;
    for await (const page of paginateDescribeInstances({ client: clients.ec2, pageSize: 1000 }, FILTER)) {
      for (const { Instances } of page.Reservations!) instances += Instances!.length;
    }
    let registered = 0;
    for await (const page of paginateListContainerInstances({ client: clients.ecs }, { cluster: world.clusterArn })) {
      registered += page.containerInstanceArns!.length;
    }
    expect([instances, registered]).toEqual([1000, 1000]);
    const count = async (jobStatus: "RUNNABLE" | "STARTING") => {
      let jobs = 0;
      for await (const page of paginateListJobs({ client: clients.batch }, { jobQueue: "main", jobStatus })) {
        jobs += page.jobSummaryList!.length;
      }
      return jobs;
    };
    // Two vCPUs each: 2,000 jobs are placed.
    expect([await count("STARTING"), await count("RUNNABLE")]).toEqual([2000, 98_000]);
  }, 180_000);
});
