import { describe, expect, it } from "vitest";
import { slurmFormat } from "../../../src/trace/formats/slurm.js";
import { RepeatedIds } from "../../../src/trace/formats/slurm-ids.js";
import {
  parseId,
  readDurationMs,
  readExitCode,
  readGresGpus,
  readMemoryRequest,
  readSizeMib,
  readTres,
} from "../../../src/trace/formats/slurm-values.js";
import { UNREADABLE } from "../../../src/trace/text/cells.js";
import { issuesOf, read } from "../trace-files.js";
import { deliveredText } from "./aws-rows.js";
import { hasDelivered, linesIn, surviveDamage, takeText } from "./hpc-text.js";

const MISSING = Number.NaN;
const at = (text: string) => Date.parse(`${text}Z`);

const COLUMNS = "JobID|JobName|Account|User|Partition|State|ExitCode|Submit|Start|End|Elapsed|Timelimit|ReqCPUS|ReqMem";
const DAY = "2024-03-01T";
/** A row of the columns above: what is given, the rest that of a job that ran for an hour. */
function row(cells: Partial<Record<string, string>> = {}): string {
  const usual: Record<string, string> = {
    ...{
      JobID: "7",
      JobName: "sim",
      Account: "lab",
      User: "ann",
      Partition: "cpu",
      State: "COMPLETED",
      ExitCode: "0:0",
    },
    ...{ Submit: `${DAY}10:00:00`, Start: `${DAY}10:01:00`, End: `${DAY}11:01:00`, Elapsed: "01:00:00" },
    ...{ Timelimit: "1-00:00:00", ReqCPUS: "4", ReqMem: "8G" },
  };
  const names = [...COLUMNS.split("|"), ...Object.keys(cells).filter((name) => !(name in usual))];
  return names.map((name) => cells[name] ?? usual[name] ?? "").join("|");
}
function table(rows: readonly string[], more = ""): string {
  return [COLUMNS + more, ...rows].join("\n");
}
const slurm = (text: string, overrides = {}) => takeText(slurmFormat, text, overrides);

describe("values", () => {
  it.each([
    ["100M", "M", 100],
    ["4G", "M", 4_096],
    ["62.50G", "M", 64_000],
    ["1T", "M", 1_048_576],
    ["500", "M", 500],
    ["114944K", "B", 112.25],
    ["1048576", "B", 1],
    ["0", "B", 0],
    ["", "B", MISSING],
    ["lots", "B", UNREADABLE],
  ] as const)("size %j (bare: %s) is %d MiB", (cell, unit, mib) => {
    expect(readSizeMib(cell, unit)).toBe(mib);
  });

  it.each([
    ["4Gn", 4_096, "node"],
    ["1500Mc", 1_500, "cpu"],
    ["16G", 16_384, "job"],
    ["2000", 2_000, "job"],
    ["2147486648Mn", 3_000, "cpu"], // 2^31 + 3000
    ["9223372036854778808Mn", 3_000, "cpu"], // 2^63 + 3000
    ["0n", MISSING, "node"], // all of the node's memory
    ["", MISSING, "job"],
    ["4Gx", UNREADABLE, "job"],
  ] as const)("ReqMem %j is %d MiB per %s", (cell, mib, per) => {
    expect(readMemoryRequest(cell)).toEqual({ mib, per });
  });

  it.each([
    ["cpu=8,mem=24000M,node=1", [8, 24_000, 1, MISSING]],
    ["billing=12,cpu=12,gres/gpu=2,mem=31000M,node=1", [12, 31_000, 1, 2]],
    ["cpu=1,gres/gpu:a100=2,gres/gpu:v100=1", [1, MISSING, MISSING, 3]],
    ["cpu=1,gres/gpu:a100=2,gres/gpu=2", [1, MISSING, MISSING, 2]], // the same two GPUs twice
    ["cpu=4,mem=0,node=1", [4, MISSING, 1, MISSING]],
    ["", [MISSING, MISSING, MISSING, MISSING]],
    ["=,,x=1", [MISSING, MISSING, MISSING, MISSING]],
  ] as const)("TRES %j", (cell, [cpus, mib, nodes, gpus]) => {
    const tres = { cpus: 1, mib: 1, nodes: 1, gpus: 1 };
    readTres(cell, tres);
    expect(tres).toEqual({ cpus, mib, nodes, gpus });
  });

  it.each([
    ["gpu:2", 2],
    ["gpu:a100:2(IDX:0-1)", 2],
    ["gres:gpu:1,craynetwork:1", 1],
    ["gpu", 1],
    ["(null)", MISSING],
    ["craynetwork:4", MISSING],
  ])("GRES %j are %d GPUs", (cell, gpus) => {
    expect(readGresGpus(cell)).toBe(gpus);
  });

  it.each([
    ["00:05:16", 316_000],
    ["10-13:27:06", 912_426_000],
    ["01:07.402", 67_402],
    ["2-06", 194_400_000],
    ["1-00:30", 88_200_000],
    ["UNLIMITED", MISSING],
    ["Partition_Limit", MISSING],
    ["", MISSING],
    ["soon", UNREADABLE],
  ])("duration %j is %d ms", (cell, ms) => {
    expect(readDurationMs(cell)).toBe(ms);
  });

  it.each([
    ["0:0", 0],
    ["2:0", 2],
    ["0:15", 143], // SIGTERM
    ["1", 1],
    ["", MISSING],
    ["x", MISSING],
  ])("exit code %j is %d", (cell, code) => {
    expect(readExitCode(cell)).toBe(code);
  });

  it.each([
    ["123", "", 0],
    ["123_4", "123", 0],
    ["123_[1-3,7%2]", "", 4],
    ["123_[0-8:2]", "", 5], // 0, 2, 4, 6, 8
    ["123_[5]", "", 1],
    ["123_[1-3,...]", "", 3],
    ["123+1", "", 0],
  ])("id %j", (id, array, tasks) => {
    expect(parseId(id)).toEqual({ array, tasks });
  });
});

