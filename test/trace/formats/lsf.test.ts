import { describe, expect, it } from "vitest";
import { lsfFormat } from "../../../src/trace/formats/lsf.js";
import { locate, splitFields } from "../../../src/trace/formats/lsf-record.js";
import { deliveredText, recordCount } from "./aws-rows.js";
import { hasDelivered, linesIn, surviveDamage, takeText } from "./hpc-text.js";

const MISSING = Number.NaN;
const T0 = 1_643_910_000;

interface Job {
  processors?: number;
  start?: number;
  status?: number;
  exit?: number;
  asked?: readonly string[];
  hosts?: readonly string[];
  /** Leaves the list of used hosts out, as some records do. */
  noHosts?: boolean;
  name?: string;
  command?: string;
  index?: number;
  maxMemory?: number;
  resReq?: string;
  effective?: string;
  dependency?: string;
  limit?: number;
  extensions?: readonly string[];
  /** What parallel jobs used on each host, behind the number of hosts. */
  hostUse?: string;
}

const text = (value: string) => `"${value.replaceAll('"', '""')}"`;
const list = (values: readonly string[]) => [values.length, ...values.map(text)].join(" ");
const blanks = (count: number) => Array.from({ length: count }, () => '""').join(" ");

/** A JOB_FINISH as LSF 10.1 writes it: submitted at T0, ended 100 s later. */
function finish(job: Job = {}): string {
  const { processors = 1, start = T0 + 10, status = 64, exit = 0, hosts = ["n1"], index = 0 } = job;
  return [
    `"JOB_FINISH" "10.108" ${T0 + 100} 101 1501 33570818 ${processors} ${T0} 0 0 ${start} "ann" "night"`,
    text(job.resReq ?? ""),
    text(job.dependency ?? ""),
    `"" "master" "/home" "" "" "" "${T0}.101"`,
    list(job.asked ?? []),
    ...(job.noHosts === true ? [] : [list(hosts)]),
    `${status} 100.0 ${text(job.name ?? "")} ${text(job.command ?? "run it")}`,
    "0.1 0.2 3756 0 -1 0 0 407 4 0 936 8 -1 0 0 0 19 2 -1", // 19 figures of use
    `"" "lab" ${exit} ${processors} "" "" ${index} ${job.maxMemory ?? 2_048} 0`,
    `${blanks(4)} 0 "" 0 "" -1 ${blanks(4)} -1 ${blanks(2)} 7184 "" ${T0} ${blanks(2)}`,
    [(job.extensions ?? []).length / 2, ...(job.extensions ?? [])].join(" "),
    `${job.hostUse ?? "0"} ${job.limit ?? -1} 4194304 1024 ${text(job.effective ?? "select[type == any] order[r15s:pg] ")} "" -1 "" -1 0`,
  ].join(" ");
}
const lsf = (...lines: readonly string[]) => takeText(lsfFormat, lines.join("\n"));
const one = async (job: Job) => (await lsf(finish(job))).rows[0]!;

describe("splitFields", () => {
  it.each([
    ['a "b c" 1', ["a", "b c", "1"]],
    ['"say ""hi""" ""', ['say "hi"', ""]],
    ["  a \t b ", ["a", "b"]],
    ["", []],
    ['a "open', undefined],
    ['"a"b c', undefined],
  ])("%j", (line, fields) => {
    expect(splitFields(line)).toEqual(fields);
  });
});

