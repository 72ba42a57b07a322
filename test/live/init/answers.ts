// Answers of a made-up account.

import type { InitAnswers } from "../../../src/live/init/answers.js";

export const ANSWERS: InitAnswers = {
  account: "123456789012",
  region: "eu-central-1",
  computeEnvironment: "genomics",
  clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/AWSBatch-genomics-1b2c",
  queues: [
    { name: "urgent", priority: 10 },
    {
      name: "nightly",
      priority: 1,
      fairShare: {
        policy: "teams",
        shareDecaySeconds: 3600,
        computeReservation: 10,
        shares: [{ shareIdentifier: "labA*", weightFactor: 0.5 }],
      },
    },
  ],
  market: "SPOT",
  instanceTypes: ["m7i", "c7i", "r7i"],
  maxVcpus: 512,
  subnets: [
    { subnetId: "subnet-0000000000000001a", zoneId: "euc1-az1" },
    { subnetId: "subnet-0000000000000002a", zoneId: "euc1-az2" },
  ],
  securityGroupIds: ["sg-00000000000000001"],
  instanceProfile: null,
  maxUsdPerHour: 12.5,
  maxUsdPerDay: 100,
  lease: { kind: "dynamodb", table: "stowage-lease" },
  pool: null,
  trace: null,
};

/** Everything that may be otherwise. */
export const OTHER_ANSWERS: InitAnswers = {
  ...ANSWERS,
  region: "us-gov-west-1",
  clusterArn: "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:cluster/AWSBatch-genomics-1b2c",
  queues: [{ name: "all", priority: 1 }],
  market: "EC2",
  instanceTypes: ["optimal"],
  subnets: [{ subnetId: "subnet-0000000000000001a", zoneId: "usgw1-az1" }],
  instanceProfile: { name: "ecsInstanceRole", roleArn: "arn:aws-us-gov:iam::123456789012:role/ecsInstanceRole" },
  lease: { kind: "s3", bucket: "our-state", key: "stowage/lease.json" },
  pool: "a.pool_with-a-name-that-is-quite-long-and-goes-on",
  trace: "jobs.csv",
};
