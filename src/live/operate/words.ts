// Quantities as people read them, the same on every machine: no locale. A value that is not known is an en dash.

import { MICRO_USD, MILLI, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";

export const UNKNOWN = "–";

/** 12,345 or, with decimals, 12,345.6. */
export function count(value: number, decimals = 0): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "-" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** "1 job", "2,000 jobs". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Milli-vCPU as vCPUs: whole where they are. */
export function vcpus(vcpuMilli: number): string {
  return count(vcpuMilli / MILLI, vcpuMilli % MILLI === 0 ? 0 : 1);
}

/** Micro-USD: cents from a dollar up, four decimals below; null or NaN: not known. */
export function usd(microUsd: number | null): string {
  if (microUsd === null || Number.isNaN(microUsd)) return UNKNOWN;
  const dollars = Math.abs(microUsd) / MICRO_USD;
  const sign = microUsd < 0 ? "-" : "";
  return `${sign}$${count(dollars, dollars === 0 || dollars >= 1 ? 2 : 4)}`;
}

/** The two largest units: "850 ms", "3.4 s", "3 min 20 s", "5 h 7 min", "2 d 3 h". */
export function duration(durationMs: number): string {
  const ms = Math.round(durationMs);
  if (ms < 0) return `-${duration(-ms)}`;
  if (ms < MS_PER_SECOND) return ms === 0 ? "0 s" : `${ms} ms`;
  if (ms < 10 * MS_PER_SECOND) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < MS_PER_MINUTE) return `${Math.floor(ms / MS_PER_SECOND)} s`;
  if (ms < MS_PER_HOUR) return twoUnits(ms, MS_PER_MINUTE, "min", MS_PER_SECOND, "s");
  if (ms < MS_PER_DAY) return twoUnits(ms, MS_PER_HOUR, "h", MS_PER_MINUTE, "min");
  return twoUnits(ms, MS_PER_DAY, "d", MS_PER_HOUR, "h");
}

function twoUnits(ms: number, majorMs: number, major: string, minorMs: number, minor: string): string {
  const rest = Math.floor((ms % majorMs) / minorMs);
  const whole = `${count(Math.floor(ms / majorMs))} ${major}`;
  return rest === 0 ? whole : `${whole} ${rest} ${minor}`;
}

/** Epoch ms as "14:05:09" in UTC. */
export function clockTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19);
}

/** Epoch ms as "2026-01-31 14:05:09Z". */
export function instant(epochMs: number): string {
  return new Date(epochMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}

/** Names come from an account: control and direction characters (a terminal would obey them) become visible. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, "\uFFFD");
}

/** "c6i.4xlarge spot in use1-az4". */
export function poolWords(pool: { instanceType: string; market: string; zoneId: string }): string {
  const zone = pool.zoneId === "" ? "" : ` in ${pool.zoneId}`;
  return `${pool.instanceType} ${pool.market}${zone}`;
}
