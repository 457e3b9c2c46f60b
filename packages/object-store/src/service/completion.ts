import type { MediaKind, RemovedKind } from "@repo/media-inspection";

import { toPendingFile } from "../dto/pending-file.js";
import { OwnerNotFoundError, UploadExpiredError } from "../errors.js";
import { downloadName } from "../filename.js";
import type { MediaModels } from "../models/media-models.js";
import type { PrivacyLevel } from "../privacy.js";
import type { SignedUrl } from "../provider.js";
import type { ClaimedDirectUpload } from "../repo/media-repo.js";
import type { StatementOptions } from "../repo/statements.js";
import { abortFailure } from "../upload/abort.js";
import type { InspectedBody } from "../upload/inspected-body.js";
import type { PendingUpload } from "../upload/pending-upload.js";
import type { CollectionScope, Dependencies } from "./dependencies.js";
import type { GivenValues } from "./given-values.js";
import type { RenderedVariants } from "../rendering/renderer.js";
import { attributesOf, isOfKind } from "./kind-rules.js";
import { giveUpVariants, type PendingVariant, storeVariants } from "./pending-variants.js";
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
interface SentUpload extends StatementOptions {
  upload: PendingUpload;
  /** Read to its end. */
  body: InspectedBody;
  /** What was removed from the bytes. */
  privacy: PrivacyLevel;
  removed: readonly RemovedKind[];
  given: GivenValues & { originalFilename: string | null };
  urlOptions: CheckedUrlOptions;
  /** Ends the upload. */
  end: AbortController;
  /** The direct upload that becomes the file, if it is one. */
  direct?: ClaimedDirectUpload;
}

/**
 * Has a sent upload pass the gate, stores its variants, signs its URL, and then makes it a file with them.
 * What fails gives all of it up.
 */
export async function completeUpload<K extends MediaKind>(
  scope: CollectionScope<K>,
  sent: SentUpload,
): Promise<StoredFile<K>> {
  const { dependencies, kind, owner } = scope;
  const { upload, body, given, urlOptions, end, direct, transaction, privacy, removed } = sent;
  const { facts, byteSize, sha256 } = body.verdict;
  const { contentType } = facts;
  if (!isOfKind(kind, facts)) throw new TypeError(`facts of ${kind} expected, got ${facts.kind}`);
  const named = { id: upload.id, originalFilename: given.originalFilename, contentType };
  const values = {
    ...{ metadata: {}, ...given, byteSize, sha256, privacy, removed },
    ...attributesOf(facts),
  };
  let signed: SignedUrl;
  let rendered: RenderedVariants | undefined;
  let variants: PendingVariant[] = [];
  try {
    await upload.hold(async () => {
      const pending = () => toPendingFile({ id: upload.id, userId: owner, ...values });
      await dependencies.gate.pass(upload.key, pending, end.signal);
      rendered = await body.render();
      variants = await storeVariants(dependencies, { id: upload.id, userId: owner }, rendered, end);
    }, end);
    const file = { s3Key: upload.key, contentType, downloadName: downloadName(named) };
    signed = await signFile(dependencies.s3, file, urlOptions);
    if (end.signal.aborted) throw abortFailure(end.signal);
  } catch (error) {
    await Promise.all([upload.giveUp(), giveUpVariants(variants)]);
    throw error;
  }
  const placeholder = rendered?.placeholder && Buffer.from(rendered.placeholder);
  const made = {
    ...values,
    ...(kind === "image" && placeholder !== undefined && { placeholder }),
  };
  const row = await makeFile(scope, { upload, values: made, direct, variants }, { transaction });
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
    variants = [],
  }: {
    upload: PendingUpload;
    /** By attribute of the file's model. */
    values: Readonly<Record<string, unknown>>;
    direct?: ClaimedDirectUpload | undefined;
    /** What becomes a variant with it. */
    variants?: readonly PendingVariant[];
  },
  { transaction }: StatementOptions,
): Promise<MediaModels[K]> {
  const repo = files[kind];
  const { id, unansweredSeconds } = upload;
  const rows = variants.map((variant) => variant.row);
  const completion = { id, userId: owner, unansweredSeconds, values, variants: rows };
  const uploads = [upload, ...variants.map((variant) => variant.upload)];
  if (transaction !== undefined) {
    for (const each of uploads) ends.of(transaction).undoUpload(each.id, each.unansweredSeconds);
  }
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
      await Promise.all(uploads.map((each) => each.giveUp()));
      throw error;
    }
  }
  if (row === null) {
    await upload.undoExpired();
    await giveUpVariants(variants);
    throw new UploadExpiredError();
  }
  return row;
}
