// Every default of the scenario language, in the language itself. The schema, the editor schema and the reference page
// take them from here.

export const DEFAULTS = {
  region: "us-east-1",
  seed: 1,
  gpuSharing: "round-up",
  unplaceable: "fail",
  timeZone: "UTC",
  release: "recorded",
  transform: { align: "recorded" },
  synthetic: { dailyCycle: 0.6, burstSize: 20 },
  shape: { gpus: 0, weight: 1 },
  jobQueue: { name: "main", priority: 1 },
  traceLimits: "estimate",
  job: { submit: "0s", repeat: 1 },
  attempt: { exitCode: 0, cannotStart: false },
  // As AWS Batch has them.
  fairshare: { weightFactor: 1, shareDecaySeconds: 0, computeReservation: 0 },
  consumableResource: { resourceType: "REPLENISHABLE" },
  computeResources: { minvCpus: 0, instanceTypes: ["optimal"] },
  fixedFleet: { pricePerProcessorHour: 0 },
  strategies: ["best-fit"],
  // One job in ten may take longer: backfilling on medians delays the head too often (see docs/decisions).
  learnedQuantile: 0.9,
  world: {
    decisionInterval: "15s",
    pending: "10s",
    boot: { median: "2m", p95: "4m" },
    pull: { median: "20s", p95: "60s" },
    cachedPull: "1s",
    stopDelay: "0s",
  },
  // Batch's cycle is not published: a few seconds. The others are live mode's own defaults.
  unmanaged: {
    placement: "best-fit",
    schedulerInterval: "5s",
    earlyTick: "3s",
    drain: "15s",
    priceInterval: "10m",
  },
  capacityTrace: { scale: 1 },
  failure: { exitCode: 1, jobName: "*" },
  // 30 GiB: the root volume of the ECS-optimised Amazon Linux image.
  billing: { rootVolume: "30 GiB", publicIpv4: false },
  // AWS's list prices for Linux on x86 in us-east-1. Fargate Spot has no published price history: AWS advertises up to 70 % off.
  fargate: { pricePerVcpuHour: 0.04048, pricePerGibHour: 0.004445, spotDiscount: 0.7 },
} as const;
