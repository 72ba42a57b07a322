// The status for a terminal that is drawn again at every tick: the same figures as the page, in as many columns and lines as
// there are. What does not fit is left out from the end: decisions first.

import { alertsOf } from "./alerts.js";
import type { DecisionStatus, FleetStatus, LiveStatus } from "./status.js";
import { sumsOf } from "./status-parts.js";
import { clockTime, count, counted, duration, poolWords, printable, UNKNOWN, usd, vcpus } from "./words.js";

type Paint = (text: string) => string;

/** What a terminal can do with text; `picocolors.createColors(true)` is one. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

export interface TerminalView {
  /** Columns. */
  readonly width: number;
  /** Lines; not given: as many as it takes. */
  readonly height?: number;
  readonly paint: Palette;
}

const plain: Paint = (text) => text;
/** No colours: for logs, pipes and tests. */
export const PLAIN: Palette = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

/** A line before it is painted: cut to the width first, so that no escape sequence is cut. */
interface Line {
  readonly text: string;
  readonly paint: Paint;
}

/** Lines of text, each at most `width` columns, ending in a newline. Clearing the screen is the caller's. */
export function renderTerminalStatus(status: LiveStatus, { width, height, paint }: TerminalView): string {
  const groups = [
    headLines(status, paint),
    alertLines(status, width, paint),
    figureLines(status, width, paint),
    queueLines(status, width, paint),
    fleetLines(status, width, paint),
    decisionLines(status, paint),
  ].filter((lines) => lines.length > 0);
  const all = groups.flatMap((lines, i) => (i === 0 ? lines : [{ text: "", paint: plain }, ...lines]));
  const fitting = height === undefined ? all : all.slice(0, Math.max(1, height - 1));
  return `${fitting.map((line) => line.paint(cut(line.text, width))).join("\n")}\n`;
}

