// Takes away what carries the pool's tag: idle instances by the way of every end, launch templates at once. Busy instances are set
// to DRAINING and left to finish: running it again later ends them. It asks nobody; whoever calls it has asked.

import type { Instance } from "@aws-sdk/client-ec2";
import type { ContainerInstance } from "@aws-sdk/client-ecs";
import { type LiveSettings, TAG_POOL } from "../../model/live-settings.js";
import type { Outcome } from "../command.js";
import type { Clock, Journal } from "../ports.js";
import { Api, type ExecutorClients } from "./api.js";
import { type CallLimits, UNLIMITED } from "./call-limits.js";
import { setStates } from "./container-states.js";
import type { Answer } from "./failure.js";
import { containerInstances } from "./registrations.js";
import { ScaleIn } from "./scale-in.js";
import { isOnItsWayOut } from "./terminations.js";

export interface UninstallParts {
  readonly clients: ExecutorClients;
  readonly settings: Pick<LiveSettings, "identity" | "drainMs">;
  readonly clusterArn: string;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Container instances with a STARTING or RUNNING job, by Batch's word; read again before every step. Null: not read whole. */
  readonly busy: () => Promise<ReadonlySet<string> | null>;
  readonly signal?: AbortSignal;
}

export interface UninstallReport {
  /** Instances whose end EC2 has accepted. */
  readonly terminated: readonly string[];
  /** DRAINING, with tasks that go on. */
  readonly busy: readonly string[];
  /** Names. */
  readonly deletedTemplates: readonly string[];
  /** Whatever carries the pool's tag and is still there, in words: instances, templates, volumes. */
  readonly leftovers: readonly string[];
  /** What could not be done or read, in words. */
  readonly problems: readonly string[];
}

/** Beyond the drain, so often and at such intervals a slow end is waited for. */
const STEPS = 12;
const STEP_MS = 5_000;

interface Member {
  readonly instance: Instance;
  readonly container: ContainerInstance | undefined;
}

/** Everything once. Never throws for what AWS answers: it is in `problems`. */
export async function uninstall(parts: UninstallParts): Promise<UninstallReport> {
  const api = await Api.make(parts);
  const limits: CallLimits = { ...UNLIMITED, run: (call) => call(parts.signal ?? new AbortController().signal) };
  const problems: string[] = [];
  const members = await fleetOf(api, parts, limits, problems);
  const read = await parts.busy();
  if (read === null) problems.push("AWS Batch's jobs could not be read: nothing is ended");
  const busyArns = read ?? new Set();
  const isBusy = ({ container }: Member) =>
    container !== undefined &&
    (busyArns.has(container.containerInstanceArn ?? "") ||
      (container.runningTasksCount ?? 0) + (container.pendingTasksCount ?? 0) > 0);
  const busy = members.filter(isBusy);
  const terminated = await endAll(
    api,
    read === null ? [] : members.filter((member) => !isBusy(member)),
    parts,
    limits,
    problems,
  );
  const left = members.filter(({ instance }) => !terminated.includes(instance.InstanceId!));
  await drainAll(api, left, parts, limits, problems);
  const deletedTemplates = await deleteTemplates(api, parts.settings, limits, problems);
  const leftovers = await leftoversOf(api, parts.settings, limits, problems);
  const ids = busy.map(({ instance }) => instance.InstanceId!);
  return { terminated, busy: ids, deletedTemplates, leftovers, problems };
}

/** Our instances that are there, with what ECS says of each. */
async function fleetOf(
  api: Api,
  { settings, clusterArn }: UninstallParts,
  limits: CallLimits,
  problems: string[],
): Promise<Member[]> {
  const instances = orNone(await api.instances([ofPool(settings)], limits), "DescribeInstances", problems);
  const arns = orNone(
    await api.containerInstanceArns({ cluster: clusterArn }, limits),
    "ListContainerInstances",
    problems,
  );
  const containers = orNone(
    await containerInstances(api, clusterArn, arns, limits),
    "DescribeContainerInstances",
    problems,
  );
  if (problems.length > 0) return []; // who does not know what is busy ends nothing
  const byId = new Map(containers.map((container) => [container.ec2InstanceId, container]));
  return instances
    .filter((instance) => !isOnItsWayOut(instance))
    .map((instance) => ({ instance, container: byId.get(instance.InstanceId) }));
}

