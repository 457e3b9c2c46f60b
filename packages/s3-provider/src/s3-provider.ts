import { type S3Client } from "@aws-sdk/client-s3";

import { type Written } from "./attempt-log.js";
import { checkBucket } from "./bucket-name.js";
import { createClient, type OwnedClient } from "./client.js";
import { copyObject, type CopyInput } from "./copy-object.js";
import { deleteObject, deleteObjects, type DeleteManyResult } from "./delete-objects.js";
import { ensureBucket } from "./ensure-bucket.js";
import {
  getObject,
  type GetOptions,
  headObject,
  type ObjectDownload,
  type ObjectFacts,
} from "./get-object.js";
import {
  type ListedMultipartUpload,
  type ListedObject,
  listMultipartUploads,
  listObjects,
  type ListOptions,
} from "./list-objects.js";
import { type ListedPart, listParts } from "./list-parts.js";
import {
  abortMultipartUpload,
  type CallOptions,
  completeMultipartUpload,
  createMultipartUpload,
  type CreateMultipartUploadInput,
  type MultipartUpload,
  type UploadedPart,
  uploadPart,
  type UploadPartInput,
} from "./multipart-upload.js";
import { ObjectVersions } from "./object-versions.js";
import { type S3ConnectionOptions, type S3ProviderOptions } from "./options.js";
import { presignGet, type PresignGetOptions } from "./presign/presign-get.js";
import {
  presignPost,
  type PresignedPost,
  type PresignPostOptions,
} from "./presign/presign-post.js";
import {
  presignPart,
  presignPut,
  type PresignedPut,
  type PresignPartOptions,
  type PresignPutOptions,
} from "./presign/presign-put.js";
import { type PresignedUrl, Presigner } from "./presign/presigner.js";
import { putObject, type PutInput } from "./put-object.js";
import { RequestRules } from "./request-rules.js";
import { S3Caller } from "./s3-caller.js";

/**
 * One bucket of an S3-compatible server. Every method that goes wrong rejects with an `S3Error`;
 * its `outcome` says whether the bucket may have changed nevertheless. Sizes are in bytes.
 */
export class S3Provider {
  readonly bucket: string;
  /** The versions of objects, in a bucket with versioning. */
  readonly versions: ObjectVersions;
  /** Whether `put` takes bytes only, so that a stream has to be sent in parts: see `contentMd5`. */
  readonly needsParts: boolean;
  readonly #caller: S3Caller;
  readonly #presigner: Presigner;
  readonly #owned: OwnedClient | undefined;

