// Launch templates: everything about an instance but its type, its subnet and its tags of the launch. The name is made of a hash
// of the content, so that creating one again changes nothing, and nobody edits one that is in use.
//
// There is one per architecture, with and without GPUs (each has an AMI of its own), and market: only a spot launch may, and
// must, tag its spot request.

import { createHash } from "node:crypto";
import type { RequestLaunchTemplateData, ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import type { Architecture, Market } from "../../model/instance-type.js";
import type { LiveSettings } from "../../model/live-settings.js";
import { TAG_POOL } from "../../model/live-settings.js";
import type { SystemTables } from "../../model/tables.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import { canonicalJson } from "./canonical-json.js";
import type { Failure } from "./failure.js";
import { userData } from "./user-data.js";

export interface Variant {
  readonly architecture: Architecture;
  readonly hasGpu: boolean;
  readonly market: Market;
}

export type PoolTables = Pick<SystemTables, "pools" | "instanceTypes">;

export function variantOf({ pools, instanceTypes }: PoolTables, pool: number): Variant {
  const { instanceType, market } = pools[pool]!;
  const { architecture, gpuMilli } = instanceTypes[instanceType]!;
  return { architecture, hasGpu: gpuMilli > 0, market };
}

/** What a variant's AMI depends on: "x86_64", "arm64 gpu". */
export function amiKey({ architecture, hasGpu }: Pick<Variant, "architecture" | "hasGpu">): string {
  return hasGpu ? `${architecture} gpu` : architecture;
}

/** Of 128 characters that a template's name may have, "stowage-" and "-" with 20 digits of a hash are ours. */
const MOST_POOL_CHARACTERS = 90;
const HASH_DIGITS = 20;

export interface TemplateInput {
  readonly settings: Pick<LiveSettings, "identity" | "launch">;
  readonly clusterArn: string;
  readonly imageId: string;
  readonly variant: Variant;
}

/** The content of a variant's template. */
export function templateContent({ settings, clusterArn, imageId, variant }: TemplateInput): RequestLaunchTemplateData {
  const { launch, identity } = settings;
  const { market, hasGpu } = variant;
  const tags = tagList({ ...launch.tags, [TAG_POOL]: identity.pool });
  const tagged: ResourceType[] = ["instance", "volume", "network-interface"];
  if (market === "spot") tagged.push("spot-instances-request");
  const profile = launch.instanceProfile.startsWith("arn:") ? "Arn" : "Name";
  const script = userData({ launch, clusterArn, pool: identity.pool, market, hasGpu });
  return {
    ImageId: imageId,
    IamInstanceProfile: { [profile]: launch.instanceProfile },
    ...(launch.keyName === null ? {} : { KeyName: launch.keyName }),
    InstanceInitiatedShutdownBehavior: "terminate",
    MetadataOptions: { HttpTokens: "required", HttpEndpoint: "enabled" },
    BlockDeviceMappings: [
      {
        DeviceName: launch.rootDevice,
        Ebs: { VolumeSize: launch.rootVolumeGib, VolumeType: "gp3", DeleteOnTermination: true },
      },
    ],
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        AssociatePublicIpAddress: launch.publicIp,
        Groups: [...launch.securityGroupIds],
        DeleteOnTermination: true,
      },
    ],
    TagSpecifications: tagged.map((ResourceType) => ({ ResourceType, Tags: tags })),
    UserData: Buffer.from(script).toString("base64"),
  };
}

/** "stowage-<pool>-<hash of the content>": letters, digits and ()./_- are allowed. */
export function templateName(pool: string, content: RequestLaunchTemplateData): string {
  const hash = createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, HASH_DIGITS);
  return `stowage-${pool.replace(/[^\w.()/-]/g, "_").slice(0, MOST_POOL_CHARACTERS)}-${hash}`;
}

export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The templates of one executor: their names, and which of them are surely there. */
export class LaunchTemplates {
  private readonly api: Api;
  private readonly settings: Pick<LiveSettings, "identity" | "launch">;
  private readonly contentOf: (variant: Variant) => RequestLaunchTemplateData;
  private readonly names = new Map<string, { readonly name: string; readonly content: RequestLaunchTemplateData }>();
  /** By name: null, it is there; a launch that finds another one creating it waits for that. */
  private readonly created = new Map<string, Promise<Failure | null>>();

  constructor(
    api: Api,
    settings: Pick<LiveSettings, "identity" | "launch">,
    clusterArn: string,
    imageOf: (variant: Variant) => string,
  ) {
    this.api = api;
    this.settings = settings;
    this.contentOf = (variant) => templateContent({ settings, clusterArn, imageId: imageOf(variant), variant });
  }

  nameOf(variant: Variant): string {
    return this.of(variant).name;
  }

  /** Creates a template that is not there; null: it is there now. */
  async ensure(variant: Variant, limits: CallLimits): Promise<Failure | null> {
    const { name, content } = this.of(variant);
    let creating = this.created.get(name);
    if (creating === undefined) {
      creating = this.create(name, content, limits);
      this.created.set(name, creating);
    }
    const failure = await creating;
    if (failure !== null && this.created.get(name) === creating) this.created.delete(name);
    return failure;
  }

  /** EC2 says that it is not there after all: the next `ensure` creates it. */
  forget(variant: Variant): void {
    this.created.delete(this.of(variant).name);
  }

  private async create(name: string, content: RequestLaunchTemplateData, limits: CallLimits): Promise<Failure | null> {
    const { launch, identity } = this.settings;
    const Tags = tagList({ ...launch.tags, [TAG_POOL]: identity.pool });
    const TagSpecifications: TagSpecification[] = [{ ResourceType: "launch-template", Tags }];
    const input = { LaunchTemplateName: name, LaunchTemplateData: content, TagSpecifications };
    const answer = await this.api.createLaunchTemplate(input, limits);
    // One of this name has this content: somebody before us made it.
    if (answer.ok || answer.failure.code.startsWith("InvalidLaunchTemplateName.AlreadyExists")) return null;
    return answer.failure;
  }

  private of(variant: Variant) {
    const key = `${amiKey(variant)} ${variant.market}`;
    let known = this.names.get(key);
    if (known === undefined) {
      const content = this.contentOf(variant);
      known = { name: templateName(this.settings.identity.pool, content), content };
      this.names.set(key, known);
    }
    return known;
  }
}
