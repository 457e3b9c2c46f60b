import type { MultipartUpload } from "@repo/s3-provider";

import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { DirectRequest, DirectUpload } from "../../dto/direct-upload.js";
import type { PlannedPart } from "./part-plan.js";
import type { StorageClient } from "../../upload/storage-client.js";

type Requests = Pick<DirectUpload, "expiresAt" | "put" | "post" | "parts">;

/** A PUT, and a form where the server takes forms, for a file in one piece. */
export async function signWhole(
  s3: StorageClient,
  { s3Key, contentType, byteSize: byteLength, md5 }: DirectUploadModel,
  expiresIn: number,
): Promise<Requests> {
  const put = await s3.presignPut(s3Key, {
    expiresIn,
    byteLength,
    contentType,
    contentMd5: md5?.toString("base64"),
  });
  const form = await s3.presignPost(s3Key, {
    expiresIn,
    byteLength: { min: byteLength, max: byteLength },
    contentType,
  });
  const post = form === undefined ? null : { url: form.url, fields: form.fields };
  return { expiresAt: put.expiresAt, put: requestOf(put), post, parts: null };
}

/** A PUT for each of these parts of a multipart upload. */
export async function signParts(
  s3: StorageClient,
  upload: MultipartUpload,
  plan: readonly PlannedPart[],
  expiresIn: number,
): Promise<Requests> {
  let expiresAt = new Date(0);
  const parts = [];
  for (const part of plan) {
    const { partNumber, byteSize: byteLength } = part;
    const signed = await s3.presignPart(upload, { expiresIn, partNumber, byteLength });
    parts.push({ ...part, ...requestOf(signed) });
    ({ expiresAt } = signed);
  }
  return { expiresAt, put: null, post: null, parts };
}

/** Browsers let nobody set Content-Length: HTTP clients send that of the body by themselves. */
function requestOf({ url, headers }: DirectRequest): DirectRequest {
  const sent = Object.entries(headers).filter(([name]) => name !== "content-length");
  return { url, headers: Object.fromEntries(sent) };
}