  /** @throws S3InvalidRequestError for a bucket or `requests` that are not supported */
  constructor({ bucket, client, publicEndpoint, postForms, requests }: S3ProviderOptions) {
    checkBucket(bucket, isReadyClient(client) ? client.config : client);
    const rules = new RequestRules(requests);
    this.bucket = bucket;
    this.needsParts = rules.contentMd5;
    let ready: S3Client;
    if (isReadyClient(client)) {
      ready = client;
    } else {
      this.#owned = createClient(client, bucket);
      ready = this.#owned.client;
    }
    this.#caller = new S3Caller(ready, bucket, rules, this.#owned);
    this.versions = new ObjectVersions(this.#caller);
    this.#presigner = new Presigner(ready, bucket, { rules, publicEndpoint, postForms });
  }

  /**
   * Stores an object in one request, all of it or nothing. Bytes are sent again when an attempt
   * fails for a passing reason; a stream is sent once. If the call rejects, the stream is destroyed;
   * an error of the stream itself is rethrown as it is.
   */
  put(input: PutInput): Promise<Written & { etag: string }> {
    return putObject(this.#caller, input);
  }

  createMultipartUpload(input: CreateMultipartUploadInput): Promise<MultipartUpload> {
    return createMultipartUpload(this.#caller, input);
  }

  uploadPart(upload: MultipartUpload, input: UploadPartInput): Promise<UploadedPart> {
    return uploadPart(this.#caller, upload, input);
  }

  /**
   * Makes the parts, given in any order, one object. The ETag is undefined where the answer names none:
   * look whether there is an object.
   */
  completeMultipartUpload(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    options?: CallOptions,
  ): Promise<Written & { etag: string | undefined }> {
    return completeMultipartUpload(this.#caller, upload, parts, options);
  }

  /** Drops the upload and its parts; fine when there is none (any more). */
  abortMultipartUpload(upload: MultipartUpload, options?: CallOptions): Promise<void> {
    return abortMultipartUpload(this.#caller, upload, options);
  }

  /** Yields the uploads that were neither completed nor aborted, by key. */
  listMultipartUploads(
    options?: Pick<ListOptions, "prefix" | "signal">,
  ): AsyncIterable<ListedMultipartUpload> {
    return listMultipartUploads(this.#caller, options);
  }

  /** The parts that an upload has so far, by their numbers. */
  listParts(upload: MultipartUpload, options?: CallOptions): Promise<ListedPart[]> {
    return listParts(this.#caller, upload, options);
  }

  get(key: string, options?: GetOptions): Promise<ObjectDownload> {
    return getObject(this.#caller, key, options);
  }

  head(key: string, options?: CallOptions): Promise<ObjectFacts> {
    return headObject(this.#caller, key, options);
  }

  /** Removes an object; fine when there is none. */
  delete(key: string, options?: CallOptions): Promise<void> {
    return deleteObject(this.#caller, key, options);
  }

  /**
   * Removes any number of objects, 1,000 a request. Rejects only when aborted; a request that fails
   * as a whole fails each of its keys, and the others are still tried.
   */
  deleteMany(keys: readonly string[], options?: CallOptions): Promise<DeleteManyResult> {
    return deleteObjects(this.#caller, keys, options);
  }

  /** Yields objects in ascending order of the UTF-8 bytes of their keys, fetching pages on demand. */
  list(options?: ListOptions): AsyncIterable<ListedObject> {
    return listObjects(this.#caller, options);
  }

  /**
   * Copies an object of this bucket, of at most 5 GiB, with its headers or with a type of its own.
   * The ETag is undefined where the answer names none: look whether there is a copy.
   */
  copy(input: CopyInput): Promise<Written & { etag: string | undefined }> {
    return copyObject(this.#caller, input);
  }

  /** A URL that reads the object without further credentials. Sends no request; the object may be absent. */
  presignGet(key: string, options: PresignGetOptions): Promise<PresignedUrl> {
    return presignGet(this.#presigner, key, options);
  }

  /** A request that stores the object without further credentials, with just this length and type. */
  presignPut(key: string, options: PresignPutOptions): Promise<PresignedPut> {
    return presignPut(this.#presigner, key, options);
  }

  /**
   * A form that stores the object without further credentials, by a browser without JavaScript too.
   * Undefined where the server takes no forms (`postForms`).
   */
  presignPost(key: string, options: PresignPostOptions): Promise<PresignedPost | undefined> {
    return presignPost(this.#presigner, key, options);
  }

  /** A request that sends one part of a multipart upload without further credentials. */
  presignPart(upload: MultipartUpload, options: PresignPartOptions): Promise<PresignedPut> {
    return presignPart(this.#presigner, upload, options);
  }

  /** For development: creates the bucket if it is absent. Any number of processes may do so at once. */
  ensureBucket(): Promise<void> {
    return ensureBucket(this.#caller);
  }

  /**
   * Aborts the calls under way and those to come, and closes all connections but those of `agents`. A client that was
   * passed in keeps its own; only presigning goes on working.
   */
  destroy(): void {
    this.#caller.destroy();
    this.#owned?.destroy();
  }
}

/** By shape: the caller's copy of the SDK may be another than ours. */
function isReadyClient(client: S3Client | S3ConnectionOptions): client is S3Client {
  return "send" in client && typeof client.send === "function";
}
