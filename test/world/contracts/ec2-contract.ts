// What live mode relies upon in EC2, where moto and the World must agree: instances by tag, ends, launch templates, fleets.

import {
  CreateFleetCommand,
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSubnetsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import type { ContractEnv, MakeContractEnv } from "./contract-env.js";

export function ec2Contract(name: string, makeEnv: MakeContractEnv): void {
  describe(`EC2 by ${name}`, () => {
    it("finds instances by a tag that they were launched with, and no others", async () => {
      const env = await makeEnv();
      const ids = await runInstances(env, "one", 2);
      await runInstances(env, "two", 1);
      expect((await byTag(env, "one")).map(({ InstanceId }) => InstanceId)).toEqual(ids);
      expect(await byTag(env, "three")).toEqual([]);
    });

    it("ends instances; a second time changes nothing; a bad id fails the whole call", async () => {
      const env = await makeEnv();
      const [first, second] = await runInstances(env, "one", 2);
      const bad = terminate(env, [first!, "i-0123456789abcdef0"]);
      await expect(bad).rejects.toMatchObject({ name: "InvalidInstanceID.NotFound" });
      expect((await byTag(env, "one")).map(({ State }) => State!.Name)).toEqual(["running", "running"]);
      const { TerminatingInstances } = await terminate(env, [first!]);
      expect(TerminatingInstances).toMatchObject([{ InstanceId: first, CurrentState: { Name: "shutting-down" } }]);
      await terminate(env, [first!]);
      const running = { Name: "instance-state-name", Values: ["pending", "running"] };
      expect((await byTag(env, "one", [running])).map(({ InstanceId }) => InstanceId)).toEqual([second]);
    });

    it("keeps launch templates by name, once", async () => {
      const env = await makeEnv();
      await makeTemplate(env);
      await expect(makeTemplate(env)).rejects.toMatchObject({
        name: "InvalidLaunchTemplateName.AlreadyExistsException",
      });
      const find = (LaunchTemplateName: string) =>
        env.clients.ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [LaunchTemplateName] }));
      expect((await find("contract")).LaunchTemplates).toHaveLength(1);
      await expect(find("another")).rejects.toMatchObject({ name: "InvalidLaunchTemplateName.NotFoundException" });
    });

    it("makes an instant fleet with the tags of the call and of the template", async () => {
      const env = await makeEnv();
      await makeTemplate(env);
      const { Subnets } = await env.clients.ec2.send(new DescribeSubnetsCommand({}));
      const { SubnetId } = Subnets!.find(({ AvailabilityZoneId }) => AvailabilityZoneId === "use1-az1")!;
      const LaunchTemplateSpecification = { LaunchTemplateName: "contract", Version: "$Default" };
      const { Instances } = await env.clients.ec2.send(
        new CreateFleetCommand({
          Type: "instant",
          LaunchTemplateConfigs: [
            { LaunchTemplateSpecification, Overrides: [{ InstanceType: "m6i.large", SubnetId: SubnetId! }] },
          ],
          TargetCapacitySpecification: { TotalTargetCapacity: 2, DefaultTargetCapacityType: "spot" },
          SpotOptions: { AllocationStrategy: "price-capacity-optimized" },
          TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "contract", Value: "fleet" }] }],
        }),
      );
      const ids = Instances!.flatMap(({ InstanceIds }) => InstanceIds!);
      const seen = await byTag(env, "fleet");
      expect(seen.map(({ InstanceId }) => InstanceId).sort()).toEqual([...ids].sort());
      expect(ids).toHaveLength(2);
      for (const { Tags, InstanceType, InstanceLifecycle, SubnetId: where } of seen) {
        expect(Tags).toContainEqual({ Key: "from", Value: "template" });
        expect([InstanceType, InstanceLifecycle, where]).toEqual(["m6i.large", "spot", SubnetId]);
      }
      expect(Instances![0]!.Lifecycle).toBe("spot");
    });
  });
}

async function runInstances({ clients }: ContractEnv, value: string, count: number): Promise<string[]> {
  const TagSpecifications = [{ ResourceType: "instance" as const, Tags: [{ Key: "contract", Value: value }] }];
  const command = new RunInstancesCommand({
    ImageId: "ami-12345678",
    MinCount: count,
    MaxCount: count,
    TagSpecifications,
  });
  return (await clients.ec2.send(command)).Instances!.map(({ InstanceId }) => InstanceId!);
}

async function byTag({ clients }: ContractEnv, value: string, more: { Name: string; Values: string[] }[] = []) {
  const Filters = [{ Name: "tag:contract", Values: [value] }, ...more];
  const { Reservations } = await clients.ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations!.flatMap(({ Instances }) => Instances!);
}

function terminate({ clients }: ContractEnv, InstanceIds: string[]) {
  return clients.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
}

function makeTemplate({ clients }: ContractEnv) {
  const TagSpecifications = [{ ResourceType: "instance" as const, Tags: [{ Key: "from", Value: "template" }] }];
  const LaunchTemplateData = { ImageId: "ami-12345678", TagSpecifications };
  return clients.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: "contract", LaunchTemplateData }));
}