describe("LSF accounting", () => {
  it("gives all of a job", async () => {
    expect(await one({ name: "sweep[1-10]", index: 3, limit: 3_600, maxMemory: 512_000 })).toMatchObject({
      ...{ id: "101[3]", arrayId: "101", name: "sweep", queue: "night", user: "ann", group: "lab", vcpus: 1 },
      ...{ submitMs: T0 * 1_000, waitMs: 10_000, runtimeMs: 90_000, limitMs: 3_600_000, usedMemoryMib: 500 },
      ...{ status: "SUCCEEDED", exitCode: 0, nodes: MISSING, memoryMib: MISSING, withoutRuntime: "no-runtime" },
    });
  });

  it.each<[string, Job, object]>([
    ["no name", { command: "/bin/sleep 5" }, { name: "/bin/sleep" }],
    ["quotes in the command", { command: '#a;echo ""b""' }, { name: "#a;echo", status: "SUCCEEDED" }],
    ["never started", { start: 0, status: 32 }, { withoutRuntime: "never-ran", waitMs: 100_000, runtimeMs: MISSING }],
    ["exit code 127", { status: 32, exit: 32_512 }, { status: "FAILED", exitCode: 127 }], // 127 x 256
    ["killed by SIGKILL", { status: 32, exit: 9 }, { exitCode: 137, adjusted: ["signal-as-exit-code"] }],
    ["failed, code unknown", { status: 32, exit: 0 }, { status: "FAILED", exitCode: 0 }],
    ["done, with a post-execution bit", { status: 64 + 128 }, { status: "SUCCEEDED" }],
    // 12 slots on 3 hosts
    ["several hosts", { processors: 12, hosts: ["a", "a", "b", "c"] }, { vcpus: 4, nodes: 3 }],
    ["shortened hosts", { processors: 6, hosts: ["4*a", "2*b"] }, { vcpus: 3, nodes: 2 }],
    ["asked hosts too", { asked: ["a", "b"], hosts: ["b"] }, { status: "SUCCEEDED", usedMemoryMib: 2 }],
    ["asked hosts alone", { asked: ["a", "b"], noHosts: true }, { status: "SUCCEEDED", usedMemoryMib: 2 }],
    ["extensions", { extensions: ["1110", '"d"', "1041", '"x y"'], limit: 60 }, { limitMs: 60_000 }],
    [
      "what a parallel job used on its hosts before the limit",
      { hostUse: "2 n1 1306 0 1287486 242 0 n2 1291 0 643768.5 66 1 7 8", limit: 60, effective: "rusage[mem=9]" },
      { limitMs: 60_000, memoryMib: 9 },
    ],
    ["use by host that is none", { hostUse: "2 n1 1306 0 1287486 242 0", limit: 60 }, { limitMs: MISSING }],
    ["no memory use without a run", { start: 0, status: 32, maxMemory: 0 }, { usedMemoryMib: MISSING }],
    ["option bits where the limit is", { limit: 4_194_304 }, { limitMs: MISSING }],
    ["memory asked for", { effective: "select[x] rusage[mem=4000.00] span[hosts=1]" }, { memoryMib: 4_000 }],
    ["memory with a unit", { effective: "rusage[ngpus_physical=2.00:mem=4G]" }, { memoryMib: 4_096, gpus: 2 }],
    ["memory by the user's words", { effective: "", resReq: "rusage[mem=512,swp=9]" }, { memoryMib: 512 }],
    ["swap is no memory", { effective: "rusage[maxmem=5]" }, { memoryMib: MISSING }],
    ["dependencies", { dependency: "done(11) && ended(12)" }, { dependsOn: "11;12:ENDED" }],
    ["a dependency of another form", { dependency: 'done("*a")' }, { dependsOn: "" }],
  ])("%s", async (_, job, expected) => {
    expect(await one(job)).toMatchObject(expected);
  });

  it("takes every line once", async () => {
    const { rows, folded, rejected } = await lsf(
      finish(),
      '"JOB_RESIZE" "10.1" 1643910038 101',
      '"JOB_FINISH" "10.1" 1643910038 101',
      "# a comment",
      '"JOB_FINISH" "open',
    );
    expect([rows.length, folded, rejected]).toEqual([1, ["other-event 2"], ["malformed 3", "malformed 5"]]);
  });

  it("is recognised by its first line", () => {
    const detect = (start: string) => lsfFormat.detect({ name: "lsb.acct.1", text: start });
    expect(detect(finish())).toBe("sure");
    expect(detect('"a" "b"\n')).toBe("no");
  });

  it("believes no count that the line cannot hold", () => {
    const fields = splitFields(finish())!;
    fields[22] = "999999999";
    expect(locate(fields)).toBeUndefined();
  });
});

describe.skipIf(!hasDelivered)("a delivered lsb.acct (skipped without ../shared/data)", () => {
  const HCS = "lsf/lsb.acct.hcs-16";

  it("82 jobs, in spite of nine lengths of records", async () => {
    const { rows, folded, rejected } = await takeText(lsfFormat, deliveredText(HCS));
    expect([rows.length, folded.length, rejected.length]).toEqual([82, 0, 0]);
    // 41 exited with 127 (32512 = 127 x 256), 41 are done
    expect(rows.filter(({ exitCode, status }) => exitCode === 127 && status === "FAILED")).toHaveLength(41);
    expect(rows.filter(({ exitCode, status }) => exitCode === 0 && status === "SUCCEEDED")).toHaveLength(41);
    // 30 slots on 8 hosts: at most 4 each
    expect(rows.find(({ nodes }) => nodes === 8)).toMatchObject({ vcpus: 4, runtimeMs: 51_000, name: "/bin/sleep" });
  });

  it("survives damage: every line that is neither blank nor a comment is taken once", async () => {
    await surviveDamage(lsfFormat, "", deliveredText(HCS), 700, linesIn);
  });

  it("takes a long line of nonsense at once", async () => {
    const begin = process.cpuUsage();
    for (const noise of ['"" '.repeat(300_000), `"JOB_FINISH" ${"9 ".repeat(490_000)}`, `"${'""'.repeat(500_000)}`]) {
      expect(recordCount(await takeText(lsfFormat, noise))).toBe(1);
    }
    expect(process.cpuUsage(begin).user).toBeLessThan(3_000_000);
  });
});
