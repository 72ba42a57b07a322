// The tables of the page: queues, the fleet by type, instances, calls, refusals, denials.

import type { FleetStatus, InstanceState, InstanceStatus, LiveStatus, QueueStatus } from "../status.js";
import { clockTime, count, counted, duration, UNKNOWN, usd, vcpus } from "../words.js";
import { stackedBar } from "./drawings.js";
import { html, type Markup, NOTHING } from "./markup.js";

interface Column {
  readonly title: string;
  /** Class of its cells: "number" to the right, "strong", "minor" not on a phone, "wide" takes what is left. */
  readonly kind: "" | "number" | "number strong" | "number minor" | "wide";
}

const column = (kind: Column["kind"], title: string): Column => ({ title, kind });

/** Finished cells, the first of which names the row. */
type Row = readonly (Markup | string)[];

function table(label: string, columns: readonly Column[], rows: readonly Row[]): Markup {
  const titles = columns.map(({ title, kind }) => html`<th scope="col" class="${kind}">${title}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${columns[i]!.kind}">${cell}</td>`,
    );
    return html`<tr data-row>${cells}</tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${titles}</tr></thead><tbody>${body}</tbody></table></div>`;
}

export function queues({ queues, atMs }: LiveStatus): Markup {
  const columns = [
    column("wide", "Queue"),
    column("number strong", "waiting"),
    column("number", "oldest"),
    column("number minor", "vCPUs wanted"),
    column("number minor", "starting"),
    column("number", "running"),
    column("number minor", "vCPUs held"),
  ];
  const rows = queues.map((queue) => queueRow(queue, atMs));
  return html`<h2>Queues</h2>${table("Queues", columns, rows)}`;
}

function queueRow(queue: QueueStatus, atMs: number): Row {
  const unknown =
    queue.undescribed === 0 ? NOTHING : html`<small>${count(queue.undescribed)} not described yet</small>`;
  return [
    html`${queue.name}${unknown}`,
    count(queue.runnable),
    queue.oldestMs === null ? UNKNOWN : duration(Math.max(0, atMs - queue.oldestMs)),
    vcpus(queue.runnableVcpuMilli),
    count(queue.starting),
    count(queue.running),
    vcpus(queue.runningVcpuMilli),
  ];
}

const STATES: readonly InstanceState[] = ["registered", "booting", "requested", "draining", "ending"];

/** Pools of one type and market together: their zones are told, not listed. */
interface TypeGroup {
  readonly rows: FleetStatus[];
  readonly instanceType: string;
  readonly market: string;
  readonly ours: boolean;
}

export function fleet({ fleet }: LiveStatus): Markup {
  const groups = groupsOf(fleet);
  if (groups.length === 0) return html`<h2>Fleet</h2><p class="quiet">No instance is there or on its way.</p>`;
  const most = Math.max(...groups.map(({ rows }) => instancesOf(rows)));
  const columns = [
    column("", "Type"),
    column("number strong", "count"),
    column("wide", ""),
    column("number minor", "vCPUs"),
    column("number minor", "held by jobs"),
    column("number minor", "price an hour"),
    column("number", "all, an hour"),
  ];
  const key = STATES.map((state) => html`<span><i class="${state}"></i>${state}</span>`);
  const rows = groups.map((group) => fleetRow(group, most));
  return html`<h2>Fleet</h2><p class="key">${key}</p>${table("Fleet by type", columns, rows)}`;
}

