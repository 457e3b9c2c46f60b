import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "@repo/media-inspection";
import { Spool, VARIANT_FORMATS } from "@repo/media-processing";
import { S3NotFoundError } from "@repo/s3-provider";

import {
  FileNotFoundError,
  StorageError,
  UploadExpiredError,
  VariantFailedError,
  VariantsBusyError,
} from "../errors.js";
import { variantKeyStart } from "../kinds.js";
import type { ObjectStoreLogger } from "../logger.js";
import { processingFailure } from "../machine-failure.js";
import type { JournalModel } from "../models/journal.model.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { VariantModel } from "../models/variant.model.js";
import type { OwnerType } from "../owner-types.js";
import type { Journal } from "../repo/journal-repo.js";
import type { VariantOf, Variants } from "../repo/variant-repo.js";
import { abortFailure, withUploadTime } from "../upload/abort.js";
import { settleSeconds } from "../upload/lease-keeper.js";
import { PendingUpload } from "../upload/pending-upload.js";
import { type StorageClient, storageFailure } from "../upload/storage-client.js";
import type { Recipe } from "./recipes.js";
import { NotRenderedError, type Renderer } from "./renderer.js";

/** How often a recipe that changes nothing is tried with a file that refuses it. */
const MAX_ATTEMPTS = 3;

/** More would not fit into the column `byte_size`. */
const MAX_VARIANT_BYTES = 104_857_600;

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

interface Dependencies {
  variants: Variants;
  journal: Journal;
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
  /** Seconds that the making of a variant may take. */
  uploadTimeoutSeconds: number;
  ownerType: OwnerType;
  renderer: Renderer;
  /** Variants at most that are made or waited for at a time. */
  maxWaiting: number;
  /** Ends what is under way when the store closes. */
  signal: AbortSignal;
}

/** A picture on its way into the store. */
interface Picture {
  bytes: Buffer;
  contentType: string;
  sha256: Buffer;
  width: number;
  height: number;
  pageCount: number;
  placeholder: Buffer | null;
}

/**
 * Makes what is missing, once for all who ask at once, in any number of processes: whoever records a
 * variant in the journal makes it, and the others wait.
 */
export class VariantMaker {
  /** What this process makes or waits for, by claim. */
  readonly #running = new Map<string, Promise<VariantModel>>();

  constructor(private readonly dependencies: Dependencies) {}

