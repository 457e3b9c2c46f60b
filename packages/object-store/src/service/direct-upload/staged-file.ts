import { createHash } from "node:crypto";

import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "@repo/media-inspection";
import { S3NotFoundError } from "@repo/s3-provider";

import {
  ChecksumMismatchError,
  DirectUploadIncompleteError,
  LengthMismatchError,
  UnsupportedMediaTypeError,
} from "../../errors.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import { InspectedBody, type Verdict } from "../../upload/inspected-body.js";
import type { Verification } from "../../upload/inspection.js";
import { openStagedSource } from "../../upload/staged-source.js";
import { findObject, mayHaveStored } from "../../upload/storage-client.js";
import { planParts } from "./part-plan.js";
import type { DirectUploadTools } from "./tools.js";

/** What was staged, once it has passed the gate of every upload. */
export interface StagedFile {
  /** Of the bytes that were judged: a copy of any other has to fail. */
  etag: string;
  format: MediaFormat;
  verdict: Verdict;
}

/**
 * Reads the staged bytes through the gate, in ranges.
 *
 * @throws DirectUploadIncompleteError (`direct_upload_incomplete`) when not everything has come, and
 *   whatever an upload is refused with
 */
export async function inspectStaged(
  tools: DirectUploadTools,
  row: DirectUploadModel,
  kind: { kind: MediaKind; accepted: string },
  { verify, signal }: { verify: Verification; signal: AbortSignal },
): Promise<StagedFile> {
  const { s3, maxBytes, inspector } = tools;
  if (row.multipartId !== null) await assemble(tools, row, row.multipartId, signal);
  const md5 = createHash("md5");
  const onBytes = (chunk: Uint8Array): void => {
    md5.update(chunk);
  };
  const source = await openStagedSource(s3, row.s3Key, { signal, onBytes });
  if (source === undefined) {
    throw new DirectUploadIncompleteError("The file has not been sent to S3 yet.");
  }
  const { byteSize } = row;
  if (source.byteLength !== byteSize) throw new LengthMismatchError(byteSize, source.byteLength);

  const inspection = inspector.begin(verify);
  let body: InspectedBody | undefined;
  try {
    // The S3 provider bounds the silence of its server.
    const rules = { maxBytes, sourceTimeoutSeconds: Infinity, inspection, signal };
    body = await InspectedBody.open(source, rules);
    const format = MEDIA_FORMATS[body.format];
    if (format.kind !== kind.kind) {
      throw new UnsupportedMediaTypeError(
        `The content must be ${kind.accepted}; it is ${format.contentType}.`,
      );
    }
    await body.readToEnd();
    const { verdict } = body;
    requireDigest("SHA-256", row.sha256, verdict.sha256);
    requireDigest("MD5", row.md5, md5.digest());
    return { etag: source.etag, format: body.format, verdict };
  } finally {
    body?.close();
    inspection.close();
    await source.close();
  }
}

function requireDigest(name: string, announced: Buffer | null, actual: Buffer): void {
  if (announced === null || announced.equals(actual)) return;
  throw new ChecksumMismatchError(name, announced, actual);
}

/**
 * Makes the parts one object, unless an earlier attempt has. Where the answer was lost it is enough
 * that there is an object: all of it is read next.
 */
async function assemble(
  { s3 }: DirectUploadTools,
  { s3Key: key, byteSize, partByteSize }: DirectUploadModel,
  uploadId: string,
  signal: AbortSignal,
): Promise<void> {
  const upload = { key, uploadId };
  const sent = await s3.listParts(upload, { signal }).catch((error: unknown) => {
    if (error instanceof S3NotFoundError) return undefined;
    throw error;
  });
  if (sent === undefined) return;
  const found = planParts(byteSize, partByteSize ?? Infinity).map((planned) => ({
    partNumber: planned.partNumber,
    part: sent.find(
      ({ partNumber, byteLength }) =>
        partNumber === planned.partNumber && byteLength === planned.byteSize,
    ),
  }));
  const missing = found.filter(({ part }) => part === undefined);
  if (missing.length > 0) {
    const numbers = missing.map(({ partNumber }) => partNumber).join(", ");
    throw new DirectUploadIncompleteError(`These parts have not been sent to S3 yet: ${numbers}.`);
  }
  const parts = found.flatMap(({ part }) => part ?? []);
  try {
    await s3.completeMultipartUpload(upload, parts, { signal });
  } catch (error) {
    const mayBeThere = error instanceof S3NotFoundError || mayHaveStored(error);
    const look = (): Promise<unknown> => findObject(s3, key, signal).catch(() => undefined);
    if (!mayBeThere || (await look()) === undefined) throw error;
  }
}
