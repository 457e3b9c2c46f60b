import { v7 as uuidv7 } from "uuid";

import { UnsupportedMediaTypeError } from "../errors.js";
import { errorFacts } from "../logger.js";
import type { Inspection } from "../inspection/inspection.js";
import { MEDIA_FORMATS } from "../inspection/media-facts.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Input, SignedUrl, UploadOptions } from "../provider.js";
import type { Owner } from "../repo/conditions.js";
import type { NewFile, StoredFacts } from "../repo/media-repo.js";
import { stage } from "../telemetry/observed.js";
import { abortFailure } from "../upload/abortable.js";
import type { ByteSource } from "../upload/byte-source.js";
import { InspectedBody } from "../upload/inspected-body.js";
import { openByteSource } from "../upload/open-byte-source.js";
import { PendingUpload } from "../upload/pending-upload.js";
import { storageKey } from "../upload/storage-key.js";
import { withUploadTime } from "../upload/upload-time.js";
import { claimKey } from "./claim-key.js";
import { contradictionsTo } from "./contradictions.js";
import type { Dependencies } from "./dependencies.js";
import type { AudioRead } from "./dto/audio-read.js";
import { FileUploadResult } from "./dto/file-upload-result.js";
import type { ImageRead } from "./dto/image-read.js";
import type { MediaCreate } from "./dto/media-create.js";
import { sanitizedFilename } from "./filename.js";
import type { MediaKindOf } from "./media-kind.js";
import { requireSameBytes } from "./require-same-bytes.js";
import { signRow } from "./sign-urls.js";
import { uploadRequest, type UploadRequest } from "./upload-request.js";

/** Stores one file: intent, bytes, completion; or nothing at all. */
export async function uploadFile<
  Row extends MediaFileModel,
  Facts extends StoredFacts,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  dependencies: Dependencies,
  kind: MediaKindOf<Row, Facts, Create, Read>,
  owner: Owner,
  input: Input<Create>,
  options: UploadOptions | undefined,
): Promise<FileUploadResult<Read>> {
  const request = await uploadRequest(dependencies, kind.createDto, input, options);
  const { create, verify } = request;
  const source = await openByteSource(create.body);
  const inspection = dependencies.inspector.open(verify);
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
  Facts extends StoredFacts,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  dependencies: Dependencies,
  kind: MediaKindOf<Row, Facts, Create, Read>,
  owner: Owner,
  work: Work<Create>,
): Promise<{ row: Row; signed: SignedUrl }> {
  const { source, inspection, verify, options } = work;
  const { maxBytes, sourceTimeoutSeconds, uploadTimeoutSeconds, calls } = dependencies;
  if (options.transaction !== undefined) {
    await kind.repo.requireReadCommitted(options.transaction);
  }
  return withUploadTime(uploadTimeoutSeconds, [options.signal, calls.signal], async (end) => {
    const { signal } = end;
    const isVerdictSlow = verify === "decode";
    const rules = { maxBytes, sourceTimeoutSeconds, inspection, isVerdictSlow, signal };
    const body = await stage("detect", () => InspectedBody.open(source, rules));
    try {
      return await storeBody(dependencies, kind, owner, { ...work, end, body });
    } finally {
      body.close();
    }
  });
}

interface OpenWork<Create> extends Work<Create> {
  /** Ends the upload before its time. */
  end: AbortController;
  body: InspectedBody;
}

async function storeBody<
  Row extends MediaFileModel,
  Facts extends StoredFacts,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  dependencies: Dependencies,
  kind: MediaKindOf<Row, Facts, Create, Read>,
  owner: Owner,
  { create, filename, body, options, urlOptions, end }: OpenWork<Create>,
): Promise<{ row: Row; signed: SignedUrl }> {
  const { signal } = end;
  const { s3, logger, leaseSeconds } = dependencies;
  const { repo } = kind;
  const format = MEDIA_FORMATS[body.format];
  if (format.kind !== kind.kind) {
    throw new UnsupportedMediaTypeError(
      `The content must be ${kind.accepted}; it is ${format.contentType}.`,
    );
  }

  body.readAhead();
  const id = uuidv7();
  const { idempotencyKey, transaction } = options;
  const file: NewFile = {
    id,
    userId: owner,
    s3Key: storageKey({ id, userId: owner, format: body.format }),
    originalFilename: filename,
    contentType: format.contentType,
  };
  const { row: intent, state } = await stage("intent", async () =>
    idempotencyKey === undefined
      ? { row: await repo.create(file, leaseSeconds), state: "new" }
      : claimKey(dependencies, kind, { ...file, idempotencyKey }, { transaction, signal }),
  );
  if (state === "ready") {
    await requireSameBytes(intent, body);
    return { row: intent, signed: await signRow(dependencies, intent, urlOptions) };
  }

  const upload = new PendingUpload({ repo, s3, logger, leaseSeconds }, intent);
  await stage("transfer", () => upload.send(body, end));
  const signed = await signRow(dependencies, intent, urlOptions).catch(async (error: unknown) => {
    await upload.giveUp(true);
    throw error;
  });
  if (signal.aborted) {
    await upload.giveUp(true);
    throw abortFailure(signal);
  }
  const { facts, ...stored } = body.verdict;
  const row = await stage("complete", () =>
    upload.complete(kind.columns(facts, stored, create), { transaction }),
  );
  return { row, signed };
}
