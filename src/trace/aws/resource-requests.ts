// What a job of AWS Batch asks for, wherever its definition says so: in one container, in several of an ECS task, in an EKS
// pod, or in ranges of nodes.
// https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html

import { MILLI } from "../../base/units.js";
import { UNREADABLE } from "../text/cells.js";
import { field, type JsonObject, listOf, numberOf, objectOf, textOf } from "../text/json-values.js";

/** Of one node. NaN: not said; UNREADABLE: said in a way that cannot be read. */
export interface ResourceRequest {
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
}

export interface NodeRequest extends ResourceRequest {
  /** NaN: no multi-node job. */
  readonly nodes: number;
  /** A range reached beyond the last node. */
  readonly isClamped: boolean;
  /** Not all nodes ask for the same: the most of each amount is given. */
  readonly isMixed: boolean;
}

const NO_REQUEST: ResourceRequest = { vcpus: Number.NaN, memoryMib: Number.NaN, gpus: Number.NaN };

/** Limit of SubmitJob; whatever claims more is not looked at node by node. */
const MAX_NODES = 1_000;

const MIB = 1024 * 1024;

/** The request of a JobDetail. */
export function requestOfJob(job: JsonObject): NodeRequest {
  const nodeProperties = objectOf(field(job, "nodeProperties"));
  const nodes = numberOf(field(nodeProperties, "numNodes"));
  const ranges = listOf(field(nodeProperties, "nodeRangeProperties"));
  const isMultiNode = nodes > 0; // 0 occurs in samples that were filled in by hand
  if (isMultiNode && nodes <= MAX_NODES && ranges.length > 0) return requestOfRanges(ranges, nodes);
  return { ...requestOfOne(job), nodes: isMultiNode ? nodes : Number.NaN, isClamped: false, isMixed: false };
}

/** Of whatever has a container, an ECS task or an EKS pod. */
function requestOfOne(holder: JsonObject): ResourceRequest {
  const pod = objectOf(field(objectOf(field(holder, "eksProperties")), "podProperties"));
  const podContainers = listOf(field(pod, "containers"));
  if (podContainers.length > 0) return sumOf(podContainers, requestOfPodContainer);
  const tasks = listOf(field(objectOf(field(holder, "ecsProperties")), "taskProperties"));
  const containers = tasks.flatMap((task) => listOf(field(objectOf(task), "containers")));
  if (containers.length > 0) return sumOf(containers, requestOfContainer);
  return requestOfContainer(objectOf(field(holder, "container")));
}

/** resourceRequirements, whose values are text, are newer than vcpus and memory, and win. */
function requestOfContainer(container: JsonObject): ResourceRequest {
  const values = new Map<string, number>();
  for (const entry of listOf(field(container, "resourceRequirements"))) {
    const requirement = objectOf(entry);
    values.set(textOf(field(requirement, "type")).toUpperCase(), numberOf(field(requirement, "value")));
  }
  return {
    vcpus: values.get("VCPU") ?? numberOf(field(container, "vcpus")),
    memoryMib: values.get("MEMORY") ?? numberOf(field(container, "memory")),
    gpus: values.get("GPU") ?? Number.NaN,
  };
}

function requestOfPodContainer(container: JsonObject): ResourceRequest {
  const resources = objectOf(field(container, "resources"));
  const requests = objectOf(field(resources, "requests"));
  const limits = objectOf(field(resources, "limits"));
  const quantity = (key: string) => kubernetesQuantity(field(requests, key) ?? field(limits, key));
  return { vcpus: quantity("cpu"), memoryMib: quantity("memory") / MIB, gpus: quantity("nvidia.com/gpu") };
}

const QUANTITY = /^(\d{1,18}(?:\.\d{1,18})?|\.\d{1,18})(m|k|[KMGTPE]i?)?$/;
const FACTORS: Readonly<Record<string, number>> = {
  ...{ m: 1 / MILLI, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 1024, Mi: MIB, Gi: MIB * 1024, Ti: MIB * MIB, Pi: MIB * MIB * 1024, Ei: MIB * MIB * MIB },
};

/** "500m", "1024Mi", "1.5"; NaN when missing, UNREADABLE otherwise. */
function kubernetesQuantity(value: unknown): number {
  const number = numberOf(value);
  if (number !== UNREADABLE || typeof value !== "string") return number;
  const match = QUANTITY.exec(value.trim());
  return match === null ? UNREADABLE : Number(match[1]) * (FACTORS[match[2] ?? ""] ?? 1);
}

/** Amounts that no container names stay missing. */
function sumOf(containers: readonly unknown[], requestOf: (container: JsonObject) => ResourceRequest): ResourceRequest {
  const requests = containers.map((container) => requestOf(objectOf(container)));
  const sum = (amountOf: (request: ResourceRequest) => number) => {
    const amounts = requests.map(amountOf).filter((amount) => !Number.isNaN(amount));
    return amounts.length === 0 ? Number.NaN : amounts.reduce((total, amount) => total + amount, 0);
  };
  return {
    vcpus: sum(({ vcpus }) => vcpus),
    memoryMib: sum(({ memoryMib }) => memoryMib),
    gpus: sum(({ gpus }) => gpus),
  };
}

interface NodeRange extends ResourceRequest {
  readonly first: number;
  readonly last: number;
}

/** Of nested ranges the narrower one holds for its nodes; of equally wide ones the later one. */
function requestOfRanges(entries: readonly unknown[], nodes: number): NodeRequest {
  const ranges = entries.slice(0, MAX_NODES).map((entry) => rangeOf(objectOf(entry), nodes));
  const isClamped = ranges.some(({ last }) => last >= nodes);
  ranges.sort((a, b) => b.last - b.first - (a.last - a.first));
  const ofNode = new Array<NodeRange | undefined>(Math.ceil(nodes)).fill(undefined);
  for (const range of ranges) ofNode.fill(range, range.first, Math.min(range.last + 1, ofNode.length));
  const used = [...new Set(ofNode)].filter((range) => range !== undefined);
  const most = (amounts: readonly number[]) => {
    const known = amounts.filter((amount) => !Number.isNaN(amount));
    return known.length === 0 ? Number.NaN : Math.max(...known);
  };
  const request = used.length === 0 ? NO_REQUEST : used[0]!;
  const differs = (other: ResourceRequest) =>
    !(Object.is(other.vcpus, request.vcpus) && Object.is(other.memoryMib, request.memoryMib)) ||
    !Object.is(other.gpus, request.gpus);
  return {
    vcpus: most(used.map(({ vcpus }) => vcpus)),
    memoryMib: most(used.map(({ memoryMib }) => memoryMib)),
    gpus: most(used.map(({ gpus }) => gpus)),
    ...{ nodes, isClamped, isMixed: used.some(differs) },
  };
}

const TARGET_NODES = /^(\d{0,6})(:?)(\d{0,6})$/;

/** "0:1", ":3", "4:" or "2". */
function rangeOf(entry: JsonObject, nodes: number): NodeRange {
  const match = TARGET_NODES.exec(textOf(field(entry, "targetNodes")));
  const [, from = "", colon = ":", to = ""] = match ?? [];
  const first = from === "" ? 0 : Number(from);
  const openEnd = colon === "" ? first : nodes - 1;
  return { first, last: to === "" ? openEnd : Number(to), ...requestOfOne(entry) };
}
