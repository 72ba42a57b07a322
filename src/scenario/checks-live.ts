// What the block `live` means for the rest of the scenario. Live mode serves one UNMANAGED compute environment of one account
// with the first strategy; what AWS Batch or EC2 would refuse later, or what live mode cannot do, is said here.

import { resourceName } from "./arns.js";
import { unknownName } from "./checks-names.js";
import { environmentFacts } from "./facts.js";
import { asList, asMap, describeValue, type Finding, type PathKey, valueAt } from "./finding.js";
import { toStrategySpec } from "./normalise-strategies.js";
import { partsOf } from "./parts.js";
import type { StrategySpec } from "./scenario.js";
import { live as liveSchema } from "./schema-live.js";
import { strategy } from "./schema-strategies.js";
import { world } from "./schema-world.js";

type Environment = Readonly<Record<string, unknown>>;
type Report = (code: string, message: string, path: readonly PathKey[], hint?: string) => void;

const ENVIRONMENT = ["computeEnvironments", 0] as const;
/** CreateComputeEnvironment and CreateJobQueue: "up to 128 characters long. It can contain uppercase and lowercase letters, numbers, hyphens (-), and underscores (_)". */
const BATCH_NAME = /^[A-Za-z0-9][\w-]{0,127}$/;
const SERVED_TYPES: readonly unknown[] = ["EC2", "SPOT"];

/** Findings about the block `live` and what it asks of the other parts; none when there is no such block. */
export function checkLive(root: unknown): Finding[] {
  const live = asMap(valueAt(root, ["live"]));
  if (live === undefined) return [];
  const findings: Finding[] = [];
  const report: Report = (code, message, path, hint) => findings.push({ code, message, hint, path });
  const environments = asList(valueAt(root, ["computeEnvironments"]));
  if (environments.length > 1) {
    const message = `live mode serves one compute environment, and there are ${environments.length}`;
    report(
      "too-many-environments",
      message,
      ["computeEnvironments"],
      "one scenario, and one process, for each of them",
    );
  }
  const environment = asMap(environments[0]);
  if (environments.length === 1 && environment !== undefined) {
    findings.push(...checkName(live, environment));
    checkEnvironment(environment, report);
    checkZones(live, environment, report);
    checkArchitectures(root, live, report);
  }
  checkSubnets(live, report);
  checkQueueNames(root, report);
  checkTimes(root, live, report);
  checkStrategy(root, live, report);
  return findings;
}

function checkName(live: Environment, { computeEnvironmentName: name }: Environment): Finding[] {
  const named = live.computeEnvironment;
  if (typeof named !== "string" || typeof name !== "string") return [];
  const mention = { name: resourceName(named), path: ["live", "computeEnvironment"] };
  return unknownName("compute environment", mention, [name]);
}

function checkEnvironment(environment: Environment, report: Report): void {
  const { type, state, status, fixedFleet, containerOrchestrationType, computeEnvironmentName: name } = environment;
  const resources = asMap(environment.computeResources);
  const at = (key: string) => [...ENVIRONMENT, key];
  if (typeof name === "string" && !BATCH_NAME.test(name)) {
    const hint = "up to 128 letters, digits, hyphens and underscores";
    report(
      "invalid-name",
      `no compute environment of AWS Batch is called ${describeValue(name)}`,
      at("computeEnvironmentName"),
      hint,
    );
  }
  if (type !== "UNMANAGED") {
    const hint = "AWS Batch launches instances in MANAGED environments itself: make one of type UNMANAGED";
    report("not-unmanaged", "live mode needs type UNMANAGED", type === undefined ? ENVIRONMENT : at("type"), hint);
  }
  if (resources !== undefined && typeof resources.type === "string" && !SERVED_TYPES.includes(resources.type)) {
    report("conflicting-keys", "live mode needs type EC2 or SPOT", [...at("computeResources"), "type"]);
  }
  if (fixedFleet !== undefined) {
    report("conflicting-keys", "live mode cannot serve a fixed fleet: it launches what jobs need", at("fixedFleet"));
  }
  if (containerOrchestrationType === "EKS") {
    report("conflicting-keys", "live mode serves ECS, not EKS", at("containerOrchestrationType"));
  }
  if (state === "DISABLED") report("conflicting-keys", "live mode needs state ENABLED", at("state"));
  if (status === "INVALID") report("conflicting-keys", "live mode needs status VALID", at("status"));
}

/** The zones of the compute environment and those of the subnets are the same: a replay buys where live mode can. */
function checkZones(live: Environment, environment: Environment, report: Report): void {
  const zones = asList(asMap(environment.computeResources)?.zones);
  const subnets = asList(valueAt(live, ["launch", "subnets"])).map((subnet) => asMap(subnet)?.zoneId);
  if (subnets.length === 0 || subnets.some((zone) => typeof zone !== "string")) return;
  const path = [...ENVIRONMENT, "computeResources", "zones"];
  if (zones.length === 0) {
    const hint = `zones: [${[...new Set(subnets)].join(", ")}]`;
    report("missing-key", "live mode needs the zones of the compute environment: those that have a subnet", path, hint);
    return;
  }
  for (const [index, zone] of zones.entries()) {
    if (typeof zone !== "string" || subnets.includes(zone)) continue;
    const hint = "add one to live.launch.subnets, or leave the zone out";
    report("zone-without-subnet", `no subnet is given for the zone ${zone}`, [...path, index], hint);
  }
  for (const [index, zone] of subnets.entries()) {
    if (zones.includes(zone)) continue;
    const hint = `the zones are ${zones.join(", ")}`;
    const at = ["live", "launch", "subnets", index, "zoneId"];
    report("unknown-zone", `${String(zone)} is not among the zones of the compute environment`, at, hint);
  }
}

