// Scenarios over real traces that both sides of the parity test play: stretches short enough for a test, in a market that refuses
// launches, answers some of them in part, and takes instances back.

import { realPath } from "../../real-traces/real-files.js";

export interface RealScenario {
  readonly name: string;
  readonly text: string;
  /** Of live mode, where they are to bind. */
  readonly caps?: string;
}

/** A job of these traces is tried again when its host is lost, as people set it up on spot. */
const RETRY =
  'retryStrategy: { attempts: 10, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }] }';

/** Spot as on a bad day, and so little of it that launches of several instances are answered in part. */
const SCARCE = `
  spot:
    preset: bad-day
    capacity: { medianVcpus: 12 }
`;

function scenario(
  name: string,
  trace: string,
  { types = "[m6i, c6i]", maxvCpus = 512, strategy = "best-fit", world = SCARCE } = {},
): RealScenario {
  const text = `
name: ${name}
trace:
${trace}
  unplaceable: reject
  ${RETRY}
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, minvCpus: 0, maxvCpus: ${maxvCpus}, instanceTypes: ${types}, zones: [use1-az1, use1-az2, use1-az4] }
strategies: [${strategy}]
baselines: []
world:
  unmanaged: { priceInterval: 6h }
${world}
`;
  return { name, text };
}

export const REAL_SCENARIOS: readonly RealScenario[] = [
  scenario(
    "kth-sp2",
    `  file: ${realPath("swf/KTH-SP2.swf")}
  defaults: { memoryPerVcpu: 2 GiB }
  transform: [{ window: { from: 480h, to: 504h } }]`,
    { types: "[optimal]" },
  ),
  scenario(
    "nextflow-2022",
    `  file: ${realPath("nextflow/execution_trace.awsbatch.2022-05-13.txt")}
  format: nextflow
  defaults: { vcpus: 2, memory: 8 GiB }`,
  ),
  scenario(
    "nasa",
    `  file: ${realPath("swf/NASA-iPSC-1993-3.1-cln.swf.gz")}
  defaults: { memoryPerVcpu: 2 GiB }
  transform: [{ window: { from: 72h, to: 96h } }]`,
    { types: "[optimal]", strategy: "elastigroup" },
  ),
  scenario(
    "openb",
    `  file: ${realPath("alibaba-gpu-2023/openb_pod_list_default.csv")}
  columns:
    id: name
    name: qos
    submit: { column: creation_time, unit: s }
    runtime: { from: { column: scheduled_time, unit: s }, to: { column: deletion_time, unit: s } }
    vcpus: { column: cpu_milli, unit: milli }
    memory: { column: memory_mib, unit: MiB }
    gpus: { column: num_gpu, times: { column: gpu_milli, unit: milli } }
  transform: [{ filter: { runtime: { max: 2h } } }, { window: { from: 0s, to: 120d } }, { sample: 0.006 }]`,
    { types: "[g4dn, g5, m6i, c6i, r6i]", maxvCpus: 4096 },
  ),
  scenario(
    "hcs",
    `  file: ${realPath("lsf/lsb.acct.hcs-16")}
  defaults: { memoryPerVcpu: 4 GiB }`,
    { strategy: "cluster-autoscaler" },
  ),
  {
    ...scenario(
      "nextflow-2021 under caps",
      `  file: ${realPath("nextflow/execution_trace.awsbatch-mixed.2021-03-04.txt")}
  format: nextflow
  defaults: { vcpus: 2, memory: 8 GiB }`,
      { strategy: "karpenter" },
    ),
    caps: "maxInstances: 3, maxLaunchesPerTick: 1",
  },
];
