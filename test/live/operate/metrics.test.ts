// Metrics as Prometheus reads them, and the page of packaging/ that lists them.

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { LiveMetrics, METRICS } from "../../../src/live/operate/metrics.js";
import type { LiveStatus } from "../../../src/live/operate/status.js";
import { busyStatus, emptyStatus } from "./fixture.js";

interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  /** By name with labels, as written. */
  readonly samples: ReadonlyMap<string, number>;
}

/** The text format, read strictly: a line that fits no rule throws. */
function parse(text: string): Exposition {
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const samples = new Map<string, number>();
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.split("\n").filter((entry) => entry !== "")) {
    const comment = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (comment !== null) {
      (comment[1] === "HELP" ? helps : types).set(comment[2]!, comment[3]!);
      continue;
    }
    const sample = /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(
      line,
    );
    if (sample === null) throw new Error(`not a sample: ${line}`);
    expect(samples.has(sample[1]!)).toBe(false);
    samples.set(sample[1]!, Number(sample[2]));
  }
  return { types, helps, samples };
}

async function exposed(...statuses: readonly LiveStatus[]): Promise<Exposition> {
  const metrics = new LiveMetrics();
  for (const status of statuses) metrics.update(status);
  return parse(await metrics.registry.metrics());
}

describe("metrics", () => {
  it("say what the status says, in base units", async () => {
    const { samples } = await exposed(busyStatus());
    const spot = 'instance_type="c6i.8xlarge",zone="use1-az4",market="spot",owner="stowage"';
    const other = 'instance_type="m5.large",zone="use1-az1",market="on-demand",owner="other"';
    for (const [name, value] of [
      ['stowage_queue_jobs{queue="genomics-bulk",status="RUNNABLE"}', 1_156],
      ['stowage_queue_vcpus{queue="genomics-high",status="RUNNING"}', 1_288],
      ['stowage_queue_oldest_wait_seconds{queue="genomics-bulk"}', 1_260],
      ['stowage_queue_oldest_wait_seconds{queue="nightly"}', 0],
      [`stowage_instances{${spot},state="registered"}`, 31],
      [`stowage_instance_vcpus{${spot}}`, 37 * 32],
      [`stowage_instance_price_usd_per_hour{${spot}}`, 0.5487],
      [`stowage_instance_price_usd_per_hour{${other}}`, undefined],
      ['stowage_limit_used{limit="usd_per_hour"}', 49.38],
      ['stowage_limit_cap{limit="vcpus"}', 8_000],
      ["stowage_lease_held", 1],
      ["stowage_lease_left_seconds", 24],
      ["stowage_unhealthy_instances", 1],
      ["stowage_instances_launched_total", 431],
      ['stowage_denials_total{rule="max-spend-per-hour"}', 12],
      ['stowage_denials_total{rule="busy"}', 0],
      ['stowage_aws_calls_total{service="Batch",operation="ListJobs"}', 6_496],
      ["stowage_tick_duration_seconds_count", 1],
      ["stowage_tick_duration_seconds_sum", 1.24],
      ['stowage_tick_duration_seconds_bucket{le="1"}', 0],
      ['stowage_tick_duration_seconds_bucket{le="2"}', 1],
    ] as const) {
      expect([name, samples.get(name)]).toEqual([name, value]);
    }
  });

  it("forget what is no longer there, and count on", async () => {
    const first = busyStatus();
    const again = emptyStatus({ callTotals: { "Batch.ListJobs": 6_500 }, denials: { "too-young": 5 } });
    const { samples } = await exposed(first, first, { ...again, tick: { ...first.tick, number: 813, tookMs: 3_000 } });
    expect([...samples.keys()].filter((name) => /^stowage_(queue|instance)/.test(name) && name.includes("{"))).toEqual(
      [],
    );
    expect(samples.get('stowage_aws_calls_total{service="Batch",operation="ListJobs"}')).toBe(6_500);
    // 3, then 5.
    expect(samples.get('stowage_denials_total{rule="too-young"}')).toBe(5);
    // The first status came twice, but it is one tick: 1.24 s + 3 s.
    expect(samples.get("stowage_tick_duration_seconds_count")).toBe(2);
    expect(samples.get("stowage_tick_duration_seconds_sum")).toBeCloseTo(4.24, 9);
  });

  it("keep counters growing when totals begin anew", async () => {
    const { totals } = busyStatus();
    const { samples } = await exposed(busyStatus(), busyStatus({ totals: { ...totals, job_ends: 10 } }));
    // 20,113 before, 10 since.
    expect(samples.get("stowage_job_ends_total")).toBe(20_123);
  });

  it("survive names with quotes, backslashes and line breaks", async () => {
    const { queues } = busyStatus();
    const { samples } = await exposed(busyStatus({ queues: [{ ...queues[0]!, name: 'a"b\\c\nd' }] }));
    expect(samples.get('stowage_queue_undescribed_jobs{queue="a\\"b\\\\c\\nd"}')).toBe(0);
  });

  it("are all listed, with names that carry their kind", async () => {
    const { types, helps } = await exposed(busyStatus());
    expect([...types.keys()].sort()).toEqual(METRICS.map(({ name }) => name).sort());
    for (const [name, type] of types) {
      expect(name).toMatch(/^stowage_/);
      expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
      expect(helps.get(name)!.length).toBeGreaterThan(3);
    }
  });

  it("are all on the page of packaging/, and it lists no other", async () => {
    const page = await readFile(new URL("../../../packaging/README.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `(stowage_[a-z_]+)` \| (.+) \|$/gm)].map(([, name, help]) => ({ name, help }));
    expect(rows).toEqual(METRICS.map(({ name, help }) => ({ name, help })));
  });
});
