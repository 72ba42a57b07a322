// A scenario with a `live` block that is right, and the same with something changed.

/** Lines of the smallest right one. The part under test is replaced by text. */
export const LIVE_SCENARIO = `trace:
  synthetic:
    jobs: 10
    duration: 1h
    shapes: [{ name: a, vcpus: 1, memory: 1 GiB, runtime: 1m }]
jobQueues:
  - { jobQueueName: q, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }
computeEnvironments:
  - computeEnvironmentName: spot
    type: UNMANAGED
    computeResources: { type: SPOT, maxvCpus: 256, zones: [use1-az1, use1-az4] }
live:
  account: "123456789012"
  launch:
    subnets:
      - { subnetId: subnet-0000000000000001a, zoneId: use1-az1 }
      - { subnetId: subnet-0000000000000004a, zoneId: use1-az4 }
    securityGroupIds: [sg-00000000000000001]
    instanceProfile: ecsInstanceRole
  caps: { maxUsdPerHour: $25, maxUsdPerDay: $200 }
  lease: { dynamodb: stowage-lease }
`;

/** The scenario with `from` replaced by `to`; fails when there is no `from`. */
export function changed(from: string | RegExp, to: string): string {
  const text = LIVE_SCENARIO.replace(from, to);
  if (text === LIVE_SCENARIO) throw new Error(`nothing to replace: ${String(from)}`);
  return text;
}

/** Lines added to the block `live`. */
export function andLive(...lines: string[]): string {
  return `${LIVE_SCENARIO}${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** Lines added to `live.launch`. */
export function andLaunch(...lines: string[]): string {
  return changed("    instanceProfile", `${lines.map((line) => `    ${line}\n`).join("")}    instanceProfile`);
}
