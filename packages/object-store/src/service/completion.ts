import type { MediaKind } from "@repo/media-inspection";

import type { CreateOf } from "../dto/dtos-of-kind.js";
import { OwnerNotFoundError, UploadExpiredError } from "../errors.js";
import { downloadName } from "../filename.js";
import type { MediaModels } from "../models/media-models.js";
import type { SignedUrl } from "../provider.js";
import type { ClaimedDirectUpload } from "../repo/media-repo.js";
import type { StatementOptions } from "../repo/statements.js";
import { abortFailure } from "../upload/abort.js";
import type { Verdict } from "../upload/inspected-body.js";
import type { PendingUpload } from "../upload/pending-upload.js";
import type { CollectionScope, Dependencies } from "./dependencies.js";
import { isOfKind, KIND_RULES } from "./kind-rules.js";
import { type CheckedUrlOptions, signFile } from "./urls.js";

/** A file with the URL that its upload returns. */
export interface StoredFile<K extends MediaKind> {
  row: MediaModels[K];
  signed: SignedUrl;
}

/**
 * Rejects before a byte is read what would fail in the end, as the caller's transaction sees it.
 *
 * @throws InvalidInputError (`invalid_input`), OwnerNotFoundError (`owner_not_found`)
 */
export async function requireUploadable(
  { dependencies, owner }: CollectionScope<MediaKind>,
  { transaction }: StatementOptions,
): Promise<void> {
  if (transaction === undefined) return;
  await dependencies.requireReadCommitted(transaction);
  if (owner === null || (await dependencies.owners.exists(owner, { transaction }))) return;
  throw new OwnerNotFoundError();
}

/** An upload whose object is in S3. */
interface SentUpload<K extends MediaKind> extends StatementOptions {
  upload: PendingUpload;
  originalFilename: string | null;
  verdict: Verdict;
  create: CreateOf<K>;
  urlOptions: CheckedUrlOptions;
  signal: AbortSignal;
  /** The direct upload that becomes the file, if it is one. */
  direct?: ClaimedDirectUpload;
}

/** Signs the URL of a sent upload, and then makes it a file. What fails gives the upload up. */
export async function completeUpload<K extends MediaKind>(
  scope: CollectionScope<K>,
  sent: SentUpload<K>,
): Promise<StoredFile<K>> {
  const { dependencies, kind } = scope;
  const { upload, originalFilename, create, urlOptions, signal, direct, transaction } = sent;
  const { facts, byteSize, sha256 } = sent.verdict;
  const { contentType } = facts;
  if (!isOfKind(kind, facts)) throw new TypeError(`facts of ${kind} expected, got ${facts.kind}`);
  const named = { id: upload.id, originalFilename, contentType };
  let signed: SignedUrl;
  try {
    const file = { s3Key: upload.key, contentType, downloadName: downloadName(named) };
    signed = await signFile(dependencies.s3, file, urlOptions);
    if (signal.aborted) throw abortFailure(signal);
  } catch (error) {
    await upload.giveUp();
    throw error;
  }
  const attributes = KIND_RULES[kind].attributes(facts, create);
  const values = { originalFilename, contentType, byteSize, sha256, ...attributes };
  const row = await makeFile(scope, { upload, values, direct }, { transaction });
  return { row, signed };
}

/** upload → file: it exists from here on, or from the commit of the caller's transaction. */
export async function makeFile<K extends MediaKind>(
  {
    dependencies: { files, ends },
    owner,
    kind,
  }: Omit<CollectionScope<K>, "dependencies"> & {
    dependencies: Pick<Dependencies, "files" | "ends">;
  },
  {
    upload,
    values,
    direct,
  }: {
    upload: PendingUpload;
    /** By attribute of the file's model. */
    values: Readonly<Record<string, unknown>>;
    direct?: ClaimedDirectUpload | undefined;
  },
  { transaction }: StatementOptions,
): Promise<MediaModels[K]> {
  const repo = files[kind];
  const { id, unansweredSeconds } = upload;
  const completion = { id, userId: owner, unansweredSeconds, values };
  if (transaction !== undefined) ends.of(transaction).undoUpload(id, unansweredSeconds);
  let row: MediaModels[K] | null;
  try {
    row = await (direct === undefined
      ? repo.create(completion, { transaction })
      : repo.createFromDirectUpload(completion, direct, { transaction }));
  } catch (error) {
    // The end of the caller's transaction undoes the upload.
    if (transaction !== undefined) throw error;
    // Perhaps only the answer was lost.
    row = await repo.byId(id).catch(() => null);
    if (row === null) {
      await upload.giveUp();
      throw error;
    }
  }
  if (row === null) {
    await upload.undoExpired();
    throw new UploadExpiredError();
  }
  return row;
}