function checkSubnets(live: Environment, report: Report): void {
  const subnets = asList(valueAt(live, ["launch", "subnets"])).map(asMap);
  for (const [index, subnet] of subnets.entries()) {
    const earlier = subnets.slice(0, index);
    const path = ["live", "launch", "subnets", index];
    const { subnetId, zoneId } = subnet ?? {};
    if (zoneId !== undefined && earlier.some((other) => other?.zoneId === zoneId)) {
      const message = `the zone ${describeValue(zoneId)} has another subnet already`;
      report("duplicate-zone", message, [...path, "zoneId"], "a fleet takes one subnet for each zone");
    }
    if (subnetId !== undefined && earlier.some((other) => other?.subnetId === subnetId)) {
      report("duplicate-name", `the subnet ${describeValue(subnetId)} is listed twice`, [...path, "subnetId"]);
    }
  }
}

/** One AMI is of one architecture. */
function checkArchitectures(root: unknown, live: Environment, report: Report): void {
  const [facts] = environmentFacts(root);
  if (facts === undefined || facts.architectures.length < 2) return;
  if (valueAt(live, ["launch", "imageId"]) === undefined) return;
  const message = `one AMI cannot serve ${facts.architectures.join(" and ")} instance types`;
  const hint = "allow one architecture, or leave imageId out: AWS's images of both are known";
  report("conflicting-keys", message, ["live", "launch", "imageId"], hint);
}

function checkQueueNames(root: unknown, report: Report): void {
  const queues = valueAt(root, ["jobQueues"]);
  if (queues === undefined) {
    report(
      "missing-key",
      "live mode needs the names of the job queues",
      ["jobQueues"],
      "as they are called in AWS Batch",
    );
  }
  for (const [index, queue] of asList(queues).entries()) {
    const name = asMap(queue)?.jobQueueName;
    if (typeof name !== "string" || BATCH_NAME.test(name)) continue;
    const message = `no job queue of AWS Batch is called ${describeValue(name)}`;
    report("invalid-name", message, ["jobQueues", index, "jobQueueName"]);
  }
}

function checkTimes(root: unknown, live: Environment, report: Report): void {
  if (valueAt(root, ["world"]) === "ideal") {
    report("conflicting-keys", "live mode needs a decisionInterval, and an ideal world has none", ["world"]);
    return;
  }
  const given = world.safeParse(valueAt(root, ["world"]) ?? {});
  const settings = liveSchema.safeParse(live);
  if (!given.success) return;
  const intervalMs = given.data.decisionInterval;
  if (intervalMs === 0) {
    report(
      "out-of-range",
      "live mode needs a decisionInterval greater than 0",
      ["world", "decisionInterval"],
      "15s is usual",
    );
    return;
  }
  if (!settings.success) return;
  const { deadline, earlyTick, freshness } = settings.data.timing;
  const at = (key: string) => ["live", "timing", key];
  if (deadline !== undefined && deadline > intervalMs) {
    report("out-of-range", "must not be longer than world.decisionInterval", at("deadline"));
  }
  if (earlyTick !== undefined && earlyTick > intervalMs) {
    report("out-of-range", "must not be longer than world.decisionInterval", at("earlyTick"));
  }
  if (deadline !== undefined && freshness < deadline) {
    report(
      "out-of-range",
      "must not be shorter than deadline: a tick would find its own look too old",
      at("freshness"),
    );
  }
}

/** The first strategy is the one that live mode follows; the others are for replays. */
function checkStrategy(root: unknown, live: Environment, report: Report): void {
  const [first] = partsOf(root, ["strategies"], strategy);
  if (first === undefined || first.path[1] !== 0) return;
  const spec = toStrategySpec(first.value);
  const at = (...keys: PathKey[]) => [...first.path, ...(typeof first.value === "string" ? [] : keys)];
  if (spec.scaleDown.mayKill) {
    const hint = "an instance with a job on it is never ended by choice";
    report("conflicting-keys", "live mode kills no jobs", at("scaleDown", "mayKill"), hint);
  }
  for (const [queue, discipline] of disciplinesOf(spec)) {
    if (discipline === "aws-batch") continue;
    const path = queue === null ? at("queueDiscipline") : at("queueDisciplines", queue);
    const hint = "leave it out: queues are served as they were created, first in first out or by fair share";
    report(
      "conflicting-keys",
      `AWS Batch orders its queues itself: ${discipline} cannot be had in live mode`,
      path,
      hint,
    );
  }
  checkDeadMan(spec, live, at("scaleDown", "idleDelay"), report);
}

function disciplinesOf({ queueDiscipline, queueDisciplines }: StrategySpec): [string | null, string][] {
  return [[null, queueDiscipline], ...Object.entries(queueDisciplines)];
}

/** Hosts that power themselves off before the strategy would end them are bought again. */
function checkDeadMan({ scaleDown }: StrategySpec, live: Environment, path: readonly PathKey[], report: Report): void {
  const settings = liveSchema.safeParse(live);
  if (!settings.success) return;
  const { deadManSwitch } = settings.data.launch;
  if (deadManSwitch === null || scaleDown.idleDelayMs < deadManSwitch) return;
  const hint = "make the switch longer, or never";
  report(
    "out-of-range",
    "hosts would power themselves off before this: live.launch.deadManSwitch is shorter",
    path,
    hint,
  );
}
