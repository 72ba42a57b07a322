// Which AMI hosts start from. A parameter of SSM is read once, when the executor is made: a new AMI must not appear in the middle
// of a run. `amiDrift` tells that there is one.

import { errorIssue, InputError } from "../../base/issues.js";
import type { LiveLaunchSettings } from "../../model/live-settings.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import { amiKey, type Variant } from "./launch-template.js";

export interface AmiDrift {
  readonly parameter: string;
  readonly pinned: string;
  readonly now: string;
}

export interface Amis {
  imageOf(variant: Variant): string;
  /** Parameters that name another AMI now; one that cannot be read is not among them. */
  drift(limits: CallLimits): Promise<readonly AmiDrift[]>;
}

/** AWS's own parameters, whose path says the architecture: /aws/service/ecs/optimized-ami/<system>[/arm64|/gpu]/recommended. */
const ECS_PARAMETER = /^(\/aws\/service\/ecs\/optimized-ami\/[^/]+)(?:\/(?:arm64|gpu))?(\/recommended(?:\/image_id)?)$/;

type Kind = Pick<Variant, "architecture" | "hasGpu">;

/**
 * The parameter for a kind of instance: AWS's path with its part for arm64 or GPUs, or the user's own parameter as it is.
 * Undefined: AWS publishes none (GPUs on arm64).
 */
export function amiParameter(parameter: string, { architecture, hasGpu }: Kind): string | undefined {
  const parts = ECS_PARAMETER.exec(parameter);
  if (parts === null) return parameter;
  if (hasGpu && architecture === "arm64") return undefined;
  const part = hasGpu ? "/gpu" : architecture === "arm64" ? "/arm64" : "";
  return `${parts[1]}${part}${parts[2]}`;
}

/** Resolves the AMI of every kind of instance in play. Throws InputError when one cannot be had. */
export async function pinAmis(
  api: Api,
  ami: LiveLaunchSettings["ami"],
  variants: readonly Variant[],
  limits: CallLimits,
): Promise<Amis> {
  const kinds = new Map(variants.map((variant) => [amiKey(variant), variant as Kind]));
  checkOneArchitecture(ami, [...kinds.values()]);
  const images = new Map<string, string>();
  const pinned = new Map<string, string>();
  for (const [key, kind] of kinds) {
    if (ami.kind === "id") {
      images.set(key, ami.id);
      continue;
    }
    const parameter = amiParameter(ami.parameter, kind);
    if (parameter === undefined) throw issueOf("no-ami", `AWS publishes no ECS AMI for ${key}`, "name one by imageId");
    const image = pinned.get(parameter) ?? (await read(api, parameter, limits));
    if (typeof image !== "string") throw unreadable(parameter, image);
    pinned.set(parameter, image);
    images.set(key, image);
  }
  return {
    imageOf: (variant) => images.get(amiKey(variant))!,
    async drift(limits) {
      const drifts: AmiDrift[] = [];
      for (const [parameter, image] of pinned) {
        const now = await read(api, parameter, limits);
        if (typeof now === "string" && now !== image) drifts.push({ parameter, pinned: image, now });
      }
      return drifts;
    },
  };
}

/** One AMI is of one architecture; instances of the other one would never boot. */
function checkOneArchitecture(ami: LiveLaunchSettings["ami"], kinds: readonly Kind[]): void {
  const isForAll = ami.kind === "id" || !ECS_PARAMETER.test(ami.parameter);
  if (!isForAll || new Set(kinds.map(({ architecture }) => architecture)).size <= 1) return;
  const hint = "allow one architecture, or use AWS's parameter /aws/service/ecs/optimized-ami/...";
  throw issueOf("one-ami-two-architectures", "one AMI cannot serve x86_64 and arm64 instance types", hint);
}

/** The id, or what went wrong. `recommended` holds JSON, `recommended/image_id` the id alone. */
async function read(api: Api, parameter: string, limits: CallLimits): Promise<string | { readonly why: string }> {
  const answer = await api.getParameter(parameter, limits);
  if (!answer.ok) return { why: `${answer.failure.code}: ${answer.failure.message}` };
  const value = answer.value.Parameter?.Value ?? "";
  const id = /\bami-[0-9a-f]{8,17}\b/.exec(value)?.[0];
  return id ?? { why: `it holds "${value.slice(0, 80)}"` };
}

function unreadable(parameter: string, { why }: { readonly why: string }): InputError {
  const hint = "it must exist in this region, and ssm:GetParameter be allowed on it";
  return issueOf("ami-parameter", `no AMI id can be read from SSM parameter ${parameter} (${why})`, hint);
}

function issueOf(code: string, message: string, hint: string): InputError {
  return new InputError([errorIssue(code, message, { path: "live.launch.ami", hint })]);
}