describe("a table with a header", () => {
  it("gives all of a job", async () => {
    const { rows, notes } = await slurm(table([row()]), { timeZone: "+02:00" });
    expect(rows).toMatchObject([
      {
        ...{ id: "7", name: "sim", queue: "cpu", user: "ann", group: "lab", vcpus: 4, memoryMib: 8_192 },
        ...{ submitMs: at("2024-03-01T08:00:00"), waitMs: 60_000, runtimeMs: 3_600_000, limitMs: 86_400_000 },
        ...{ status: "SUCCEEDED", exitCode: 0, gpus: MISSING, nodes: MISSING, withoutRuntime: "no-runtime" },
      },
    ]);
    expect([...notes].join()).toContain("+02:00");
  });

  it.each([
    ["commas", ","],
    ["tabs", "\t"],
    ["semicolons", ";"],
  ])("with %s between its columns", async (_, delimiter) => {
    const { rows } = await slurm(table([row()]).replaceAll("|", delimiter));
    expect(rows).toMatchObject([{ id: "7", queue: "cpu", vcpus: 4 }]);
  });

  it("in any order and case, with a delimiter at each end of line, comments, and the header twice", async () => {
    const head = "state|SUBMIT|jobidraw|ELAPSEDRAW|alloccpus|Reason|";
    const text = ["# export", "", head, `COMPLETED|${DAY}10:00:00|9|90|2|None|`, head, "   "].join("\r\n");
    const { rows, folded } = await slurm(text);
    expect(rows).toMatchObject([{ id: "9", runtimeMs: 90_000, vcpus: 2, waitMs: MISSING }]);
    expect(folded).toEqual(["header 5"]);
  });

  it("with times in seconds since the epoch, which need no zone", async () => {
    const cells = { Submit: "1709287200", Start: "1709287260", End: "1709290860" };
    const { rows, notes } = await slurm(table([row(cells)]), { timeZone: "Europe/Stockholm" });
    expect(rows).toMatchObject([{ submitMs: 1_709_287_200_000, waitMs: 60_000 }]);
    expect(notes.size).toBe(0);
  });

  it("behind lines of something else, which are rejected", async () => {
    const { rows, rejected } = await slurm(`slurm: welcome\n1|2|3\n${table([row()])}`);
    expect([rows.length, rejected]).toEqual([1, ["malformed 1", "malformed 2"]]);
  });

  it("that names no submission: the start is taken, and said so", async () => {
    const { rows } = await slurm(`JobID|State|Start|Elapsed\n1|COMPLETED|${DAY}10:00:00|00:01:00`);
    expect(rows).toMatchObject([{ submitMs: at(`${DAY}10:00:00`), waitMs: MISSING, adjusted: ["submit-is-start"] }]);
  });

  it("puts a job name with the delimiter in it together again", async () => {
    const { rows, rejected } = await slurm(table([row({ JobName: "a|b|c" }), row({ Submit: "2024|03" })]));
    expect(rows).toMatchObject([{ name: "a|b|c", queue: "cpu", vcpus: 4, adjusted: ["joined-cells"] }]);
    expect(rejected).toEqual(["wrong-column-count 3"]); // with the surplus in the name no time stands where one belongs
  });

  it("takes rows that lack their last columns, and says so", async () => {
    const cells = row().split("|");
    const short = cells.slice(0, 12).join("|");
    const { rows, rejected } = await slurm(table([short, cells.slice(0, 5).join("|")]));
    expect(rows).toMatchObject([{ vcpus: MISSING, memoryMib: MISSING, adjusted: ["missing-columns"] }]);
    expect(rejected).toEqual(["wrong-column-count 3"]);
  });

  it.each([
    ["nothing of Slurm", "a,b,c\n1,2,3\n", "this is no table"],
    ["sacct without -P", "JobID    JobName  State\n-------- -------- -----\n1 x COMPLETED\n", "this is no table"],
    ["no times", "JobID|JobName|State\n1|a|COMPLETED\n", "Submit, Elapsed (or Start and End)"],
  ])("is refused with %s", async (_, text, message) => {
    const [issue] = await issuesOf(slurm(text));
    expect(issue).toMatchObject({ code: "no-slurm-columns", line: 1 });
    expect(issue!.message).toContain(message);
    expect(issue!.hint).toContain("sacct --parsable2");
  });
});

