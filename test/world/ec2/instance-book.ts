// The instances that moto has, and whose they are. moto is asked about an instance once; what it said is kept until something
// is changed in moto past the World.

import { assert } from "../../../src/base/assert.js";
import type { AccountState } from "../account-state.js";
import { itemsOf, textOf, writeXml, type XmlNode } from "../xml.js";
import { type Filter, filterParams, numbered } from "./params.js";

/** Said by the World, by what the account says; and what nobody reads and is a third of the answer. */
const NOT_KEPT = new Set([
  "instanceState",
  "launchTime",
  "stateReason",
  "reason",
  "instanceLifecycle",
  "spotInstanceRequestId",
  "placement",
  "networkInterfaceSet",
]);

/** What stands behind an instance that moto has. */
export type Backing =
  /** A host of the account. */
  | { readonly kind: "host"; readonly host: number }
  /** The World's own: it runs and never registers. */
  | { readonly kind: "dud"; readonly pool: number; readonly launchedMs: number; endedMs: number }
  /** moto's alone. */
  | { readonly kind: "other" };

export interface KnownInstance {
  readonly instanceId: string;
  readonly reservationId: string;
  readonly subnetId: string;
  readonly imageId: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** What moto says of it. */
  readonly item: XmlNode;
  /** The part of `item` that stays as it is, as text. */
  readonly fixed: string;
  backing: Backing;
}

export interface NewInstances {
  readonly count: number;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly isSpot: boolean;
  /** LaunchTemplate.* and TagSpecification.*, or ImageId. */
  readonly params: Readonly<Record<string, string>>;
}

/** More than so many are faster asked for without their ids. */
const MOST_BY_ID = 50;

export class InstanceBook {
  private readonly state: AccountState;
  private readonly byId = new Map<string, KnownInstance>();
  private readonly idOfHost = new Map<number, string>();
  /** Per set of filters: ids that moto was asked about, and those that passed. */
  private readonly answers = new Map<string, { readonly asked: Set<string>; readonly passed: Set<string> }>();
  private isStale = false;

  constructor(state: AccountState) {
    this.state = state;
  }

  /** In the order of their launch. */
  get all(): Iterable<KnownInstance> {
    return this.byId.values();
  }

  get(instanceId: string): KnownInstance | undefined {
    return this.byId.get(instanceId);
  }

  /** Undefined: there is none, or it is being made. */
  ofHost(host: number): KnownInstance | undefined {
    return this.byId.get(this.idOfHost.get(host) ?? "");
  }

  /** Something in moto was changed past the book. */
  invalidate(): void {
    this.isStale = true;
  }

  /** Makes instances in moto, one for each backing. */
  async create(wanted: Omit<NewInstances, "count">, backings: readonly Backing[]): Promise<readonly KnownInstance[]> {
    const count = String(backings.length);
    const root = await this.state.moto.ec2("RunInstances", {
      MinCount: count,
      MaxCount: count,
      InstanceType: wanted.instanceType,
      SubnetId: wanted.subnetId,
      ...(wanted.isSpot ? { "InstanceMarketOptions.MarketType": "spot" } : {}),
      ...wanted.params,
    });
    const items = itemsOf(root, "instancesSet");
    assert(items.length === backings.length, "moto made another number of instances");
    return items.map((item, at) => this.take(textOf(root, "reservationId"), item, backings[at]!));
  }

  /** Sees to it that the book is what moto has. */
  async refresh(): Promise<void> {
    if (!this.isStale) return;
    this.isStale = false;
    this.answers.clear();
    await this.ask({}, (reservationId, item) => {
      const known = this.byId.get(textOf(item, "instanceId"));
      this.take(reservationId, item, known?.backing ?? { kind: "other" });
    });
  }

  /** Which of the instances pass filters, as moto judges; those by tag alone are judged here: moto takes 3 ms an instance. */
  async passing(filters: readonly Filter[]): Promise<ReadonlySet<string>> {
    if (filters.every(({ name }) => name.startsWith("tag:"))) {
      const passing = [...this.byId.values()].filter((known) => filters.every((filter) => hasTag(known, filter)));
      return new Set(passing.map(({ instanceId }) => instanceId));
    }
    const key = JSON.stringify(filters);
    const answer = this.answers.get(key) ?? { asked: new Set<string>(), passed: new Set<string>() };
    this.answers.set(key, answer);
    const fresh = [...this.byId.keys()].filter((id) => !answer.asked.has(id));
    if (fresh.length > 0) {
      const ids = fresh.length > MOST_BY_ID ? {} : numbered("InstanceId", fresh);
      await this.ask({ ...filterParams(filters), ...ids }, (_, item) => answer.passed.add(textOf(item, "instanceId")));
      for (const id of fresh) answer.asked.add(id);
    }
    return answer.passed;
  }

  private async ask(
    params: Record<string, string>,
    each: (reservationId: string, item: XmlNode) => void,
  ): Promise<void> {
    for (let token = ""; ; ) {
      const root = await this.state.moto.ec2("DescribeInstances", {
        ...params,
        ...(token === "" ? {} : { NextToken: token }),
      });
      for (const reservation of itemsOf(root, "reservationSet")) {
        for (const item of itemsOf(reservation, "instancesSet")) each(textOf(reservation, "reservationId"), item);
      }
      token = textOf(root, "nextToken");
      if (token === "") return;
    }
  }

  private take(reservationId: string, item: XmlNode, backing: Backing): KnownInstance {
    const instanceId = textOf(item, "instanceId");
    const known: KnownInstance = {
      instanceId,
      reservationId,
      subnetId: textOf(item, "subnetId"),
      imageId: textOf(item, "imageId"),
      tags: itemsOf(item, "tagSet").map((tag) => ({ key: textOf(tag, "key"), value: textOf(tag, "value") })),
      item,
      fixed: item.children
        .filter(({ name }) => !NOT_KEPT.has(name))
        .map(writeXml)
        .join(""),
      backing,
    };
    this.byId.set(instanceId, known);
    if (backing.kind === "host") this.idOfHost.set(backing.host, instanceId);
    return known;
  }
}

function hasTag({ tags }: KnownInstance, { name, values }: Filter): boolean {
  const tag = tags.find(({ key }) => `tag:${key}` === name);
  return tag !== undefined && values.some((value) => matches(tag.value, value));
}

/** EC2's wildcards: * for any text, ? for one character. */
function matches(text: string, pattern: string): boolean {
  if (!/[*?]/.test(pattern)) return text === pattern;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(text);
}
