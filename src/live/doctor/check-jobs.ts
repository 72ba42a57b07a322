// The jobs that wait now: would any of them never run, or not survive a spot interruption?

import { MILLI } from "../../base/units.js";
import type { InstanceType } from "../../model/instance-type.js";
import type { JobRequest } from "../observation.js";
import { requestOf } from "../observe/job-detail.js";
import { counted, vcpus } from "../operate/words.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

/** ECS_RESERVED_MEMORY that the catalogue's usable memory is reckoned with (catalog/usable-memory.ts). */
const RECKONED_RESERVE_MIB = 32;

interface Group {
  readonly queue: string;
  readonly request: JobRequest;
  count: number;
}

export async function checkJobs(facts: Facts, report: Report): Promise<void> {
  const waiting = await facts.waitingJobs();
  if (waiting.length === 0) {
    report.ok("no job waits now: run this again when some do");
    return;
  }
  const requests = waiting.map(({ queue, detail }) => ({ queue, request: requestOf(detail) }));
  const multiNode = requests.filter(({ request }) => request.nodes > 1);
  if (multiNode.length > 0) {
    const hint = "AWS Batch never runs them in an UNMANAGED compute environment: send them to a MANAGED one";
    report.error(`among the waiting jobs: ${counted(multiNode.length, "multi-node parallel job")}`, hint);
  }
  const before = report.findings.length;
  for (const group of groupsOf(requests.filter(({ request }) => request.nodes <= 1))) checkFit(facts, group, report);
  checkAttempts(facts, requests, report);
  if (report.findings.length === before) {
    report.ok(`${counted(waiting.length, "waiting job")} looked at: each fits an allowed instance type`);
  }
}

/** Jobs that ask for the same. */
function groupsOf(requests: readonly { readonly queue: string; readonly request: JobRequest }[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { queue, request } of requests) {
    const key = `${queue} ${request.vcpuMilli} ${request.memoryMib} ${request.gpuMilli}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { queue, request, count: 1 });
    else group.count++;
  }
  return [...groups.values()];
}

function checkFit(facts: Facts, { queue, request, count }: Group, report: Report): void {
  const { tables, settings } = facts.context;
  const types = [...new Set(facts.pools.map((pool) => tables.instanceTypes[tables.pools[pool]!.instanceType]!))];
  const moreMib = settings.launch.reservedMemoryMib - RECKONED_RESERVE_MIB;
  const usable = (type: InstanceType) => type.memoryMib - moreMib;
  const { vcpuMilli, memoryMib, gpuMilli } = request;
  const isLarge = (type: InstanceType) => type.vcpuMilli >= vcpuMilli && type.gpuMilli >= gpuMilli;
  const fitting = smallest(types.filter((type) => isLarge(type) && usable(type) >= memoryMib));
  // What is sold with enough memory, and does not have it for jobs.
  const nearly = smallest(
    types.filter((type) => isLarge(type) && type.nominalMemoryMib >= memoryMib && usable(type) < memoryMib),
  );
  const gpus = gpuMilli === 0 ? "" : `, ${gpuMilli / MILLI} GPUs`;
  const asks = `${counted(count, "waiting job")} of ${queue} (${request.jobName}: ${vcpus(vcpuMilli)} vCPUs, ${memoryMib} MiB${gpus})`;
  const why =
    nearly === undefined
      ? ""
      : `: ${nearly.name} is sold with ${nearly.nominalMemoryMib} MiB and registers ${usable(nearly)}`;
  if (fitting === undefined) {
    const hint =
      nearly === undefined
        ? "allow larger instance types"
        : `ask for ${usable(nearly)} MiB or less, or allow larger types`;
    report.error(`no allowed instance type fits ${asks}${why}`, hint);
  } else if (nearly !== undefined && nearly.nominalMemoryMib < fitting.nominalMemoryMib) {
    report.warning(`only ${fitting.name} and larger fit ${asks}${why}`, `ask for ${usable(nearly)} MiB or less`);
  }
}

function smallest(types: readonly InstanceType[]): InstanceType | undefined {
  return [...types].sort((a, b) => a.nominalMemoryMib - b.nominalMemoryMib || a.vcpuMilli - b.vcpuMilli)[0];
}

/** A job whose host is taken fails, unless it may be tried again. */
function checkAttempts(facts: Facts, requests: readonly { readonly request: JobRequest }[], report: Report): void {
  const { tables } = facts.context;
  if (!facts.pools.some((pool) => tables.pools[pool]!.market === "spot")) return;
  const once = requests.filter(({ request }) => request.attempts <= 1);
  if (once.length === 0) return;
  const what = `${counted(once.length, "waiting job")} (${once[0]!.request.jobName}, ...) may be attempted once only, and spot is used`;
  const hint =
    'a spot interruption fails them: retryStrategy { attempts: 3, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }] }';
  report.warning(what, hint);
}
