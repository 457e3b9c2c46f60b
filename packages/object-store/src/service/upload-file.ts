import { MEDIA_FORMATS } from "@repo/media-inspection";

import type { MediaCreate } from "../dto/media-create.js";
import type { AudioRead, ImageRead } from "../dto/media-read.js";
import { FileUploadResult } from "../dto/upload-result.js";
import { OwnerNotFoundError, UnsupportedMediaTypeError } from "../errors.js";
import type { Owner } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Input, SignedUrl, UploadOptions } from "../provider.js";
import type { StatementOptions } from "../repo/statements.js";
import { stage } from "../telemetry/observed.js";
import { abortFailure, withUploadTime } from "../upload/abort.js";
import type { ByteSource } from "../upload/byte-source.js";
import { InspectedBody } from "../upload/inspected-body.js";
import type { Inspection } from "../upload/inspection.js";
import { openByteSource } from "../upload/open-byte-source.js";
import { PendingUpload } from "../upload/pending-upload.js";
import { storageKey } from "../upload/storage-key.js";
import { claimKey } from "./claim-key.js";
import { completeUpload } from "./complete-upload.js";
import { contradictionsTo } from "./declared-type.js";
import type { Dependencies } from "./dependencies.js";
import { sanitizedFilename } from "./filename.js";
import type { MediaKindOf } from "./media-kind.js";
import { requireSameBytes } from "./require-same-bytes.js";
import { uploadRequest, type UploadRequest } from "./upload-request.js";
import { signRow } from "./urls.js";

/** Stores one file: intent, bytes, completion; or nothing at all. */
export async function uploadFile<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  dependencies: Dependencies,
  kind: MediaKindOf<Row, Create, Read>,
  owner: Owner,
  input: Input<Create>,
  options: UploadOptions | undefined,
): Promise<FileUploadResult<Read>> {
  const request = await uploadRequest(dependencies, kind.createDto, input, options);
  const { create, verify } = request;
  const source = await openByteSource(create.body);
  const inspection = dependencies.inspector.begin(verify);
  try {
    const filename = sanitizedFilename(create.filename ?? source.filename);
    const work = { ...request, source, filename, inspection };
    const { row, signed } = await store(dependencies, kind, owner, work);
    const contentType = create.contentType ?? source.contentType;
    const contradictions = contradictionsTo(row.contentType, { filename, contentType });
    return new FileUploadResult(kind.read(row), signed, contradictions);
  } finally {
    inspection.close();
    await source.close().catch((error: unknown) => {
      dependencies.logger.warn("the source of a body could not be closed", errorFacts(error));
    });
  }
}

interface Work<Create> extends UploadRequest<Create> {
  source: ByteSource;
  /** The name to store. */
  filename: string | null;
  inspection: Inspection;
}

async function store<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  dependencies: Dependencies,
  kind: MediaKindOf<Row, Create, Read>,
  owner: Owner,
  work: Work<Create>,
): Promise<{ row: Row; signed: SignedUrl }> {
  const { source, inspection, options } = work;
  const { maxBytes, sourceTimeoutSeconds, uploadTimeoutSeconds, calls } = dependencies;
  await requireUploadable(dependencies, owner, options);
  return withUploadTime(uploadTimeoutSeconds, [options.signal, calls.signal], async (end) => {
    const { signal } = end;
    const rules = { maxBytes, sourceTimeoutSeconds, inspection, signal };
    const body = await stage("detect", () => InspectedBody.open(source, rules));
    try {
      return await storeBody(dependencies, kind, owner, { ...work, end, body });
    } finally {
      body.close();
    }
  });
}

/**
 * What would fail in the end is refused before a byte is read, in what the caller's transaction sees.
 *
 * @throws InvalidInputError (`invalid_input`), OwnerNotFoundError (`owner_not_found`)
 */
export async function requireUploadable(
  { requireReadCommitted, owners }: Dependencies,
  owner: Owner,
  { transaction }: StatementOptions,
): Promise<void> {
  if (transaction === undefined) return;
  await requireReadCommitted(transaction);
  if (owner === null || (await owners.exists(owner, { transaction }))) return;
  throw new OwnerNotFoundError();
}

interface OpenWork<Create> extends Work<Create> {
  /** Ends the upload before its time. */
  end: AbortController;
  body: InspectedBody;
}

async function storeBody<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  dependencies: Dependencies,
  kind: MediaKindOf<Row, Create, Read>,
  owner: Owner,
  { create, filename, body, options, urlOptions, end }: OpenWork<Create>,
): Promise<{ row: Row; signed: SignedUrl }> {
  const { signal } = end;
  const { journal, leaseSeconds } = dependencies;
  const format = MEDIA_FORMATS[body.format];
  if (format.kind !== kind.kind) {
    throw new UnsupportedMediaTypeError(
      `The content must be ${kind.accepted}; it is ${format.contentType}.`,
    );
  }

  body.readAhead();
  const { idempotencyKey, transaction } = options;
  const isOwnerKnown = transaction !== undefined;
  const key = storageKey({ userId: owner, format: body.format });
  const intent = { kind: kind.kind, userId: owner, ...key, leaseSeconds, isOwnerKnown };
  const claim = await stage("intent", async () =>
    idempotencyKey === undefined
      ? { upload: await journal.open(intent) }
      : claimKey(dependencies, kind, intent, idempotencyKey, { transaction, signal }),
  );
  if ("file" in claim) {
    const { file } = claim;
    await requireSameBytes(file, body);
    return { row: file, signed: await signRow(dependencies, file, urlOptions) };
  }

  const upload = new PendingUpload(dependencies, claim.upload);
  await stage("transfer", () => upload.send(body, end));
  const named = { originalFilename: filename, contentType: format.contentType };
  const object = { ...named, s3Key: claim.upload.s3Key };
  const signed = await signRow(dependencies, object, urlOptions).catch(async (error: unknown) => {
    await upload.giveUp();
    throw error;
  });
  if (signal.aborted) {
    await upload.giveUp();
    throw abortFailure(signal);
  }
  const { facts, ...stored } = body.verdict;
  const values = { ...named, ...kind.values(facts, stored, create) };
  const row = await stage("complete", () =>
    completeUpload(dependencies, kind.repo, { upload, userId: owner, values }, { transaction }),
  );
  return { row, signed };
}