describe("states", () => {
  const none = { Start: "Unknown", End: "Unknown", Elapsed: "00:00:00" };
  it.each([
    ["FAILED", { ExitCode: "3:0" }, { status: "FAILED", exitCode: 3 }],
    ["OUT_OF_MEMORY", { ExitCode: "0:125" }, { status: "FAILED", exitCode: 137 }],
    ["OUT_OF_ME+", { ExitCode: "0:125" }, { status: "FAILED", exitCode: 137 }],
    ["TIMEOUT", { ExitCode: "0:0" }, { status: "FAILED", exitCode: 0, runtimeMs: 3_600_000 }],
    ["NODE_FAIL", {}, { status: "FAILED" }],
    ["PREEMPTED", {}, { status: "FAILED" }],
    ["CANCELLED by 1234", { ExitCode: "0:15" }, { status: "FAILED", exitCode: 143, withoutRuntime: "no-runtime" }],
    ["CANCELLED by 1234", none, { withoutRuntime: "never-ran", waitMs: MISSING }],
    [
      "CANCELLED+",
      { Start: `${DAY}11:01:00`, Elapsed: "00:00:00" },
      { withoutRuntime: "never-ran", waitMs: 3_660_000 },
    ],
    ["DEADLINE", { ...none, End: `${DAY}12:00:00` }, { withoutRuntime: "never-ran", waitMs: 7_200_000 }],
    ["FAILED", { Start: `${DAY}11:01:00`, Elapsed: "00:00:00", ExitCode: "1:0" }, { runtimeMs: 0, exitCode: 1 }],
    ["RUNNING", { End: "Unknown" }, { withoutRuntime: "still-running", runtimeMs: 3_600_000 }],
    ["PENDING", none, { withoutRuntime: "still-queued", runtimeMs: MISSING }],
    ["REQUEUE_HOLD", none, { withoutRuntime: "still-queued" }],
    ["", { ExitCode: "9:0" }, { status: "FAILED", exitCode: 9 }],
    ["FAILED", { ExitCode: "300:0" }, { exitCode: 44, adjusted: ["exit-code-out-of-range"] }], // 300 - 256
  ])("%s %j", async (state, cells, expected) => {
    const { rows } = await slurm(table([row({ State: state, ...cells })]));
    expect(rows).toMatchObject([expected]);
  });

  it("that are none reject the row", async () => {
    expect((await slurm(table([row({ State: "DANCING" })]))).rejected).toEqual(["bad-status 2"]);
  });

  it("tells by the allocation whether a job that lasted 0 s ran", async () => {
    const zero = { Start: `${DAY}11:01:00`, Elapsed: "00:00:00", State: "FAILED", ExitCode: "1:0" };
    const lines = [
      row({ ...zero, JobID: "1", NodeList: "None assigned" }),
      row({ ...zero, JobID: "2", NodeList: "node[1-2]" }),
      row({ ...zero, JobID: "3", NodeList: "node1", State: "CANCELLED by 5" }), // no step: it never came to it
      row({ ...zero, JobID: "4", NodeList: "node1", State: "CANCELLED by 5" }),
      row({ ...zero, JobID: "4.batch", NodeList: "node1", State: "CANCELLED" }),
    ];
    const { rows } = await slurm(table(lines, "|NodeList"));
    expect(rows.map(({ withoutRuntime }) => withoutRuntime)).toEqual([
      ...["never-ran", "no-runtime", "never-ran", "no-runtime"],
    ]);
  });
});

