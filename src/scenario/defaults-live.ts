// Defaults of the `live` block, in the scenario's own words. What money may be spent has none: the user says it.

export const LIVE_DEFAULTS = {
  launch: {
    // AWS's parameter for its ECS image on x86_64; the controller takes the arm64 or GPU one where instances ask for it.
    imageSsmParameter: "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    // 30 GiB: the root volume of the ECS-optimised image, where billing.rootVolume is 0.
    rootVolumeGiB: 30,
    rootDevice: "/dev/xvda",
    // As AWS Batch's own images have it; the catalogue's usable memory is reckoned with it.
    reservedMemoryMiB: 32,
    deadManSwitch: "1h",
  },
  // A burst is bought within minutes, and a mistake costs no more than that.
  caps: {
    maxInstances: 100,
    maxLaunchesPerTick: 20,
    maxLaunchesPerTenMinutes: 100,
    maxTerminationsPerTick: 20,
    maxTerminationPercent: 25,
  },
  timing: {
    // Four attempts of a throttled call take 4.4 s: three such calls one after another.
    deadline: "12s",
    // A minute at the usual interval: what a predecessor has launched shows up by then.
    settleTicks: 4,
    freshness: "30s",
  },
  health: {
    // Karpenter's registration timeout, and cluster-autoscaler's max-node-provision-time.
    registrationTimeout: "15m",
    // Agents disconnect and come back several times an hour.
    disconnected: "5m",
    // cluster-autoscaler: ok-total-unready-count 3, max-total-unready-percentage 45.
    unhealthyShare: "45%",
    unhealthyCount: 3,
    failedLaunches: 5,
    unplaced: "30m",
    missing: "5m",
  },
  leaseDuration: "30s",
  folder: ".stowage/live",
  http: { host: "127.0.0.1", port: 9464 },
  batchReadsPerSecond: 5,
  logLevel: "info",
} as const;
