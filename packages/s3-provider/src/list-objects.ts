import { isDeepStrictEqual } from "node:util";

import { ListMultipartUploadsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";

import { S3UnexpectedError } from "./errors.js";
import { type CallOptions } from "./multipart-upload.js";
import { type S3Caller } from "./s3-caller.js";

export interface ListOptions extends CallOptions {
  prefix?: string;
  /** List only keys after this one; it need not exist. */
  startAfter?: string;
  /** Keys per request, 1 to 1,000. Default 1,000. */
  pageSize?: number;
}

export interface ListedObject {
  key: string;
  byteLength: number;
  lastModified: Date;
  etag: string;
}

export interface ListedMultipartUpload {
  key: string;
  uploadId: string;
  initiatedAt: Date;
}

type ListOperation = "list" | "listMultipartUploads" | "listVersions";

/** Yields objects in ascending order of the UTF-8 bytes of their keys, a page held at a time. */
export async function* listObjects(
  caller: S3Caller,
  { prefix, startAfter, pageSize, signal }: ListOptions = {},
): AsyncGenerator<ListedObject, void, undefined> {
  let continuationToken: string | undefined;
  do {
    const page = await caller.send(
      new ListObjectsV2Command({
        Bucket: caller.bucket,
        Prefix: prefix,
        StartAfter: startAfter,
        MaxKeys: pageSize,
        ContinuationToken: continuationToken,
        EncodingType: "url",
      }),
      { operation: "list", signal },
    );
    if (page.Name === undefined || page.IsTruncated === undefined) throw badListing("list");
    const keyOf = keyReader("list", page.EncodingType, prefix);
    for (const { Key, Size, LastModified, ETag } of page.Contents ?? []) {
      if (Key === undefined || Size === undefined || !LastModified || ETag === undefined) {
        throw badListing("list");
      }
      yield { key: keyOf(Key), byteLength: Size, lastModified: LastModified, etag: ETag };
    }
    const next = page.IsTruncated ? page.NextContinuationToken : undefined;
    // Without a token, or with the one just used, the listing would start or go round again.
    if (page.IsTruncated && (!next || next === continuationToken)) {
      throw badListing("list");
    }
    continuationToken = next;
  } while (continuationToken !== undefined);
}

interface UploadMarker {
  key: string;
  uploadId: string | undefined;
}

/** Yields the multipart uploads that were neither completed nor aborted, by key. */
export async function* listMultipartUploads(
  caller: S3Caller,
  { prefix, signal }: Pick<ListOptions, "prefix" | "signal"> = {},
): AsyncGenerator<ListedMultipartUpload, void, undefined> {
  let marker: UploadMarker | undefined;
  do {
    const page = await caller.send(
      new ListMultipartUploadsCommand({
        Bucket: caller.bucket,
        Prefix: prefix,
        KeyMarker: marker?.key,
        UploadIdMarker: marker?.uploadId,
        EncodingType: "url",
      }),
      { operation: "listMultipartUploads", signal },
    );
    if (page.Bucket === undefined || page.IsTruncated === undefined) {
      throw badListing("listMultipartUploads");
    }
    const decode = keyDecoder("listMultipartUploads", page.EncodingType);
    const keyOf = keyReader("listMultipartUploads", page.EncodingType, prefix);
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || !Initiated) {
        throw badListing("listMultipartUploads");
      }
      yield { key: keyOf(Key), uploadId: UploadId, initiatedAt: Initiated };
    }
    const next: UploadMarker | undefined = page.IsTruncated
      ? { key: decode(page.NextKeyMarker ?? ""), uploadId: page.NextUploadIdMarker }
      : undefined;
    if (next?.key === "" || (next && isDeepStrictEqual(next, marker))) {
      throw badListing("listMultipartUploads");
    }
    marker = next;
  } while (marker !== undefined);
}

/**
 * Keys may hold characters that XML 1.0 cannot; encoded ones arrive whole. A server that ignores
 * the wish for encoding does not echo it.
 */
export function keyDecoder(
  operation: ListOperation,
  encodingType: string | undefined,
): (key: string) => string {
  if (encodingType !== "url") return (key) => key;
  return (key) => {
    try {
      return decodeURIComponent(key.replaceAll("+", "%20"));
    } catch {
      throw badListing(operation);
    }
  };
}

/**
 * Decodes keys, and refuses those that are not below the prefix: who asked for one user's objects may
 * be about to remove them.
 */
export function keyReader(
  operation: ListOperation,
  encodingType: string | undefined,
  prefix = "",
): (key: string) => string {
  const decode = keyDecoder(operation, encodingType);
  return (encoded) => {
    const key = decode(encoded);
    if (!key.startsWith(prefix)) throw badListing(operation);
    return key;
  };
}

function badListing(operation: ListOperation): S3UnexpectedError {
  return new S3UnexpectedError({
    operation,
    outcome: "not_applied",
    reason: "the listing is not what S3 promises",
  });
}
