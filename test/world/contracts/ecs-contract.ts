// What live mode relies upon in ECS, where moto and the World must agree.

import {
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import type { ContractEnv, MakeContractEnv } from "./contract-env.js";

export function ecsContract(name: string, makeEnv: MakeContractEnv): void {
  describe(`ECS by ${name}`, () => {
    it("lists and describes what is registered", async () => {
      const env = await makeEnv();
      const arn = await env.addContainerInstance();
      expect(await list(env)).toContain(arn);
      const seen = await describeOne(env, arn);
      expect(seen).toMatchObject({ containerInstanceArn: arn, status: "ACTIVE", agentConnected: true });
      expect(seen.ec2InstanceId).toMatch(/^i-[\da-f]{17}$/);
      expect([seen.runningTasksCount, seen.pendingTasksCount]).toEqual([0, 0]);
      const names = seen.registeredResources!.map((each) => each.name);
      expect(names).toEqual(expect.arrayContaining(["CPU", "MEMORY"]));
      expect(seen.remainingResources).toEqual(seen.registeredResources);
    });

    it("tells what it does not know as failures", async () => {
      const env = await makeEnv();
      const containerInstances = [`${await env.addContainerInstance()}0`];
      const command = new DescribeContainerInstancesCommand({ cluster: env.cluster, containerInstances });
      const { failures } = await env.clients.ecs.send(command);
      expect(failures).toMatchObject([{ reason: "MISSING" }]);
    });

    it("sets an instance to DRAINING and back", async () => {
      const env = await makeEnv();
      const arn = await env.addContainerInstance();
      for (const status of ["DRAINING", "ACTIVE"] as const) {
        await env.clients.ecs.send(
          new UpdateContainerInstancesStateCommand({ cluster: env.cluster, containerInstances: [arn], status }),
        );
        expect((await describeOne(env, arn)).status).toBe(status);
      }
    });

    it("refuses to deregister an instance with a task, and does so without one", async () => {
      const env = await makeEnv();
      const arn = await env.addContainerInstance();
      await env.startTask(arn);
      const seen = await describeOne(env, arn);
      expect(seen.runningTasksCount! + seen.pendingTasksCount!).toBe(1);
      const listTasks = new ListTasksCommand({ cluster: env.cluster, containerInstance: arn });
      expect((await env.clients.ecs.send(listTasks)).taskArns).toHaveLength(1);
      await expect(deregister(env, arn)).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: "Found running tasks on the instance.",
      });
      await env.endTasks();
      await deregister(env, arn);
      expect(await list(env)).not.toContain(arn);
    });
  });
}

async function list({ clients, cluster }: ContractEnv): Promise<readonly string[]> {
  return (await clients.ecs.send(new ListContainerInstancesCommand({ cluster }))).containerInstanceArns!;
}

async function describeOne({ clients, cluster }: ContractEnv, arn: string) {
  const command = new DescribeContainerInstancesCommand({ cluster, containerInstances: [arn] });
  return (await clients.ecs.send(command)).containerInstances![0]!;
}

function deregister({ clients, cluster }: ContractEnv, containerInstance: string) {
  return clients.ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance, force: false }));
}
