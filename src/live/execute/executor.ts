// Carries out what the gate has let through: launches, drains, and the long way of an end. Every call is begun only while the
// tick's deadline and the lease leave time for it; the rest of the commands fail as not sent, and may be given again.

import type { LiveSettings } from "../../model/live-settings.js";
import type { Command, DrainCommand, EndCommand, LaunchCommand, Outcome } from "../command.js";
import type { CallCounts } from "../observation.js";
import type { Clock, Deadline, EndView, Executor, Journal, Lease } from "../ports.js";
import { type AmiDrift, type Amis, pinAmis } from "./ami.js";
import { Api, type ExecutorClients } from "./api.js";
import { type CallLimits, callLimits, stopMessage, UNLIMITED } from "./call-limits.js";
import { changeStates } from "./container-states.js";
import { failureOf } from "./failure.js";
import { Ghosts } from "./ghosts.js";
import { failed } from "./launch-answer.js";
import { LaunchTemplates, type PoolTables, variantOf } from "./launch-template.js";
import { Launches } from "./launches.js";
import { PendingLaunches } from "./pending-launches.js";
import { type AdoptedLaunch, recoverLaunches } from "./recovery.js";
import { ScaleIn } from "./scale-in.js";

export interface ExecutorParts {
  readonly clients: ExecutorClients;
  readonly settings: LiveSettings;
  readonly tables: PoolTables;
  /** Null: a dry run, in which nothing that changes anything is ever sent. */
  readonly lease: Lease | null;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly clusterArn: string;
  /** CreateFleet calls under way at once; default: 4. */
  readonly launchesAtOnce?: number;
}

export interface LiveExecutor extends Executor {
  /**
   * At the end of a tick: clears what was written ahead and is known now, and finds out about launches in doubt. `mayLaunch` false
   * (launching is paused): by looking alone.
   */
  settle(deadline: Deadline, mayLaunch?: boolean): Promise<void>;
  /** Finds out about launches in doubt; those that are there are seen by their tags like any others. */
  recover(deadline: Deadline, mayLaunch?: boolean): Promise<readonly AdoptedLaunch[]>;
  /** SSM parameters that name another AMI than when the executor was made. */
  amiDrift(deadline: Deadline): Promise<readonly AmiDrift[]>;
}

/** One CreateFleet call takes 1 to 5 s: a tick has time for some in a row, not for many. EC2 lets five begin per second. */
const LAUNCHES_AT_ONCE = 4;

/** Reads the AMIs and puts the parts together. Throws InputError when an AMI cannot be had, or user data is too long. */
export async function makeExecutor(parts: ExecutorParts): Promise<LiveExecutor> {
  const { settings, tables } = parts;
  const api = await Api.make(parts);
  const variants = tables.pools.map((_, pool) => variantOf(tables, pool));
  const amis = await pinAmis(api, settings.launch.ami, variants, UNLIMITED);
  const templates = new LaunchTemplates(api, settings, parts.clusterArn, (variant) => amis.imageOf(variant));
  for (const variant of variants) templates.nameOf(variant); // user data that is too long is a mistake to be told now
  return new AwsExecutor(parts, api, amis, templates);
}

class AwsExecutor implements LiveExecutor {
  private readonly parts: ExecutorParts;
  private readonly api: Api;
  private readonly amis: Amis;
  private readonly launching: { readonly launches: Launches; readonly pending: PendingLaunches } | null;
  private readonly scaleIn: ScaleIn;
  private readonly ghosts: Ghosts;

  constructor(parts: ExecutorParts, api: Api, amis: Amis, templates: LaunchTemplates) {
    const { lease, clock, clusterArn, launchesAtOnce: atOnce = LAUNCHES_AT_ONCE } = parts;
    this.parts = parts;
    this.api = api;
    this.amis = amis;
    this.scaleIn = new ScaleIn({ ...parts, api, mostPerTick: parts.settings.caps.maxTerminationsPerTick });
    this.ghosts = new Ghosts(api, clusterArn);
    if (lease === null) {
      this.launching = null;
      return;
    }
    const pending = new PendingLaunches(lease, clock);
    this.launching = { pending, launches: new Launches({ ...parts, lease, api, templates, pending, atOnce }) };
  }

  get ending(): ReadonlySet<number> {
    return this.scaleIn.ending;
  }

  async execute(commands: readonly Command[], deadline: Deadline): Promise<readonly Outcome[]> {
    const limits = this.limits(deadline);
    const outcomes: Outcome[] = [];
    for (const alike of runsOf(commands)) outcomes.push(...(await this.carryOut(alike, limits)));
    return outcomes;
  }

  saw(look: EndView): void {
    this.launching?.pending.saw(look.seen.values());
    this.scaleIn.saw(look);
    this.ghosts.saw(look);
  }

  async advance(deadline: Deadline): Promise<readonly Outcome[]> {
    const limits = this.limits(deadline);
    const outcomes = await this.scaleIn.advance(limits);
    await this.ghosts.advance(limits);
    return outcomes;
  }

  undoEnding(instance: number, deadline: Deadline): Promise<boolean> {
    return this.scaleIn.undo(instance, this.limits(deadline));
  }

  takeCallCounts(): CallCounts {
    return this.api.takeCallCounts();
  }

  async settle(deadline: Deadline, mayLaunch = true): Promise<void> {
    await this.recover(deadline, mayLaunch);
    if (this.launching === null || this.limits(deadline).stopped() !== null) return;
    try {
      await this.launching.pending.clear();
    } catch (thrown) {
      this.api.note("not-cleared", { ...failureOf(thrown) }); // the next tick clears it
    }
  }

  async recover(deadline: Deadline, mayLaunch = true): Promise<readonly AdoptedLaunch[]> {
    const limits = this.limits(deadline);
    if (this.launching === null || limits.stopped() !== null) return [];
    const { settings, tables, clock } = this.parts;
    const context = { tables, launch: settings.launch };
    const { pending } = this.launching;
    return recoverLaunches({ api: this.api, pending, clock, context }, mayLaunch, limits);
  }

  amiDrift(deadline: Deadline): Promise<readonly AmiDrift[]> {
    return this.amis.drift({ ...UNLIMITED, run: (call) => call(deadline.signal) });
  }

  private async carryOut(alike: readonly Command[], limits: CallLimits): Promise<readonly Outcome[]> {
    switch (alike[0]!.kind) {
      case "launch":
        return this.launch(alike as readonly LaunchCommand[], limits);
      case "drain":
      case "undrain":
        return changeStates(this.api, this.parts.clusterArn, alike as readonly DrainCommand[], limits);
      case "end":
        return this.scaleIn.begin(alike as readonly EndCommand[], limits);
    }
  }

  private async launch(commands: readonly LaunchCommand[], limits: CallLimits): Promise<readonly Outcome[]> {
    if (this.launching !== null) return this.launching.launches.carryOut(commands, limits);
    return commands.map((command) => failed(command, "no-lease", stopMessage("no-lease")));
  }

  private limits(deadline: Deadline): CallLimits {
    const { lease, clock, settings } = this.parts;
    return callLimits(deadline, lease, clock, settings.timing.deadlineMs);
  }
}

/** Commands of one kind that lie side by side. */
function runsOf(commands: readonly Command[]): Command[][] {
  const runs: Command[][] = [];
  for (const command of commands) {
    if (runs.at(-1)?.[0]?.kind === command.kind) runs.at(-1)!.push(command);
    else runs.push([command]);
  }
  return runs;
}
