// Every default of the scenario language, in the language itself. The schema, the editor schema and the reference page
// take them from here.

export const DEFAULTS = {
  region: "us-east-1",
  seed: 1,
  gpuSharing: "round-up",
  unplaceable: "fail",
  timeZone: "UTC",
  synthetic: { dailyCycle: 0.6, burstSize: 20 },
  shape: { gpus: 0, weight: 1 },
  jobQueue: { name: "main", priority: 1 },
  computeResources: { minvCpus: 0, instanceTypes: ["optimal"] },
  strategies: [{ name: "best-fit" }],
  strategy: {
    provisioning: "best-fit",
    placement: "best-fit",
    // AWS Batch's own queues are FIFO with head-of-line blocking.
    queueDiscipline: "fifo",
    idleDelay: "60s",
    maxShare: 1,
    maxLaunchesPerDecision: 100,
  },
  world: {
    decisionInterval: "15s",
    pending: "10s",
    boot: { median: "2m", p95: "4m" },
    pull: { median: "20s", p95: "60s" },
    cachedPull: "1s",
  },
  // 30 GiB: the root volume of the ECS-optimised Amazon Linux image.
  billing: { rootVolume: "30 GiB", publicIpv4: false },
} as const;
