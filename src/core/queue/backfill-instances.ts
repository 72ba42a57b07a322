// The instances that a reservation can be made on: registered, shared by jobs, and not taken by a multi-node job. Where every
// job has an instance of its own, a waiting job gets one that nobody else could take, and needs no reservation.

import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";

export class ReservableInstances {
  private readonly cluster: Cluster;
  private readonly shared: readonly boolean[];
  /** Per environment: instances by number that are not gone. */
  private readonly known: readonly number[][];
  private readonly reservable: readonly number[][];
  private seen = 0;

  constructor(cluster: Cluster) {
    const { environments } = cluster.tables;
    this.cluster = cluster;
    this.shared = environments.map(({ provisioning }) => provisioning !== "job-per-instance");
    this.known = environments.map(() => []);
    this.reservable = environments.map(() => []);
  }

  /** Those of an environment, as of the last `refresh`, by number. */
  of(environment: number): readonly number[] {
    return this.reservable[environment]!;
  }

  /** Looks at the fleet anew; costs one look per instance that is not gone. */
  refresh(): void {
    const { instances, gangs } = this.cluster;
    for (; this.seen < instances.count; this.seen++) {
      const environment = instances.environment(this.seen);
      if (this.shared[environment]) this.known[environment]!.push(this.seen);
    }
    const taken = new Set<number>();
    for (const gang of gangs.values()) for (const instance of gang) taken.add(instance);
    this.known.forEach((known, environment) => {
      const reservable = this.reservable[environment]!;
      reservable.length = 0;
      let kept = 0;
      for (const instance of known) {
        const status = instances.status(instance);
        if (status > InstanceStatus.Registered) continue;
        known[kept++] = instance;
        if (status === InstanceStatus.Registered && !taken.has(instance)) reservable.push(instance);
      }
      known.length = kept;
    });
  }
}
