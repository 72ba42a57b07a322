// What EventBridge is to put into the controller's queue: capacity that goes, jobs that change, hosts that come and go.
// Nothing is right because of these events alone; they make ticks early.

import { type InitAnswers, partitionOf } from "./answers.js";

export interface EventRule {
  /** Letters: the resource's name in the templates. */
  readonly name: string;
  readonly description: string;
  readonly pattern: Readonly<Record<string, unknown>>;
}

/** How long a message is kept that nobody reads: an event that old tells nothing that a look would not. Karpenter's figure. */
export const EVENT_RETENTION_S = 300;

/** The rules, on the default bus. */
export function eventRules({ region, account, clusterArn, queues }: InitAnswers): EventRule[] {
  const arn = (name: string) => `arn:${partitionOf(region)}:batch:${region}:${account}:job-queue/${name}`;
  const queueArns = queues.map(({ name }) => arn(name));
  const ec2 = (name: string, type: string, description: string): EventRule => {
    return { name, description, pattern: { source: ["aws.ec2"], "detail-type": [type] } };
  };
  return [
    ec2("SpotInterruption", "EC2 Spot Instance Interruption Warning", "Spot instances that EC2 takes back"),
    ec2("Rebalance", "EC2 Instance Rebalance Recommendation", "Spot instances that EC2 may soon take back"),
    ec2("InstanceState", "EC2 Instance State-change Notification", "Instances that start and end"),
    {
      name: "ScheduledChange",
      description: "Instances that EC2 will stop or retire",
      pattern: { source: ["aws.health"], "detail-type": ["AWS Health Event"], detail: { service: ["EC2"] } },
    },
    {
      name: "JobState",
      description: "Jobs that may run, and jobs that ended",
      pattern: {
        source: ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        detail: { jobQueue: queueArns, status: ["RUNNABLE", "SUCCEEDED", "FAILED"] },
      },
    },
    {
      name: "QueueBlocked",
      description: "Job queues whose first job cannot start",
      pattern: { source: ["aws.batch"], "detail-type": ["Batch Job Queue Blocked"] },
    },
    {
      name: "ContainerInstance",
      description: "Hosts that register, drain and leave",
      pattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Container Instance State Change"],
        detail: { clusterArn: [clusterArn] },
      },
    },
  ];
}
