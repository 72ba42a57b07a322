// The invariants themselves: a client that does what a controller must not do, in its name, is found out.

import { CreateFleetCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { DeregisterContainerInstanceCommand, UpdateContainerInstancesStateCommand } from "@aws-sdk/client-ecs";
import { expect } from "vitest";
import { type Clients, clientsOf } from "../world/env.js";
import type { Play, PlayOptions } from "./play.js";
import { playAll, type Scenario } from "./table.js";
import { scenarioText, WORK } from "./texts.js";

const TWO: PlayOptions = { text: scenarioText({ jobs: [`repeat: 2, ${WORK}`] }) };

/** Does it as the controller whose lease has this epoch; null: as the one that has it. */
function found(
  name: string,
  words: string,
  misdeed: (play: Play, clients: Clients) => Promise<unknown>,
  { epoch = null, isWhole = true, caps = {} }: { epoch?: number | null; isWhole?: boolean; caps?: PlayOptions["caps"] },
): Scenario {
  return [
    name,
    { ...TWO, caps },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 2);
      const { invariants, rig, world } = play;
      const report = { ...play.reports.at(-1)!, isWhole, judged: [] };
      const from = world.requests.length;
      invariants.acting = epoch ?? rig.leaseStore.epoch;
      await misdeed(play, clientsOf(world.url)).catch(() => {}); // what AWS says to it does not matter
      expect(() => invariants.afterTick({ report, from })).toThrow(words);
    },
  ];
}

const terminate = (play: Play, { ec2 }: Clients, host: number) =>
  ec2.send(new TerminateInstancesCommand({ InstanceIds: [play.world.instanceId(host)] }));

const drain = ({ world }: Play, { ecs }: Clients, host: number) =>
  ecs.send(
    new UpdateContainerInstancesStateCommand({
      ...{ cluster: world.clusterArn, containerInstances: [world.containerInstanceArn(host)], status: "DRAINING" },
    }),
  );

const launch = (_: Play, { ec2 }: Clients) =>
  ec2.send(
    new CreateFleetCommand({
      ...{ Type: "instant", ClientToken: "another", LaunchTemplateConfigs: [] },
      TargetCapacitySpecification: { TotalTargetCapacity: 3 },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "stowage:launch", Value: "another" }] }],
    }),
  );

async function foreign(play: Play): Promise<number> {
  return play.world.addForeignInstance(play.rig.input.tables.pools.findIndex(({ market }) => market === "on-demand"));
}

playAll("invariants", [
  found("a busy instance is terminated", "on which are 2 jobs", (play, clients) => terminate(play, clients, 0), {}),
  found(
    "somebody else's instance is terminated",
    "which is not ours",
    async (play, clients) => terminate(play, clients, await foreign(play)),
    {},
  ),
  found(
    "somebody else's instance is drained",
    "which is not ours",
    async (play, clients) => drain(play, clients, await foreign(play)),
    {},
  ),
  found(
    "a container instance is deregistered with force",
    "DeregisterContainerInstance with force",
    ({ world }, { ecs }) => {
      const containerInstance = world.containerInstanceArn(0);
      return ecs.send(
        new DeregisterContainerInstanceCommand({ cluster: world.clusterArn, containerInstance, force: true }),
      );
    },
    {},
  ),
  found("more is launched in a tick than may be", "3 launches in a tick: more than 2", launch, {
    caps: { maxLaunchesPerTick: 2 },
  }),
  found("a launch on a look that was not whole", "CreateFleet in a tick whose look was not whole", launch, {
    isWhole: false,
  }),
  found("a drain without the lease", "without the lease", (play, clients) => drain(play, clients, 0), { epoch: 99 }),
  found("a drain in a dry run", "in a dry run", (play, clients) => drain(play, clients, 0), { epoch: 0 }),
]);
