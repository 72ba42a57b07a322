// Metrics for Prometheus, all from the status: one table says what each is, so that the page of metrics in packaging/ can be
// checked against it. Counters are given as totals and told to the client as increments.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { MICRO_USD, MILLI, MS_PER_SECOND } from "../../base/units.js";
import { GATE_RULES } from "../command.js";
import { type Limit, type LiveStatus, TOTALS, type TotalName } from "./status.js";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [Labels, number];

interface GaugeRow {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (status: LiveStatus) => readonly Sample[];
}

const one = (value: (status: LiveStatus) => number) => (status: LiveStatus) => [[{}, value(status)]] as const;
const is = (condition: boolean) => (condition ? 1 : 0);

const QUEUE = ["queue"] as const;
const POOL = ["instance_type", "zone", "market", "owner"] as const;

function perQueue(value: (queue: LiveStatus["queues"][number], status: LiveStatus) => number) {
  return (status: LiveStatus) => status.queues.map((queue) => [{ queue: queue.name }, value(queue, status)] as const);
}

function poolLabels({ instanceType, zoneId, market, ours }: LiveStatus["fleet"][number]): Labels {
  return { instance_type: instanceType, zone: zoneId, market, owner: ours ? "stowage" : "other" };
}

const GAUGES: readonly GaugeRow[] = [
  {
    name: "stowage_info",
    help: "1; what runs here",
    labels: ["version", "mode", "account", "region", "compute_environment", "strategy"],
    samples: ({ version, mode, identity: { account, region, computeEnvironment, strategy } }) => [
      [{ version, mode, account, region, compute_environment: computeEnvironment, strategy }, 1],
    ],
  },
  gauge(
    "stowage_start_time_seconds",
    "When the controller started, by AWS's clock",
    [],
    (s) => s.startedMs / MS_PER_SECOND,
  ),
  gauge(
    "stowage_tick_time_seconds",
    "When the latest tick began, by AWS's clock",
    [],
    (s) => s.tick.atMs / MS_PER_SECOND,
  ),
  gauge(
    "stowage_settling_ticks",
    "Ticks that will only observe before the first that acts",
    [],
    (s) => s.tick.settleTicksLeft,
  ),
  {
    name: "stowage_look_problem",
    help: "1 for each part of the account that the latest tick could not read",
    labels: ["part"],
    samples: ({ tick }) => [...new Set(tick.problems.map(({ part }) => part))].map((part) => [{ part }, 1]),
  },
  gauge("stowage_lease_held", "1 when this controller holds the lease, or its mode needs none", [], (s) =>
    is(s.lease.state === "held" || s.lease.state === "none"),
  ),
  gauge(
    "stowage_lease_left_seconds",
    "For how long the lease is surely held",
    [],
    (s) => s.lease.leftMs / MS_PER_SECOND,
  ),
  gauge("stowage_lease_epoch", "Grows with every take-over of the lease", [], (s) => s.lease.epoch),
  {
    name: "stowage_queue_jobs",
    help: "Jobs in a queue by status",
    labels: ["queue", "status"],
    samples: ({ queues }) =>
      queues.flatMap(({ name, runnable, starting, running }): Sample[] => [
        [{ queue: name, status: "RUNNABLE" }, runnable],
        [{ queue: name, status: "STARTING" }, starting],
        [{ queue: name, status: "RUNNING" }, running],
      ]),
  },
  {
    name: "stowage_queue_vcpus",
    help: "vCPUs that the jobs of a queue ask for (RUNNABLE) or hold (STARTING and RUNNING)",
    labels: ["queue", "status"],
    samples: ({ queues }) =>
      queues.flatMap(({ name, runnableVcpuMilli, runningVcpuMilli }): Sample[] => [
        [{ queue: name, status: "RUNNABLE" }, runnableVcpuMilli / MILLI],
        [{ queue: name, status: "RUNNING" }, runningVcpuMilli / MILLI],
      ]),
  },
  {
    name: "stowage_queue_oldest_wait_seconds",
    help: "Since the oldest RUNNABLE job of a queue was created; 0 when none waits",
    labels: QUEUE,
    samples: perQueue(({ oldestMs }, { atMs }) =>
      oldestMs === null ? 0 : Math.max(0, atMs - oldestMs) / MS_PER_SECOND,
    ),
  },
  {
    name: "stowage_queue_undescribed_jobs",
    help: "RUNNABLE jobs whose request is not known yet",
    labels: QUEUE,
    samples: perQueue(({ undescribed }) => undescribed),
  },
  {
    name: "stowage_instances",
    help: "Instances by pool and state; owner says whether they are ours",
    labels: [...POOL, "state"],
    samples: ({ fleet }) =>
      fleet.flatMap((row) =>
        Object.entries(row.count).map(([state, value]): Sample => [{ ...poolLabels(row), state }, value]),
      ),
  },
  {
    name: "stowage_instance_vcpus",
    help: "vCPUs of a pool's instances",
    labels: POOL,
    samples: ({ fleet }) => fleet.map((row) => [poolLabels(row), row.vcpuMilli / MILLI]),
  },
  {
    name: "stowage_instance_busy_vcpus",
    help: "vCPUs of a pool's instances that jobs hold",
    labels: POOL,
    samples: ({ fleet }) => fleet.map((row) => [poolLabels(row), row.busyVcpuMilli / MILLI]),
  },
  {
    name: "stowage_instance_price_usd_per_hour",
    help: "Live price of one instance of a pool; absent when it is not known",
    labels: POOL,
    samples: ({ fleet }) => fleet.flatMap((row): Sample[] => sampleOf(poolLabels(row), row.microUsdPerHour, MICRO_USD)),
  },
  gauge(
    "stowage_unhealthy_instances",
    "Instances of ours that are unhealthy",
    [],
    (s) => s.instances.filter(({ ours, healthy }) => ours && !healthy).length,
  ),
  {
    name: "stowage_limit_used",
    help: "What is there now of what a cap limits: instances, vcpus, usd_per_hour, usd_today",
    labels: ["limit"],
    samples: (status) => limitSamples(status, ({ now }) => now),
  },
  {
    name: "stowage_limit_cap",
    help: "The cap; absent when there is none",
    labels: ["limit"],
    samples: (status) => limitSamples(status, ({ cap }) => cap),
  },
  gauge("stowage_breakers_open", "Circuit breakers that are open", [], (s) => s.breakers.length),
  {
    name: "stowage_kill_mode",
    help: "1 for each kill mode that is on",
    labels: ["mode"],
    samples: ({ kill }) => kill.modes.map((mode) => [{ mode }, 1]),
  },
  gauge("stowage_refused_pools", "Pools that EC2 refuses instances of for now", [], (s) => s.refusals.length),
  gauge("stowage_warnings", "Warnings that the status page shows", [], (s) => s.warnings.length),
];

