import { ListPartsCommand } from "@aws-sdk/client-s3";

import { S3UnexpectedError } from "./errors.js";
import { type CallOptions, type MultipartUpload, type UploadedPart } from "./multipart-upload.js";
import { type S3Call, type S3Caller } from "./s3-caller.js";

export interface ListedPart extends UploadedPart {
  byteLength: number;
}

export async function listParts(
  caller: S3Caller,
  { key, uploadId }: MultipartUpload,
  { signal }: CallOptions = {},
): Promise<ListedPart[]> {
  const call: S3Call = { operation: "listParts", key, signal };
  const parts: ListedPart[] = [];
  let marker: string | undefined;
  do {
    const page = await caller.send(
      new ListPartsCommand({
        Bucket: caller.bucket,
        Key: key,
        UploadId: uploadId,
        PartNumberMarker: marker,
      }),
      call,
    );
    if (page.UploadId === undefined || page.IsTruncated === undefined) throw badListing(call);
    for (const { PartNumber: partNumber, ETag: etag, Size: byteLength } of page.Parts ?? []) {
      if (partNumber === undefined || etag === undefined || byteLength === undefined) {
        throw badListing(call);
      }
      parts.push({ partNumber, etag, byteLength });
    }
    const next = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    // Without a marker, or with the one just used, the listing would start or go round again.
    if (page.IsTruncated && (!next || next === marker)) throw badListing(call);
    marker = next;
  } while (marker !== undefined);
  return parts;
}

function badListing(call: S3Call): S3UnexpectedError {
  return new S3UnexpectedError({
    ...call,
    outcome: "not_applied",
    reason: "the listing is not what S3 promises",
  });
}
