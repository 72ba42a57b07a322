// What a contract needs of the AWS that it is held against: the World, or moto by itself.

import type { BatchClient } from "@aws-sdk/client-batch";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";

export interface ContractEnv {
  readonly clients: {
    readonly batch: BatchClient;
    readonly dynamodb: DynamoDBClient;
    readonly ec2: EC2Client;
    readonly ecs: ECSClient;
    readonly s3: S3Client;
    readonly sqs: SQSClient;
    readonly ssm: SSMClient;
    readonly sts: STSClient;
  };
  /** ECS cluster of the container instances. */
  readonly cluster: string;
  /** An instance that has registered in the cluster and runs nothing: ARN of its container instance. */
  addContainerInstance(): Promise<string>;
  /** Starts a task on it. */
  startTask(containerInstanceArn: string): Promise<void>;
  /** Lets all tasks end. */
  endTasks(): Promise<void>;
}

export type MakeContractEnv = () => Promise<ContractEnv>;
