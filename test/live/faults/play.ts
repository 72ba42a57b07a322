// A scenario of faults: a controller, or several one after the other, on a World in stepped virtual time, with every invariant
// looked at after every tick.

import type { TickReport } from "../../../src/live/loop/controller-parts.js";
import { NONE } from "../../../src/model/tables.js";
import type { Moto } from "../../support/moto.js";
import type { Fault } from "../../world/faults.js";
import { type CheckedCaps, Invariants, type OurInstance, ourInstances } from "../rig/invariants.js";
import { LiveProcess, makeRig, type Rig, type RigOptions } from "../rig/rig.js";

export const TICK_MS = 15_000;
const MINUTE = 60_000;

/** Caps that no scenario comes near to. */
const WIDE: CheckedCaps = {
  maxInstances: 500,
  maxVcpus: 2000,
  maxLaunchesPerTick: 500,
  maxLaunchesPerTenMinutes: 2000,
  maxTerminationsPerTick: 500,
};

export interface PlayOptions extends Partial<Omit<RigOptions, "moto" | "text">> {
  readonly text: string;
  readonly caps?: Partial<CheckedCaps> & { readonly maxUsdPerHour?: string; readonly maxUsdPerDay?: string };
}

interface Actor {
  readonly process: LiveProcess;
  readonly epoch: number;
  alive: boolean;
}

export class Play {
  readonly rig: Rig;
  readonly invariants: Invariants;
  private readonly actors: Actor[] = [];
  nowMs = -TICK_MS;

  private constructor(rig: Rig, invariants: Invariants) {
    this.rig = rig;
    this.invariants = invariants;
  }

  /** A World with its first controller; nothing has ticked yet. */
  static async start(moto: Moto, options: PlayOptions): Promise<Play> {
    await moto.reset(42);
    const { caps = {}, ...given } = options;
    const made = await makeRig({ moto, ...given });
    const { maxUsdPerHour = "$10000", maxUsdPerDay = "$100000", ...own } = caps;
    const checked = { ...WIDE, ...own };
    const all = { ...checked, maxTerminationPercent: 100, maxUsdPerHour, maxUsdPerDay };
    const words = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
    const scenarioText = made.scenarioText.replace(/^ {2}caps: .*$/m, `  caps: { ${words.join(", ")} }`);
    const play = new Play({ ...made, scenarioText }, new Invariants(made, checked));
    await play.startProcess();
    return play;
  }

  get process(): LiveProcess {
    return this.actors.at(-1)!.process;
  }

  get account() {
    return this.rig.account;
  }

  get world() {
    return this.rig.world;
  }

  /** Everything that was reported by the last process. */
  get reports(): readonly TickReport[] {
    return this.process.reports;
  }

  /** Instances of ours that are there. */
  get alive(): readonly OurInstance[] {
    return ourInstances(this.rig).filter(({ alive }) => alive);
  }

  get ours(): readonly OurInstance[] {
    return ourInstances(this.rig);
  }

  fault(fault: Fault): () => void {
    return this.world.faults.add(fault);
  }

  /** Another process: it takes the lease over. */
  async startProcess(): Promise<LiveProcess> {
    this.invariants.acting = 0;
    const process = await LiveProcess.start(this.rig);
    this.invariants.acting = null;
    const isDry = this.rig.options.applies === false;
    this.actors.push({ process, epoch: isDry ? 0 : this.rig.leaseStore.epoch, alive: true });
    return process;
  }

  /** The last process is never heard of again, and another takes its place. */
  async restart(): Promise<LiveProcess> {
    this.actors.at(-1)!.alive = false;
    return this.startProcess();
  }

  /** On to the next tick, of every process in turn. */
  async step(): Promise<TickReport> {
    this.nowMs += TICK_MS;
    await this.world.advance(this.nowMs);
    for (const { process, epoch } of this.actors.filter(({ alive }) => alive)) {
      const from = this.world.requests.length;
      this.invariants.acting = epoch;
      const report = await process.tick(this.nowMs);
      this.invariants.acting = null;
      this.invariants.afterTick({ report, from });
    }
    return this.reports.at(-1)!;
  }

  /** Steps until something holds; throws when it does not after so many minutes. */
  async until(holds: () => boolean, minutes = 30): Promise<void> {
    const untilMs = this.nowMs + minutes * MINUTE;
    while (!holds()) {
      if (this.nowMs >= untilMs) throw new Error(`not after ${minutes} min: ${holds}; ${JSON.stringify(this.state())}`);
      await this.step();
    }
  }

  async run(minutes: number): Promise<void> {
    const untilMs = this.nowMs + minutes * MINUTE;
    while (this.nowMs < untilMs) await this.step();
  }

  /** On to the end: every job has ended and no instance of ours is left. */
  async finish(minutes = 60): Promise<void> {
    await this.until(() => this.account.done && this.alive.length === 0, minutes);
    await this.step();
    this.invariants.atEnd();
  }

  /** Statuses of all jobs, each with how many there are. */
  statuses(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (let job = 0; job < this.account.jobCount; job++) {
      const { status } = this.account.job(job);
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }

  /** Requests of an operation, or of several. */
  calls(...operations: string[]) {
    return this.world.requests.filter(({ operation }) => operations.includes(operation));
  }

  /** Rules by which the gate has denied anything, over all ticks of the last process. */
  denials(): Set<string> {
    const verdicts = this.reports.flatMap(({ judged }) => judged.flatMap((each) => each.verdicts));
    return new Set(verdicts.flatMap((verdict) => (verdict.allowed ? [] : [verdict.rule])));
  }

  warnings(): string {
    return [...new Set(this.reports.flatMap(({ warnings }) => warnings))].join("\n");
  }

  /** Hosts that there are now. */
  hosts(): number[] {
    const all = Array.from({ length: this.account.hostCount }, (_, host) => host);
    return all.filter((host) => {
      const { pool, goneMs } = this.account.host(host);
      return pool !== NONE && Number.isNaN(goneMs);
    });
  }

  private state() {
    return {
      nowMs: this.nowMs,
      statuses: this.statuses(),
      alive: this.alive,
      denials: [...this.denials()],
      open: this.process.parts.gate.open,
      warnings: this.warnings(),
      problems: this.reports.at(-1)?.observation.problems,
    };
  }
}
