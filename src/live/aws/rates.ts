// How often we ask AWS: a token bucket per class of calls, at half of what AWS allows an account, since we are not alone in it.
// EC2 and ECS publish their buckets (EC2 API throttling, ECS request throttling); AWS Batch publishes none but SubmitJob's.

import type { Clock } from "../ports.js";

export interface Rate {
  /** Calls that may be made at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Of an account's bucket. */
const OUR_SHARE = 0.5;
/** Of Batch's reads: the first look at full queues asks much at once. */
export const BATCH_BURST_SECONDS = 10;

/** An account's buckets, each for some "Service.Operation"; the first match counts. What matches none is not limited. */
const BUCKETS: readonly { readonly name: string; readonly calls: RegExp; readonly rate: Rate }[] = [
  // SubmitJob's quota; nothing is published of the others.
  { name: "batch-change", calls: /^Batch\.(?!Describe|List|Get)/, rate: { burst: 50, perSecond: 50 } },
  { name: "ec2-read", calls: /^EC2\.(Describe|Get)/, rate: { burst: 100, perSecond: 20 } },
  { name: "ec2-terminate", calls: /^EC2\.TerminateInstances$/, rate: { burst: 100, perSecond: 5 } },
  { name: "ec2-change", calls: /^EC2\./, rate: { burst: 50, perSecond: 5 } },
  {
    name: "ecs-read",
    calls: /^ECS\.(Describe|List)(ContainerInstances|Tasks)$/,
    rate: { burst: 100, perSecond: 20 },
  },
  {
    name: "ecs-change", // Batch's own RunTask and StopTask are in it
    calls: /^ECS\.(UpdateContainerInstancesState|DeregisterContainerInstance)$/,
    rate: { burst: 100, perSecond: 40 },
  },
  { name: "ecs-other", calls: /^ECS\./, rate: { burst: 50, perSecond: 20 } },
  { name: "ssm", calls: /^SSM\./, rate: { burst: 40, perSecond: 40 } },
];

const BATCH_READ = /^Batch\.(Describe|List|Get)/;

/** The buckets of one account and region. */
export class Rates {
  private readonly buckets = new Map<string, Bucket>();
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly batchReads: Rate;

  /** `random`: uniform in [0, 1). */
  constructor(clock: Clock, random: () => number, batchReadsPerSecond: number) {
    this.clock = clock;
    this.random = random;
    const burst = Math.max(1, BATCH_BURST_SECONDS * batchReadsPerSecond);
    this.batchReads = { burst, perSecond: batchReadsPerSecond };
  }

  /** Reads per second that are allowed in the long run, by service. */
  get allowed(): Readonly<Record<"Batch" | "EC2" | "ECS", number>> {
    const perSecond = (call: string) => this.rateOf(call)!.rate.perSecond;
    return {
      Batch: this.batchReads.perSecond,
      EC2: perSecond("EC2.DescribeInstances"),
      ECS: perSecond("ECS.DescribeContainerInstances"),
    };
  }

  /** Resolves when the call may be made; false when the signal aborted before. `call`: "Service.Operation". */
  async take(call: string, signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted) return false;
    const bucket = this.bucketOf(call);
    if (bucket === undefined) return true;
    const waitMs = bucket.take(this.clock.monotonicMs());
    if (waitMs === 0) return true;
    // Full jitter over one more token, so that several controllers of one account do not march in step.
    await this.clock.sleep(waitMs + this.random() * bucket.tokenMs, signal);
    if (!signal?.aborted) return true;
    bucket.putBack();
    return false;
  }

  private bucketOf(call: string): Bucket | undefined {
    const found = this.rateOf(call);
    if (found === undefined) return undefined;
    const known = this.buckets.get(found.name);
    if (known !== undefined) return known;
    const bucket = new Bucket(found.rate, this.clock.monotonicMs());
    this.buckets.set(found.name, bucket);
    return bucket;
  }

  private rateOf(call: string): { readonly name: string; readonly rate: Rate } | undefined {
    if (BATCH_READ.test(call)) return { name: "batch-read", rate: this.batchReads };
    const match = BUCKETS.find(({ calls }) => calls.test(call));
    if (match === undefined) return undefined;
    const { burst, perSecond } = match.rate;
    return { name: match.name, rate: { burst: burst * OUR_SHARE, perSecond: perSecond * OUR_SHARE } };
  }
}

/** Tokens may go below zero: whoever takes one that is not there yet has reserved it, and is told how long to wait. */
class Bucket {
  /** Until one token comes. */
  readonly tokenMs: number;
  private readonly burst: number;
  private tokens: number;
  private countedMs: number;

  constructor({ burst, perSecond }: Rate, nowMs: number) {
    this.tokenMs = 1000 / perSecond;
    this.burst = burst;
    this.tokens = burst;
    this.countedMs = nowMs;
  }

  take(nowMs: number): number {
    this.tokens = Math.min(this.burst, this.tokens + (nowMs - this.countedMs) / this.tokenMs);
    this.countedMs = nowMs;
    this.tokens--;
    return this.tokens >= 0 ? 0 : -this.tokens * this.tokenMs;
  }

  putBack(): void {
    this.tokens = Math.min(this.burst, this.tokens + 1);
  }
}
