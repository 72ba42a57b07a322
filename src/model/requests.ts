// Requests by class in typed arrays: the hot path looks a job's request up by its class, without touching an object.

import type { SystemTables } from "./tables.js";

export interface ClassRequests {
  readonly vcpuMilli: Int32Array;
  readonly memoryMib: Int32Array;
  readonly gpuMilli: Int32Array;
}

/** What a job of each class asks for. */
export function requestsByClass({ classes, shapes }: SystemTables): ClassRequests {
  return {
    vcpuMilli: Int32Array.from(classes, ({ shape }) => shapes[shape]!.vcpuMilli),
    memoryMib: Int32Array.from(classes, ({ shape }) => shapes[shape]!.memoryMib),
    gpuMilli: Int32Array.from(classes, ({ shape }) => shapes[shape]!.gpuMilli),
  };
}
