// A scenario small enough to be run dozens of times: five jobs of a trace file on two instance sizes.

/** Five jobs, three good rows of which carry everything, one with a quoted name. */
export const JOBS_CSV = `id,name,queue,submit_ms,runtime_s,vcpus,memory_mib,gpus
a1,align,main,1709294400000,300,2,4096,0
a2,align,main,1709294401000,320,2,4096,0
a3,"sort, then ""merge""",main,1709294405000,60,1,1024,0
a4,align,main,1709294700000,90,2,4096,0
a5,report,main,1709295000000,30,1,2048,0
`;

/** The scenario with changes: each of `lines` replaces the line that begins with the same key, or is added. */
export function scenarioYaml(lines: Readonly<Record<string, string>> = {}): string {
  const document: Record<string, string> = {
    question: "Does it run?",
    region: "us-east-1",
    trace: "{ file: jobs.csv }",
    computeEnvironments:
      "[{ computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 16, instanceTypes: [m6i.large, m6i.xlarge] } }]",
    strategies: "[{ name: packed }, { name: patient, scaleDown: { idleDelay: 10m } }]",
    baselines: "[on-demand]",
    ...lines,
  };
  return Object.entries(document)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}
