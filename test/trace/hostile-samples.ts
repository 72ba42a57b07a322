// Small files of every format, made record by record, for the tests of hostile input.

export interface Names {
  readonly id?: string;
  readonly name?: string;
  readonly queue?: string;
}

/** What stands before the records, a record with its line end, and what stands behind them. */
export interface Sample {
  readonly head: string;
  readonly record: (index: number, names?: Names) => string;
  readonly foot: string;
}

const FIRST_S = 1_700_000_000;

/** 2024-01-01 and some seconds. */
function iso(second: number): string {
  return new Date(Date.UTC(2024, 0, 1) + second * 1_000).toISOString().slice(0, 19);
}

function batchJob(index: number, { id = `job-${index}`, name = "n", queue = "q" }: Names) {
  const createdAt = (FIRST_S + index) * 1_000;
  const times = { createdAt, startedAt: createdAt + 5_000, stoppedAt: createdAt + 65_000 };
  const container = { vcpus: 1, memory: 1_024, exitCode: 0 };
  return { jobId: id, jobName: name, jobQueue: queue, status: "SUCCEEDED", ...times, container };
}

function event(type: string, index: number, detail: object): string {
  return `${JSON.stringify({ "detail-type": type, source: "aws", time: `${iso(index)}Z`, detail })}\n`;
}

function ecsTask(index: number, { id = `t${index}`, name = "n", queue = "q" }: Names) {
  const times = { createdAt: `${iso(index)}Z`, startedAt: `${iso(index + 5)}Z`, stoppedAt: `${iso(index + 65)}Z` };
  const arns = { taskArn: `arn:aws:ecs:r:1:task/c/${id}`, clusterArn: `arn:aws:ecs:r:1:cluster/${queue}` };
  const rest = { lastStatus: "STOPPED", group: `family:${name}`, cpu: "1024", memory: "2048" };
  return { ...arns, ...times, ...rest, containers: [{ exitCode: 0 }] };
}

function cromwellCall(index: number, { id = `j${index}`, queue = "q" }: Names): string {
  const times = { start: `${iso(index)}.000Z`, end: `${iso(index + 65)}.000Z` };
  const running = { description: "RunningJob", startTime: `${iso(index + 5)}.000Z`, endTime: times.end };
  const runtimeAttributes = { cpu: "1", memory: "1 GB", queueArn: queue };
  const status = { executionStatus: "Done", backendStatus: "Success", returnCode: 0, backend: "AWSBatch" };
  const entry = { shardIndex: index, attempt: 1, ...times, ...status, runtimeAttributes, jobId: id };
  return `${JSON.stringify({ ...entry, executionEvents: [running] })},\n`;
}

function pbsRecord(index: number, { id = String(index), name = "n", queue = "q" }: Names): string {
  const submitS = FIRST_S + index;
  const times = `ctime=${submitS} qtime=${submitS} etime=${submitS} start=${submitS + 5}`;
  const request = "Resource_List.mem=1gb Resource_List.ncpus=1 Resource_List.nodect=1";
  const facts = `user=u group=g jobname=${name} queue=${queue} ${times} ${request} end=${submitS + 65} Exit_status=0`;
  return `11/14/2023 10:59:15;E;${id}.srv;${facts} resources_used.walltime=00:01:00\n`;
}

/** Columns of LSF 10.1 up to those that the reader needs; LSF quotes a quote by doubling it. */
function lsfRecord(index: number, { id = String(index + 1), name = "n", queue = "q" }: Names): string {
  const submitS = FIRST_S + index;
  const start = `"JOB_FINISH" "10.108" ${submitS + 65} ${id} 1501 33570818 1 ${submitS} 0 0 ${submitS + 5}`;
  const host = `"host" "/root" "" "" "" "${submitS}.101" 0 1 "node" 32 100.0 "${name}" "sleep 60"`;
  const usage = "0.0 0.0 3756 0 -1 0 0 407 4 0 936 8 -1 0 0 0 19 2 -1";
  return `${start} "user" "${queue}" "" "" "" ${host} ${usage} "" "default" 0 1 "" "" 0 1024 0 "" "" "" "" 0\n`;
}

function nextflowCells(index: number, { id = String(index + 1), name = "n", queue = "q" }: Names): string {
  const [submit, start, complete] = [iso(index), iso(index + 5), iso(index + 65)].map((at) => at.replace("T", " "));
  return [id, "16/f0", `u-${index}`, name, "COMPLETED", 0, submit, start, complete, "60s", 1, "1 GB", queue].join("\t");
}

