// A lease as an S3 object, swapped by its ETag: PutObject with If-None-Match: * creates, with If-Match replaces. S3 answers 412 when
// the object is another one now, and 409 when two writes were under way at once: neither was refused for what it is, so it is sent
// again.

import type { S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../ports.js";
import { type LeaseRecord, type LeaseStore, recordOf, type StoredLease, swapKillModes, textOf } from "./lease-store.js";

const CONFLICT = 409;
const MOST_CONFLICTS = 4;
const CONFLICT_PAUSE_MS = 200;

export function s3Store(client: S3Client, bucket: string, key: string, clock: Clock): LeaseStore {
  return new S3Store(client, bucket, key, clock);
}

class S3Store implements LeaseStore {
  readonly name: string;
  private readonly client: S3Client;
  private readonly at: { readonly Bucket: string; readonly Key: string };
  private readonly clock: Clock;

  constructor(client: S3Client, bucket: string, key: string, clock: Clock) {
    this.client = client;
    this.at = { Bucket: bucket, Key: key };
    this.clock = clock;
    this.name = `s3://${bucket}/${key}`;
  }

  async read(): Promise<StoredLease | null> {
    const { GetObjectCommand, NoSuchKey } = await import("@aws-sdk/client-s3");
    try {
      const { Body, ETag = "" } = await this.client.send(new GetObjectCommand(this.at));
      const text = (await Body?.transformToString("utf8")) ?? "";
      return { record: recordOf(text, this.name), version: ETag };
    } catch (thrown) {
      if (thrown instanceof NoSuchKey) return null;
      throw thrown;
    }
  }

  create(record: LeaseRecord): Promise<StoredLease | null> {
    return this.put(record, { IfNoneMatch: "*" });
  }

  replace(record: LeaseRecord, ifVersion: string): Promise<StoredLease | null> {
    return this.put(record, { IfMatch: ifVersion });
  }

  setKillModes(modes: readonly string[]): Promise<void> {
    return swapKillModes(this, modes);
  }

  private async put(
    record: LeaseRecord,
    condition: { readonly IfNoneMatch: string } | { readonly IfMatch: string },
  ): Promise<StoredLease | null> {
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const answer = await this.unlessChanged(() => {
      const content = { Body: textOf(record), ContentType: "application/json" };
      return this.client.send(new PutObjectCommand({ ...this.at, ...content, ...condition }));
    });
    return answer === null ? null : { record, version: answer.ETag ?? "" };
  }

  private async unlessChanged<T>(send: () => Promise<T>): Promise<T | null> {
    for (let conflicts = 1; ; conflicts++) {
      try {
        return await send();
      } catch (thrown) {
        const status = statusOf(thrown);
        // An object that was removed meanwhile answers an If-Match with 404.
        if (status === 412 || status === 404) return null;
        if (status !== CONFLICT || conflicts === MOST_CONFLICTS) throw thrown;
      }
      await this.clock.sleep(CONFLICT_PAUSE_MS * conflicts);
    }
  }
}

/** NaN: no answer came. */
function statusOf(thrown: unknown): number {
  const { $metadata } = thrown as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode ?? Number.NaN;
}