describe("times", () => {
  it("takes suspensions off a run that contains them, and only then", async () => {
    // From 10:01 to 11:01 is an hour; suspended for 20 minutes of it.
    const lines = [
      row({ Suspended: "00:20:00", Elapsed: "01:00:00" }),
      row({ JobID: "8", Suspended: "00:20:00", Elapsed: "00:40:00" }),
    ];
    const { rows } = await slurm(table(lines, "|Suspended"));
    expect(rows.map(({ runtimeMs }) => runtimeMs)).toEqual([2_400_000, 2_400_000]);
  });

  it("counts local times that occur twice or never, and lets no job start before its submission", async () => {
    const autumn = { Submit: "2024-10-27T02:50:00", Start: "2024-10-27T02:10:00", End: "2024-10-27T03:10:00" };
    const spring = {
      JobID: "8",
      Submit: "2024-03-31T02:30:00",
      Start: "2024-03-31T03:40:00",
      End: "2024-03-31T05:00:00",
    };
    const { rows } = await slurm(table([row(autumn), row(spring)]), { timeZone: "Europe/Stockholm" });
    expect(rows).toMatchObject([
      { waitMs: 1_200_000, adjusted: expect.arrayContaining(["ambiguous-time"]) }, // 02:50 to the second 02:10
      { waitMs: 600_000, adjusted: ["skipped-time"] }, // 02:30 did not exist: 03:30 to 03:40
    ]);
  });

  it("notes that waits contain holds", async () => {
    const { notes } = await slurm(table([row({ Eligible: `${DAY}10:30:00` })], "|Eligible"));
    expect([...notes].join()).toContain("held or waited");
  });
});

describe("requests", () => {
  const request = async (names: string, cells: Record<string, string>) => {
    const text = `JobID|State|Submit|Elapsed|${names}\n1|COMPLETED|${DAY}10:00:00|00:01:00|`;
    const { rows } = await slurm(
      text +
        names
          .split("|")
          .map((name) => cells[name] ?? "")
          .join("|"),
    );
    const { vcpus, memoryMib, gpus, nodes, adjusted } = rows[0]!;
    return { vcpus, memoryMib, gpus, nodes, adjusted };
  };

  it.each([
    // 64 CPUs and 62.5 GiB on 8 nodes: 8 and 8000 MiB each
    ["cpu=64,mem=62.50G,node=8", "8000Mn", "64", [8, 8_000, MISSING, 8], []],
    ["cpu=8,mem=24000M,node=1", "2147486648Mn", "8", [8, 24_000, MISSING, MISSING], []],
    ["", "2147486648Mn", "8", [8, 24_000, MISSING, MISSING], ["per-cpu-memory"]], // 8 x 3000
    ["", "2Gc", "6", [6, 12_288, MISSING, MISSING], ["per-cpu-memory"]],
    ["cpu=10,node=3", "2Gn", "10", [4, 2_048, MISSING, 3], []], // 10 CPUs on 3 nodes: one has 4
    ["cpu=10,node=2", "20G", "10", [5, 10_240, MISSING, 2], []], // 20 GiB for the job
    ["cpu=4,gres/gpu=4,node=2", "0n", "4", [2, 64_000, 2, 2], []], // whole nodes: what was granted, 125 GiB
    ["", "", "", [16, 64_000, 4, MISSING], []],
  ] as const)("%j %j %j", async (ReqTRES, ReqMem, ReqCPUS, [vcpus, memoryMib, gpus, nodes], adjusted) => {
    const whole = ReqTRES.includes("node=2") ? 2 : 1;
    const granted = `cpu=16,mem=${whole * 64_000}M,node=1${gpus === 4 ? ",gres/gpu=4" : ""}`;
    const got = await request("ReqTRES|ReqMem|ReqCPUS|AllocTRES", { ReqTRES, ReqMem, ReqCPUS, AllocTRES: granted });
    expect(got).toEqual({ vcpus, memoryMib, gpus, nodes, adjusted });
  });

  it("takes what was used from the steps, the largest", async () => {
    const step = (id: string, rss: string) => row({ JobID: id, MaxRSS: rss });
    const lines = [step("7", ""), step("7.batch", "2048K"), step("7.extern", "0"), step("7.0", "3M"), step("8", "")];
    const { rows, folded } = await slurm(table(lines, "|MaxRSS"));
    expect(rows.map(({ usedMemoryMib }) => usedMemoryMib)).toEqual([3, MISSING]);
    expect(folded).toEqual(["step 3", "step 4", "step 5"]);
  });

  it("gives GPUs of ReqGRES, which is per node", async () => {
    expect(await request("NNodes|ReqCPUS|ReqGRES", { NNodes: "2", ReqCPUS: "8", ReqGRES: "gpu:v100:4" })).toMatchObject(
      {
        ...{ vcpus: 4, gpus: 4, nodes: 2 },
      },
    );
  });
});