/** Ends idle instances; ids of those that EC2 has accepted. */
async function endAll(
  api: Api,
  idle: readonly Member[],
  { settings, clusterArn, clock, busy, signal }: UninstallParts,
  limits: CallLimits,
  problems: string[],
): Promise<string[]> {
  if (idle.length === 0) return [];
  const scaleIn = new ScaleIn({ api, settings, clusterArn, clock });
  const terminated: string[] = [];
  const take = (outcomes: readonly Outcome[]) => {
    for (const outcome of outcomes) {
      if (outcome.kind === "terminated") terminated.push(idOf(idle[outcome.instance]!));
      if (outcome.kind === "kept") problems.push(`${idOf(idle[outcome.instance]!)} is kept: ${outcome.why}`);
      if (outcome.kind === "not-ended") {
        problems.push(`${idOf(idle[outcome.instance]!)} is not ended: ${outcome.code}: ${outcome.message}`);
      }
      if (outcome.kind === "failed") problems.push(`${outcome.code}: ${outcome.message}`);
    }
  };
  const commands = idle.map((member, instance) => ({
    kind: "end" as const,
    instance,
    instanceId: idOf(member),
    containerInstanceArn: member.container?.containerInstanceArn ?? "",
    reason: "uninstall",
  }));
  take(await scaleIn.begin(commands, limits));
  for (let step = 0; step < STEPS && scaleIn.ending.size > 0 && !signal?.aborted; step++) {
    await clock.sleep(step === 0 ? settings.drainMs : STEP_MS, signal);
    const read = await busy();
    scaleIn.saw({ seen: new Map(), busy: read ?? new Set(), mayEnd: read !== null });
    take(await scaleIn.advance(limits));
  }
  for (const instance of scaleIn.ending) problems.push(`the end of ${idOf(idle[instance]!)} is not done yet`);
  return terminated;
}

/** So that what is busy gets no more jobs. */
async function drainAll(
  api: Api,
  members: readonly Member[],
  { clusterArn }: UninstallParts,
  limits: CallLimits,
  problems: string[],
): Promise<void> {
  const arns = members.flatMap(({ container }) => container?.containerInstanceArn ?? []);
  const states = await setStates(api, clusterArn, arns, "DRAINING", limits);
  for (const [arn, failure] of states) if (failure !== null) problems.push(`${arn} is not DRAINING: ${failure.code}`);
}

async function deleteTemplates(
  api: Api,
  settings: Pick<LiveSettings, "identity">,
  limits: CallLimits,
  problems: string[],
): Promise<string[]> {
  const deleted: string[] = [];
  for (const name of await templatesOf(api, settings, limits, problems)) {
    const answer = await api.deleteLaunchTemplate({ LaunchTemplateName: name }, limits);
    if (answer.ok) deleted.push(name);
    else problems.push(`launch template ${name} is not deleted: ${answer.failure.code}: ${answer.failure.message}`);
  }
  return deleted;
}

async function templatesOf(
  api: Api,
  settings: Pick<LiveSettings, "identity">,
  limits: CallLimits,
  problems: string[],
): Promise<string[]> {
  const templates = orNone(await api.launchTemplates([ofPool(settings)], limits), "DescribeLaunchTemplates", problems);
  return templates.map(({ LaunchTemplateName = "" }) => LaunchTemplateName);
}

/** What carries the tag when all is done; instances on their way out are not among it. */
async function leftoversOf(
  api: Api,
  settings: Pick<LiveSettings, "identity">,
  limits: CallLimits,
  problems: string[],
): Promise<string[]> {
  const instances = orNone(await api.instances([ofPool(settings)], limits), "DescribeInstances", problems);
  const alive = instances.filter((instance) => !isOnItsWayOut(instance));
  const ours = new Set(instances.map(({ InstanceId }) => InstanceId));
  const volumes = orNone(await api.volumes([ofPool(settings)], limits), "DescribeVolumes", problems).filter(
    // A root volume goes with its instance.
    ({ Attachments = [] }) => !Attachments.some(({ InstanceId }) => ours.has(InstanceId)),
  );
  return [
    ...alive.map(({ InstanceId, State }) => `instance ${InstanceId} (${State?.Name})`),
    ...(await templatesOf(api, settings, limits, problems)).map((name) => `launch template ${name}`),
    ...volumes.map(({ VolumeId, State }) => `volume ${VolumeId} (${State})`),
  ];
}

function ofPool({ identity }: Pick<LiveSettings, "identity">) {
  return { Name: `tag:${TAG_POOL}`, Values: [identity.pool] };
}

function orNone<T>(answer: Answer<T[]>, call: string, problems: string[]): T[] {
  if (answer.ok) return answer.value;
  problems.push(`${call} failed: ${answer.failure.code}: ${answer.failure.message}`);
  return [];
}

function idOf({ instance }: Member): string {
  return instance.InstanceId!;
}
