import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

import { type Written } from "./attempt-log.js";
import { contentMd5Of } from "./content-md5.js";
import { requireEmptyAnswer } from "./empty-answer.js";
import { S3UnexpectedError } from "./errors.js";
import { isNamedAbsent } from "./named-absent.js";
import { type ObjectHeaders } from "./put-object.js";
import { type S3Call, type S3Caller } from "./s3-caller.js";
import { UNSIGNED_PAYLOAD } from "./sign-payload.js";

export interface MultipartUpload {
  key: string;
  uploadId: string;
}

export interface UploadedPart {
  partNumber: number;
  etag: string;
}

export interface CreateMultipartUploadInput extends ObjectHeaders {
  key: string;
  signal?: AbortSignal;
}

export interface UploadPartInput {
  /** 1 to 10,000. */
  partNumber: number;
  /** At least 5 MiB, save for the last part. Must not change until the call has settled. */
  body: Uint8Array;
  signal?: AbortSignal;
}

export interface CallOptions {
  signal?: AbortSignal;
}

export async function createMultipartUpload(
  caller: S3Caller,
  { key, contentType, contentDisposition, cacheControl, signal }: CreateMultipartUploadInput,
): Promise<MultipartUpload> {
  const call: S3Call = { operation: "createMultipartUpload", key, signal };
  const { UploadId: uploadId } = await caller.send(
    new CreateMultipartUploadCommand({
      Bucket: caller.bucket,
      Key: key,
      ContentType: contentType,
      ContentDisposition: contentDisposition,
      CacheControl: cacheControl,
    }),
    call,
  );
  return { key, uploadId: present(uploadId, "UploadId", call) };
}

export async function uploadPart(
  caller: S3Caller,
  { key, uploadId }: MultipartUpload,
  { partNumber, body, signal }: UploadPartInput,
): Promise<UploadedPart> {
  const call: S3Call = { operation: "uploadPart", key, signal };
  const contentMd5 = contentMd5Of(body, caller.rules);
  const request = {
    key,
    query: { "x-id": "UploadPart", partNumber: String(partNumber), uploadId },
    headers: {
      ...caller.rules.headers,
      "content-type": "application/octet-stream",
      ...(contentMd5 !== undefined && { "content-md5": contentMd5 }),
    },
    // As for a stream; the SDK would hash all of the part before it sends it.
    payload: UNSIGNED_PAYLOAD,
    body,
  };
  const { ETag: etag } = await caller.sendBytes(request, call, () => {
    const command = new UploadPartCommand({
      Bucket: caller.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: partNumber,
      Body: body,
      ContentLength: body.byteLength,
      ContentMD5: contentMd5,
    });
    requireEmptyAnswer(command, call);
    return command;
  });
  return { partNumber, etag: present(etag, "ETag", call) };
}

export async function completeMultipartUpload(
  caller: S3Caller,
  { key, uploadId }: MultipartUpload,
  parts: readonly UploadedPart[],
  { signal }: CallOptions = {},
): Promise<Written & { etag: string | undefined }> {
  const { ETag: etag, unanswered } = await caller.send(
    new CompleteMultipartUploadCommand({
      Bucket: caller.bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: {
        // S3 refuses parts that are not in ascending order.
        Parts: parts
          .toSorted((a, b) => a.partNumber - b.partNumber)
          .map((part) => ({ PartNumber: part.partNumber, ETag: part.etag })),
      },
    }),
    { operation: "completeMultipartUpload", key, signal },
  );
  return { etag: etag || undefined, unanswered };
}

export async function abortMultipartUpload(
  caller: S3Caller,
  { key, uploadId }: MultipartUpload,
  { signal }: CallOptions = {},
): Promise<void> {
  const call: S3Call = { operation: "abortMultipartUpload", key, signal };
  const upload = { Bucket: caller.bucket, Key: key, UploadId: uploadId };
  const command = new AbortMultipartUploadCommand(upload);
  requireEmptyAnswer(command, call);
  try {
    await caller.send(command, call);
  } catch (error) {
    if (!isNamedAbsent(error)) throw error;
  }
}

function present(value: string | undefined, name: string, call: S3Call): string {
  if (value) return value;
  throw new S3UnexpectedError({ ...call, outcome: "unknown", reason: `the answer has no ${name}` });
}
