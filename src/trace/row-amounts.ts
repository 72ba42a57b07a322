// What a row's job asks for: vCPUs, memory and GPUs, completed by its definition and the defaults, rounded up to whole units.

import type { AdjustmentCode, RejectionCode } from "./admission-reasons.js";
import type { TraceDefinition, TraceFileOptions } from "./options.js";
import { MAX_AMOUNT, wholeMib, wholeMilli } from "./quantities.js";
import type { RawJob } from "./raw-job.js";

/** What a row says, checked. An amount that is kept as missing is 0. */
export class RowAmounts {
  vcpuMilli = 0;
  memoryMib = 0;
  gpuMilli = 0;
  private readonly options: TraceFileOptions;
  private readonly onAdjustment: (code: AdjustmentCode) => void;

  constructor(options: TraceFileOptions, onAdjustment: (code: AdjustmentCode) => void) {
    this.options = options;
    this.onAdjustment = onAdjustment;
  }

  /** Takes a row of this queue; returns why it cannot be used. The row wins over its definition, that over the defaults. */
  take(raw: RawJob, queue: string, definition: TraceDefinition | undefined): RejectionCode | undefined {
    return (
      this.takeVcpus(raw.vcpus, definition) ??
      this.takeMemory(raw.memoryMib, queue, definition) ??
      this.takeGpus(raw.gpus, definition)
    );
  }

  private takeVcpus(requested: number, definition: TraceDefinition | undefined): RejectionCode | undefined {
    let vcpus = requested;
    if (Number.isNaN(vcpus) || vcpus === 0) {
      if (definition?.vcpuMilli !== undefined) {
        this.vcpuMilli = definition.vcpuMilli;
        return undefined;
      }
      if (this.options.defaults.vcpus === undefined) return this.withoutVcpus(vcpus);
      vcpus = this.options.defaults.vcpus;
      this.onAdjustment("default-vcpus");
    }
    this.vcpuMilli = wholeMilli(vcpus);
    return vcpus < 0 || this.vcpuMilli > MAX_AMOUNT ? "bad-vcpus" : undefined;
  }

  private withoutVcpus(vcpus: number): RejectionCode | undefined {
    if (this.options.purpose === "replay") return vcpus === 0 ? "zero-vcpus" : "no-vcpus";
    this.vcpuMilli = 0;
    this.onAdjustment("missing-vcpus");
    return undefined;
  }

  /** Comes after takeVcpus: a default may be per vCPU. */
  private takeMemory(
    requestedMib: number,
    queue: string,
    definition: TraceDefinition | undefined,
  ): RejectionCode | undefined {
    if (!Number.isNaN(requestedMib) && requestedMib !== 0) {
      this.memoryMib = wholeMib(requestedMib);
      return requestedMib < 0 || this.memoryMib > MAX_AMOUNT ? "bad-memory" : undefined;
    }
    if (definition?.memoryMib !== undefined) {
      this.memoryMib = definition.memoryMib;
      return undefined;
    }
    const { memoryMib, memoryMibPerVcpu } = this.options.defaults;
    if (memoryMib === undefined && memoryMibPerVcpu === undefined) return this.withoutMemory(requestedMib, queue);
    this.onAdjustment("default-memory");
    this.memoryMib = wholeMib(memoryMib ?? (memoryMibPerVcpu! * this.vcpuMilli) / 1_000);
    return this.memoryMib > MAX_AMOUNT ? "bad-memory" : undefined;
  }

  private withoutMemory(requestedMib: number, queue: string): RejectionCode | undefined {
    this.memoryMib = 0;
    if (this.options.purpose === "import") {
      this.onAdjustment("missing-memory");
      return undefined;
    }
    if (this.options.queuesWithoutMemory?.has(queue)) return undefined;
    return requestedMib === 0 ? "zero-memory" : "no-memory";
  }

  private takeGpus(requested: number, definition: TraceDefinition | undefined): RejectionCode | undefined {
    if (Number.isNaN(requested)) {
      this.gpuMilli = definition?.gpuMilli ?? 0; // a trace without a GPU amount is one of jobs without GPUs
      return undefined;
    }
    if (requested < 0) return "bad-gpus";
    const exactMilli = requested === 0 ? 0 : wholeMilli(requested);
    if (exactMilli > MAX_AMOUNT) return "bad-gpus";
    const wholeGpusMilli = Math.ceil(exactMilli / 1_000) * 1_000;
    const roundsUp = this.options.gpuSharing === "round-up" && wholeGpusMilli !== exactMilli;
    if (roundsUp) this.onAdjustment("gpu-share-rounded-up");
    this.gpuMilli = roundsUp ? wholeGpusMilli : exactMilli;
    return undefined;
  }
}
