import { MEDIA_FORMATS } from "@repo/media-inspection";
import { S3PreconditionFailedError } from "@repo/s3-provider";

import type { Checked } from "../../checks.js";
import type { MediaCreate } from "../../dto/media-create.js";
import type { AudioRead, ImageRead } from "../../dto/media-read.js";
import {
  DirectUploadIncompleteError,
  ObjectStoreError,
  StorageError,
  StorageUnavailableError,
  UploadExpiredError,
} from "../../errors.js";
import { errorFacts } from "../../logger.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { MediaFileModel } from "../../models/media-file.model.js";
import type { CompleteOptions, SignedUrl } from "../../provider.js";
import type { Verification } from "../../upload/inspection.js";
import { keepLease } from "../../upload/lease-keeper.js";
import { PendingUpload } from "../../upload/pending-upload.js";
import { storageFailure } from "../../upload/storage-client.js";
import { storageKey } from "../../upload/storage-key.js";
import { completeUpload } from "../complete-upload.js";
import type { MediaKindOf } from "../media-kind.js";
import { type CheckedUrlOptions, signRow } from "../urls.js";
import { discardStaged } from "./discard-staged.js";
import { inspectStaged } from "./staged-file.js";
import type { DirectUploadTools } from "./tools.js";

/** What a direct upload is refused with for good: the bytes that came are no file of ours. */
const REFUSALS = new Set<ObjectStoreError["code"]>([
  "checksum_mismatch",
  "empty_file",
  "file_too_large",
  "invalid_media",
  "length_mismatch",
  "unsupported_media_type",
]);

/** How to complete a direct upload, with every choice made. */
export interface Completion extends Pick<Checked<CompleteOptions>, "transaction"> {
  /** Ends the completion before its time. */
  end: AbortController;
  urlOptions: CheckedUrlOptions;
  verify: Verification;
}

/**
 * Makes a file of a direct upload that was claimed. The staged bytes pass the gate, then they are
 * copied, as they were judged, to a key of a new file, which is recorded before as in every upload.
 * Overwriting the staged object has no effect from then on.
 */
export async function becomeFile<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  tools: DirectUploadTools,
  kind: MediaKindOf<Row, Create, Read>,
  direct: DirectUploadModel,
  completion: Completion,
): Promise<{ row: Row; signed: SignedUrl }> {
  const { directUploads, leaseSeconds, logger } = tools;
  const { end } = completion;
  const stopRenewal = keepLease({
    seconds: leaseSeconds,
    renew: () => directUploads.renew(direct, leaseSeconds),
    onLost: (reason) => {
      end.abort(reason);
    },
    onFailure: (error) => {
      logger.warn("a claim could not be renewed", { id: direct.id, ...errorFacts(error) });
    },
  });
  try {
    return await store(tools, kind, direct, completion);
  } catch (error) {
    const failure = storedFailure(error, end.signal);
    const wasOurs = await giveBack(tools, direct, failure);
    // Who took the upload over has removed what S3 was asked for.
    throw wasOurs || !isOfStorage(failure) ? failure : new UploadExpiredError();
  } finally {
    stopRenewal();
  }
}

async function store<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  tools: DirectUploadTools,
  kind: MediaKindOf<Row, Create, Read>,
  direct: DirectUploadModel,
  { transaction, urlOptions, verify, end }: Completion,
): Promise<{ row: Row; signed: SignedUrl }> {
  const { signal } = end;
  const { journal, leaseSeconds, ends } = tools;
  const staged = await inspectStaged(tools, direct, kind, { verify, signal });
  const { contentType } = MEDIA_FORMATS[staged.format];
  const { userId, originalFilename, claim } = direct;
  const intent = await journal.open({
    kind: kind.kind,
    userId,
    ...storageKey({ userId, format: staged.format }),
    leaseSeconds,
    isOwnerKnown: transaction !== undefined,
  });
  const upload = new PendingUpload(tools, intent);
  const { facts, ...stored } = staged.verdict;
  const { sha256 } = stored;
  await upload.copy({ key: direct.s3Key, etag: staged.etag, sha256, contentType }, end);

  const named = { originalFilename, contentType };
  const object = { ...named, s3Key: intent.s3Key };
  const signed = await signRow(tools, object, urlOptions).catch(async (error: unknown) => {
    await upload.giveUp();
    throw error;
  });
  if (transaction !== undefined) {
    ends.of(transaction).run((signal) => settle(tools, direct, upload.id, signal));
  }
  const row = await completeUpload(
    tools,
    kind.repo,
    {
      upload,
      userId,
      values: { ...named, ...kind.values(facts, stored, new kind.createDto()) },
      direct: { id: direct.id, claim },
    },
    { transaction },
  );
  if (transaction === undefined) await discardStaged(tools, direct);
  return { row, signed };
}

/** Once the caller's transaction has ended: what was staged is done with, or waits for another try. */
async function settle(
  tools: DirectUploadTools,
  direct: DirectUploadModel,
  fileId: string,
  signal: AbortSignal,
): Promise<void> {
  const { directUploads, logger } = tools;
  const { id, kind, userId } = direct;
  try {
    const committed = await directUploads.find({ id, kind, userId });
    if (committed?.row.fileId === fileId) await discardStaged(tools, direct, signal);
    else await directUploads.release(direct);
  } catch (error) {
    logger.warn("a direct upload is left to the sweeper", { id, ...errorFacts(error) });
  }
}

function storedFailure(error: unknown, signal: AbortSignal): ObjectStoreError {
  const cause = error instanceof ObjectStoreError ? error.cause : error;
  if (!signal.aborted && cause instanceof S3PreconditionFailedError) {
    return new DirectUploadIncompleteError("The file was replaced while it was read.", error);
  }
  return storageFailure("complete the direct upload", error, signal);
}

function isOfStorage(failure: ObjectStoreError): boolean {
  return failure instanceof StorageError || failure instanceof StorageUnavailableError;
}

/**
 * A refusal is for good; after any other failure the upload can be completed once more.
 *
 * @returns false when another party had taken the upload over
 */
async function giveBack(
  tools: DirectUploadTools,
  direct: DirectUploadModel,
  failure: ObjectStoreError,
): Promise<boolean> {
  const { directUploads, logger } = tools;
  try {
    if (!REFUSALS.has(failure.code)) return await directUploads.release(direct);
    const wasOurs = await directUploads.refuse(direct, failure);
    if (wasOurs) await discardStaged(tools, direct);
    return wasOurs;
  } catch (error) {
    logger.warn("a claim is left to expire", { id: direct.id, ...errorFacts(error) });
    return true;
  }
}
