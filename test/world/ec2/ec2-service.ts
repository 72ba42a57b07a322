// Amazon EC2 over HTTP: fleets and the states of instances are the account's, everything else is moto's.

import type { AccountState } from "../account-state.js";
import type { HostFacts } from "../ecs-service.js";
import { type Answer, AwsError, type Call, ec2Answer, ec2Raw, isMutating } from "../wire.js";
import { toXml } from "../xml.js";
import { createFleet } from "./create-fleet.js";
import { describeInstanceTypes, describeOfferings, describeSpotPrices, spotPlacementScores } from "./facts.js";
import { InstanceBook, type KnownInstance } from "./instance-book.js";
import { instanceXml, launchedMs, type StateName, stateOf, stateXml } from "./instance-state.js";
import { filtersOf, fingerprint, listOf, type Params, readParams } from "./params.js";

/** Instances of a page when none is asked for. */
const PAGE = 1000;

interface Token {
  readonly fingerprint: string;
  readonly answer: Promise<Answer>;
}

export class Ec2Service {
  readonly book: InstanceBook;
  private readonly state: AccountState;
  private readonly tokens = new Map<string, Token>();
  private fleets = 0;

  constructor(state: AccountState) {
    this.state = state;
    this.book = new InstanceBook(state);
  }

  /** Fleets that were really made: what several calls with one token may not raise. */
  get fleetCount(): number {
    return this.fleets;
  }

  factsOf(host: number): HostFacts | undefined {
    return this.book.ofHost(host);
  }

  /** Undefined: moto's. */
  async answer(call: Call, pageLimit: number): Promise<Answer | undefined> {
    const params = readParams(call.body);
    switch (call.operation) {
      case "CreateFleet":
        return this.fleetByToken(params);
      case "DescribeInstances":
        return this.describe(params, pageLimit);
      case "TerminateInstances":
        return this.terminate(params);
      case "DescribeInstanceTypes":
        return describeInstanceTypes(this.state, params);
      case "DescribeInstanceTypeOfferings":
        return describeOfferings(this.state, params);
      case "DescribeSpotPriceHistory":
        return describeSpotPrices(this.state, params, pageLimit);
      case "GetSpotPlacementScores":
        return spotPlacementScores(this.state, params);
    }
    if (isMutating(call)) this.book.invalidate();
    return undefined;
  }

  /** The same token with the same parameters is the same fleet. A call that failed as a whole has made none. */
  private async fleetByToken(params: Params): Promise<Answer> {
    const token = params.get("ClientToken");
    if (token === undefined || params.get("DryRun") === "true") return this.fleet(params);
    const own = fingerprint(params, ["ClientToken"]);
    const known = this.tokens.get(token);
    if (known !== undefined) {
      if (known.fingerprint !== own) {
        const message = "The request uses the same client token as a previous, but non-identical request.";
        throw new AwsError("IdempotentParameterMismatch", message);
      }
      const answer = await known.answer;
      return this.state.setup.fleetReplay === "empty" ? ec2Answer("CreateFleet", { fleetId: "fleet-again" }) : answer;
    }
    const answer = this.fleet(params);
    this.tokens.set(token, { fingerprint: own, answer });
    answer.catch(() => this.tokens.delete(token));
    return answer;
  }

  private async fleet(params: Params): Promise<Answer> {
    const answer = await createFleet(this.state, this.book, params, `fleet-${this.fleets + 1}`);
    this.fleets++;
    return answer;
  }

  private async describe(params: Params, pageLimit: number): Promise<Answer> {
    await this.book.refresh();
    const ids = listOf(params, "InstanceId");
    if (ids.length > 0) this.check(ids);
    const filters = filtersOf(params);
    const passing = await this.book.passing(filters.filter(({ name }) => name !== "instance-state-name"));
    const states = filters.find(({ name }) => name === "instance-state-name")?.values;
    const wanted: { known: KnownInstance; state: StateName }[] = [];
    for (const known of ids.length > 0 ? ids.map((id) => this.book.get(id)!) : this.book.all) {
      const state = stateOf(this.state, known);
      if (state === undefined || !passing.has(known.instanceId) || this.isHidden(known)) continue;
      if (states === undefined || states.includes(state)) wanted.push({ known, state });
    }
    const from = Number(params.get("NextToken") ?? 0);
    const to = from + Math.min(Number(params.get("MaxResults") ?? PAGE), PAGE, pageLimit);
    const token = to < wanted.length ? toXml({ nextToken: String(to) }) : "";
    return ec2Raw("DescribeInstances", `${this.reservations(wanted.slice(from, to))}${token}`);
  }

  private reservations(wanted: readonly { known: KnownInstance; state: StateName }[]): string {
    const reservations: { id: string; items: string[] }[] = [];
    for (const { known, state } of wanted) {
      const item = instanceXml(this.state, known, state);
      const last = reservations.at(-1);
      if (last?.id === known.reservationId) last.items.push(item);
      else reservations.push({ id: known.reservationId, items: [item] });
    }
    const parts = reservations.map(
      ({ id, items }) =>
        `<item>${toXml({ reservationId: id })}<groupSet/><instancesSet>${items.join("")}</instancesSet></item>`,
    );
    return `<reservationSet>${parts.join("")}</reservationSet>`;
  }

  private isHidden(known: KnownInstance): boolean {
    return this.state.faults.hides("hide-new-instances", launchedMs(this.state, known), this.state.account.nowMs);
  }

  /** One bad id fails the whole call. */
  private check(ids: readonly string[], isDescribe = true): void {
    const bad = ids.filter((id) => {
      const known = this.book.get(id);
      return known === undefined || stateOf(this.state, known) === undefined || this.isHidden(known);
    });
    if (bad.length > 0) {
      const which = bad.length === 1 ? `ID '${bad[0]}' does` : `IDs '${bad.join(", ")}' do`;
      throw new AwsError("InvalidInstanceID.NotFound", `The instance ${which} not exist`);
    }
    const lost = new Set(this.state.faults.holding("zone-outage").map(({ zoneId }) => zoneId));
    const isLost = (id: string) => lost.has(this.state.subnet(this.book.get(id)!.subnetId)?.zoneId ?? "");
    if (isDescribe && ids.some(isLost)) throw new AwsError("Unavailable", "The server is overloaded.", 503);
  }

  private async terminate(params: Params): Promise<Answer> {
    await this.book.refresh();
    const ids = listOf(params, "InstanceId");
    this.check(ids, false);
    if (params.get("DryRun") === "true") {
      throw new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
    }
    const before = ids.map((id) => stateOf(this.state, this.book.get(id)!)!);
    await this.end(ids);
    const instancesSet = ids.map((instanceId, at) => ({
      instanceId,
      currentState: stateXml(before[at] === "terminated" ? "terminated" : "shutting-down"),
      previousState: stateXml(before[at]!),
    }));
    return ec2Answer("TerminateInstances", { instancesSet });
  }

  /** Ends instances in moto and in the account. */
  async end(ids: readonly string[]): Promise<void> {
    const params = Object.fromEntries(ids.map((id, at) => [`InstanceId.${at + 1}`, id]));
    await this.state.moto.ec2("TerminateInstances", params);
    for (const id of ids) {
      const { backing } = this.book.get(id)!;
      if (backing.kind === "host") this.state.account.terminate(backing.host);
      else if (backing.kind === "other") this.book.invalidate();
      else if (Number.isNaN(backing.endedMs)) backing.endedMs = this.state.account.nowMs;
    }
  }
}
