import { describe, expect, it } from "vitest";
import { pbsFormat } from "../../../src/trace/formats/pbs.js";
import { parseRecord, readMessage } from "../../../src/trace/formats/pbs-record.js";
import { readClockOrSecondsMs, readMemoryMib, takeRequest } from "../../../src/trace/formats/pbs-request.js";
import { emptyRawJob } from "../../../src/trace/raw-job.js";
import { UNREADABLE } from "../../../src/trace/text/cells.js";
import { deliveredText, recordCount } from "./aws-rows.js";
import { hasDelivered, linesIn, surviveDamage, takeText } from "./hpc-text.js";

const MISSING = Number.NaN;
const pbs = (lines: readonly string[], overrides = {}) => takeText(pbsFormat, lines.join("\n"), overrides);

/** 2025-03-31, minutes after 10:00 UTC: 1743415200 s. */
const T0 = 1_743_415_200;
function line(minute: number, type: string, id: string, message = ""): string {
  return `03/31/2025 10:${String(minute).padStart(2, "0")}:00;${type};${id};${message}`;
}
const ABOUT = `user=ann group=staff account="LAB 1" jobname=sim queue=batch ctime=${T0} qtime=${T0} etime=${T0}`;
const ASKED =
  "Resource_List.mem=8gb Resource_List.ncpus=4 Resource_List.ngpus=2 Resource_List.nodect=1 Resource_List.walltime=01:00:00";
const started = (minute: number) => `${ABOUT} start=${T0 + minute * 60} exec_host=n1/0*4 ${ASKED}`;
const ended = (start: number, end: number, status: number | string, more = "") =>
  `${started(start)} end=${T0 + end * 60} Exit_status=${status} resources_used.mem=1048576kb ${more}`;

describe("values", () => {
  it.each([
    ["30gb", 30_720],
    ["756960kb", 739.21875],
    ["100mw", 800], // words of 8 bytes
    ["30b", 30 / 1_048_576],
    ["1048576", 1],
    ["", MISSING],
    ["much", UNREADABLE],
  ])("memory %j is %d MiB", (text, mib) => {
    expect(readMemoryMib(text)).toBe(mib);
  });

  it.each([
    ["06:00:00", 21_600_000],
    ["1:06:00:00", 108_000_000],
    ["05:30", 330_000],
    ["90", 90_000],
    ["", MISSING],
    ["1:2:3:4:5", UNREADABLE],
    ["x", UNREADABLE],
  ])("duration %j is %d ms", (text, ms) => {
    expect(readClockOrSecondsMs(text)).toBe(ms);
  });

  it.each<[string, Record<string, string>]>([
    ["a=1 b=2", { a: "1", b: "2" }],
    ['account="LAB 1" select=1:ncpus=1:mem=30', { account: "LAB 1", select: "1:ncpus=1:mem=30" }],
    ["name=my long name queue=q", { name: "my long name", queue: "q" }],
    ['a="open b=2', { a: '"open', b: "2" }],
    ["nothing here", {}],
    ["__proto__=1  a=", { ["__proto__"]: "1", a: "" }],
  ])("message %j", (message, expected) => {
    const values = new Map<string, string>();
    readMessage(message, values);
    expect([...values]).toEqual(Object.entries(expected));
  });

  it.each([
    ["03/31/2025 10:59:15;E;1.srv;a=1", { type: "E", id: "1.srv", message: "a=1" }],
    ["03/31/2025 10:59:15;E;1.srv", undefined],
    ["2025-03-31 10:59:15;E;1.srv;", undefined],
    ["03/31/2025 10:59:15;EE;1.srv;", undefined],
  ])("record %j", (text, expected) => {
    if (expected === undefined) expect(parseRecord(text)).toBeUndefined();
    else expect(parseRecord(text)).toMatchObject(expected);
  });

  it.each<[string, Record<string, string>, Partial<Record<"vcpus" | "memoryMib" | "gpus" | "nodes", number>>]>([
    [
      "totals",
      { ncpus: "8", mem: "16gb", nodect: "1" },
      { vcpus: 8, memoryMib: 16_384, gpus: MISSING, nodes: MISSING },
    ],
    [
      "chunks, a node each",
      { select: "2:ncpus=36:mem=10gb:ngpus=1", ncpus: "72", mem: "20gb", ngpus: "2", nodect: "2", place: "scatter" },
      { vcpus: 36, memoryMib: 10_240, gpus: 1, nodes: 2 },
    ],
    ["chunks alone", { select: "2:ncpus=3:mem=1gb+1:ncpus=4" }, { vcpus: 4, nodes: 3 }], // 10 CPUs on 3 nodes
    [
      "chunks on one node",
      { select: "4:ncpus=2", ncpus: "8", nodect: "4", place: "pack" },
      { vcpus: 8, nodes: MISSING },
    ],
    [
      "Torque",
      { nodes: "4:ppn=8:gpus=1", ncpus: "1", nodect: "4", mem: "64gb" },
      { vcpus: 8, gpus: 1, nodes: 4, memoryMib: 16_384 },
    ],
    ["Torque, named hosts", { nodes: "n1:ppn=2+n2:ppn=2" }, { vcpus: 2, nodes: 2 }],
    ["Torque, nodes alone", { nodes: "3" }, { vcpus: 1, nodes: 3 }],
    ["Torque, memory per process", { nodes: "1:ppn=4", pmem: "2gb" }, { vcpus: 4, memoryMib: 8_192, nodes: MISSING }],
    ["Torque, processors anywhere", { procs: "16" }, { vcpus: 16, nodes: MISSING }],
  ])("request: %s", (_, asked, expected) => {
    const raw = emptyRawJob();
    takeRequest(raw, new Map(Object.entries(asked).map(([key, value]) => [`Resource_List.${key}`, value])));
    expect(raw).toMatchObject(expected);
  });
});

