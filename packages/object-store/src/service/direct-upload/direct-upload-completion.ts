import type { MediaKind } from "@repo/media-inspection";
import { S3PreconditionFailedError } from "@repo/s3-provider";
import type { Transaction } from "sequelize";

import {
  DirectUploadIncompleteError,
  ObjectStoreError,
  StorageError,
  StorageUnavailableError,
  UploadExpiredError,
} from "../../errors.js";
import type { Acceptance } from "../../gate/rules.js";
import { errorFacts } from "../../logger.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { PrivacyLevel } from "../../privacy.js";
import { keepLease } from "../../upload/lease-keeper.js";
import { PendingUpload } from "../../upload/pending-upload.js";
import { storageFailure } from "../../upload/storage-client.js";
import { storageKey } from "../../kinds.js";
import { completeUpload, type StoredFile } from "../completion.js";
import type { CollectionScope } from "../dependencies.js";
import type { GivenValues } from "../given-values.js";
import type { CheckedUrlOptions } from "../urls.js";
import { keptRefusal } from "./direct-upload-state.js";
import { StagedObject } from "./staged-object.js";
import type { Strictness } from "../../upload/verification.js";
import type { Recipe } from "../../rendering/recipes.js";

/** How to complete a direct upload, with every choice made. */
export interface CompletionChoices {
  /** Ends the completion before its time. */
  end: AbortController;
  transaction: Transaction | undefined;
  urlOptions: CheckedUrlOptions;
  strictness: Strictness;
  privacy: PrivacyLevel;
  /** Of the variants to make with the file. */
  recipes: readonly Recipe[];
  /** What the staged bytes are accepted by. */
  acceptance: Acceptance<MediaKind>;
  given: GivenValues;
}

/**
 * One completion of a claimed direct upload. The staged bytes are inspected, and then copied to the
 * key of a new file, which is recorded before, as in every upload. The copy is
 * read back; where an attempt to copy may land late, the key is given up. Where something is removed from
 * them, they are sent instead.
 */
export class DirectUploadCompletion<K extends MediaKind> {
  readonly #staged: StagedObject;

  constructor(
    private readonly scope: CollectionScope<K>,
    private readonly direct: DirectUploadModel,
    private readonly choices: CompletionChoices,
  ) {
    this.#staged = new StagedObject(scope.dependencies, direct);
  }

  async run(): Promise<StoredFile<K>> {
    const { directUploads, leaseSeconds, logger } = this.scope.dependencies;
    const { direct } = this;
    const { end } = this.choices;
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
      return await this.#store();
    } catch (error) {
      const failure = failureOf(error, end.signal);
      const wasOurs = await this.#giveBack(failure);
      // Whoever took the upload over has removed what was requested from S3.
      throw wasOurs || !isOfStorage(failure) ? failure : new UploadExpiredError();
    } finally {
      stopRenewal();
    }
  }

  #store(): Promise<StoredFile<K>> {
    const { scope, direct } = this;
    const { dependencies, kind, owner } = scope;
    const { end, transaction, urlOptions, given } = this.choices;
    const choices = { ...this.choices, signal: end.signal };
    return this.#staged.use(choices, async (body, { source, isChanged, privacy, removed }) => {
      // What was announced is held by the direct upload.
      const more = (source.byteLength ?? 0) - direct.byteSize;
      const intent = await dependencies.journal.open({
        kind,
        userId: owner,
        ...storageKey(body.format, owner, dependencies.ownerType),
        leaseSeconds: dependencies.leaseSeconds,
        isOwnerKnown: transaction !== undefined,
        ...(more > 0 && {
          reservation: await dependencies.quotas.reservation(owner, { bytes: more, files: 0 }),
        }),
      });
      const upload = new PendingUpload(dependencies, intent);
      if (isChanged) await upload.send(body, end);
      else await upload.copy(direct.s3Key, body, end);
      if (transaction !== undefined) {
        dependencies.ends.of(transaction).run((ending) => this.#settle(upload.id, ending));
      }
      const { id, claim, originalFilename } = direct;
      const what = { upload, body, privacy, removed, given: { originalFilename, ...given } };
      const sent = { ...what, urlOptions, end, transaction, direct: { id, claim } };
      const stored = await completeUpload(scope, sent);
      if (transaction === undefined) await this.#staged.discard();
      return stored;
    });
  }

  /** After the caller's transaction: discards the staged object, or frees the direct upload again. */
  async #settle(fileId: string, signal: AbortSignal): Promise<void> {
    const { directUploads, logger } = this.scope.dependencies;
    const { id, kind, userId } = this.direct;
    try {
      const committed = await directUploads.find({ id, kind, userId });
      if (committed?.row.fileId === fileId) await this.#staged.discard(signal);
      else await directUploads.release(this.direct);
    } catch (error) {
      logger.warn("a direct upload is left to the sweeper", { id, ...errorFacts(error) });
    }
  }

  /**
   * Rejects the direct upload for good if its content is at fault; otherwise it can be completed again.
   *
   * @returns false when another party had taken the upload over
   */
  async #giveBack(failure: ObjectStoreError): Promise<boolean> {
    const { directUploads, logger } = this.scope.dependencies;
    const { direct } = this;
    try {
      if (failure.category !== "content") return await directUploads.release(direct);
      const wasOurs = await directUploads.refuse(direct, keptRefusal(failure));
      if (wasOurs) await this.#staged.discard();
      return wasOurs;
    } catch (error) {
      logger.warn("a claim is left to expire", { id: direct.id, ...errorFacts(error) });
      return true;
    }
  }
}

function failureOf(error: unknown, signal: AbortSignal): ObjectStoreError {
  const cause = error instanceof ObjectStoreError ? error.cause : error;
  if (!signal.aborted && cause instanceof S3PreconditionFailedError) {
    return new DirectUploadIncompleteError("The file was replaced while it was read.", error);
  }
  return storageFailure("complete the direct upload", error, signal);
}

function isOfStorage(failure: ObjectStoreError): boolean {
  return failure instanceof StorageError || failure instanceof StorageUnavailableError;
}
