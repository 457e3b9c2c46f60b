import { randomUUID } from "node:crypto";

import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";

import { type Dialect } from "./dialect.js";
import { encodeKey } from "./requests/encode-key.js";
import { type RawRequest, type Reply, send } from "./requests/http.js";
import { sdkClient } from "./requests/sdk-client.js";
import { type SigningOptions } from "./requests/signer.js";
import { type S3Server } from "./server.js";

/** A server that the contract is checked on. */
export interface Target {
  /** In tests' titles. */
  readonly name: string;
  /** Called when the server is needed, so that it may be started in a `beforeAll`. */
  server(): S3Server;
  /** Ends the server and starts it again, on the same endpoint. */
  restart(): Promise<void>;
  /** Makes deletions of an object fail until the function that it resolves with is called. */
  protect(client: S3Client, bucket: string, key: string): Promise<() => Promise<void>>;
}

/** What a check works with: a server, a client for it, and a bucket that nobody else uses. */
export class Subject {
  private constructor(
    readonly server: S3Server,
    readonly client: S3Client,
    readonly bucket: string,
    private readonly target: Target,
  ) {}

  static async open(target: Target, dialect: Dialect): Promise<Subject> {
    const server = target.server();
    const client = sdkClient(
      server,
      dialect === "sdk-when-required"
        ? {
            requestChecksumCalculation: "WHEN_REQUIRED",
            responseChecksumValidation: "WHEN_REQUIRED",
          }
        : {},
    );
    const bucket = `contract-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return new Subject(server, client, bucket, target);
  }

  restart(): Promise<void> {
    return this.target.restart();
  }

  protect(key: string): Promise<() => Promise<void>> {
    return this.target.protect(this.client, this.bucket, key);
  }

  /** The path of a key of the bucket, encoded, or of the bucket itself. */
  path(key?: string): string {
    return key === undefined ? `/${this.bucket}` : `/${this.bucket}/${encodeKey(key)}`;
  }

  /** Sends a request with a signature in its header. */
  send(request: RawRequest, options?: SigningOptions & { sent?: Partial<RawRequest> }) {
    return send(this.server, request, options);
  }

  put(key: string, body: string | Buffer, headers?: Record<string, string>): Promise<Reply> {
    return this.send({ method: "PUT", path: this.path(key), body, headers });
  }

  get(key: string, headers?: Record<string, string>): Promise<Reply> {
    return this.send({ method: "GET", path: this.path(key), headers });
  }

  /** Stores objects whose bodies are their keys. */
  async fill(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const { status, code } = await this.put(key, key);
      if (status !== 200) throw new Error(`${JSON.stringify(key)} was not stored: ${code}`);
    }
  }

  /** At most 1,000. */
  async keys(): Promise<(string | undefined)[]> {
    const { Contents = [] } = await this.client.send(
      new ListObjectsV2Command({ Bucket: this.bucket }),
    );
    return Contents.map(({ Key }) => Key);
  }

  /** Removes the bucket with all that is in it. */
  async close(): Promise<void> {
    const Bucket = this.bucket;
    const { Uploads = [] } = await this.client.send(new ListMultipartUploadsCommand({ Bucket }));
    for (const { Key, UploadId } of Uploads) {
      await this.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
    for (;;) {
      const keys = await this.keys();
      if (keys.length === 0) break;
      // One by one: not every server takes DeleteObjects of every client.
      for (const Key of keys) await this.client.send(new DeleteObjectCommand({ Bucket, Key }));
    }
    await this.client.send(new DeleteBucketCommand({ Bucket }));
    this.client.destroy();
  }
}
