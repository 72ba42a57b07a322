// Subnets and security groups: where hosts are launched, and whether they can get out from there.

import type { SecurityGroup, Subnet } from "@aws-sdk/client-ec2";
import type { LiveSettings, LiveSubnet } from "../../model/live-settings.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

/** Fewer free addresses than this are soon used up by anything else in the subnet. */
const FEW_ADDRESSES = 16;

export async function checkNetwork(facts: Facts, report: Report): Promise<void> {
  const { settings } = facts.context;
  const subnets = await facts.subnets();
  let free = 0;
  for (const wanted of settings.launch.subnets) {
    const subnet = subnets.find(({ SubnetId }) => SubnetId === wanted.subnetId);
    checkSubnet(wanted, subnet, report);
    free += subnet?.AvailableIpAddressCount ?? 0;
  }
  if (free < settings.caps.maxInstances) {
    const what = `the subnets have ${free} free addresses together, the caps allow ${settings.caps.maxInstances} instances`;
    report.warning(what, "use larger subnets, or lower live.caps.maxInstances");
  }
  checkGroups(settings, await facts.securityGroups(), subnets, report);
}

function checkSubnet({ subnetId, zoneId }: LiveSubnet, subnet: Subnet | undefined, report: Report): void {
  if (subnet === undefined) {
    report.error(`there is no subnet ${subnetId}`, "correct live.launch.subnets");
    return;
  }
  const { AvailabilityZoneId, AvailabilityZone, AvailableIpAddressCount: free = 0 } = subnet;
  if (AvailabilityZoneId !== zoneId) {
    const hint = "correct live.launch.subnets: zone names differ between accounts, zone ids do not";
    report.error(`${subnetId} lies in ${AvailabilityZoneId} (${AvailabilityZone}), not in ${zoneId}`, hint);
  }
  const what = `${subnetId} in ${zoneId} has ${free} free addresses`;
  if (free < FEW_ADDRESSES) report.warning(what, "each host takes one: use a larger subnet");
  else report.ok(what);
}

function checkGroups(
  { launch }: LiveSettings,
  groups: readonly SecurityGroup[],
  subnets: readonly Subnet[],
  report: Report,
): void {
  const networks = new Set(subnets.flatMap(({ VpcId }) => VpcId ?? []));
  if (networks.size > 1) {
    report.error(`the subnets lie in several VPCs: ${[...networks].join(", ")}`, "security groups belong to one VPC");
  }
  for (const id of launch.securityGroupIds) {
    const group = groups.find(({ GroupId }) => GroupId === id);
    if (group === undefined) {
      report.error(`there is no security group ${id}`, "correct live.launch.securityGroupIds");
    } else if (group.VpcId !== undefined && !networks.has(group.VpcId)) {
      report.error(`${id} belongs to ${group.VpcId}, where no subnet of ours lies`, "name one of the subnets' VPC");
    }
  }
  const letsOut = groups.some(({ IpPermissionsEgress = [] }) => IpPermissionsEgress.length > 0);
  if (groups.length > 0 && !letsOut) {
    const hint = "hosts must reach ECS, ECR and CloudWatch Logs: allow egress on port 443";
    report.error("no security group lets anything out", hint);
  } else if (groups.length > 0) {
    const way = launch.publicIp
      ? "hosts get public addresses"
      : "hosts get no public address: a NAT gateway or VPC endpoints must be there";
    report.ok(`the security groups are there and let hosts out; ${way}`);
  }
}
