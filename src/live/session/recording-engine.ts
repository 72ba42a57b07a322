// An engine whose every input and output is written down: what the loop drives. Events are logged before the engine is told.

import { Engine } from "../../engine/engine.js";
import type { EventTaker } from "../../engine/heard-events.js";
import type { ActionBuffer } from "../../model/action.js";
import type { EventKind } from "../../model/event.js";
import type { JobClass, Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import { type ClassLine, logged, loggedActions, SESSION_FORMAT, type SessionLine } from "./session-log.js";

/** Takes the lines of a session, in order. */
export type SessionWriter = (line: SessionLine) => void;

/** Tables that a live run may add classes to. */
export interface GrowingTables extends SystemTables {
  readonly shapes: Shape[];
  readonly classes: JobClass[];
  readonly shareNames: string[];
}

export class RecordingEngine implements EventTaker {
  readonly engine: Engine;
  readonly tables: GrowingTables;
  private readonly write: SessionWriter;
  private readonly classOfKey = new Map<string, number>();

  /** `write` is handed the header first. */
  constructor(tables: SystemTables, version: string, write: SessionWriter) {
    const { solver, ...plain } = tables;
    const growing = { shapes: [...tables.shapes], classes: [...tables.classes], shareNames: [...tables.shareNames] };
    this.tables = { ...plain, ...growing, ...(solver === undefined ? {} : { solver }) };
    this.write = write;
    write({ session: SESSION_FORMAT, version, tables: { ...plain, ...growing } });
    this.engine = new Engine(this.tables);
    this.tables.classes.forEach((each, index) => {
      this.classOfKey.set(this.keyOf(each.queue, this.tables.shapes[each.shape]!, each.share, each.priority), index);
    });
  }

  ingest(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    this.write([kind, logged(timeMs), subject, logged(a), logged(b)]);
    this.engine.ingest(kind, timeMs, subject, a, b);
  }

  evaluate(nowMs: number): ActionBuffer {
    const actions = this.engine.evaluate(nowMs);
    this.write({ at: nowMs, actions: loggedActions(actions) });
    return actions;
  }

  /**
   * The class of jobs like this one; one that is met for the first time is taught to the engine. Undefined: the tables have no room
   * for another.
   */
  classFor(queue: number, shape: Shape, shareName: string, priority: number): number | undefined {
    const { tables } = this;
    let share = tables.shareNames.indexOf(shareName);
    const known = share < 0 ? undefined : this.classOfKey.get(this.keyOf(queue, shape, share, priority));
    if (known !== undefined) return known;
    if (!this.hasRoom) return undefined;
    let shapeIndex = tables.shapes.findIndex((each) => sameShape(each, shape));
    const line: { shape?: Shape; shareName?: string } = {};
    if (share < 0) {
      line.shareName = shareName;
      share = tables.shareNames.length;
    }
    if (shapeIndex < 0) {
      line.shape = shape;
      shapeIndex = tables.shapes.length;
    }
    const jobClass: JobClass = { queue, shape: shapeIndex, share, priority, nodes: 1, consumables: 0 };
    const taught: ClassLine = { class: jobClass, ...line };
    this.write(taught);
    const index = teachClass(this.engine, tables, taught);
    this.classOfKey.set(this.keyOf(queue, shape, share, priority), index);
    return index;
  }

  /** For a class of a new shape and a new share. */
  private get hasRoom(): boolean {
    const { capacity, classes, shapes, shareNames } = this.tables;
    if (capacity === undefined) return false;
    const { classes: mostClasses, shapes: mostShapes, shares: mostShares } = capacity;
    return classes.length < mostClasses && shapes.length < mostShapes && shareNames.length < mostShares;
  }

  /**
   * Whether an engine that knew no more than these classes would have half of its tables free. Without that, another one would
   * soon be where this one is.
   */
  leavesHalf(jobClasses: Iterable<number>): boolean {
    const { capacity, classes } = this.tables;
    if (capacity === undefined) return true;
    const known = [...new Set(jobClasses)].map((jobClass) => classes[jobClass]!);
    return (
      2 * known.length <= capacity.classes &&
      2 * new Set(known.map(({ shape }) => shape)).size <= capacity.shapes &&
      2 * new Set(known.map(({ share }) => share)).size <= capacity.shares
    );
  }

  private keyOf(queue: number, { vcpuMilli, memoryMib, gpuMilli }: Shape, share: number, priority: number): string {
    return `${queue} ${vcpuMilli} ${memoryMib} ${gpuMilli} ${share} ${priority}`;
  }
}

/** Adds a class to an engine and its tables; returns its number. */
export function teachClass(engine: Engine, tables: GrowingTables, line: ClassLine): number {
  if (line.shape !== undefined) tables.shapes.push(line.shape);
  if (line.shareName !== undefined) tables.shareNames.push(line.shareName);
  const index = tables.classes.push(line.class) - 1;
  engine.classDefined(index);
  return index;
}

function sameShape(one: Shape, other: Shape): boolean {
  return one.vcpuMilli === other.vcpuMilli && one.memoryMib === other.memoryMib && one.gpuMilli === other.gpuMilli;
}