describe("PBS accounting", () => {
  // 8 chunks of 1 CPU and 2 GB each.
  it.each([
    ["where they fit", "free", "a/0*3+a/1*2+b/0*3", { nodes: 2, vcpus: 4, memoryMib: 8_192 }],
    ["where they fit, on one host", "free", "a/0*8", { nodes: MISSING, vcpus: 8, memoryMib: 16_384 }],
    ["where they fit, not known where", "free", undefined, { nodes: 8, vcpus: 1, memoryMib: 2_048 }],
    ["each on a host", "scatter", "a/0*8", { nodes: 8, vcpus: 1, memoryMib: 2_048 }],
    ["together", "pack", "a/0*3+b/0*3", { nodes: MISSING, vcpus: 8, memoryMib: 16_384 }],
  ])("puts chunks %s", (_, place, hosts, expected) => {
    const asked: [string, string][] = [
      ["Resource_List.select", "8:ncpus=1:mem=2gb"],
      ["Resource_List.place", place],
    ];
    const raw = emptyRawJob();
    takeRequest(raw, new Map([...asked, ...(hosts === undefined ? [] : [["exec_host", hosts] as [string, string]])]));
    expect(raw).toMatchObject(expected);
  });

  it("takes the slots of a job whose request Torque 6 does not list", async () => {
    const run = `${ABOUT} start=${T0 + 60} req_information.lprocs.0=8 total_execution_slots=16 unique_node_count=2`;
    const { rows } = await pbs([line(5, "E", "12.srv", `${run} end=${T0 + 120} Exit_status=0`)]);
    expect(rows).toMatchObject([{ vcpus: 8, nodes: 2, runtimeMs: 60_000 }]);
  });

  it("makes one row of the records of a job", async () => {
    const { rows, folded, rejected } = await pbs([
      line(0, "Q", "12.srv", `${ABOUT} ${ASKED}`),
      line(1, "L", "license", "floating license hour:3"),
      line(5, "S", "12.srv", started(5)),
      line(25, "E", "12.srv", ended(5, 25, 0)),
    ]);
    expect(rows).toMatchObject([
      {
        ...{ id: "12", name: "sim", queue: "batch", user: "ann", group: "LAB 1", submitMs: T0 * 1_000, vcpus: 4 },
        ...{ waitMs: 300_000, runtimeMs: 1_200_000, limitMs: 3_600_000, memoryMib: 8_192, gpus: 2, line: 4 },
        ...{ usedMemoryMib: 1_024, status: "SUCCEEDED", exitCode: 0, attempts: [], adjusted: [] },
      },
    ]);
    expect([folded, rejected]).toEqual([["other-event 2", "part-of-job 1", "part-of-job 3"], []]);
  });

  it("gives attempts that the server ended", async () => {
    const { rows } = await pbs([
      line(0, "Q", "12.srv", `${ABOUT} ${ASKED}`),
      line(2, "S", "12.srv", started(2)),
      line(4, "R", "12.srv", ended(2, 4, -3)),
      line(7, "S", "12.srv", started(7)),
      line(9, "E", "12.srv", ended(7, 9, 1, "run_count=2")),
    ]);
    const attempts = [
      { runtimeMs: 120_000, exitCode: MISSING },
      { runtimeMs: 120_000, exitCode: 1 },
    ];
    expect(rows).toMatchObject([{ waitMs: 120_000, runtimeMs: 120_000, exitCode: 1, status: "FAILED", attempts }]);
  });

  it.each([
    [0, "SUCCEEDED", 0, []],
    [3, "FAILED", 3, []],
    [137, "FAILED", 137, []],
    [265, "FAILED", 137, ["signal-as-exit-code"]], // 256 + 9
    [512, "FAILED", 0, ["exit-code-out-of-range"]],
    [-11, "FAILED", MISSING, []],
    [-1, "FAILED", MISSING, []],
    ["what", "", MISSING, []],
  ])("Exit_status %s", async (given, status, exitCode, adjusted) => {
    const { rows } = await pbs([line(9, "E", "12.srv", ended(5, 9, given))]);
    expect(rows).toMatchObject([{ status, exitCode, adjusted }]);
  });

  it("tells how jobs stood that had not ended", async () => {
    const known = `${ABOUT} ${ASKED}`;
    const { rows, folded, rejected } = await pbs([
      line(0, "Q", "1.srv", known), // still queued
      line(0, "Q", "2.srv", known), // still running
      line(5, "S", "2.srv", started(5)),
      line(0, "Q", "3.srv", known), // deleted in the queue
      line(6, "D", "3.srv", "requestor=ann@n1"),
      line(7, "D", "4.srv", "requestor=ann@n1"), // deleted, and nothing else is known of it
      line(0, "Q", "5.srv", known), // requeued, then deleted in the queue
      line(2, "S", "5.srv", started(2)),
      line(4, "R", "5.srv", ended(2, 4, -3)),
      line(8, "D", "5.srv", "requestor=ann@n1"),
      line(0, "Q", "6.srv", known), // deleted while it ran: its end follows
      line(2, "S", "6.srv", started(2)),
      line(9, "D", "6.srv", "requestor=ann@n1"),
      line(9, "E", "6.srv", ended(2, 9, 271)),
    ]);
    expect(
      rows.map(({ id, withoutRuntime, waitMs, runtimeMs, status }) => [id, withoutRuntime, waitMs, runtimeMs, status]),
    ).toEqual([
      ["3", "never-ran", 360_000, MISSING, ""],
      ["5", "no-runtime", 120_000, 120_000, "FAILED"],
      ["6", "no-runtime", 120_000, 420_000, "FAILED"],
      ["1", "still-queued", MISSING, MISSING, ""],
      ["2", "still-running", 300_000, 240_000, ""], // from minute 5 to the last thing known, the end of job 6
    ]);
    expect(rejected).toEqual(["incomplete-window 6"]);
    expect(rows.length + folded.length + rejected.length).toBe(14);
  });

  it("takes local times where Torque gives no others", async () => {
    const lines = [line(0, "Q", "1.srv", "queue=batch"), line(5, "D", "1.srv", "requestor=ann@n1")];
    const { rows } = await pbs(lines, { timeZone: "+01:00" });
    expect(rows).toMatchObject([{ submitMs: Date.UTC(2025, 2, 31, 9), waitMs: 300_000, withoutRuntime: "never-ran" }]);
  });

  it("takes tasks of an array as its children, and the array as none", async () => {
    const { rows, folded } = await pbs([
      line(0, "Q", "7[].srv", ABOUT),
      line(0, "Q", "8[].srv", ABOUT),
      line(5, "S", "7[1].srv", started(5)),
      line(9, "E", "7[1].srv", ended(5, 9, 0)),
      line(9, "E", "7[].srv", ended(5, 9, 0)),
    ]);
    expect(rows).toMatchObject([
      { id: "7[1]", arrayId: "7[]" },
      { id: "8[]", withoutRuntime: "still-queued" },
    ]);
    expect(folded).toEqual(["part-of-job 3", "part-of-job 1", "array-parent 5"]);
  });

  it("keeps jobs of two servers apart", async () => {
    const { rows } = await pbs([
      line(0, "Q", "1.a", ABOUT),
      line(9, "E", "1.b", ended(5, 9, 0)),
      line(9, "E", "1.a", ended(6, 9, 0)),
    ]);
    expect(rows.map(({ id, waitMs }) => [id, waitMs])).toEqual([
      ["1.b", 300_000],
      ["1", 360_000],
    ]);
  });

  it("doubts a few bytes of memory, and rejects what is no record", async () => {
    const { rows, rejected } = await pbs([
      line(9, "E", "1.srv", ended(5, 9, 0).replace("mem=8gb", "mem=30b")),
      "03/31/2025;E;1;",
      "PBS accounting",
    ]);
    expect(rows).toMatchObject([{ adjusted: ["suspicious-memory"] }]);
    expect(rejected).toEqual(["malformed 2", "malformed 3"]);
  });

  it("is recognised by its first line", () => {
    const detect = (text: string) => pbsFormat.detect({ name: "20250331", text });
    expect(detect(`\n${line(0, "Q", "1.srv", ABOUT)}\n`)).toBe("sure");
    expect(detect("a;b;c;d\n")).toBe("no");
  });
});

