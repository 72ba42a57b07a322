// A lease as a DynamoDB item: {pk, owner, rvn, ttlMs, epoch, wal, spent, killModes}, swapped under a condition on `rvn`. People set
// `killModes` (a string set) without touching the rest:
//
//   aws dynamodb update-item --table-name T --key '{"pk":{"S":"ACCOUNT/REGION/CE"}}'
//     --update-expression 'SET killModes = :m' --expression-attribute-values '{":m":{"SS":["pause-all"]}}'

import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { LeaseRecord, LeaseStore, StoredLease } from "./lease-store.js";

type Item = Record<string, AttributeValue>;

/** Names that DynamoDB reserves, or may. */
const NAMES = {
  "#owner": "owner",
  "#rvn": "rvn",
  "#ttl": "ttlMs",
  "#epoch": "epoch",
  "#wal": "wal",
  "#spent": "spent",
};
const SET = "SET #owner = :owner, #rvn = :rvn, #ttl = :ttl, #epoch = :epoch, #wal = :wal, #spent = :spent";

/** A table with the string partition key `pk`. `key`: of the item, one for each account, region and compute environment. */
export function dynamoStore(client: DynamoDBClient, table: string, key: string): LeaseStore {
  return new DynamoStore(client, table, key);
}

class DynamoStore implements LeaseStore {
  readonly name: string;
  private readonly client: DynamoDBClient;
  private readonly at: { readonly TableName: string; readonly Key: Item };

  constructor(client: DynamoDBClient, table: string, key: string) {
    this.client = client;
    this.at = { TableName: table, Key: { pk: { S: key } } };
    this.name = `DynamoDB table ${table}, item ${key}`;
  }

  async read(): Promise<StoredLease | null> {
    const { GetItemCommand } = await import("@aws-sdk/client-dynamodb");
    const { Item: item } = await this.client.send(new GetItemCommand({ ...this.at, ConsistentRead: true }));
    return item === undefined ? null : storedOf(item);
  }

  create(record: LeaseRecord): Promise<StoredLease | null> {
    return this.update(record, "attribute_not_exists(pk)", {});
  }

  replace(record: LeaseRecord, ifVersion: string): Promise<StoredLease | null> {
    // Where people set kill modes before there was a lease, the item has no rvn.
    if (ifVersion === "") return this.update(record, "attribute_not_exists(#rvn)", {});
    return this.update(record, "#rvn = :was", { ":was": { S: ifVersion } });
  }

  async setKillModes(modes: readonly string[]): Promise<void> {
    const { UpdateItemCommand } = await import("@aws-sdk/client-dynamodb");
    // A set in DynamoDB is never empty.
    const change =
      modes.length === 0
        ? { UpdateExpression: "REMOVE killModes" }
        : { UpdateExpression: "SET killModes = :m", ExpressionAttributeValues: { ":m": { SS: [...new Set(modes)] } } };
    await this.client.send(new UpdateItemCommand({ ...this.at, ...change }));
  }

  private async update(record: LeaseRecord, condition: string, values: Item): Promise<StoredLease | null> {
    const { UpdateItemCommand } = await import("@aws-sdk/client-dynamodb");
    const command = new UpdateItemCommand({
      ...this.at,
      UpdateExpression: SET,
      ConditionExpression: condition,
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: {
        ...values,
        ":owner": { S: record.owner },
        ":rvn": { S: record.rvn },
        ":ttl": { N: String(record.durationMs) },
        ":epoch": { N: String(record.epoch) },
        ":wal": { S: JSON.stringify(record.pending) },
        ":spent": { S: JSON.stringify(record.spent) },
      },
      ReturnValues: "ALL_NEW",
    });
    const answer = await this.unlessChanged(() => this.client.send(command));
    return answer?.Attributes === undefined ? null : storedOf(answer.Attributes);
  }

  private async unlessChanged<T>(send: () => Promise<T>): Promise<T | null> {
    const { ConditionalCheckFailedException } = await import("@aws-sdk/client-dynamodb");
    try {
      return await send();
    } catch (thrown) {
      if (thrown instanceof ConditionalCheckFailedException) return null;
      throw thrown;
    }
  }
}

function storedOf(item: Item): StoredLease {
  const record: LeaseRecord = {
    owner: item.owner?.S ?? "",
    rvn: item.rvn?.S ?? "",
    durationMs: Number(item.ttlMs?.N ?? 0),
    epoch: Number(item.epoch?.N ?? 0),
    pending: JSON.parse(item.wal?.S ?? "[]") as LeaseRecord["pending"],
    spent: JSON.parse(item.spent?.S ?? "null") as LeaseRecord["spent"],
    killModes: wordsOf(item.killModes),
  };
  return { record, version: record.rvn };
}

/** However people have written it: a set, a list, or words in a string. */
function wordsOf(value: AttributeValue | undefined): string[] {
  const strings = value?.SS ?? value?.L?.map(({ S }) => S ?? "?") ?? (value?.S === undefined ? [] : [value.S]);
  return strings.flatMap((text) => text.split(/[\s,]+/)).filter((word) => word !== "");
}
