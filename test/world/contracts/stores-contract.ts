// What live mode relies upon in the other services, where moto and the World must agree: queues, conditional writes, identity,
// AMI parameters.

import { CreateTableCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import type { MakeContractEnv } from "./contract-env.js";

export function storesContract(name: string, makeEnv: MakeContractEnv): void {
  describe(`stores by ${name}`, () => {
    it("SQS gives a message until it is deleted", async () => {
      const { sqs } = (await makeEnv()).clients;
      const Attributes = { VisibilityTimeout: "0" };
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "contract", Attributes }));
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
      const receive = async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? [];
      expect((await receive()).map(({ Body }) => Body)).toEqual(["hello"]);
      const [again] = await receive();
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again!.ReceiptHandle }));
      expect(await receive()).toEqual([]);
    });

    it("DynamoDB writes on a condition", async () => {
      const { dynamodb } = (await makeEnv()).clients;
      await dynamodb.send(
        new CreateTableCommand({
          TableName: "contract",
          AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
          BillingMode: "PAY_PER_REQUEST",
        }),
      );
      const put = (rvn: string, expected: string | undefined) =>
        dynamodb.send(
          new PutItemCommand({
            TableName: "contract",
            Item: { pk: { S: "lease" }, rvn: { S: rvn } },
            ConditionExpression: expected === undefined ? "attribute_not_exists(pk)" : "rvn = :rvn",
            ...(expected === undefined ? {} : { ExpressionAttributeValues: { ":rvn": { S: expected } } }),
          }),
        );
      const refused = { name: "ConditionalCheckFailedException" };
      await put("1", undefined);
      await expect(put("2", undefined)).rejects.toMatchObject(refused);
      await put("2", "1");
      await expect(put("3", "1")).rejects.toMatchObject(refused);
      const Key = { pk: { S: "lease" } };
      const { Item } = await dynamodb.send(new GetItemCommand({ TableName: "contract", Key, ConsistentRead: true }));
      expect(Item!.rvn).toEqual({ S: "2" });
    });

    it("S3 writes on a condition", async () => {
      const { s3 } = (await makeEnv()).clients;
      await s3.send(new CreateBucketCommand({ Bucket: "contract" }));
      const put = (Body: string, condition: { IfNoneMatch?: string; IfMatch?: string }) =>
        s3.send(new PutObjectCommand({ Bucket: "contract", Key: "a/lease", Body, ...condition }));
      const refused = { $metadata: { httpStatusCode: 412 } };
      const { ETag: first } = await put("1", { IfNoneMatch: "*" });
      await expect(put("2", { IfNoneMatch: "*" })).rejects.toMatchObject(refused);
      await put("2", { IfMatch: first! });
      await expect(put("3", { IfMatch: first! })).rejects.toMatchObject(refused);
      const read = () => s3.send(new GetObjectCommand({ Bucket: "contract", Key: "a/lease" }));
      expect(await (await read()).Body!.transformToString()).toBe("2");
      await s3.send(new DeleteObjectCommand({ Bucket: "contract", Key: "a/lease" }));
      await expect(read()).rejects.toMatchObject({ name: "NoSuchKey" });
    });

    it("STS says who one is, SSM which AMI ECS recommends", async () => {
      const { sts, ssm } = (await makeEnv()).clients;
      expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toMatch(/^\d{12}$/);
      const parameter = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter!.Value!;
      const name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
      expect(await parameter(name)).toMatch(/^ami-[\da-f]+$/);
      await expect(parameter("/no/such")).rejects.toMatchObject({ name: "ParameterNotFound" });
    });
  });
}