/** Characters are counted as one column each: AWS's names are ASCII. */
function cut(text: string, width: number): string {
  const characters = [...printable(text)];
  return characters.length <= width ? characters.join("") : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

function headLines({ mode, identity, tick, lease, atMs }: LiveStatus, paint: Palette): Line[] {
  const modePaint = { "dry-run": paint.yellow, apply: paint.green, shadow: paint.cyan }[mode];
  const held =
    lease.state === "held" ? `lease ${duration(lease.leftMs)}, epoch ${lease.epoch}` : `lease ${lease.state}`;
  const where = `${identity.account} ${identity.region}, strategy ${identity.strategy}`;
  return [
    {
      text: `Stowage ${mode.toUpperCase()}  ${identity.computeEnvironment}  (${where})`,
      paint: (t) => paint.bold(modePaint(t)),
    },
    {
      text: `${clockTime(atMs)} UTC  tick ${count(tick.number)}, took ${duration(tick.tookMs)}, next in ${duration(tick.nextInMs)}  ${held}`,
      paint: paint.dim,
    },
  ];
}

/** The only lines that are wrapped: what is wrong must not be cut. */
function alertLines(status: LiveStatus, width: number, paint: Palette): Line[] {
  const marks = { bad: "!!", warn: " !", note: "  " } as const;
  const paints = { bad: paint.red, warn: paint.yellow, note: paint.dim } as const;
  return alertsOf(status).flatMap(({ level, title, text }) =>
    wrapped(`${title}: ${text}`, Math.max(10, width - 3)).map((part, i) => ({
      text: `${i === 0 ? marks[level] : "  "} ${part}`,
      paint: paints[level],
    })),
  );
}

/** At blanks; a word that is too long stays whole. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Wide enough for the longest caption. */
const CAPTION = 10;
const BAR = 20;

function figureLines(status: LiveStatus, width: number, paint: Palette): Line[] {
  const sums = sumsOf(status);
  const { instances, vcpuMilli, microUsdPerHour, microUsdToday } = status.limits;
  const oldest = sums.oldestWaitMs === null ? "" : `, oldest ${duration(sums.oldestWaitMs)}`;
  const busy = sums.vcpuMilli === 0 ? UNKNOWN : `${count((100 * sums.busyVcpuMilli) / sums.vcpuMilli)} %`;
  const line = (caption: string, text: string): Line => ({ text: `${caption.padEnd(CAPTION)}${text}`, paint: plain });
  const limit = (caption: string, { now, cap }: { now: number; cap: number | null }, words: (n: number) => string) => {
    const share = cap === null ? 0 : cap === 0 ? 1 : now / cap;
    const bar = width < 60 || cap === null ? "" : `${meter(share)} `;
    const of = cap === null ? ", no cap" : ` of ${words(cap)}`;
    const colour = share >= 1 ? paint.red : share >= 0.8 ? paint.yellow : plain;
    return { text: `${caption.padEnd(CAPTION)}${bar}${words(now)}${of}`, paint: colour };
  };
  return [
    line(
      "jobs",
      `${count(sums.runnable)} waiting${oldest}; ${count(sums.starting)} starting, ${count(sums.running)} running`,
    ),
    line("held", `${busy} of ${vcpus(sums.vcpuMilli)} vCPUs in ${counted(sums.instances, "instance")}`),
    limit("instances", instances, count),
    limit("vCPUs", vcpuMilli, vcpus),
    limit("an hour", microUsdPerHour, usd),
    limit("today", microUsdToday, usd),
  ];
}

function meter(share: number): string {
  const full = Math.round(BAR * Math.min(1, Math.max(0, share)));
  return `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
}

function queueLines({ queues, atMs }: LiveStatus, width: number, paint: Palette): Line[] {
  const rows = queues.map((queue) => [
    queue.name,
    count(queue.runnable),
    queue.oldestMs === null ? UNKNOWN : duration(Math.max(0, atMs - queue.oldestMs)),
    count(queue.starting),
    count(queue.running),
  ]);
  return columns(["queue", "waiting", "oldest", "starting", "running"], rows, width, paint);
}

function fleetLines({ fleet }: LiveStatus, width: number, paint: Palette): Line[] {
  const rows = fleet.map((row) => [
    `${poolWords(row)}${row.ours ? "" : " (other)"}`,
    ...countsOf(row),
    vcpus(row.vcpuMilli),
    usd(row.microUsdPerHour),
  ]);
  return columns(["fleet", "up", "coming", "leaving", "vCPUs", "$ an hour"], rows, width, paint);
}

function countsOf({ count: by }: FleetStatus): string[] {
  return [by.registered, by.requested + by.booting, by.draining + by.ending].map((value) => count(value));
}

/** First column to the left and as wide as is left, the others to the right. */
function columns(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: Palette,
): Line[] {
  if (rows.length === 0) return [];
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const others = widths.slice(1).reduce((sum, columnWidth) => sum + columnWidth + 2, 0);
  widths[0] = Math.max(8, Math.min(widths[0]!, width - others));
  const text = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cut(cell, widths[0]!).padEnd(widths[0]!) : cell.padStart(widths[i]!))).join("  ");
  return [{ text: text(titles), paint: paint.dim }, ...rows.map((row) => ({ text: text(row), paint: plain }))];
}

/** As many as there are lines for; the page and the audit log have the rest. */
const SHOWN_DECISIONS = 20;

function decisionLines({ decisions, mode }: LiveStatus, paint: Palette): Line[] {
  const title = mode === "apply" ? "decisions" : "decisions (nothing is sent)";
  const none = { text: "none yet", paint: plain };
  const shown = decisions.slice(0, SHOWN_DECISIONS).map((decision) => decisionLine(decision, paint));
  return [{ text: title, paint: paint.dim }, ...(shown.length === 0 ? [none] : shown)];
}

function decisionLine({ atMs, kind, subject, reason, verdict, rule, why }: DecisionStatus, paint: Palette): Line {
  const word = verdict === "denied" && rule !== null ? `denied (${rule})` : verdict;
  const because = why === "" ? reason : `${why}; ${reason}`;
  const colour =
    verdict === "denied" || verdict === "failed" ? paint.red : verdict === "dry-run" ? paint.yellow : plain;
  return { text: `${clockTime(atMs)} ${kind.padEnd(7)} ${word.padEnd(8)} ${subject}: ${because}`, paint: colour };
}
