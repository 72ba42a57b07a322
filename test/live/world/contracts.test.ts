// The same assertions against the World and against moto by itself: what the World does must not be its own invention.

import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  ListTasksCommand,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe } from "vitest";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import type { ContractEnv } from "../../world/contracts/contract-env.js";
import { ec2Contract } from "../../world/contracts/ec2-contract.js";
import { ecsContract } from "../../world/contracts/ecs-contract.js";
import { storesContract } from "../../world/contracts/stores-contract.js";
import { clientsOf, FIRST, jobsScenario, poolOf, worldTests } from "./env.js";

describe.skipIf(motoMissing() !== null)("contracts", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  const byMoto = async (): Promise<ContractEnv> => {
    await moto.reset();
    const clients = clientsOf(moto.url);
    const cluster = "contract";
    await clients.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    const containerDefinitions = [{ name: "main", image: "busybox", cpu: 128, memory: 64 }];
    await clients.ecs.send(new RegisterTaskDefinitionCommand({ family: "sleep", containerDefinitions }));
    return {
      clients,
      cluster,
      addContainerInstance: async () => {
        const run = new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 });
        const { Instances } = await clients.ec2.send(run);
        const instanceIdentityDocument = JSON.stringify({ instanceId: Instances![0]!.InstanceId });
        const command = new RegisterContainerInstanceCommand({ cluster, instanceIdentityDocument });
        return (await clients.ecs.send(command)).containerInstance!.containerInstanceArn!;
      },
      startTask: async (arn) => {
        await clients.ecs.send(new StartTaskCommand({ cluster, taskDefinition: "sleep", containerInstances: [arn] }));
      },
      endTasks: async () => {
        const { taskArns } = await clients.ecs.send(new ListTasksCommand({ cluster }));
        for (const task of taskArns!) await clients.ecs.send(new StopTaskCommand({ cluster, task }));
      },
    };
  };
  const start = worldTests();
  /** A job comes at an hour, runs for a minute, and is placed where there is room. */
  const JOB = "id: a, submit: 1h, vcpus: 1, memory: 1 GiB, runtime: 60s";
  const byWorld = async (): Promise<ContractEnv> => {
    const { world, input, clients } = await start(jobsScenario([FIRST, JOB]));
    return {
      clients,
      cluster: world.clusterArn,
      addContainerInstance: async () => {
        const host = await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand"));
        await world.advance(60_000);
        return world.containerInstanceArn(host);
      },
      startTask: () => world.advance(3_600_000),
      endTasks: () => world.advance(3_700_000),
    };
  };

  for (const contract of [ecsContract, ec2Contract, storesContract]) {
    contract("moto", byMoto);
    contract("the World", byWorld);
  }
});
