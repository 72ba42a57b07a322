// Requests by class in typed arrays: the hot path looks a job's request up by its class, without touching an object.

import { mostClasses, type SystemTables } from "./tables.js";

export interface ClassRequests {
  readonly vcpuMilli: Int32Array;
  readonly memoryMib: Int32Array;
  readonly gpuMilli: Int32Array;
}

/** What a job of each class asks for; there is room for the classes that are still to come. */
export function requestsByClass(tables: SystemTables): ClassRequests {
  const count = mostClasses(tables);
  const requests = {
    vcpuMilli: new Int32Array(count),
    memoryMib: new Int32Array(count),
    gpuMilli: new Int32Array(count),
  };
  for (let jobClass = 0; jobClass < tables.classes.length; jobClass++) addRequest(requests, tables, jobClass);
  return requests;
}

/** Takes up what jobs of one class ask for. */
export function addRequest(requests: ClassRequests, { classes, shapes }: SystemTables, jobClass: number): void {
  const { vcpuMilli, memoryMib, gpuMilli } = shapes[classes[jobClass]!.shape]!;
  requests.vcpuMilli[jobClass] = vcpuMilli;
  requests.memoryMib[jobClass] = memoryMib;
  requests.gpuMilli[jobClass] = gpuMilli;
}
