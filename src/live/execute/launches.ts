// Launch commands: written down, sent, answered. CreateFleet of type instant answers at once, and its ClientToken makes sending
// it again harmless. What is not known to have been refused is never sent under another token.

import type { CreateFleetCommandInput, CreateFleetCommandOutput } from "@aws-sdk/client-ec2";
import type { LiveSettings } from "../../model/live-settings.js";
import type { LaunchCommand, Outcome } from "../command.js";
import type { Clock, Lease } from "../ports.js";
import type { Api } from "./api.js";
import { type CallLimits, stopMessage } from "./call-limits.js";
import { canonicalJson } from "./canonical-json.js";
import { errorClass } from "./error-codes.js";
import type { Answer, Failure } from "./failure.js";
import { type AnswerContext, failed, launchedOf, launchedOutcome, refusedOutcome } from "./launch-answer.js";
import { instancesOfLaunches } from "./launch-lookup.js";
import { type LaunchRequest, launchRequest, nextAttemptToken } from "./launch-request.js";
import type { LaunchTemplates, PoolTables } from "./launch-template.js";
import type { PendingLaunches } from "./pending-launches.js";

export interface LaunchesParts {
  readonly api: Api;
  readonly settings: Pick<LiveSettings, "identity" | "launch">;
  readonly tables: PoolTables;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly templates: LaunchTemplates;
  readonly pending: PendingLaunches;
  /** CreateFleet calls that may be under way at once; they begin in the order of the commands. */
  readonly atOnce: number;
}

interface Prepared {
  readonly command: LaunchCommand;
  readonly request: LaunchRequest;
}

export class Launches {
  private readonly parts: LaunchesParts;
  private readonly context: AnswerContext;

  constructor(parts: LaunchesParts) {
    this.parts = parts;
    this.context = { tables: parts.tables, launch: parts.settings.launch };
  }

  /** Outcomes in the order of the commands. */
  async carryOut(commands: readonly LaunchCommand[], limits: CallLimits): Promise<Outcome[]> {
    const outcomes = new Map<LaunchCommand, Outcome>();
    const ready: Prepared[] = [];
    for (const command of commands) {
      const request = this.requestOf(command);
      if (request !== undefined) ready.push({ command, request });
      else outcomes.set(command, failed(command, "no-subnet", "no pool of it is in a zone that has a subnet"));
    }
    const refusalOf = await this.announce(ready, limits);
    let next = 0;
    const worker = async () => {
      while (next < ready.length) {
        const prepared = ready[next++]!;
        outcomes.set(prepared.command, refusalOf(prepared.command) ?? (await this.launch(prepared, limits)));
      }
    };
    await Promise.all(Array.from({ length: this.parts.atOnce }, worker));
    return commands.map((command) => outcomes.get(command)!);
  }

  /** Writes all down in one go. A function: why a launch may not be sent; undefined: it may. */
  private async announce(
    ready: readonly Prepared[],
    limits: CallLimits,
  ): Promise<(command: LaunchCommand) => Outcome | undefined> {
    if (ready.length === 0) return () => undefined;
    const stop = limits.stopped();
    if (stop !== null) return (command) => failed(command, stop, stopMessage(stop));
    if (this.parts.pending.inDoubt !== undefined) return (command) => this.heldBack(command);
    const failures = await this.write(ready);
    return (command) => {
      const failure = failures.get(command.token);
      return failure === undefined ? undefined : failed(command, failure.code, failure.message);
    };
  }

  /** By token: why it was not written. */
  private write(ready: readonly Prepared[]): Promise<ReadonlyMap<string, Failure>> {
    return this.parts.pending.write(
      ready.map(({ command, request }) => ({
        token: command.token,
        request: canonicalJson(request.input),
        count: command.instances.length,
        writtenAtMs: this.parts.clock.wallMs(),
      })),
    );
  }

  private heldBack(command: LaunchCommand): Outcome {
    const token = this.parts.pending.inDoubt?.launch.token;
    return failed(command, "unknown-outcome", `launch ${token} may have been done: it has to be found out first`);
  }

