import { Readable } from "node:stream";

import type {
  CallOptions,
  CopyInput,
  CreateMultipartUploadInput,
  DeleteManyResult,
  GetOptions,
  ListedMultipartUpload,
  ListedObject,
  ListedPart,
  ListOptions,
  MultipartUpload,
  ObjectDownload,
  ObjectFacts,
  PresignedPost,
  PresignedPut,
  PresignedUrl,
  PresignGetOptions,
  PresignLife,
  PresignPartOptions,
  PresignPostOptions,
  PresignPutOptions,
  PutInput,
  S3Operation,
  UploadedPart,
  UploadPartInput,
} from "@repo/s3-provider";

import type { StorageClient } from "../upload/storage-client.js";
import { abortedCall } from "./broken-connection.js";
import { listenFor, type MemoryEndpoint } from "./memory-endpoint.js";
import { type FailedCall, invalidRequest, noSuchKey, preconditionFailed } from "./memory-errors.js";
import { type MemoryObject, memoryObject } from "./memory-object.js";
import { coveredBy } from "./memory-range.js";
import { MemorySignatures } from "./memory-signatures.js";
import { MemoryUploads } from "./memory-uploads.js";
import { wholeBody } from "./whole-body.js";

/** The start of URLs that lead nowhere. */
const NOWHERE = "memory://storage";

/**
 * A bucket in the memory of this process, for tests that need no S3 server. It fulfils the storage
 * contract. Its signed URLs (`memory://…`) lead nowhere unless it listens.
 */
export class MemoryStorage implements StorageClient {
  readonly #objects = new Map<string, MemoryObject>();
  readonly #uploads = new MemoryUploads();
  readonly #signatures = new MemorySignatures();
  /** Where new URLs lead; nowhere when undefined. */
  #origin: string | undefined;

