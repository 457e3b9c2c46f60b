import type { MediaKind } from "@repo/media-inspection";

import { checkBoolean, checkInteger } from "../checks.js";
import { ObjectStoreError, VariantFailedError } from "../errors.js";
import { MEDIA_KINDS } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { VariantModel } from "../models/variant.model.js";
import { removeBatch } from "../remove-objects.js";
import { throwIfAborted } from "../upload/abort.js";
import type { Recipe, Recipes } from "../rendering/recipes.js";
import type { MakeVariantsOptions, MakeVariantsReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import { decodeVariantCursor, encodeVariantCursor, type VariantCursor } from "./variant-cursor.js";

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** Files that are read from the database at a time. */
const PAGE = 100;

const MAX_PARALLEL = 64;

/** One run that makes the variants that files lack, by id. */
export class VariantFiller {
  readonly #recipes: readonly Recipe[];
  readonly #staleToo: boolean;
  readonly #dropsUndefined: boolean;
  readonly #parallel: number;
  readonly #maxFiles: number;
  readonly #start: VariantCursor;
  readonly #report: MakeVariantsReport;

  /** @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`) */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    private readonly known: Recipes,
    private readonly options: MakeVariantsOptions,
  ) {
    const { recipe, cursor = null, parallel = dependencies.renderers } = options;
    const most = Number.MAX_SAFE_INTEGER;
    this.#recipes = recipe === undefined ? [...known] : [known.get(recipe)];
    this.#staleToo = !checkBoolean("onlyMissing", options.onlyMissing ?? false);
    this.#dropsUndefined = checkBoolean("dropUndefined", options.dropUndefined ?? false);
    this.#parallel = checkInteger("parallel", parallel, 1, MAX_PARALLEL);
    this.#maxFiles = checkInteger("maxFiles", options.maxFiles ?? most, 1, most);
    this.#start =
      cursor === null ? { kind: "image", after: FIRST_ID } : decodeVariantCursor(cursor);
    this.#report = { files: 0, made: 0, failed: 0, removed: 0, cursor };
  }

  async fill(): Promise<MakeVariantsReport> {
    const report = this.#report;
    let after = this.#start.after;
    for (const kind of MEDIA_KINDS.slice(MEDIA_KINDS.indexOf(this.#start.kind))) {
      for (;;) {
        const limit = Math.min(PAGE, this.#maxFiles - report.files);
        if (limit === 0 || this.#recipes.length === 0) break;
        const page = { after, limit, staleToo: this.#staleToo };
        const files = await this.dependencies.files[kind].lackingVariants(this.#recipes, page);
        await this.#makeAll(kind, files);
        after = files.at(-1)?.id ?? after;
        report.cursor = encodeVariantCursor({ kind, after });
        if (files.length < limit) break;
      }
      if (report.files === this.#maxFiles) return report;
      after = FIRST_ID;
    }
    report.cursor = null;
    await this.#removeOld();
    this.options.onProgress?.({ ...report });
    return report;
  }

  /** Runs in as many lanes as there are processes. After a failure no further file begins. */
  async #makeAll(kind: MediaKind, files: readonly MediaFileModel[]): Promise<void> {
    const waiting = [...files];
    const lane = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        throwIfAborted(this.options.signal);
        try {
          await this.#makeOf(kind, file);
        } catch (error) {
          waiting.length = 0;
          throw error;
        }
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: this.#parallel }, lane));
    for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  }

  async #makeOf(kind: MediaKind, file: MediaFileModel): Promise<void> {
    const { maker, variants, logger } = this.dependencies;
    const lacking: Recipe[] = [];
    for (const recipe of this.#recipes) {
      const of = { kind, fileId: file.id, recipe: recipe.name, digest: recipe.digest };
      const state = await variants.state(of);
      if (state !== null && state.variant === null) lacking.push(recipe);
    }
    const rendering = maker.rendering(file, lacking);
    const made = await Promise.allSettled(
      lacking.map((recipe) => maker.make(kind, file, recipe, rendering)),
    );
    const report = this.#report;
    report.files += 1;
    for (const each of made) {
      if (each.status === "fulfilled") {
        report.made += 1;
        continue;
      }
      const error: unknown = each.reason;
      const isOfFile =
        error instanceof VariantFailedError ||
        (error instanceof ObjectStoreError &&
          ["file_not_found", "storage_error"].includes(error.code));
      if (!isOfFile) throw error;
      report.failed += 1;
      logger.warn("a variant could not be made", { fileId: file.id, ...errorFacts(error) });
    }
    this.options.onProgress?.({ ...report });
  }

  /** Removes variants that have a newer one and, if asked to, those of recipes that are not known. */
  async #removeOld(): Promise<void> {
    const { variants, leaseSeconds } = this.dependencies;
    const current = [...this.known];
    await this.#remove(() => variants.removeSuperseded(current, leaseSeconds));
    if (!this.#dropsUndefined) return;
    const names = current.map(({ name }) => name);
    await this.#remove(() => variants.removeOthers(names, leaseSeconds));
  }

  async #remove(batch: () => Promise<VariantModel[]>): Promise<void> {
    for (;;) {
      throwIfAborted(this.options.signal);
      const removed = await batch();
      if (removed.length === 0) return;
      await removeBatch(this.dependencies, removed, { signal: this.options.signal });
      this.#report.removed += removed.length;
    }
  }
}
