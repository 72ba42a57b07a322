// CreateFleet as live mode sends it, for tests.

import { CreateFleetCommand, type CreateFleetCommandInput, CreateLaunchTemplateCommand } from "@aws-sdk/client-ec2";
import type { Clients, WorldTest } from "./env.js";

const TEMPLATE = "stowage-test";

export async function makeTemplate(clients: Clients): Promise<void> {
  const tags = [{ ResourceType: "instance", Tags: [{ Key: "stowage:pool", Value: "ours" }] }] as const;
  const LaunchTemplateData = {
    ImageId: "ami-12345678",
    TagSpecifications: [...tags].map((tag) => ({ ...tag, Tags: [...tag.Tags] })),
  };
  await clients.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: TEMPLATE, LaunchTemplateData }));
}

export interface FleetSketch {
  readonly types: readonly string[];
  readonly count: number;
  readonly market?: "spot" | "on-demand";
  readonly token?: string;
  readonly zoneIds?: readonly string[];
  readonly template?: string;
  readonly dryRun?: boolean;
}

/** One override per type and zone, the first liked best. */
function fleetInput({ world }: Pick<WorldTest, "world">, sketch: FleetSketch): CreateFleetCommandInput {
  const { types, count, market = "spot", token = "token-1", zoneIds = ["use1-az1"], template = TEMPLATE } = sketch;
  const places = types.flatMap((type) => zoneIds.map((zoneId) => ({ type, zoneId })));
  const Overrides = places.map(({ type, zoneId }, Priority) => ({
    InstanceType: type as "m6i.large",
    SubnetId: world.subnets.find((each) => each.zoneId === zoneId)!.subnetId,
    Priority,
  }));
  const strategy =
    market === "spot"
      ? { SpotOptions: { AllocationStrategy: "capacity-optimized-prioritized" as const } }
      : { OnDemandOptions: { AllocationStrategy: "prioritized" as const } };
  return {
    Type: "instant",
    ClientToken: token,
    DryRun: sketch.dryRun ?? false,
    LaunchTemplateConfigs: [
      { LaunchTemplateSpecification: { LaunchTemplateName: template, Version: "$Default" }, Overrides },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: count, DefaultTargetCapacityType: market },
    ...strategy,
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "stowage:launch", Value: token }] }],
  };
}

export function createFleet(test: Pick<WorldTest, "world" | "clients">, sketch: FleetSketch) {
  return test.clients.ec2.send(new CreateFleetCommand(fleetInput(test, sketch)));
}
