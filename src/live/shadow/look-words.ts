// A look in one line: how many jobs of each queue are where, which instances there are and what they cost.

import { MICRO_USD, MILLI } from "../../base/units.js";
import type { Observation } from "../observation.js";
import { count, counted, usd } from "../operate/words.js";
import type { ShadowRecorder } from "./recorder.js";

interface QueueCounts {
  runnable: number;
  starting: number;
  running: number;
}

export interface ToldLook {
  readonly queues: Readonly<Record<string, Readonly<QueueCounts>>>;
  /** Jobs that were seen to end since the look before. */
  readonly ended: number;
  readonly instances: number;
  /** Since the look before. */
  readonly came: number;
  readonly left: number;
  readonly vcpus: number;
  /** Of the account, since the beginning of the watch. */
  readonly usd: number;
  /** For people. */
  readonly words: string;
}

const STATUS = { RUNNABLE: "runnable", STARTING: "starting", RUNNING: "running" } as const;

/** Tells looks one after the other: some of it is the difference to the last. */
export class LookTeller {
  count = 0;
  private readonly queues: readonly string[];
  /** Lives and ended lives at the last look. */
  private known = { lives: 0, ended: 0 };
  private warnings: ReadonlySet<string> = new Set();

  constructor(queues: readonly string[]) {
    this.queues = queues;
  }

  /** Warnings that the look before did not have. */
  newWarnings({ warnings }: Observation): string[] {
    const before = this.warnings;
    this.warnings = new Set(warnings);
    return warnings.filter((warning) => !before.has(warning));
  }

  /** A look that the recorder has taken in; `ended`: jobs that it saw end. */
  tell({ jobs, arrays }: Observation, recorder: ShadowRecorder, ended: number): ToldLook {
    this.count++;
    const queues = Object.fromEntries(
      this.queues.map((queue): [string, QueueCounts] => [queue, { runnable: 0, starting: 0, running: 0 }]),
    );
    for (const { queue, status } of jobs) queues[queue]![STATUS[status]]++;
    for (const { queue, statusSummary } of arrays) queues[queue]!.runnable += statusSummary.RUNNABLE ?? 0;
    const { lives } = recorder;
    const alive = lives.filter(({ endedMs }) => Number.isNaN(endedMs));
    const came = lives.length - this.known.lives;
    const left = lives.length - alive.length - this.known.ended;
    this.known = { lives: lives.length, ended: lives.length - alive.length };
    const vcpus = alive.reduce((sum, { vcpuMilli }) => sum + vcpuMilli, 0) / MILLI;
    const { microUsd } = recorder.actual();
    const told = Object.entries(queues).map(
      ([queue, { runnable, starting, running }]) =>
        `${queue}: ${count(runnable)} runnable, ${count(starting)} starting, ${count(running)} running`,
    );
    const change = came + left === 0 ? "" : ` (+${count(came)} -${count(left)})`;
    const fleet = `${counted(alive.length, "instance")}${change}, ${count(vcpus)} vCPUs`;
    return {
      ...{ queues, ended, instances: alive.length, came, left, vcpus, usd: microUsd / MICRO_USD },
      words: `${told.join("; ")}; ${counted(ended, "job")} ended; ${fleet}; ${usd(microUsd)} so far`,
    };
  }
}
