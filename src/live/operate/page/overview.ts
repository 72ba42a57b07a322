// The upper half of the page: who and when, what is wrong, the four figures that matter, what this tick does.

import { MS_PER_HOUR } from "../../../base/units.js";
import { alertsOf } from "../alerts.js";
import type { HistoryPoint } from "../history.js";
import type { DecisionStatus, Limit, LiveStatus } from "../status.js";
import { type StatusSums, sumsOf } from "../status-parts.js";
import { clockTime, count, counted, duration, instant, usd, vcpus } from "../words.js";
import { decisionItem } from "./decisions.js";
import { capBar, sparkline } from "./drawings.js";
import { html, type Markup, NOTHING } from "./markup.js";

const MODES = { "dry-run": "dry run: sends nothing", apply: "applies", shadow: "shadow: only watches" } as const;

/** The name of what is served, the mode, the lease and the clock of ticks. */
export function head(status: LiveStatus): Markup {
  const { identity, mode, tick, lease, startedMs, atMs, version } = status;
  const { runnable } = sumsOf(status);
  const title = `${runnable > 0 ? `(${count(runnable)}) ` : ""}${identity.computeEnvironment} – Stowage live`;
  return html`<div data-title="${title}">
<p class="where">account ${identity.account} · ${identity.region} · pool ${identity.pool} · ${identity.strategy}</p>
<h1>${identity.computeEnvironment} <span class="pill mode-${mode}">${MODES[mode]}</span></h1>
<p class="clock"><span id="connection" class="dot" title="connected"></span>
tick ${count(tick.number)} at <time>${clockTime(tick.atMs)}</time> UTC <span data-age="0" data-due="${tick.nextInMs + tick.deadlineMs}"></span>
· took ${duration(tick.tookMs)} · ${leaseWords(lease)} · up ${duration(atMs - startedMs)} · version ${version}</p></div>`;
}

function leaseWords({ state, owner, leftMs, epoch }: LiveStatus["lease"]): string {
  switch (state) {
    case "held":
      return `lease held, ${duration(leftMs)} left, epoch ${epoch}`;
    case "standby":
      return `standby: ${owner === "" ? "somebody else" : owner} holds the lease`;
    case "unreachable":
      return "lease unreachable";
    case "none":
      return "no lease needed";
  }
}

export function alerts(status: LiveStatus): Markup {
  const items = alertsOf(status).map(
    ({ level, title, text }) => html`<li class="${level}"><b>${title}</b> ${text}</li>`,
  );
  return items.length === 0 ? NOTHING : html`<ul class="alerts">${items}</ul>`;
}

/** Jobs, capacity, money now, money today; each with its last hour or its cap. */
export function cards(status: LiveStatus, history: readonly HistoryPoint[]): Markup {
  const sums = sumsOf(status);
  const { limits, atMs } = status;
  const hour = (what: string, of: (point: HistoryPoint) => number, words: (value: number) => string = count) => {
    const points = history.map((point) => ({ atMs: point.atMs, value: of(point) }));
    const most = words(Math.max(0, ...points.map(({ value }) => value)));
    const drawing = sparkline(points, atMs, `${what} in the last hour, ${most} at the most`);
    return drawing === NOTHING ? NOTHING : html`${drawing}<p class="cap">last hour, ${most} at the most</p>`;
  };
  const perHour = limits.microUsdPerHour;
  return html`<ul class="cards">
<li><h2>Jobs waiting</h2><p class="figure">${count(sums.runnable)}</p>
<p class="more">${waitingWords(sums)}</p>${hour("Jobs waiting", (point) => point.runnable)}</li>
<li><h2>vCPUs</h2><p class="figure">${vcpus(sums.vcpuMilli)}<small> in ${counted(sums.instances, "instance")}</small></p>
<p class="more">${busyWords(sums)}</p>${hour("vCPUs", (point) => point.vcpuMilli, vcpus)}
${limit("vCPUs", limits.vcpuMilli, vcpus)}${limit("instances", limits.instances, count)}</li>
<li><h2>Spend per hour</h2><p class="figure">${usd(perHour.now)}</p>
<p class="more">at live prices, instances alone</p>${hour("Dollars per hour", (point) => point.microUsdPerHour, usd)}
${limit("an hour", perHour, usd)}</li>
<li><h2>Spent today</h2><p class="figure">${usd(limits.microUsdToday.now)}</p>
<p class="more">${todayWords(limits.microUsdToday, perHour.now)}</p>${limit("today", limits.microUsdToday, usd)}</li>
</ul>`;
}

