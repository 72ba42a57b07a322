// The AMIs, and the launch templates that they go into: one for each architecture, with GPUs and without.

import type { Image } from "@aws-sdk/client-ec2";
import { InputError } from "../../base/issues.js";
import { amiParameter } from "../execute/ami.js";
import { amiKey, templateContent, type Variant, variantOf } from "../execute/launch-template.js";
import { NotThere } from "./ask.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

const AMI_ID = /\bami-[0-9a-f]{8,17}\b/;

export async function checkImages(facts: Facts, report: Report): Promise<void> {
  const variants = variantsOf(facts);
  if (variants.length === 0) throw new NotThere("no instance type is allowed in a zone that has a subnet");
  const idOf = new Map<string, string>();
  for (const variant of variants) {
    const key = amiKey(variant);
    if (!idOf.has(key)) idOf.set(key, await imageId(facts, variant, report));
  }
  const ids = [...new Set(idOf.values())].filter((id) => id !== "");
  const images = ids.length === 0 ? [] : await facts.images(ids);
  for (const [key, id] of idOf) {
    if (id !== "")
      checkImage(
        facts,
        key,
        id,
        images.find(({ ImageId }) => ImageId === id),
        report,
      );
  }
  const clusterArn = await facts.clusterArn();
  for (const variant of variants) renderTemplate(facts, variant, clusterArn, idOf.get(amiKey(variant))!, report);
}

/** Each once. */
function variantsOf({ context: { tables }, pools }: Facts): Variant[] {
  const all = pools.map((pool) => variantOf(tables, pool));
  return [...new Map(all.map((variant) => [`${amiKey(variant)} ${variant.market}`, variant])).values()];
}

/** "": none can be had, which has been told. */
async function imageId(facts: Facts, variant: Variant, report: Report): Promise<string> {
  const { ami } = facts.context.settings.launch;
  if (ami.kind === "id") return ami.id;
  const parameter = amiParameter(ami.parameter, variant);
  if (parameter === undefined) {
    report.error(`AWS publishes no ECS AMI for ${amiKey(variant)}`, "name one by live.launch.imageId");
    return "";
  }
  const value = await facts.parameter(parameter);
  const id = AMI_ID.exec(value)?.[0] ?? "";
  if (id === "") {
    const what = `the SSM parameter ${parameter} holds no AMI id: "${value.slice(0, 80)}"`;
    report.error(what, "live.launch.imageSsmParameter must name a parameter with one");
  }
  return id;
}

function checkImage(facts: Facts, key: string, id: string, image: Image | undefined, report: Report): void {
  const { rootDevice, rootVolumeGib } = facts.context.settings.launch;
  const architecture = key.split(" ")[0]!;
  if (image === undefined || image.State !== "available") {
    report.error(`${id} is ${image?.State ?? "not there"}`, "name an AMI that is available in this region");
    return;
  }
  const before = report.findings.length;
  if (image.Architecture !== architecture) {
    report.error(`${id} is for ${image.Architecture}, the instance types are ${architecture}`, "name an AMI for them");
  }
  if (image.RootDeviceName !== undefined && image.RootDeviceName !== rootDevice) {
    const what = `the root device of ${id} is ${image.RootDeviceName}, not ${rootDevice}`;
    report.error(what, "set live.launch.rootDevice: else hosts get a second, empty volume and a small root");
  }
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName);
  const leastGib = root?.Ebs?.VolumeSize ?? 0;
  if (leastGib > rootVolumeGib) {
    report.error(`${id} needs ${leastGib} GiB, live.launch.rootVolumeGiB is ${rootVolumeGib}`, "make it larger");
  }
  if (report.findings.length === before) report.ok(`${key}: ${id} (${image.Name ?? "without a name"})`);
}

function renderTemplate(facts: Facts, variant: Variant, clusterArn: string, id: string, report: Report): void {
  const { settings } = facts.context;
  try {
    templateContent({ settings, clusterArn, imageId: id, variant });
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown;
    for (const { message, hint = "" } of thrown.issues) report.error(message, hint);
  }
}
