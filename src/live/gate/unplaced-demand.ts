// Breaker (c): jobs of a shape (vCPU, memory, GPU) that wait though there is room for them, for so long that more room will not
// help: an image that cannot be pulled, a role that is missing, a volume of another zone. No further room is bought for them.
//
// A shape counts as stuck when for `unplacedMs` without a break some of its jobs were RUNNABLE, some instance had room for one, and
// none of them started. It is forgotten when one starts or none waits any more; and when for `unplacedMs` there has been no room
// for it, so that it is bought for once more: whoever has mended it need not restart anything.
//
// A launch does not say for whom it is. While a shape is stuck, no more instances may be on their way than other jobs wait: each
// of those needs one at most.

import { MILLI } from "../../base/units.js";
import type { JobRequest, Observation, SeenInstance, SeenJob } from "../observation.js";
import { counted, duration, vcpus } from "../operate/words.js";
import type { Clock } from "../ports.js";

interface Room {
  vcpuMilli: number;
  memoryMib: number;
  gpuMilli: number;
  tasks: number;
}

interface Shape {
  readonly request: JobRequest;
  waiting: number;
  /** There has been room since, and none has started; NaN: there is none. */
  roomSinceMs: number;
  /** There has been no room since; NaN: there is. */
  noRoomSinceMs: number;
  isStuck: boolean;
}

export class UnplacedDemand {
  private readonly unplacedMs: number;
  private readonly clock: Clock;
  /** Shapes with RUNNABLE jobs, by their figures. */
  private shapes = new Map<string, Shape>();
  /** Jobs that were STARTING or RUNNING in the last look. */
  private active = new Set<string>();

  constructor(unplacedMs: number, clock: Clock) {
    this.unplacedMs = unplacedMs;
    this.clock = clock;
  }

  get open(): readonly string[] {
    return this.stuck().map((shape) => this.words(shape));
  }

  /** How many more instances may be on their way beside those that are. */
  left(onTheirWay: number): number {
    if (this.stuck().length === 0) return Number.POSITIVE_INFINITY;
    const others = [...this.shapes.values()].filter(({ isStuck }) => !isStuck);
    const waiting = others.reduce((sum, shape) => sum + shape.waiting, 0);
    return Math.max(0, waiting - onTheirWay);
  }

  /** A look whose jobs and instances were read whole. */
  look(observation: Observation): void {
    const started = this.takeStarted(observation);
    const rooms = roomsOf(observation);
    const before = this.shapes;
    this.shapes = waitingShapes(observation);
    for (const [key, shape] of this.shapes) {
      const last = before.get(key);
      if (last !== undefined && !started.has(key)) {
        shape.roomSinceMs = last.roomSinceMs;
        shape.noRoomSinceMs = last.noRoomSinceMs;
        shape.isStuck = last.isStuck;
      }
      this.takeRoom(
        shape,
        rooms.some((room) => fits(shape.request, room)),
      );
    }
  }

  private takeRoom(shape: Shape, isRoom: boolean): void {
    const nowMs = this.clock.monotonicMs();
    if (isRoom) {
      shape.noRoomSinceMs = Number.NaN;
      if (Number.isNaN(shape.roomSinceMs)) shape.roomSinceMs = nowMs;
      if (nowMs - shape.roomSinceMs >= this.unplacedMs) shape.isStuck = true;
      return;
    }
    shape.roomSinceMs = Number.NaN;
    if (Number.isNaN(shape.noRoomSinceMs)) shape.noRoomSinceMs = nowMs;
    if (nowMs - shape.noRoomSinceMs >= this.unplacedMs) shape.isStuck = false;
  }

  /** Shapes of which a job has started since the last look. */
  private takeStarted({ jobs, ends }: Observation): Set<string> {
    const started = new Set<string>();
    const active = new Set<string>();
    for (const { jobId, status, request } of jobs) {
      if (status === "RUNNABLE") continue;
      active.add(jobId);
      if (request !== undefined && !this.active.has(jobId)) started.add(keyOf(request));
    }
    for (const { request, startedAtMs } of ends) if (!Number.isNaN(startedAtMs)) started.add(keyOf(request));
    this.active = active;
    return started;
  }

