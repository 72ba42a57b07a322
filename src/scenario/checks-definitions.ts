// What a job definition says that only holds with other keys or other parts: revisions, Fargate's sizes, node groups,
// consumable resources. Source: AWS Batch API reference, RegisterJobDefinition, NodeProperties, NodeRangeProperty.

import { MILLI } from "../base/units.js";
import { isFargateSize } from "../model/fargate-sizes.js";
import type { ConsumableRequest } from "../model/job.js";
import { type Mention, mentions, unknownName } from "./checks-names.js";
import { containerRequest, type Request, toConsumables, toJobDefinition } from "./definitions.js";
import { describeValue, type Finding, type PathKey, valueAt } from "./finding.js";
import { type Part, partsOf } from "./parts.js";
import type { JobDefinitionSpec } from "./scenario.js";
import { type JobDefinitionDocument, jobDefinition, type NodePropertiesDocument } from "./schema-definitions.js";
import { consumableResource } from "./schema-queues.js";

/** The ACTIVE definitions that are right by themselves, in the order of the document. */
export function activeDefinitions(root: unknown): (JobDefinitionSpec & { readonly document: JobDefinitionDocument })[] {
  return partsOf(root, ["jobDefinitions"], jobDefinition)
    .filter(({ value }) => value.status !== "INACTIVE")
    .map(({ value }) => ({ ...toJobDefinition(value), document: value }));
}

/** Findings about job definitions; INACTIVE ones are left alone, as nobody can use them. */
export function checkDefinitions(root: unknown): Finding[] {
  const parts = partsOf(root, ["jobDefinitions"], jobDefinition).filter(({ value }) => value.status !== "INACTIVE");
  return [...duplicateRevisions(parts), ...parts.flatMap((part) => checkDefinition(root, part))];
}

function duplicateRevisions(parts: readonly Part<JobDefinitionDocument>[]): Finding[] {
  const seen = new Set<string>();
  return parts.flatMap(({ value, path }): Finding[] => {
    const name =
      value.revision === undefined ? value.jobDefinitionName : `${value.jobDefinitionName}:${value.revision}`;
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `the job definition ${describeValue(name)} is defined twice`;
    return [{ code: "duplicate-name", message, path: [...path, "jobDefinitionName"] }];
  });
}

function checkDefinition(root: unknown, { value, path }: Part<JobDefinitionDocument>): Finding[] {
  const list = [...path, "consumableResourceProperties", "consumableResourceList"];
  const consumables = toConsumables(value.consumableResourceProperties) ?? [];
  return [
    ...checkConsumables(
      root,
      consumables.map((request, index) => ({ ...request, path: [...list, index] })),
    ),
    ...(value.nodeProperties === undefined ? [] : checkNodes(value.nodeProperties, [...path, "nodeProperties"])),
    ...(value.platformCapabilities?.includes("FARGATE") ? checkFargateDefinition(value, path) : []),
  ];
}

function checkFargateDefinition(value: JobDefinitionDocument, path: readonly PathKey[]): Finding[] {
  if (value.nodeProperties !== undefined) {
    const message = "If the job is run on Fargate resources, then multinode isn't supported";
    return [{ code: "not-on-fargate", message, path: [...path, "nodeProperties"], atKey: true }];
  }
  if (value.containerProperties === undefined) return [];
  const request = containerRequest(value.containerProperties);
  return fargateFindings(request, [...path, "containerProperties"]);
}

/** AWS's ClientException for sizes that Fargate does not have; silent about what is not given. */
export function fargateFindings({ vcpuMilli, memoryMib, gpuMilli }: Request, path: readonly PathKey[]): Finding[] {
  const findings: Finding[] = [];
  if (gpuMilli !== undefined && gpuMilli > 0) {
    const message = "GPUs aren't available for jobs that are running on Fargate resources";
    findings.push({ code: "not-on-fargate", message, path });
  }
  if (vcpuMilli !== undefined && memoryMib !== undefined && !isFargateSize(vcpuMilli, memoryMib)) {
    const size = `${(vcpuMilli / MILLI).toFixed(2)} vCPU, ${memoryMib} MiB`;
    findings.push({ code: "fargate-size", message: `Fargate resource requirements (${size}) not valid`, path });
  }
  return findings;
}

/** Findings about consumable resources that do not exist, or of which there never are enough. */
export function checkConsumables(
  root: unknown,
  requests: readonly (ConsumableRequest & { readonly path: readonly PathKey[] })[],
): Finding[] {
  if (requests.length === 0) return [];
  const resources = partsOf(root, ["consumableResources"], consumableResource).map(({ value }) => value);
  const names = mentions(root, ["consumableResources"], "consumableResourceName").map((mention) => mention.name);
  const unclear = valueAt(root, ["consumableResources"]) !== undefined && names.length === 0;
  return requests.flatMap(({ name, quantity, path }): Finding[] => {
    const mention: Mention = { name, path };
    if (!names.includes(name)) return unclear ? [] : unknownName("consumable resource", mention, names);
    const total = resources.find((resource) => resource.consumableResourceName === name)?.totalQuantity;
    if (total === undefined || quantity <= total) return [];
    const message = `asks for ${quantity} of ${describeValue(name)}, of which there are ${total}`;
    return [{ code: "out-of-range", message, path }];
  });
}

function checkNodes(nodes: NodePropertiesDocument, path: readonly PathKey[]): Finding[] {
  const findings: Finding[] = [];
  if (nodes.mainNode >= nodes.numNodes) {
    const message = `mainNode (${nodes.mainNode}): this node index value must be fewer than the number of nodes (${nodes.numNodes})`;
    findings.push({ code: "out-of-range", message, path: [...path, "mainNode"] });
  }
  const types = nodes.nodeRangeProperties.flatMap((group) => {
    return group.container?.instanceType === undefined ? (group.instanceTypes ?? []) : [group.container.instanceType];
  });
  if (new Set(types).size > 1) {
    const message = "All node groups in a multi-node parallel job must use the same instance type";
    findings.push({ code: "mixed-instance-types", message, path: [...path, "nodeRangeProperties"] });
  }
  return [...findings, ...checkNodeRanges(nodes, path)];
}

/** NodeRangeProperty: "Your accumulative node ranges must account for all nodes (0:n)." */
function checkNodeRanges(nodes: NodePropertiesDocument, path: readonly PathKey[]): Finding[] {
  const covered = new Array<boolean>(nodes.numNodes).fill(false);
  const findings = nodes.nodeRangeProperties.flatMap(({ targetNodes }, index): Finding[] => {
    const match = /^(?:(\d+)|(\d*):(\d*))$/.exec(targetNodes);
    const from = Number(match?.[1] ?? (match?.[2] || 0));
    const to = Number(match?.[1] ?? (match?.[3] || nodes.numNodes - 1));
    if (match !== null && from <= to && to < nodes.numNodes) {
      covered.fill(true, from, to + 1);
      return [];
    }
    const message = `expected nodes such as 0:${nodes.numNodes - 1}, got ${describeValue(targetNodes)}`;
    return [{ code: "invalid-node-range", message, path: [...path, "nodeRangeProperties", index, "targetNodes"] }];
  });
  if (findings.length > 0 || !covered.includes(false)) return findings;
  const message = `the accumulative node ranges must account for all nodes (0:${nodes.numNodes - 1})`;
  return [{ code: "invalid-node-range", message, path: [...path, "nodeRangeProperties"] }];
}
