// The EC2 instances of a simulated account with their ECS agents, by number.

import { EndCause } from "../../model/market.js";
import { NONE } from "../../model/tables.js";
import type { AccountHost } from "./account-view.js";

interface Host {
  pool: number;
  launchedMs: number;
  runningMs: number;
  registeredMs: number;
  warnedMs: number;
  goneMs: number;
  cause: number;
  draining: boolean;
  deregistered: boolean;
  jobs: Set<number>;
}

export class AccountHosts {
  private readonly hosts: Host[] = [];

  get count(): number {
    return this.hosts.length;
  }

  /** A launch was asked for; returns its number. */
  add(nowMs: number): number {
    const never = Number.NaN;
    return (
      this.hosts.push({
        pool: NONE,
        launchedMs: nowMs,
        runningMs: never,
        registeredMs: never,
        warnedMs: never,
        goneMs: never,
        cause: EndCause.Ours,
        draining: false,
        deregistered: false,
        jobs: new Set(),
      }) - 1
    );
  }

  /** EC2 has answered; NONE: refused. */
  answered(host: number, pool: number): void {
    this.hosts[host]!.pool = pool;
    if (pool !== NONE) return;
    this.hosts[host]!.goneMs = this.hosts[host]!.launchedMs;
    this.hosts[host]!.cause = EndCause.Refused;
  }

  running(host: number, timeMs: number): void {
    this.hosts[host]!.runningMs = timeMs;
  }

  registered(host: number, timeMs: number): void {
    this.hosts[host]!.registeredMs = timeMs;
  }

  warned(host: number, timeMs: number): void {
    this.hosts[host]!.warnedMs = timeMs;
  }

  gone(host: number, cause: number, timeMs: number): void {
    this.hosts[host]!.goneMs = timeMs;
    this.hosts[host]!.cause = cause;
  }

  setDraining(host: number, draining: boolean): void {
    this.hosts[host]!.draining = draining;
  }

  deregister(host: number): void {
    this.hosts[host]!.deregistered = true;
  }

  poolOf(host: number): number {
    return this.hosts[host]!.pool;
  }

  jobsOn(host: number): Set<number> {
    return this.hosts[host]!.jobs;
  }

  isGone(host: number): boolean {
    return !Number.isNaN(this.hosts[host]!.goneMs);
  }

  isWarned(host: number): boolean {
    return !Number.isNaN(this.hosts[host]!.warnedMs);
  }

  isDraining(host: number): boolean {
    return this.hosts[host]!.draining;
  }

  /** Whether its agent is registered with ECS. */
  isRegistered(host: number): boolean {
    const { registeredMs, deregistered } = this.hosts[host]!;
    return !Number.isNaN(registeredMs) && !deregistered && !this.isGone(host);
  }

  at(host: number): AccountHost {
    return this.hosts[host]!;
  }
}
