// Small scenarios for faults: tens of jobs that fit on two or three instances.

export interface TextOptions {
  readonly jobs: readonly string[];
  /** Instance types. */
  readonly types?: string;
  readonly zones?: string;
  /** SPOT or EC2. */
  readonly market?: string;
  readonly maxvCpus?: number;
  /** Lines of `world`. */
  readonly world?: string;
  readonly stress?: readonly string[];
  /** Instead of the only queue. */
  readonly queues?: string;
  /** Of the strategy, beside its name. */
  readonly strategy?: string;
  /** Top-level lines. */
  readonly more?: string;
}

const RETRY =
  'retryStrategy: { attempts: 10, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }] }';
const QUEUE =
  "  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }";

/** A job of two vCPUs: two of them on one m6i.xlarge, one on an m6i.large. */
export const WORK = "vcpus: 2, memory: 3 GiB, runtime: 90s";

/** Instances run after 15 s and are registered after 35 s; they are idle for a minute before they go. */
export function scenarioText(options: TextOptions): string {
  const { jobs, types = "[m6i.xlarge, c6i.xlarge]", zones = "[use1-az1, use1-az2]", market = "SPOT" } = options;
  const { maxvCpus = 64, world = "", stress = [], queues = QUEUE, strategy = "", more = "" } = options;
  return `
trace:
  jobs:
${jobs.map((job, i) => `    - { id: job${i}, ${job} }`).join("\n")}
  unplaceable: keep
  ${RETRY}
jobQueues:
${queues}
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: ${market}, minvCpus: 0, maxvCpus: ${maxvCpus}, instanceTypes: ${types}, zones: ${zones} }
strategies: [{ like: best-fit, name: plain, holdBack: never, spareLaunches: 0, scaleDown: { idleDelay: 60s }${strategy} }]
baselines: []
seed: 5
world:
  unmanaged: { schedulerInterval: 5s }
  decisionInterval: 15s
  pending: 15s
  boot: 20s
  pull: 5s
  cachedPull: 1s
  stopDelay: 0s
${world}
${stress.length > 0 ? `stress:\n${stress.map((line) => `  - ${line}`).join("\n")}` : ""}
${more}
`;
}