describe("ids", () => {
  it("of array tasks name their array; a range that is not told apart is one row for all", async () => {
    const lines = [
      row({ JobID: "5_1" }),
      row({ JobID: "5_2" }),
      row({ JobID: "5_[3-9%2]", State: "PENDING", End: "None" }),
    ];
    const { rows } = await slurm(table(lines));
    expect(rows).toMatchObject([
      { id: "5_1", arrayId: "5", arraySize: MISSING },
      { id: "5_2", arrayId: "5" },
      { id: "5_[3-9%2]", arrayId: "", arraySize: 7, withoutRuntime: "still-queued" },
    ]);
  });

  it("that repeat get a number; a row after one that was requeued waits for it", async () => {
    const lines = [row({ State: "NODE_FAIL" }), row({ State: "PREEMPTED" }), row(), row({ JobID: "8" }), row()];
    const { rows } = await slurm(table(lines));
    expect(rows.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ...[["7", ""] as const, ["7#2", "7:ENDED"] as const, ["7#3", "7#2:ENDED"] as const],
      ...[["8", ""] as const, ["7#4", ""] as const],
    ]);
    expect(rows.map(({ adjusted }) => adjusted)).toEqual([
      ...[[], ["repeated-id", "chained-retry"], ["repeated-id", "chained-retry"], [], ["repeated-id"]],
    ]);
  });

  it("of heterogeneous jobs are jobs of their own", async () => {
    const { rows } = await slurm(table([row({ JobID: "9+0" }), row({ JobID: "9+1" }), row({ JobID: "9+1.0" })]));
    expect(rows.map(({ id }) => id)).toEqual(["9+0", "9+1"]);
  });

  it("are counted right, many of them too", () => {
    const ids = new RepeatedIds();
    for (let i = 0; i < 50_000; i++) expect(ids.count(`${i}`)).toBe(1);
    for (let i = 0; i < 50_000; i += 7) expect(ids.count(`${i}`)).toBe(2);
  });
});

it("notes that the parts of a heterogeneous job lose each other", async () => {
  const { notes, rows } = await slurm(table([row({ JobID: "12+0" }), row({ JobID: "12+1" })]));
  expect(rows.map(({ id }) => id)).toEqual(["12+0", "12+1"]);
  expect([...notes].filter((note) => note.includes("heterogeneous"))).toHaveLength(1);
});

it("is recognised by the names that the user gives the columns of a table without a header", async () => {
  const header = COLUMNS.split("|");
  const { report } = await read(row(), { format: undefined, header, purpose: "import" });
  expect(report).toMatchObject({ format: "slurm", accepted: 1 });
});

describe("detection", () => {
  it.each([
    ["a header", table([row()]), "sure"],
    ["a header of other columns", "JobID,User,Submit,Start,End,NNodes,State\n", "sure"],
    ["an exported table", "job_id,user,wallclock_req,processors_req,submit_time,start_time,end_time,state\n", "sure"],
    ["our own CSV", "id,name,queue,submit_ms,runtime_s,vcpus,memory_mib\n", "no"],
    ["without times, to tell what it lacks", "JobID|JobIDRaw|JobName|AllocCPUS|Elapsed|State|ExitCode|\n", "sure"],
    ["columns of fixed width", "JobID      JobName      State\n---------- -------- ---------\n12  a  FAILED\n", "sure"],
    ["a list of jobs of something else", "job_id,cost,colour\n", "no"],
    ["another system's table", "job_id,job_name,submit_time,start_time,end_time,cpus,mem_gb,state,exit_code\n", "no"],
    ["another system's table with JobID", "JobID,JobName,Start,End,State,CPUs,Memory\n", "no"],
    ["nothing", "", "no"],
  ])("%s", (_, text, certainty) => {
    expect(slurmFormat.detect({ name: "x.txt", text })).toBe(certainty);
  });
});

