// The part `live.launch`: how instances are made. It becomes our launch template.

import { z } from "zod";
import { LIVE_DEFAULTS } from "./defaults-live.js";
import { describeValue } from "./finding.js";
import { durationOr, mistake, text } from "./schema-parts.js";

/** EC2's limits of tags: keys of 128 characters, values of 256. */
const LONGEST_TAG_KEY = 128;
const LONGEST_TAG_VALUE = 256;
/** EBS: "gp3: 1 GiB - 16 TiB", larger ones in few places. */
const LARGEST_VOLUME_GIB = 16_384;
/** A host that keeps more than this for its system is no host for jobs. */
const MOST_RESERVED_MIB = 65_536;
/** A text of AWS's with a form of its own; `hint` shows one that is right. */
export function formed(pattern: RegExp, what: string, hint: string) {
  return text.superRefine((given, context) => {
    if (!pattern.test(given)) {
      mistake(context, "invalid-value", `expected ${what}, got ${describeValue(given)}`, [], hint);
    }
  });
}

const zoneId = formed(/-az\d+$/, "a zone id such as use1-az1", "zone names such as us-east-1a differ between accounts");
const subnetId = formed(/^subnet-[0-9a-f]{8,17}$/, "a subnet id", "for example subnet-0123456789abcdef0");
const groupId = formed(/^sg-[0-9a-f]{8,17}$/, "a security group id", "for example sg-0123456789abcdef0");
const imageId = formed(/^ami-[0-9a-f]{8,17}$/, "an AMI id", "for example ami-0123456789abcdef0");
const tags = z.record(z.string(), z.string().max(LONGEST_TAG_VALUE)).superRefine((given, context) => {
  for (const key of Object.keys(given)) {
    if (/^(aws|stowage):/i.test(key)) {
      mistake(context, "reserved-name", "tags that begin with aws: or stowage: cannot be chosen", [key]);
    } else if (key === "" || key.length > LONGEST_TAG_KEY) {
      mistake(context, "invalid-value", `a tag's key has 1 to ${LONGEST_TAG_KEY} characters`, [key]);
    }
  }
});

/** ECS: names of 128 characters, values that hold no line break, which would end the agent's setting. */
const attributes = z.record(z.string(), z.string()).superRefine((given, context) => {
  for (const [key, value] of Object.entries(given)) {
    if (/^(ecs|com\.amazonaws|stowage)\./i.test(key)) {
      mistake(
        context,
        "reserved-name",
        "attributes that begin with ecs., com.amazonaws. or stowage. cannot be chosen",
        [key],
      );
    } else if (!/^[\w./-]{1,128}$/.test(key)) {
      mistake(context, "invalid-value", "an attribute's name has letters, digits, and . _ - / (at most 128)", [key]);
    }
    if (!/^[\w.\-:/\\@ ]{0,128}$/.test(value)) {
      mistake(context, "invalid-value", "an attribute's value has letters, digits, space, and . _ - : / \\ @", [key]);
    }
  }
});

const subnet = z.strictObject({
  subnetId: subnetId.describe("Subnet; one for each zone."),
  zoneId: zoneId.describe("Availability Zone id that it lies in."),
});

export const launch = z
  .strictObject({
    subnets: z.array(subnet).min(1).max(20).describe("Where instances are launched: one subnet for each zone."),
    securityGroupIds: z.array(groupId).min(1).max(16).describe("Security groups; they must let hosts reach ECS."),
    instanceProfile: text.describe("Instance profile, name or ARN, with AmazonEC2ContainerServiceforEC2Role."),
    imageId: imageId.optional().describe("AMI; not together with imageSsmParameter."),
    imageSsmParameter: text
      .optional()
      .describe(
        "SSM parameter that holds the AMI, read once at the start. Default: AWS's for ECS on Amazon Linux 2023.",
      ),
    keyName: text.optional().describe("SSH key pair; default: none."),
    rootVolumeGiB: z
      .int()
      .min(1)
      .max(LARGEST_VOLUME_GIB)
      .optional()
      .describe("gp3 root volume; default: billing.rootVolume, and 30 where that is 0."),
    rootDevice: text.prefault(LIVE_DEFAULTS.launch.rootDevice).describe("The AMI's root device."),
    userData: z.string().prefault("").describe("Shell lines that hosts run before the ECS agent starts."),
    tags: tags.prefault({}).describe("Tags of instances, volumes and network interfaces, beside our own."),
    attributes: attributes.prefault({}).describe("ECS container instance attributes, beside our own."),
    reservedMemoryMiB: z
      .int()
      .min(0)
      .max(MOST_RESERVED_MIB)
      .prefault(LIVE_DEFAULTS.launch.reservedMemoryMiB)
      .describe("Memory that jobs do not get (ECS_RESERVED_MEMORY)."),
    deadManSwitch: durationOr("never")
      .prefault(LIVE_DEFAULTS.launch.deadManSwitch)
      .describe("Hosts power themselves off when no task has run for so long; or never."),
    publicIp: z.boolean().optional().describe("Whether hosts get a public address; default: billing.publicIpv4."),
  })
  .superRefine(({ imageId: id, imageSsmParameter, deadManSwitch }, context) => {
    if (id !== undefined && imageSsmParameter !== undefined) {
      mistake(context, "conflicting-keys", "imageId and imageSsmParameter exclude each other", ["imageSsmParameter"]);
    }
    if (deadManSwitch === 0)
      mistake(context, "out-of-range", "must be greater than 0", ["deadManSwitch"], "or the word never");
  });
