// What a new host runs first: the ECS agent's settings, then the user's own lines. cloud-init runs it before the agent starts.
// The settings are those that AWS Batch's own AMI and the agent's documentation ask for; the agent's defaults would do without
// spot draining, without awslogs (then Batch never places a job there) and without any memory kept for the system.

import { errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { LiveLaunchSettings } from "../../model/live-settings.js";

/** EC2: "User data is limited to 16 KB, in raw form". */
export const MOST_USER_DATA_BYTES = 16_384;
/** Stopped containers are kept for as long (the agent's default is 3 h): hosts live shorter than that. */
const CLEANUP_WAIT = "10m";
const END = "STOWAGE_END";
const DEAD_MAN = "/usr/local/sbin/stowage-dead-man";

export interface UserDataInput {
  readonly launch: Pick<LiveLaunchSettings, "attributes" | "reservedMemoryMib" | "deadManMs" | "userData">;
  readonly clusterArn: string;
  readonly pool: string;
  readonly market: "spot" | "on-demand";
  readonly hasGpu: boolean;
}

/** The script. Throws InputError when it is longer than EC2 takes. */
export function userData({ launch, clusterArn, pool, market, hasGpu }: UserDataInput): string {
  const attributes = { ...launch.attributes, "stowage.pool": pool, "stowage.lifecycle": market };
  const lines = [
    "#!/bin/bash",
    `cat >> /etc/ecs/ecs.config <<'${END}'`,
    `ECS_CLUSTER=${clusterName(clusterArn)}`,
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
    `ECS_RESERVED_MEMORY=${launch.reservedMemoryMib}`,
    'ECS_AVAILABLE_LOGGING_DRIVERS=["json-file","awslogs"]',
    "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance",
    `ECS_INSTANCE_ATTRIBUTES=${JSON.stringify(attributes)}`,
    `ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=${CLEANUP_WAIT}`,
    "ECS_IMAGE_PULL_BEHAVIOR=prefer-cached",
    ...(hasGpu ? ["ECS_ENABLE_GPU_SUPPORT=true"] : []),
    END,
    ...(launch.deadManMs === null ? [] : deadManLines(launch.deadManMs)),
  ];
  const script = `${lines.join("\n")}\n${launch.userData}${launch.userData.endsWith("\n") ? "" : "\n"}`;
  const bytes = Buffer.byteLength(script);
  if (bytes <= MOST_USER_DATA_BYTES) return script;
  const message = `user data is ${bytes} bytes with what every host needs, and EC2 takes ${MOST_USER_DATA_BYTES}`;
  const hint = "put the script into S3 or the AMI, and fetch or call it here";
  throw new InputError([errorIssue("user-data-too-long", message, { path: "live.launch.userData", hint })]);
}

/** The agent registers with a cluster's name: the last part of its ARN. */
function clusterName(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/**
 * Once a minute: a host on which no task has been wanted for so long powers itself off, and its shutdown behaviour terminates it.
 * Time is the host's uptime, which no clock correction moves. The agent's word counts, and Docker's where the agent is silent.
 */
function deadManLines(deadManMs: number): string[] {
  return [
    `cat > ${DEAD_MAN} <<'${END}'`,
    "#!/bin/sh",
    `stamp="\${STOWAGE_STAMP:-/run/stowage-busy}"`,
    'now="$(cut -d. -f1 /proc/uptime)"',
    `[ -e "$stamp" ] || echo "$now" > "$stamp"`,
    `if curl -sf -m 5 http://localhost:51678/v1/tasks | grep -q '"DesiredStatus":"RUNNING"'; then`,
    `  echo "$now" > "$stamp"`,
    "elif docker ps -q --filter label=com.amazonaws.ecs.task-arn | grep -q .; then",
    `  echo "$now" > "$stamp"`,
    "fi",
    `[ $((now - $(cat "$stamp"))) -lt ${Math.ceil(deadManMs / MS_PER_SECOND)} ] || systemctl poweroff`,
    END,
    `chmod 755 ${DEAD_MAN}`,
    `cat > /etc/systemd/system/stowage-dead-man.service <<'${END}'`,
    "[Service]",
    "Type=oneshot",
    `ExecStart=${DEAD_MAN}`,
    END,
    `cat > /etc/systemd/system/stowage-dead-man.timer <<'${END}'`,
    "[Timer]",
    `OnActiveSec=${MS_PER_MINUTE / MS_PER_SECOND}`,
    `OnUnitActiveSec=${MS_PER_MINUTE / MS_PER_SECOND}`,
    "[Install]",
    "WantedBy=timers.target",
    END,
    "systemctl daemon-reload",
    "systemctl enable --now stowage-dead-man.timer",
  ];
}
