// How EC2 bills an instance, as parameters of a run.

import { MS_PER_HOUR } from "../base/units.js";

export interface Billing {
  /** Shortest billed life of an instance, milliseconds (Linux: 60 s). */
  readonly minimumMs: number;
  /** Root volume, micro-USD per instance-hour (0: not billed). */
  readonly rootVolumeMicroUsdPerHour: number;
  /** Public IPv4 address, micro-USD per instance-hour (0: none). */
  readonly publicIpv4MicroUsdPerHour: number;
}

/**
 * A spot instance that EC2 takes before it has run so long costs nothing (Linux: "Billing for interrupted Spot Instances"
 * in the EC2 User Guide); its volume and its address do. None of this holds when we end it.
 */
export const SPOT_REFUND_BEFORE_MS = MS_PER_HOUR;

/**
 * Where every dollar of the bill goes; the categories partition it. For an instance with a share u_r of resource r in use
 * and w_r the share of its price that r stands for (sum of w_r = 1), D = max u_r is the occupied share, and
 * 1 = sum w_r u_r (useful, rework or pull) + sum w_r (D - u_r) (stranded) + (1 - D) (unfilled or tail or idle).
 */
export const COST_CATEGORIES = [
  /** Resources held by running attempts that succeeded. */
  "useful",
  /** Resources held by running attempts that failed, retried or not, but for what a checkpoint saved. */
  "rework",
  /** Resources held by jobs whose image is still being pulled. */
  "pull",
  /** Billed time from running to registered, when no job can be placed. */
  "boot",
  /** Registered without any job. */
  "idle",
  /** Room left beside running jobs that later jobs still came to use. */
  "unfilled",
  /** Room left beside running jobs after the last placement: the wait for the last job to end. */
  "tail",
  /** vCPUs that could not be used because another resource was fuller. */
  "strandedVcpu",
  /** Memory that could not be used because another resource was fuller. */
  "strandedMemory",
  /** GPUs that could not be used because another resource was fuller. */
  "strandedGpu",
  /** The part of the 60 s minimum charge beyond the life of the instance. */
  "minimumCharge",
  /** Root volumes. */
  "storage",
  /** Public IPv4 addresses. */
  "publicIpv4",
] as const;
export type CostCategory = (typeof COST_CATEGORIES)[number];
