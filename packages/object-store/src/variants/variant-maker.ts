import { setTimeout as pause } from "node:timers/promises";

import type { MediaKind } from "@repo/media-inspection";
import { VARIANT_FORMATS } from "@repo/media-processing";

import {
  FileNotFoundError,
  UploadExpiredError,
  VariantFailedError,
  VariantsBusyError,
} from "../errors.js";
import { variantKeyStart } from "../kinds.js";
import type { ObjectStoreLogger } from "../logger.js";
import type { JournalModel } from "../models/journal.model.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { VariantModel } from "../models/variant.model.js";
import type { OwnerType } from "../owner-types.js";
import type { Journal } from "../repo/journal-repo.js";
import type { Files } from "../repo/media-repo.js";
import { MAX_ATTEMPTS, type VariantOf, type Variants } from "../repo/variant-repo.js";
import { abortable, abortFailure, withUploadTime } from "../upload/abort.js";
import { settleSeconds } from "../upload/lease-keeper.js";
import { PendingUpload } from "../upload/pending-upload.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { Recipe } from "../rendering/recipes.js";
import { NotRenderedError, type Renderer } from "../rendering/renderer.js";
import { type Picture, SharedRendering } from "./shared-rendering.js";

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

interface Dependencies {
  files: Readonly<Record<MediaKind, Pick<Files, "byId">>>;
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
   * @param rendering shares one decode with other recipes
   * @throws FileNotFoundError (`file_not_found`) when the file is deleted meanwhile, VariantFailedError
   *   (`variant_failed`), VariantsBusyError (`variants_busy`), ResourceUnavailableError
   *   (`resource_unavailable`), UploadExpiredError (`upload_expired`)
   */
  make(
    kind: MediaKind,
    file: MediaFileModel,
    recipe: Recipe,
    rendering = this.rendering(kind, file, [recipe]),
  ): Promise<VariantModel> {
    const of = { kind, fileId: file.id, recipe: recipe.name, digest: recipe.digest };
    const claim = claimOf(of);
    const running = this.#running.get(claim);
    if (running !== undefined) return running;
    const { maxWaiting } = this.dependencies;
    if (this.#running.size >= maxWaiting) return Promise.reject(new VariantsBusyError());
    const made = this.#make(of, claim, file, recipe, rendering).finally(() =>
      this.#running.delete(claim),
    );
    this.#running.set(claim, made);
    return made;
  }

  /** Decodes a file once for several recipes. */
  rendering(kind: MediaKind, file: MediaFileModel, recipes: readonly Recipe[]): SharedRendering {
    return new SharedRendering(this.dependencies, kind, file, recipes);
  }

  async #make(
    of: VariantOf,
    claim: string,
    file: MediaFileModel,
    recipe: Recipe,
    rendering: SharedRendering,
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
          this.#makeAs(row, of, recipe, rendering, end),
        );
      }
      const holder = await journal.holderOfVariant(claim);
      const isFree =
        holder === null ||
        (holder.isOver && (await journal.takeOver(holder.id, settleSeconds(leaseSeconds))));
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
    recipe: Recipe,
    rendering: SharedRendering,
    end: AbortController,
  ): Promise<VariantModel> {
    const { variants } = this.dependencies;
    const upload = new PendingUpload(this.dependencies, row);
    const found: VariantModel[] = [];
    const picture = await upload.put(async () => {
      // Made between the look before and the row in the journal.
      const ready = await this.#ready(of);
      if (ready === null) return abortable(this.#picture(of, recipe, rendering), end.signal);
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

  async #picture(of: VariantOf, recipe: Recipe, rendering: SharedRendering): Promise<Picture> {
    try {
      return await rendering.pictureOf(recipe);
    } catch (error) {
      if (!(error instanceof NotRenderedError)) throw error;
      // Before the row in the journal goes, so that those who wait see it.
      const isFileThere = await this.dependencies.variants.fail(of, error);
      if (!isFileThere) throw new FileNotFoundError(of.fileId);
      throw new VariantFailedError(of.recipe, error.message, error);
    }
  }
}

/** Names a variant in the journal. */
function claimOf({ fileId, recipe, digest }: VariantOf): string {
  return `${fileId}/${recipe}/${digest}`;
}