function waitingWords({ oldestWaitMs, starting, running }: StatusSums): string {
  const oldest = oldestWaitMs === null ? "none waits" : `the oldest for ${duration(oldestWaitMs)}`;
  return `${oldest} · ${count(starting)} starting, ${count(running)} running`;
}

function busyWords({ vcpuMilli, busyVcpuMilli }: StatusSums): string {
  if (vcpuMilli === 0) return "no instance";
  return `${count((100 * busyVcpuMilli) / vcpuMilli)} % held by jobs`;
}

/** Since midnight UTC, and when the cap would be met if everything stayed as it is. */
function todayWords({ now, cap }: Limit, microUsdPerHour: number): string {
  if (cap === null || microUsdPerHour === 0) return "since 00:00 UTC";
  if (now >= cap) return "since 00:00 UTC; the cap is met";
  return `since 00:00 UTC; the cap is ${duration(((cap - now) / microUsdPerHour) * MS_PER_HOUR)} away at this rate`;
}

function limit(what: string, { now, cap }: Limit, words: (value: number) => string): Markup {
  if (cap === null) return NOTHING;
  const share = cap === 0 ? 1 : now / cap;
  const text = `${count(100 * share)} % of ${words(cap)} ${what}`;
  return html`${capBar(share, text)}<p class="cap">${text}</p>`;
}

/** More of one tick are in the list of all decisions. */
const MOST_NOW = 6;

/** What the latest tick decided: in a dry run, what it would do. */
export function now({ mode, tick, decisions }: LiveStatus): Markup {
  const own = decisions.filter((decision) => decision.tick === tick.number);
  const items = own.slice(0, MOST_NOW).map(decisionItem);
  const hidden = own.length - items.length;
  const more = hidden === 0 ? NOTHING : html`<p class="quiet">${counted(hidden, "more decision")} below.</p>`;
  return html`<h2>${nowTitle(mode, own)}</h2><p class="quiet">${nowWords(mode, own)}</p>
${items.length === 0 ? NOTHING : html`<ol class="decisions">${items}</ol>`}${more}`;
}

function nowTitle(mode: LiveStatus["mode"], own: readonly DecisionStatus[]): string {
  if (mode === "apply") return "In this tick";
  return own.length === 0 ? "Nothing to do now" : "What it would do now";
}

function nowWords(mode: LiveStatus["mode"], own: readonly DecisionStatus[]): string {
  if (mode === "dry-run") {
    return own.length === 0
      ? "A dry run sends nothing; at the moment there is nothing to send: what is there fits what is asked for."
      : "A dry run sends nothing. With --apply, these would have gone to AWS, unless marked denied.";
  }
  if (mode === "shadow") return "Shadow mode watches a fleet that somebody else scales, and sends nothing.";
  if (own.length === 0) return "Nothing was decided: what is there fits what is asked for.";
  const denied = own.filter(({ verdict }) => verdict === "denied").length;
  return denied === 0
    ? `${counted(own.length, "decision")}.`
    : `${counted(own.length, "decision")}, ${denied} of them denied.`;
}

/** At the foot: since when, and where the rest is. */
export function foot({ startedMs, atMs }: LiveStatus): Markup {
  return html`<p>Started ${instant(startedMs)}, shown as of ${instant(atMs)} (AWS's clock). This page only shows: nothing can be changed here.
<a href="/status.json">status.json</a> <a href="/metrics">metrics</a> <a href="/healthz">health</a></p>`;
}