function nextflowTask(index: number, { id = String(index + 1), name = "n", queue = "q" }: Names): string {
  const submit = (FIRST_S + index) * 1_000;
  const times = { submit: `${submit}`, start: `${submit + 5_000}`, complete: `${submit + 65_000}`, realtime: "60000" };
  const task = { task_id: id, native_id: `u${index}`, process: name, name, status: "COMPLETED", exit: "0", ...times };
  return `${JSON.stringify({ ...task, cpus: "1", memory: "1073741824", queue, attempt: "1" })},\n`;
}

function googleEvents(index: number, { id = String(index + 10) }: Names): string {
  const line = (second: number, machine: string, type: number) =>
    `${600_000_000 + (index + second) * 1_000_000},,${id},0,${machine},${type},u,0,2,0.025,0.08,0.0004,1\n`;
  return line(0, "", 0) + line(5, "7", 1) + line(65, "7", 4);
}

/** By the format's id. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  csv: {
    head: "id,name,queue,submit_ms,runtime_s,vcpus,memory_mib,gpus\n",
    record: (index, { id = String(index), name = "n", queue = "q" } = {}) =>
      `${id},${name},${queue},${(FIRST_S + index) * 1_000},60,1,1024,0\n`,
    foot: "",
  },
  "aws-batch": { head: "", record: (index, names = {}) => `${JSON.stringify(batchJob(index, names))}\n`, foot: "" },
  "batch-events": {
    head: "",
    record: (index, names = {}) => event("Batch Job State Change", index, batchJob(index, names)),
    foot: "",
  },
  "ecs-events": {
    head: "",
    record: (index, names = {}) => event("ECS Task State Change", index, ecsTask(index, names)),
    foot: "",
  },
  swf: {
    head: "; Version: 2.2\n; UnixStartTime: 1000000\n",
    record: (index, { id = String(index + 1), queue = "1" } = {}) =>
      `${id} ${index} 5 60 1 10 1024 1 100 1024 1 1 1 1 ${queue} 1 -1 -1\n`,
    foot: "",
  },
  slurm: {
    head: "JobID|JobName|Partition|Submit|Start|End|Elapsed|State|ExitCode|ReqCPUS|ReqMem|NNodes\n",
    record: (index, { id = String(index + 1), name = "n", queue = "q" } = {}) =>
      `${id}|${name}|${queue}|${iso(index)}|${iso(index + 5)}|${iso(index + 65)}|00:01:00|COMPLETED|0:0|1|1G|1\n`,
    foot: "",
  },
  pbs: { head: "", record: (index, names = {}) => pbsRecord(index, names), foot: "" },
  lsf: { head: "", record: (index, names = {}) => lsfRecord(index, names), foot: "" },
  nextflow: {
    head: "task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tstart\tcomplete\trealtime\tcpus\tmemory\tqueue\n",
    record: (index, names = {}) => `${nextflowCells(index, names)}\n`,
    foot: "",
  },
  "nextflow-report": {
    head: '<html><script>\nwindow.data = { "trace":[\n',
    record: (index, names = {}) => nextflowTask(index, names),
    foot: '{}], "summary":[]};\n</script></html>\n',
  },
  cromwell: {
    head: '{"workflowName":"w","id":"abc","status":"Succeeded","calls":{"w.n":[\n',
    record: (index, names = {}) => cromwellCall(index, names),
    foot: '{"executionStatus":"Done"}]}}\n',
  },
  wfformat: {
    head: '{"name":"x","schemaVersion":"1.3","workflow":{"executedAt":"2024-01-01T00:00:00Z","tasks":[\n',
    record: (index, { id = `t${index}`, name = "n" } = {}) =>
      `${JSON.stringify({ id, name, runtimeInSeconds: 60, coreCount: 1, memoryInBytes: 1_048_576_000 })},\n`,
    foot: '{"name":"last","runtimeInSeconds":1,"coreCount":1}]}}\n',
  },
  "alibaba-gpu": {
    head: "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n",
    record: (index, { id = `p${index}`, queue = "LS" } = {}) =>
      `${id},1000,1024,0,0,,${queue},Succeeded,${index},${index + 65},${index + 5}\n`,
    foot: "",
  },
  "google-2011": { head: "", record: (index, names = {}) => googleEvents(index, names), foot: "" },
};