describe.skipIf(!hasDelivered)("a delivered day file (skipped without ../shared/data)", () => {
  const CASPER = "pbs/pbspro-accounting.casper-20250331.log";

  it("18 records (8 Q, 5 S, 1 R, 4 E) are 4 jobs", async () => {
    const { rows, folded, rejected } = await takeText(pbsFormat, deliveredText(CASPER));
    expect([rows.length, folded.length, rejected.length]).toEqual([4, 14, 0]);
    expect(rows[0]).toMatchObject({
      // 4215033: 5 s, requeued, 4 s more; asked for 30 bytes
      ...{ id: "4215033", waitMs: 5_000, runtimeMs: 4_000, status: "FAILED", exitCode: MISSING, queue: "htc" },
      ...{ attempts: [{ runtimeMs: 5_000 }, { runtimeMs: 4_000 }], adjusted: ["suspicious-memory"] },
    });
    expect(rows[1]).toMatchObject({ memoryMib: 30_720, vcpus: 1, gpus: 0, runtimeMs: 218_000, group: "SCSG0001" });
  });

  it("survives damage: every line that is neither blank nor a comment is taken once", async () => {
    await surviveDamage(pbsFormat, "", deliveredText(CASPER), 700, linesIn);
  });

  it("takes a long line of nonsense at once", async () => {
    const begin = process.cpuUsage();
    const message = `${"a=".repeat(200_000)} ${'b=" '.repeat(100_000)}`;
    const taken = await takeText(pbsFormat, line(1, "E", "1.s", message.slice(0, 1_000_000)));
    expect(recordCount(taken)).toBe(1);
    expect(process.cpuUsage(begin).user).toBeLessThan(1_000_000);
  });
});