function gauge(name: string, help: string, labels: readonly string[], value: (status: LiveStatus) => number): GaugeRow {
  return { name, help, labels, samples: one(value) };
}

/** A value in units of so many, or nothing where it is not known. */
function sampleOf(labels: Labels, value: number | null, unit: number): Sample[] {
  return value === null || Number.isNaN(value) ? [] : [[labels, value / unit]];
}

function limitSamples({ limits }: LiveStatus, of: (limit: Limit) => number | null): readonly Sample[] {
  return [
    ...sampleOf({ limit: "instances" }, of(limits.instances), 1),
    ...sampleOf({ limit: "vcpus" }, of(limits.vcpuMilli), MILLI),
    ...sampleOf({ limit: "usd_per_hour" }, of(limits.microUsdPerHour), MICRO_USD),
    ...sampleOf({ limit: "usd_today" }, of(limits.microUsdToday), MICRO_USD),
  ];
}

const DENIALS = { name: "stowage_denials_total", help: "Commands that the gate has denied, by rule" };
const CALLS = { name: "stowage_aws_calls_total", help: "AWS calls by operation" };
const TICK_SECONDS = { name: "stowage_tick_duration_seconds", help: "How long ticks take" };
/** From a quick look to the longest deadline that makes sense. */
const TICK_BUCKETS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** Names and help texts of every metric, in the order in which they are written. */
export const METRICS: readonly { readonly name: string; readonly help: string }[] = [
  ...GAUGES,
  ...(Object.keys(TOTALS) as TotalName[]).map((name) => ({ name: `stowage_${name}_total`, help: TOTALS[name] })),
  DENIALS,
  CALLS,
  TICK_SECONDS,
];

export class LiveMetrics {
  readonly registry = new Registry();
  private readonly gauges = GAUGES.map(({ name, help, labels }) => this.gauge(name, help, labels));
  private readonly totals = new Map<TotalName, TotalCounter>();
  private readonly denials = new TotalCounter(this.registry, DENIALS, ["rule"]);
  private readonly calls = new TotalCounter(this.registry, CALLS, ["service", "operation"]);
  private readonly tickSeconds = new Histogram({
    ...TICK_SECONDS,
    buckets: TICK_BUCKETS,
    registers: [this.registry],
  });
  private lastTick = 0;

  constructor() {
    for (const name of Object.keys(TOTALS) as TotalName[]) {
      const row = { name: `stowage_${name}_total`, help: TOTALS[name] };
      this.totals.set(name, new TotalCounter(this.registry, row, []));
    }
  }

  /** Takes over a status; the tick's duration is counted once per tick. */
  update(status: LiveStatus): void {
    GAUGES.forEach(({ samples }, i) => {
      const gauge = this.gauges[i]!;
      gauge.reset();
      for (const [labels, value] of samples(status)) gauge.set(labels, value);
    });
    for (const [name, counter] of this.totals) counter.set({}, status.totals[name]);
    for (const rule of GATE_RULES) this.denials.set({ rule }, status.denials[rule] ?? 0);
    for (const [call, total] of Object.entries(status.callTotals)) {
      const [service = "", operation = ""] = call.split(".");
      this.calls.set({ service, operation }, total);
    }
    if (status.tick.number <= this.lastTick) return;
    this.lastTick = status.tick.number;
    this.tickSeconds.observe(status.tick.tookMs / MS_PER_SECOND);
  }

  private gauge(name: string, help: string, labelNames: readonly string[]): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}

/** A counter that is told totals. One that is lower than before has started again from 0. */
class TotalCounter {
  private readonly counter: Counter;
  private readonly before = new Map<string, number>();

  constructor(registry: Registry, row: { name: string; help: string }, labelNames: readonly string[]) {
    this.counter = new Counter({ ...row, labelNames: [...labelNames], registers: [registry] });
  }

  set(labels: Labels, total: number): void {
    const key = JSON.stringify(labels);
    const before = this.before.get(key) ?? 0;
    this.before.set(key, total);
    this.counter.inc(labels, total >= before ? total - before : total);
  }
}
