// The simulated world: how long things take, what goes wrong, what is billed beside the instances.

import { z } from "zod";
import { DEFAULTS } from "./defaults.js";
import { quota, spot } from "./schema-market.js";
import { distribution, duration, memorySize, mistake, text, usd } from "./schema-parts.js";

const failureRule = z
  .strictObject({
    kind: z
      .enum(["exit", "out-of-memory", "image-pull"])
      .describe("exit: with exitCode. out-of-memory: killed. image-pull: ends in STARTING."),
    probability: z.number().min(0).max(1).describe("Of each attempt, 0 to 1."),
    exitCode: z.int().min(1).max(255).optional().describe("Exit code of kind exit, 1 to 255; default: 1."),
    jobName: text
      .prefault(DEFAULTS.failure.jobName)
      .describe("Name of the jobs that it can strike, a trailing * stands for any end."),
  })
  .superRefine((rule, context) => {
    if (rule.exitCode !== undefined && rule.kind !== "exit") {
      mistake(context, "conflicting-keys", `exitCode has no meaning for ${rule.kind}`, ["exitCode"]);
    }
    if (rule.jobName.slice(0, -1).includes("*")) {
      mistake(context, "invalid-pattern", "a * stands only at the end", ["jobName"]);
    }
  });

const unmanaged = z
  .strictObject({
    placement: z
      .enum(["best-fit", "first-fit"])
      .prefault(DEFAULTS.unmanaged.placement)
      .describe("How AWS Batch chooses among instances with room (a model: AWS does not say)."),
    schedulerInterval: duration
      .prefault(DEFAULTS.unmanaged.schedulerInterval)
      .describe("How often AWS Batch's own scheduler looks at its queues (a model)."),
    earlyTick: duration
      .prefault(DEFAULTS.unmanaged.earlyTick)
      .describe("An interruption notice is acted upon at the next multiple of this; 0: at the next decision."),
    drain: duration.prefault(DEFAULTS.unmanaged.drain).describe("From DRAINING to termination at the least."),
    priceInterval: duration.prefault(DEFAULTS.unmanaged.priceInterval).describe("How often spot prices are read."),
  })
  .describe(
    "The world as live mode meets it: AWS Batch places the jobs, decisions hear of the world by looking at it. Default: decisions place, and hear of everything at once.",
  );

const delays = z.strictObject({
  decisionInterval: duration
    .prefault(DEFAULTS.world.decisionInterval)
    .describe("Time between decisions; 0 decides at every event."),
  pending: distribution.prefault(DEFAULTS.world.pending).describe("From the launch request to running: not billed."),
  boot: distribution.prefault(DEFAULTS.world.boot).describe("From running to ready for jobs: billed."),
  pull: distribution.prefault(DEFAULTS.world.pull).describe("Image pull of the first job on an instance."),
  cachedPull: distribution
    .prefault(DEFAULTS.world.cachedPull)
    .describe("Container start of later jobs, when the image is there."),
  stopDelay: distribution
    .prefault(DEFAULTS.world.stopDelay)
    .describe("How long a container goes on after SIGTERM; ECS kills it after 30 s."),
  failures: z
    .array(failureRule)
    .prefault([])
    .describe("What goes wrong beside what the jobs say; the first that strikes decides."),
  spot: spot.optional().describe("The spot market: a preset (undisturbed, calm, bad-day), or keys that override one."),
  unmanaged: unmanaged.optional(),
  quotas: z.array(quota).prefault([]).describe("vCPUs that the account may run at once; default: no limit."),
});

type Delays = z.output<typeof delays>;

/** The scheduling literature's world: nothing takes time but the jobs, and every event is decided on at once. */
const NO_TIME = { kind: "constant", valueMs: 0 } as const;
const IDEAL: Delays = {
  decisionInterval: 0,
  pending: NO_TIME,
  boot: NO_TIME,
  pull: NO_TIME,
  cachedPull: NO_TIME,
  stopDelay: NO_TIME,
  failures: [],
  quotas: [],
};

export const world = z.union([z.literal("ideal").transform((): Delays => IDEAL), delays]);

const fargate = z.strictObject({
  pricePerVcpuHour: usd.prefault(DEFAULTS.fargate.pricePerVcpuHour).describe("USD per vCPU and hour."),
  pricePerGibHour: usd.prefault(DEFAULTS.fargate.pricePerGibHour).describe("USD per GiB and hour."),
  spotDiscount: z
    .number()
    .min(0)
    .max(1)
    .prefault(DEFAULTS.fargate.spotDiscount)
    .describe("What FARGATE_SPOT costs less, as a share (a model: AWS advertises up to 70 %)."),
});

export const billing = z.strictObject({
  rootVolume: memorySize
    .prefault(DEFAULTS.billing.rootVolume)
    .describe("gp3 root volume of each instance, rounded up to whole GiB; 0: not billed."),
  publicIpv4: z
    .boolean()
    .prefault(DEFAULTS.billing.publicIpv4)
    .describe("Whether each instance pays for a public address."),
  fargate: fargate.prefault({}).describe("Prices of Fargate: default us-east-1's for Linux on x86."),
});
