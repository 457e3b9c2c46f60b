import { Readable } from "node:stream";

import {
  type ListedMultipartUpload,
  type ListedObject,
  type S3Error,
  S3NotFoundError,
  S3UnavailableError,
} from "@repo/s3-provider";

import type { StorageClient } from "../../src/upload/storage-client.js";

type Operation = keyof StorageClient;

interface Call {
  operation: Operation;
  key: string;
}

/** A bucket in memory that records what is asked of it and can be told to fail. */
export class FakeStorage implements StorageClient {
  readonly objects = new Map<string, Buffer>();
  readonly calls: Call[] = [];
  /** Bytes of streamed bodies that have come in so far. */
  receivedBytes = 0;
  readonly #failures = new Map<Operation, S3Error>();
  readonly #hooks = new Map<Operation, () => Promise<void>>();
  #refusesToDelete = false;
  readonly #parts = new Map<string, Buffer[]>();

  failOn(operation: Operation, error: S3Error): void {
    this.#failures.set(operation, error);
  }

  /** DeleteObjects answers 200 with an error for each key. */
  refuseToDelete(): void {
    this.#refusesToDelete = true;
  }

  recover(): void {
    this.#failures.clear();
    this.#refusesToDelete = false;
  }

  /** Runs while the operation is under way. */
  during(operation: Operation, hook: () => Promise<void>): void {
    this.#hooks.set(operation, hook);
  }

  operations(): Operation[] {
    return this.calls.map(({ operation }) => operation);
  }

  async put({ key, body }: Parameters<StorageClient["put"]>[0]): Promise<{ etag: string }> {
    await this.#call("put", key);
    if (body instanceof Readable) {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        this.receivedBytes += chunk.byteLength;
      }
    }
    this.objects.set(key, body instanceof Readable ? Buffer.alloc(0) : Buffer.from(body));
    return { etag: '"etag"' };
  }

  async createMultipartUpload({
    key,
  }: Parameters<StorageClient["createMultipartUpload"]>[0]): Promise<{
    key: string;
    uploadId: string;
  }> {
    await this.#call("createMultipartUpload", key);
    this.#parts.set(key, []);
    return { key, uploadId: "upload" };
  }

  async uploadPart(
    ...[{ key }, { partNumber, body }]: Parameters<StorageClient["uploadPart"]>
  ): Promise<{ partNumber: number; etag: string }> {
    await this.#call("uploadPart", key);
    this.#parts.get(key)?.push(Buffer.from(body));
    return { partNumber, etag: '"part"' };
  }

  async completeMultipartUpload(
    ...[{ key }]: Parameters<StorageClient["completeMultipartUpload"]>
  ): Promise<{ etag: string }> {
    await this.#call("completeMultipartUpload", key);
    this.objects.set(key, Buffer.concat(this.#parts.get(key) ?? []));
    return { etag: '"whole"' };
  }

  async abortMultipartUpload(
    ...[{ key }]: Parameters<StorageClient["abortMultipartUpload"]>
  ): Promise<void> {
    await this.#call("abortMultipartUpload", key);
    this.#parts.delete(key);
  }

  async *listMultipartUploads(): AsyncGenerator<ListedMultipartUpload> {
    await this.#call("listMultipartUploads", "");
    for (const key of this.#parts.keys()) {
      yield { key, uploadId: "upload", initiatedAt: new Date() };
    }
  }

  async get(key: string): ReturnType<StorageClient["get"]> {
    await this.#call("get", key);
    const bytes = this.objects.get(key) ?? Buffer.alloc(0);
    return {
      body: Readable.from([bytes], { objectMode: false }),
      byteLength: bytes.byteLength,
      totalByteLength: bytes.byteLength,
      contentType: undefined,
      etag: '"etag"',
      range: undefined,
    };
  }

  async head(key: string): ReturnType<StorageClient["head"]> {
    await this.#call("head", key);
    const bytes = this.objects.get(key);
    if (bytes === undefined) {
      throw new S3NotFoundError({ operation: "head", reason: "absent", outcome: "not_applied" });
    }
    return { byteLength: bytes.byteLength, etag: '"etag"', lastModified: new Date() };
  }

  async *list({ prefix = "" }: Parameters<StorageClient["list"]>[0] = {}): AsyncGenerator<
    ListedObject,
    void
  > {
    await this.#call("list", prefix);
    for (const [key, { byteLength }] of [...this.objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!key.startsWith(prefix)) continue;
      yield { key, byteLength, lastModified: new Date(), etag: '"etag"' };
    }
  }

  async copy({ sourceKey, targetKey }: Parameters<StorageClient["copy"]>[0]): Promise<void> {
    await this.#call("copy", sourceKey);
    this.objects.set(targetKey, this.objects.get(sourceKey) ?? Buffer.alloc(0));
  }

  async delete(key: string): Promise<void> {
    await this.#call("delete", key);
    this.objects.delete(key);
  }

  async deleteMany(keys: readonly string[]): ReturnType<StorageClient["deleteMany"]> {
    await this.#call("deleteMany", keys.join());
    if (this.#refusesToDelete) {
      const error = new S3UnavailableError({
        operation: "deleteMany",
        reason: "InternalError",
        outcome: "unknown",
      });
      return { deleted: [], failed: keys.map((key) => ({ key, error })) };
    }
    for (const key of keys) this.objects.delete(key);
    return { deleted: [...keys], failed: [] };
  }

  async presignGet(
    ...[key, options]: Parameters<StorageClient["presignGet"]>
  ): ReturnType<StorageClient["presignGet"]> {
    await this.#call("presignGet", key);
    const query = new URLSearchParams({
      type: options.responseContentType ?? "",
      disposition: options.responseContentDisposition ?? "",
    });
    return {
      url: `http://fake.test/${key}?${query.toString()}`,
      expiresAt: new Date(Date.now() + options.expiresIn * 1000),
    };
  }

  async #call(operation: Operation, key: string): Promise<void> {
    this.calls.push({ operation, key });
    await this.#hooks.get(operation)?.();
    const failure = this.#failures.get(operation);
    if (failure !== undefined) throw failure;
  }
}