  /** The keys of all objects, in ascending order of their UTF-8 bytes. */
  get keys(): string[] {
    return [...this.#objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /**
   * Starts an HTTP endpoint on a free port of 127.0.0.1, to which all URLs lead that are signed from then
   * on. It takes what was signed, and refuses as S3 does another method, `Content-Length`,
   * `Content-Type` or `Content-MD5`, another form, and what is too late. It keeps no process alive.
   */
  async listen(): Promise<MemoryEndpoint> {
    const { url, close } = await listenFor(this, this.#signatures);
    this.#origin = url;
    return {
      url,
      close: () => {
        if (this.#origin === url) this.#origin = undefined;
        return close();
      },
    };
  }

  async put(input: PutInput): Promise<{ etag: string }> {
    const call = begin("put", input.key);
    const bytes = await wholeBody(input);
    if (input.ifNoneMatch !== undefined && this.#objects.has(input.key)) {
      throw preconditionFailed(call);
    }
    return this.#store(input.key, memoryObject(bytes, input.contentType));
  }

  async createMultipartUpload(input: CreateMultipartUploadInput): Promise<MultipartUpload> {
    await begun("createMultipartUpload", input.key, input);
    return this.#uploads.create(input);
  }

  async uploadPart(upload: MultipartUpload, input: UploadPartInput): Promise<UploadedPart> {
    await begun("uploadPart", upload.key, input);
    return this.#uploads.add(upload, input);
  }

  async completeMultipartUpload(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    options?: CallOptions,
  ): Promise<{ etag: string }> {
    await begun("completeMultipartUpload", upload.key, options);
    return this.#store(upload.key, this.#uploads.complete(upload, parts));
  }

  async abortMultipartUpload(upload: MultipartUpload, options?: CallOptions): Promise<void> {
    await begun("abortMultipartUpload", upload.key, options);
    this.#uploads.abort(upload);
  }

  async *listMultipartUploads({
    prefix = "",
  }: Pick<ListOptions, "prefix" | "signal"> = {}): AsyncGenerator<ListedMultipartUpload> {
    await Promise.resolve();
    yield* this.#uploads.list(prefix);
  }

  async listParts(upload: MultipartUpload, options?: CallOptions): Promise<ListedPart[]> {
    await begun("listParts", upload.key, options);
    return this.#uploads.parts(upload);
  }

  async get(key: string, { range, ifMatch, signal }: GetOptions = {}): Promise<ObjectDownload> {
    const call = await begun("get", key, { signal });
    const { bytes, contentType, etag } = this.#find(call);
    if (ifMatch !== undefined && ifMatch !== etag) throw preconditionFailed(call);
    const totalByteLength = bytes.byteLength;
    const covered = range && coveredBy(range, totalByteLength, call);
    const part = covered ? bytes.subarray(covered.start, covered.end + 1) : bytes;
    return {
      body: Readable.from([Buffer.from(part)], { objectMode: false }),
      byteLength: part.byteLength,
      totalByteLength,
      contentType,
      etag,
      ...(covered && { range: covered }),
    };
  }

  async head(key: string, options?: CallOptions): Promise<ObjectFacts> {
    const { bytes, ...facts } = this.#find(await begun("head", key, options));
    return { byteLength: bytes.byteLength, ...facts };
  }

  async delete(key: string, options?: CallOptions): Promise<void> {
    await begun("delete", key, options);
    this.#objects.delete(key);
  }

  async deleteMany(keys: readonly string[], options?: CallOptions): Promise<DeleteManyResult> {
    await begun("deleteMany", undefined, options);
    const distinct = [...new Set(keys)];
    for (const key of distinct) this.#objects.delete(key);
    return { deleted: distinct, failed: [] };
  }

  async *list({ prefix = "", startAfter }: ListOptions = {}): AsyncGenerator<ListedObject> {
    await Promise.resolve();
    const after = startAfter === undefined ? undefined : Buffer.from(startAfter);
    for (const key of this.keys) {
      const object = this.#objects.get(key);
      if (object === undefined || !key.startsWith(prefix)) continue;
      if (after !== undefined && Buffer.compare(Buffer.from(key), after) <= 0) continue;
      const { bytes, lastModified, etag } = object;
      yield { key, byteLength: bytes.byteLength, lastModified, etag };
    }
  }

  async copy(input: CopyInput): Promise<{ etag: string }> {
    const { sourceKey, targetKey, contentType, signal } = input;
    const source = this.#find(await begun("copy", sourceKey, { signal }));
    const type = contentType ?? source.contentType;
    return this.#store(targetKey, { ...source, contentType: type, lastModified: new Date() });
  }

  async presignGet(key: string, options: PresignGetOptions): Promise<PresignedUrl> {
    await begun("presignGet", key);
    return this.#signed("GET", key, options, {
      "response-content-type": options.responseContentType,
      "response-content-disposition": options.responseContentDisposition,
    });
  }

  async presignPut(key: string, options: PresignPutOptions): Promise<PresignedPut> {
    await begun("presignPut", key);
    const { byteLength, contentType, contentMd5 } = options;
    const headers = {
      "content-length": String(byteLength),
      "content-type": contentType,
      ...(contentMd5 !== undefined && { "content-md5": contentMd5 }),
    };
    return { ...this.#signed("PUT", key, options, {}, headers), headers };
  }

  async presignPart(upload: MultipartUpload, options: PresignPartOptions): Promise<PresignedPut> {
    await begun("presignPart", upload.key);
    const { partNumber, byteLength } = options;
    const query = { partNumber: String(partNumber), uploadId: upload.uploadId };
    const headers = { "content-length": String(byteLength) };
    return { ...this.#signed("PUT", upload.key, options, query, headers), headers };
  }

  async presignPost(key: string, options: PresignPostOptions): Promise<PresignedPost> {
    await begun("presignPost", key);
    const { byteLength, contentType } = options;
    const expiresAt = endOf(options);
    const fields = this.#signatures.signForm(
      { key, "Content-Type": contentType },
      byteLength,
      expiresAt,
    );
    return { url: `${this.#origin ?? NOWHERE}/`, fields, expiresAt };
  }

  #signed(
    method: "GET" | "PUT",
    key: string,
    life: PresignLife,
    query: Readonly<Record<string, string | undefined>>,
    headers: Record<string, string> = {},
  ): PresignedUrl {
    const path = key.split("/").map(encodeURIComponent).join("/");
    const url = new URL(`${this.#origin ?? NOWHERE}/${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const expiresAt = endOf(life);
    if (this.#origin !== undefined) this.#signatures.signUrl(url, method, headers, expiresAt);
    return { url: url.href, expiresAt };
  }

  #store(key: string, object: MemoryObject): { etag: string } {
    this.#objects.set(key, object);
    return { etag: object.etag };
  }

  #find(call: FailedCall): MemoryObject {
    const object = this.#objects.get(call.key);
    if (object === undefined) throw noSuchKey(call);
    return object;
  }
}

/** When a signature ends: as with S3, it counts from a whole second, or from the start of its window. */
function endOf({ expiresIn, window = 0 }: PresignLife): Date {
  const unit = Math.max(window, 1) * 1000;
  return new Date(Math.floor(Date.now() / unit) * unit + (expiresIn + window) * 1000);
}

function begin(operation: S3Operation, key = ""): FailedCall {
  const call = { operation, key };
  if (key === "" && operation !== "deleteMany") throw invalidRequest(call, "the key is empty");
  return call;
}

/** A call takes effect after the caller's current turn, as with a server, unless it was aborted. */
async function begun(
  operation: S3Operation,
  key?: string,
  options?: { signal?: AbortSignal | undefined },
): Promise<FailedCall> {
  await Promise.resolve();
  const call = begin(operation, key);
  if (options?.signal?.aborted === true) {
    throw abortedCall(call, "not_applied", options.signal.reason);
  }
  return call;
}