  /**
   * The variant of a file by a recipe as it is now.
   *
   * @throws FileNotFoundError (`file_not_found`) when the file is deleted meanwhile, VariantFailedError
   *   (`variant_failed`), VariantsBusyError (`variants_busy`), ResourceUnavailableError
   *   (`resource_unavailable`), UploadExpiredError (`upload_expired`)
   */
  make(kind: MediaKind, file: MediaFileModel, recipe: Recipe): Promise<VariantModel> {
    const of = { kind, fileId: file.id, recipe: recipe.name, digest: recipe.digest };
    const claim = claimOf(of);
    const running = this.#running.get(claim);
    if (running !== undefined) return running;
    const { maxWaiting } = this.dependencies;
    if (this.#running.size >= maxWaiting) return Promise.reject(new VariantsBusyError());
    const made = this.#make(of, claim, file, recipe).finally(() => this.#running.delete(claim));
    this.#running.set(claim, made);
    return made;
  }

  async #make(
    of: VariantOf,
    claim: string,
    file: MediaFileModel,
    recipe: Recipe,
  ): Promise<VariantModel> {
    const { journal, leaseSeconds, uploadTimeoutSeconds, ownerType, signal } = this.dependencies;
    const { userId } = file;
    const keyStart = variantKeyStart(file.id, userId, ownerType);
    const keyEnd = `.${VARIANT_FORMATS[recipe.options.format].extension}`;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      const ready = await this.#ready(of);
      if (ready !== null) return ready;
      const row = await journal.openVariant({ userId, keyStart, keyEnd, leaseSeconds, claim });
      if (row !== null) {
        return withUploadTime(uploadTimeoutSeconds, [signal], (end) =>
          this.#makeAs(row, of, file, recipe, end),
        );
      }
      const maker = await journal.makerOf(claim);
      const isFree =
        maker === null ||
        (maker.isOver && (await journal.takeOver(maker.id, settleSeconds(leaseSeconds))));
      if (!isFree) {
        await pause(wait, undefined, { signal }).catch(() => {
          throw abortFailure(signal);
        });
      }
    }
  }

  /** The variant, or null when it may be made. */
  async #ready(of: VariantOf): Promise<VariantModel | null> {
    const state = await this.dependencies.variants.state(of);
    if (state === null) throw new FileNotFoundError(of.fileId);
    const { variant, failure } = state;
    if (variant !== null) return variant;
    if (failure !== null && failure.attempts >= MAX_ATTEMPTS) {
      throw new VariantFailedError(of.recipe, failure.reason);
    }
    return null;
  }

  /** Makes the variant under its row in the journal. */
  async #makeAs(
    row: JournalModel,
    of: VariantOf,
    file: MediaFileModel,
    recipe: Recipe,
    end: AbortController,
  ): Promise<VariantModel> {
    const { variants } = this.dependencies;
    const upload = new PendingUpload(this.dependencies, row);
    const found: VariantModel[] = [];
    const picture = await upload.put(async () => {
      // Made between the look before and the row in the journal.
      const ready = await this.#ready(of);
      if (ready === null) return this.#render(of, file, recipe, end.signal);
      found.push(ready);
      return null;
    }, end);
    const [ready] = found;
    if (ready !== undefined) return ready;
    if (picture === null) throw new TypeError("a variant has no picture");
    const { bytes, ...facts } = picture;
    const { id, unansweredSeconds } = upload;
    const completion = { ...of, ...facts, id, byteSize: bytes.byteLength, unansweredSeconds };
    const made = await variants.create(completion).catch(async (error: unknown) => {
      // Perhaps only the answer was lost.
      const state = await variants.state(of).catch(() => null);
      if (state?.variant?.id === id) return state.variant;
      await upload.giveUp();
      throw error;
    });
    if (made !== null) return made;
    await upload.undoExpired();
    await this.#ready(of);
    throw new UploadExpiredError();
  }

  async #render(
    of: VariantOf,
    file: MediaFileModel,
    recipe: Recipe,
    signal: AbortSignal,
  ): Promise<Picture> {
    const { variants, renderer } = this.dependencies;
    const spool = await Spool.open().catch((error: unknown) => {
      throw processingFailure(error);
    });
    try {
      await this.#read(of, file, spool, signal);
      const { pictures, placeholder } = await renderer.render(
        formatOf(file),
        [recipe.options],
        spool,
        signal,
      );
      const [picture] = pictures;
      if (picture === undefined) throw new TypeError("a recipe gave no picture");
      const { contentType, width, height, pageCount } = picture;
      const bytes = Buffer.from(picture.bytes);
      if (bytes.byteLength > MAX_VARIANT_BYTES) {
        throw new NotRenderedError(`it would have more than ${MAX_VARIANT_BYTES} bytes`);
      }
      const sha256 = createHash("sha256").update(bytes).digest();
      const facts = { contentType, width, height, pageCount, sha256 };
      return { bytes, ...facts, placeholder: placeholder ? Buffer.from(placeholder) : null };
    } catch (error) {
      if (!(error instanceof NotRenderedError)) throw error;
      // Before the row in the journal goes, so that those who wait see it.
      const isFileThere = await variants.fail(of, error.message);
      if (!isFileThere) throw new FileNotFoundError(of.fileId);
      throw new VariantFailedError(of.recipe, error.message, error);
    } finally {
      await spool.close();
    }
  }

  /** Keeps the file's bytes on disk, as a slow server must not occupy a process. */
  async #read(
    of: VariantOf,
    file: MediaFileModel,
    spool: Spool,
    signal: AbortSignal,
  ): Promise<void> {
    const { s3, variants } = this.dependencies;
    try {
      const { body, totalByteLength } = await s3.get(file.s3Key, { signal });
      if (totalByteLength !== file.byteSize) {
        body.destroy();
        throw new StorageError(
          `The file in S3 has ${totalByteLength} bytes; ${file.byteSize} were stored.`,
        );
      }
      for await (const chunk of body as AsyncIterable<Uint8Array>) await spool.append(chunk);
    } catch (error) {
      const isDeleted = error instanceof S3NotFoundError && (await variants.state(of)) === null;
      if (isDeleted) throw new FileNotFoundError(of.fileId);
      throw storageFailure("read the file", processingFailure(error), signal);
    }
  }
}

/** Names a variant in the journal. */
function claimOf({ fileId, recipe, digest }: VariantOf): string {
  return `${fileId}/${recipe}/${digest}`;
}

function formatOf({ contentType }: MediaFileModel): MediaFormat {
  const formats = Object.entries(MEDIA_FORMATS) as [MediaFormat, { contentType: string }][];
  const found = formats.find(([, format]) => format.contentType === contentType);
  if (found === undefined) throw new TypeError(`no format has the type ${contentType}`);
  return found[0];
}