  private stuck(): Shape[] {
    return [...this.shapes.values()].filter(({ isStuck }) => isStuck);
  }

  private words({ request, waiting, roomSinceMs }: Shape): string {
    const { vcpuMilli, memoryMib, gpuMilli } = request;
    const gpus = gpuMilli === 0 ? "" : `, ${gpuMilli / MILLI} GPU`;
    const shape = `${vcpus(vcpuMilli)} vCPU, ${memoryMib} MiB${gpus}`;
    const heldMs = this.clock.monotonicMs() - roomSinceMs;
    const since = Number.isNaN(roomSinceMs)
      ? "there was room for them, and"
      : `for ${duration(heldMs)} there has been room, and`;
    return `${counted(waiting, "job")} of ${shape} (${request.jobName}, ...) wait: ${since} none of them started`;
  }
}

function waitingShapes({ jobs, arrays }: Observation): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  const listed = new Map<string, number>();
  for (const job of jobs) {
    if (job.status !== "RUNNABLE") continue;
    addWaiting(shapes, job.request, 1);
    if (job.arrayId !== "") listed.set(job.arrayId, (listed.get(job.arrayId) ?? 0) + 1);
  }
  for (const { jobId, request, statusSummary } of arrays) {
    addWaiting(shapes, request, (statusSummary.RUNNABLE ?? 0) - (listed.get(jobId) ?? 0));
  }
  return shapes;
}

/** What was not described yet is not bought for, and does not count. */
function addWaiting(shapes: Map<string, Shape>, request: JobRequest | undefined, waiting: number): void {
  if (request === undefined || waiting <= 0) return;
  const shape = shapes.get(keyOf(request));
  if (shape !== undefined) shape.waiting += waiting;
  else {
    shapes.set(keyOf(request), {
      request,
      waiting,
      roomSinceMs: Number.NaN,
      noRoomSinceMs: Number.NaN,
      isStuck: false,
    });
  }
}

/** What is free on instances that take jobs. One with tasks that no job accounts for is left out: nobody knows what is free. */
function roomsOf({ instances, jobs }: Observation): Room[] {
  const rooms = new Map(instances.filter(takesJobs).map((each) => [each.containerInstanceArn, roomOf(each)]));
  for (const job of jobs) if (job.status !== "RUNNABLE") take(rooms.get(job.containerInstanceArn), job);
  return [...rooms.values()].filter(({ tasks }) => tasks <= 0);
}

function takesJobs({ containerInstanceArn, ecsStatus, agentConnected }: SeenInstance): boolean {
  return containerInstanceArn !== "" && ecsStatus === "ACTIVE" && agentConnected;
}

function roomOf(seen: SeenInstance): Room {
  return {
    vcpuMilli: seen.registeredVcpuMilli,
    memoryMib: seen.registeredMemoryMib,
    gpuMilli: seen.registeredGpus * MILLI,
    tasks: seen.runningTasks + seen.pendingTasks,
  };
}

function take(room: Room | undefined, { request }: SeenJob): void {
  if (room === undefined || request === undefined) return;
  room.vcpuMilli -= request.vcpuMilli;
  room.memoryMib -= request.memoryMib;
  room.gpuMilli -= request.gpuMilli;
  room.tasks--;
}

function fits({ vcpuMilli, memoryMib, gpuMilli }: JobRequest, room: Room): boolean {
  return vcpuMilli <= room.vcpuMilli && memoryMib <= room.memoryMib && gpuMilli <= room.gpuMilli;
}

function keyOf({ vcpuMilli, memoryMib, gpuMilli }: JobRequest): string {
  return `${vcpuMilli} ${memoryMib} ${gpuMilli}`;
}
