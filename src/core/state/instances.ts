// Instances as columns. An instance number is dense, given at launch, never reused: a number costs some sixty bytes, and a
// fleet that launches a thousand instances a day needs years to make that matter.

import { assert } from "../../base/assert.js";

export const InstanceStatus = {
  /** Asked for; EC2 has not answered. Not billed. */
  Requested: 0,
  /** EC2 says running, ECS agent not yet registered. Billed, cannot take jobs. */
  Booting: 1,
  /** Can take jobs. */
  Registered: 2,
  /** Termination was asked for; takes no jobs. */
  Terminating: 3,
  /** Terminated, or never launched. */
  Gone: 4,
} as const;
export type InstanceStatus = (typeof InstanceStatus)[keyof typeof InstanceStatus];

export class Instances {
  count = 0;
  status = new Uint8Array(64);
  pool = new Int32Array(64);
  environment = new Int32Array(64);
  instanceType = new Int32Array(64);
  freeVcpuMilli = new Int32Array(64);
  freeMemoryMib = new Int32Array(64);
  freeGpuMilli = new Int32Array(64);
  /** Jobs placed on it now. */
  jobs = new Int32Array(64);
  /** When it last became empty (or registered); meaningful while it is registered and has no job. */
  idleSinceMs = new Float64Array(64);

  /** Makes room for one more and returns its number. */
  add(): number {
    if (this.count === this.status.length) this.grow();
    return this.count++;
  }

  private grow(): void {
    const capacity = this.status.length * 2;
    assert(capacity < 2 ** 28, "too many instances for one run");
    this.status = copyInto(new Uint8Array(capacity), this.status);
    this.pool = copyInto(new Int32Array(capacity), this.pool);
    this.environment = copyInto(new Int32Array(capacity), this.environment);
    this.instanceType = copyInto(new Int32Array(capacity), this.instanceType);
    this.freeVcpuMilli = copyInto(new Int32Array(capacity), this.freeVcpuMilli);
    this.freeMemoryMib = copyInto(new Int32Array(capacity), this.freeMemoryMib);
    this.freeGpuMilli = copyInto(new Int32Array(capacity), this.freeGpuMilli);
    this.jobs = copyInto(new Int32Array(capacity), this.jobs);
    this.idleSinceMs = copyInto(new Float64Array(capacity), this.idleSinceMs);
  }
}

function copyInto<T extends Uint8Array | Int32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
