// Which instances count against the caps: those of the fleet; those that were asked for and that nobody has seen yet; and those
// that carry our tag though the fleet does not hold them (ended by us and still shown, or of no pool of the scenario). What is of
// no pool has no price that anybody could look up: it counts at the dearest of the pools, so that a cap stays a cap.

import type { GateView } from "../ports.js";
import type { AskedLaunches } from "./asked-launches.js";

/** Grows with what is allowed. */
export interface FleetSums {
  instances: number;
  vcpuMilli: number;
  microUsdPerHour: number;
  /** Requested or booting. */
  onTheirWay: number;
  /** An instance whose price is not known: its name; "": none. */
  unpriced: string;
}

/** One instance that counts. */
export interface Counted {
  /** The engine's number, or the instance id of what has none. */
  readonly key: number | string;
  readonly name: string;
  readonly vcpuMilli: number;
  /** NaN: not known. */
  readonly microUsdPerHour: number;
  readonly isOnItsWay: boolean;
  /** Epoch ms by AWS; NaN: not known. */
  readonly launchTimeMs: number;
}

interface Known {
  readonly instance: number;
  readonly pool: number;
}

export class CountedFleet {
  /** Instances that have been in the fleet, by id. */
  private known = new Map<string, Known>();
  private readonly asked: AskedLaunches;

  constructor(asked: AskedLaunches) {
    this.asked = asked;
  }

  /** All that count now, but for the instance numbers in `without`. */
  count(view: GateView, priceOf: (pool: number) => number, without: ReadonlySet<number>): Counted[] {
    const counted: Counted[] = [];
    const launchTimes = new Map(view.observation.instances.map((seen) => [seen.instanceId, seen.launchTimeMs]));
    let dearest: number | undefined;
    const numbers = new Set<number>();
    const add = (known: Known, instanceId: string, isOnItsWay: boolean) => {
      numbers.add(known.instance);
      if (without.has(known.instance)) return;
      counted.push({
        key: known.instance,
        name: instanceId === "" ? `instance ${known.instance}` : instanceId,
        vcpuMilli: view.vcpuMilliOf(known.pool),
        microUsdPerHour: priceOf(known.pool),
        isOnItsWay,
        launchTimeMs: launchTimes.get(instanceId) ?? Number.NaN,
      });
    };
    for (const member of view.fleet) {
      const isAnswered = member.instanceId !== "" || !this.asked.has(member.instance);
      const isOnItsWay = member.state === "requested" || member.state === "running";
      if (member.ours && isAnswered) add(member, member.instanceId, isOnItsWay);
    }
    for (const { instanceId, ours, ec2State, registeredVcpuMilli, launchTimeMs } of view.observation.instances) {
      if (!ours || (ec2State !== "pending" && ec2State !== "running")) continue;
      const known = this.known.get(instanceId);
      if (known !== undefined) {
        if (!numbers.has(known.instance)) add(known, instanceId, false);
        continue;
      }
      dearest ??= dearestOf(view.poolCount ?? 0, priceOf);
      const vcpuMilli = Number.isNaN(registeredVcpuMilli) ? 0 : registeredVcpuMilli;
      counted.push({
        key: instanceId,
        name: instanceId,
        vcpuMilli,
        microUsdPerHour: dearest,
        isOnItsWay: false,
        launchTimeMs,
      });
    }
    for (const { instance, vcpuMilli, microUsdPerHour } of this.asked.entries()) {
      if (numbers.has(instance) || without.has(instance)) continue;
      const name = `instance ${instance}`;
      counted.push({ key: instance, name, vcpuMilli, microUsdPerHour, isOnItsWay: true, launchTimeMs: Number.NaN });
    }
    return counted;
  }

  /** Remembers which id is which; forgets those that neither the fleet nor the look has. */
  learn({ fleet, observation }: GateView): void {
    const present = new Set(observation.instances.map(({ instanceId }) => instanceId));
    const known = new Map([...this.known].filter(([instanceId]) => present.has(instanceId)));
    for (const { ours, instanceId, instance, pool } of fleet) {
      if (ours && instanceId !== "") known.set(instanceId, { instance, pool });
    }
    this.known = known;
  }
}

export function sumsOf(counted: readonly Counted[]): FleetSums {
  const sums: FleetSums = { instances: 0, vcpuMilli: 0, microUsdPerHour: 0, onTheirWay: 0, unpriced: "" };
  for (const { name, vcpuMilli, microUsdPerHour, isOnItsWay } of counted) {
    sums.instances++;
    sums.vcpuMilli += vcpuMilli;
    if (isOnItsWay) sums.onTheirWay++;
    if (Number.isNaN(microUsdPerHour)) sums.unpriced = name;
    else sums.microUsdPerHour += microUsdPerHour;
  }
  return sums;
}

/** The dearest known price; NaN: none is known. */
function dearestOf(pools: number, priceOf: (pool: number) => number): number {
  let dearest = Number.NaN;
  for (let pool = 0; pool < pools; pool++) {
    const price = priceOf(pool);
    if (!(price <= dearest) && !Number.isNaN(price)) dearest = price;
  }
  return dearest;
}
