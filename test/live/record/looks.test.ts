// Looks at a World are recorded; the recording, as AWS, gives the same looks again, and nobody's names.

import { describe, expect, it } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import type { Observation } from "../../../src/live/observation.js";
import { makeObserver } from "../../../src/live/observe/observer.js";
import { type Exchange, Recorder } from "../../../src/live/record/recorder.js";
import { Redactor } from "../../../src/live/record/redactor.js";
import { motoMissing } from "../../support/moto.js";
import { deadlineOf, manualClock } from "../aws/manual-clock.js";
import { settingsOf } from "../observe/settings.js";
import { jobsScenario, ORIGIN_MS, poolOf, type WorldTest, worldTests } from "../world/env.js";
import { createFleet, makeTemplate } from "../world/launch.js";
import { startReplayServer } from "./replay-server.js";

process.env.AWS_ACCESS_KEY_ID ??= "test";
process.env.AWS_SECRET_ACCESS_KEY ??= "test";

const SMALL = "vcpus: 1, memory: 1 GiB";
const JOBS = [
  `id: secret-array, ${SMALL}, runtime: 100s, arrayProperties: { size: 5 }`,
  `id: secret-retried, ${SMALL}, attempts: [{ runtime: 40s, exitCode: 1 }, { runtime: 60s }], retryStrategy: { attempts: 3 }`,
  `id: secret-late, ${SMALL}, runtime: 60s, submit: 50s`,
];
const TIMES = [0, 65, 80, 100, 130, 200, 260, 330].map((timeS) => timeS * 1000);

interface Looking {
  readonly url: string;
  readonly clusterArn: string;
  readonly subnets: WorldTest["world"]["subnets"];
  readonly recorder?: Recorder;
  readonly before: (timeMs: number) => Promise<unknown>;
}

async function looks({ url, clusterArn, subnets, recorder, before }: Looking): Promise<Observation[]> {
  const clock = manualClock(ORIGIN_MS);
  const clients = makeAwsClients({
    ...{ region: "us-east-1", endpoint: url, clock, zeroDelay: true },
    ...(recorder === undefined ? {} : { recorder }),
  });
  const observer = await makeObserver({
    ...{ clients, clock, clusterArn, queues: ["main"] },
    settings: settingsOf({ subnets, eventQueueUrl: null }),
  });
  const seen: Observation[] = [];
  for (const timeMs of TIMES) {
    await before(timeMs);
    clock.nowMs = timeMs;
    seen.push(await observer.look(deadlineOf(clock, 10_000)));
  }
  clients.destroy();
  return seen;
}

/** Every text in it as it is in the recording. */
function redacted<T>(value: T, redactor: Redactor): T {
  if (typeof value === "string") return redactor.asked(value) as T;
  if (Array.isArray(value)) return value.map((each) => redacted(each, redactor)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redacted(part, redactor)])) as T;
}

describe.skipIf(motoMissing() !== null)("a recording of looks", () => {
  const start = worldTests();

  it("gives the same looks again, without names and numbers of anybody", async () => {
    const test = await start(jobsScenario(JOBS));
    const { world, input } = test;
    const exchanges: Exchange[] = [];
    const redactor = new Redactor();
    const foreign = await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand"));
    await makeTemplate(test.clients);
    world.faults.add({ kind: "short-pages", size: 2, operation: "ListJobs", count: Number.POSITIVE_INFINITY });
    const subnets = world.subnets;
    const seen = await looks({
      ...{ url: world.url, clusterArn: world.clusterArn, subnets },
      recorder: new Recorder((exchange) => exchanges.push(exchange), redactor),
      before: async (timeMs) => {
        if (timeMs === 80_000) await createFleet(test, { types: ["m6i.large"], count: 1 });
        // One look meets a service that is asked too often.
        if (timeMs === 100_000)
          world.faults.add({ kind: "throttle", service: "batch", operation: "DescribeJobs", count: 2 });
        await world.advance(timeMs);
      },
    });
    const text = JSON.stringify(exchanges);
    for (const word of ["secret", world.accountId, world.instanceId(foreign), world.jobId(0), world.jobId(6)]) {
      expect(text).not.toContain(word);
    }
    const server = await startReplayServer(exchanges);
    const again = await looks({
      url: server.url,
      clusterArn: redactor.ids(world.clusterArn),
      subnets: subnets.map((subnet) => ({ ...subnet, subnetId: redactor.ids(subnet.subnetId) })),
      before: async () => {},
    });
    expect(server.strange).toEqual([]);
    expect(server.left()).toBe(0);
    await server.close();
    expect(again).toEqual(redacted(seen, redactor));
    // It is about something.
    const all = again.flatMap(({ jobs, arrays, ends, instances }) => [...jobs, ...arrays, ...ends, ...instances]);
    expect(all.length).toBeGreaterThan(40);
    expect(
      again
        .at(-1)!
        .instances.map(({ ours }) => ours)
        .sort(),
    ).toEqual([false, true]);
  });
});