describe.skipIf(!hasDelivered)("delivered tables (skipped without ../shared/data)", () => {
  const HCS = "slurm/sacct-parsable2-noheader.hcs-v2.txt";
  const PHILLIPS = "slurm/sacct-parsable2-noheader.xdmod-phillips.log";
  const NREL = "slurm/nrel-eagle-1000.csv";

  it.each([HCS, PHILLIPS, NREL])("%s is recognised", (name) => {
    expect(slurmFormat.detect({ name: "x", text: deliveredText(name).slice(0, 65_536) })).toBe("sure");
  });

  it("hcs-v2: 878 rows are 483 jobs and 395 steps", async () => {
    const { rows, folded, rejected } = await slurm(deliveredText(HCS));
    expect([rows.length, folded.length, rejected.length]).toEqual([483, 395, 0]);
    // 109 jobs lasted 0 s: 60 of them had no node and 28 were cancelled before their first step; 21 had steps, so they ran.
    const never = rows.filter(({ withoutRuntime }) => withoutRuntime === "never-ran").length;
    const ranZero = rows.filter(
      ({ withoutRuntime, runtimeMs }) => withoutRuntime === "no-runtime" && runtimeMs === 0,
    ).length;
    expect([never, ranZero]).toEqual([60 + 28, 21]);
    expect(rows.filter(({ exitCode }) => exitCode === 137)).toHaveLength(261);
    // 67108865: submitted 17:32:41, 17:36:39 to 17:41:55, its step used 114944K
    expect(rows[0]).toMatchObject({
      ...{ id: "67108865", queue: "partition1", submitMs: at("2022-02-18T17:32:41"), waitMs: 238_000, vcpus: 1 },
      ...{ runtimeMs: 316_000, memoryMib: 100, usedMemoryMib: 112.25, status: "FAILED" },
    });
  });

  it("phillips: 4,285 jobs", async () => {
    const { rows, rejected } = await slurm(deliveredText(PHILLIPS));
    expect([rows.length, rejected.length]).toEqual([4_285, 0]);
    // 261 jobs lasted 0 s: 239 were cancelled in the queue ("None assigned"), 22 failed on a node within their first second.
    const never = rows.filter(({ withoutRuntime }) => withoutRuntime === "never-ran").length;
    const ranZero = rows.filter(({ withoutRuntime, runtimeMs }) => withoutRuntime === "no-runtime" && runtimeMs === 0);
    expect([never, ranZero.length, ranZero.every(({ exitCode }) => exitCode === 1)]).toEqual([239, 22, true]);
    expect(rows[0]).toMatchObject({ gpus: 2, memoryMib: 31_000, limitMs: 3_247_200_000, runtimeMs: 912_426_000 });
    expect(rows[2]).toMatchObject({ vcpus: 8, memoryMib: 24_000, user: "honbu", group: "taifl" });
  });

  it("NREL Eagle: 1,000 rows with 549 ids, and as many after numbers are added", async () => {
    const { rows } = await slurm(deliveredText(NREL));
    expect(rows).toHaveLength(1_000);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1_000);
    expect(rows.filter(({ adjusted }) => !adjusted.includes("repeated-id"))).toHaveLength(549);
    expect(rows.filter(({ memoryMib }) => Number.isNaN(memoryMib))).toHaveLength(988);
    expect(rows[0]).toMatchObject({
      vcpus: 1,
      nodes: 10,
      limitMs: 172_800_000,
      runtimeMs: 99_825_000,
      gpus: 0,
      waitMs: 1_000,
    });
  });

  it("survive damage: every line that is neither blank nor a comment is taken once", async () => {
    for (const name of [HCS, PHILLIPS, NREL]) {
      const text = deliveredText(name);
      const start = text.slice(0, text.indexOf("\n") + 1);
      const header = name === NREL ? 1 : 0;
      await surviveDamage(slurmFormat, start, text, 300, (damaged) => linesIn(damaged) - header);
    }
  });
});