  /** One that was written down. `isSecond`: it has been sent already, and refused for want of its template. */
  private async launch({ command, request }: Prepared, limits: CallLimits, isSecond = false): Promise<Outcome> {
    const { pending, api } = this.parts;
    const drop = (outcome: Outcome) => {
      pending.nothing(command.token);
      return outcome;
    };
    if (pending.inDoubt !== undefined) return drop(this.heldBack(command));
    const noTemplate = await this.ensureTemplates(request, limits);
    if (noTemplate !== null) return drop(refusedOutcome(command, noTemplate, this.context));
    const answer = await this.send(request.input, limits);
    if (isWithoutTemplate(answer) && !isSecond) return drop(await this.onceMore({ command, request }, limits));
    if (!answer.ok) {
      const { isRefused, code, message } = answer.failure;
      if (isRefused) return drop(refusedOutcome(command, answer.failure, this.context));
      pending.doubtful(command.token);
      return failed(command, "unknown-outcome", `${code}: ${message}`);
    }
    const { Errors = [] } = answer.value;
    let launched = launchedOf(answer.value.Instances ?? [], this.context);
    if (launched.length < command.instances.length && Errors.length === 0) {
      // A replayed answer may be empty though there are instances: their tag tells.
      const byTag = await instancesOfLaunches(api, [command.token], this.context, limits);
      if (byTag.ok && byTag.value.length > launched.length) launched = byTag.value;
      if (launched.length === 0 && answer.isReplay) {
        pending.doubtful(command.token);
        return failed(command, "unknown-outcome", "EC2 has answered a second time, and without instances");
      }
    }
    if (launched.length === 0) pending.nothing(command.token);
    else
      pending.answered(
        command.token,
        launched.map(({ instanceId }) => instanceId),
      );
    return launchedOutcome(command, launched, Errors, this.context);
  }

  /** EC2 does not know our template: somebody has deleted it. It is made again, and the launch sent under a token of its own. */
  private async onceMore({ command, request }: Prepared, limits: CallLimits): Promise<Outcome> {
    for (const variant of request.variants) this.parts.templates.forget(variant);
    const again: LaunchCommand = { ...command, token: nextAttemptToken(command.token) };
    const prepared = { command: again, request: this.requestOf(again)! }; // as possible as the first
    const failure = (await this.write([prepared])).get(again.token);
    if (failure !== undefined) return failed(command, failure.code, failure.message);
    const outcome = await this.launch(prepared, limits, true);
    return outcome.kind === "failed" ? { ...outcome, command } : outcome;
  }

  private async ensureTemplates({ variants }: LaunchRequest, limits: CallLimits): Promise<Failure | null> {
    for (const variant of variants) {
      const failure = await this.parts.templates.ensure(variant, limits);
      if (failure !== null) return failure;
    }
    return null;
  }

  /** Sends it, and the identical request once more where nobody knows what became of the first. */
  private async send(input: CreateFleetCommandInput, limits: CallLimits): Promise<Answer<CreateFleetCommandOutput>> {
    const first = await this.parts.api.createFleet(input, limits);
    if (first.ok || first.failure.isRefused) return first;
    const second = await this.parts.api.createFleet(input, limits);
    if (second.ok) return { ...second, isReplay: true };
    return { ok: false, failure: { ...second.failure, isRefused: false } };
  }

  private requestOf(command: LaunchCommand): LaunchRequest | undefined {
    const { tables, settings, templates, lease } = this.parts;
    return launchRequest(command, {
      tables,
      settings,
      templateName: (variant) => templates.nameOf(variant),
      epoch: lease.epoch,
    });
  }
}

/** Refused, as a whole or in every pool, because there is no such launch template. */
function isWithoutTemplate(answer: Answer<CreateFleetCommandOutput>): boolean {
  if (!answer.ok) return answer.failure.isRefused && errorClass(answer.failure.code) === "no-template";
  const { Errors = [], Instances = [] } = answer.value;
  const isMissing = Errors.every(({ ErrorCode = "" }) => errorClass(ErrorCode) === "no-template");
  return Instances.length === 0 && Errors.length > 0 && isMissing;
}