function groupsOf(fleet: readonly FleetStatus[]): TypeGroup[] {
  const groups = new Map<string, TypeGroup>();
  for (const row of fleet) {
    const key = `${row.ours} ${row.instanceType} ${row.market}`;
    const group = groups.get(key) ?? { ...row, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const size = ({ rows }: TypeGroup) => rows.reduce((sum, row) => sum + row.vcpuMilli, 0);
  return all.sort((a, b) => Number(b.ours) - Number(a.ours) || size(b) - size(a));
}

function instancesOf(rows: readonly FleetStatus[]): number {
  return rows.reduce((sum, { count }) => sum + STATES.reduce((all, state) => all + count[state], 0), 0);
}

function fleetRow({ rows, instanceType, market, ours }: TypeGroup, most: number): Row {
  const parts = STATES.map((kind) => ({ kind, value: rows.reduce((sum, row) => sum + row.count[kind], 0) }));
  const label = parts.flatMap(({ kind, value }) => (value === 0 ? [] : [`${count(value)} ${kind}`])).join(", ");
  const zones = rows.map((row) => `${row.zoneId === "" ? "zone not known" : row.zoneId} ${count(instancesOf([row]))}`);
  const vcpuMilli = rows.reduce((sum, row) => sum + row.vcpuMilli, 0);
  const busy = rows.reduce((sum, row) => sum + row.busyVcpuMilli, 0);
  return [
    html`${instanceType} ${marketTag(market)}${ownerTag(ours)}<small>${zones.join(" · ")}</small>`,
    count(instancesOf(rows)),
    html`${stackedBar(parts, most, label)}<small class="minor">${label}</small>`,
    vcpus(vcpuMilli),
    vcpuMilli === 0 ? UNKNOWN : `${count((100 * busy) / vcpuMilli)} %`,
    priceRange(rows),
    hourly(rows),
  ];
}

function marketTag(market: string): Markup {
  return html`<span class="tag ${market}">${market}</span>`;
}

function ownerTag(ours: boolean): Markup {
  return ours ? NOTHING : html` <span class="tag">somebody else's</span>`;
}

function priceRange(rows: readonly FleetStatus[]): string {
  const prices = rows.flatMap(({ microUsdPerHour }) => (microUsdPerHour === null ? [] : [microUsdPerHour]));
  if (prices.length === 0) return UNKNOWN;
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  return low === high ? usd(low) : `${usd(low)}–${usd(high).slice(1)}`;
}

function hourly(rows: readonly FleetStatus[]): string {
  if (rows.some(({ microUsdPerHour }) => microUsdPerHour === null)) return UNKNOWN;
  return usd(rows.reduce((sum, row) => sum + instancesOf([row]) * row.microUsdPerHour!, 0));
}

/** More rows make a slow page; all are in status.json. */
const MOST_INSTANCES = 400;

export function instances({ instances }: LiveStatus): Markup {
  if (instances.length === 0) return NOTHING;
  const columns = [
    column("", "Instance"),
    column("wide", "Type"),
    column("", "State"),
    column("number", "jobs"),
    column("number", "vCPUs held"),
    column("number", "age"),
    column("number", "price an hour"),
  ];
  const shown = instances.slice(0, MOST_INSTANCES).map(instanceRow);
  const hidden = instances.length - shown.length;
  const more = hidden === 0 ? NOTHING : html`<p class="quiet">${count(hidden)} more are in status.json.</p>`;
  return html`<details id="all-instances"><summary>${counted(instances.length, "instance")}, one by one</summary>${table("Instances", columns, shown)}${more}</details>`;
}

function instanceRow(instance: InstanceStatus): Row {
  const { instanceId, instanceType, market, state, healthy, ours } = instance;
  return [
    html`<code>${instanceId === "" ? `number ${instance.instance}, no id yet` : instanceId}</code>`,
    html`${instanceType} ${marketTag(market)}${ownerTag(ours)}<small>${instance.zoneId}</small>`,
    html`<i class="${state}"></i>${state}${healthy ? NOTHING : html` <span class="tag bad">unhealthy</span>`}`,
    count(instance.jobs),
    `${vcpus(instance.busyVcpuMilli)} of ${vcpus(instance.vcpuMilli)}`,
    duration(instance.ageMs),
    usd(instance.microUsdPerHour),
  ];
}

/** Denials by rule, refused pools, rates of calls: small lists beside each other. */
export function details({ denials, refusals, calls, atMs }: LiveStatus): Markup {
  const denied = Object.entries(denials).map(([rule, times]) => html`<li>${rule}<b>${count(times)}</b></li>`);
  const refused = refusals.map(
    ({ pool, code, untilMs }) =>
      html`<li>${pool}<small>${code}, not tried before ${clockTime(untilMs)} (${duration(Math.max(0, untilMs - atMs))})</small></li>`,
  );
  const rates = calls.map(({ service, perSecond, allowedPerSecond }) => {
    const allowed = allowedPerSecond === null ? "" : ` of ${count(allowedPerSecond, 1)}`;
    return html`<li>${service}<b>${count(perSecond, 2)}${allowed} a second</b></li>`;
  });
  const list = (title: string, items: readonly Markup[], none: string) =>
    html`<div><h2>${title}</h2>${items.length === 0 ? html`<p class="quiet">${none}</p>` : html`<ul>${items}</ul>`}</div>`;
  return html`<div class="details">${list("Denied by the gate", denied, "Nothing since the start.")}${list("Pools that EC2 refuses", refused, "None.")}${list("AWS calls", rates, "None in the last tick.")}</div>`;
}
