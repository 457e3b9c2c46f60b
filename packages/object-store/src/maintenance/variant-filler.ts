import type { MediaKind } from "@repo/media-inspection";

import { checkBoolean } from "../checks.js";
import { ObjectStoreError, VariantFailedError } from "../errors.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { VariantModel } from "../models/variant.model.js";
import { removeBatch } from "../remove-objects.js";
import { throwIfAborted } from "../upload/abort.js";
import type { Recipe, Recipes } from "../rendering/recipes.js";
import type { MakeVariantsOptions, MakeVariantsReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import { FileWalk } from "./file-walk.js";

/** One run that makes the variants that files lack, by id. */
export class VariantFiller {
  readonly #recipes: readonly Recipe[];
  readonly #staleToo: boolean;
  readonly #dropsUndefined: boolean;
  readonly #walk: FileWalk;
  readonly #report: MakeVariantsReport;

  /** @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`) */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    private readonly known: Recipes,
    private readonly options: MakeVariantsOptions,
  ) {
    const { recipe, cursor = null, maxFiles, signal } = options;
    this.#recipes = recipe === undefined ? [...known] : [known.get(recipe)];
    this.#staleToo = !checkBoolean("onlyMissing", options.onlyMissing ?? false);
    this.#dropsUndefined = checkBoolean("dropUndefined", options.dropUndefined ?? false);
    const parallel = options.parallel ?? dependencies.renderers;
    this.#walk = new FileWalk({ cursor, maxFiles, parallel, signal });
    this.#report = { files: 0, made: 0, failed: 0, removed: 0, cursor };
  }

  async fill(): Promise<MakeVariantsReport> {
    const recipes = this.#recipes;
    const staleToo = this.#staleToo;
    await this.#walk.run({
      page: async (kind, from) =>
        recipes.length === 0
          ? []
          : this.dependencies.files[kind].lackingVariants(recipes, { ...from, staleToo }),
      visit: (kind, file) => this.#makeOf(kind, file),
    });
    const report = this.#report;
    report.cursor = this.#walk.cursor;
    if (report.cursor !== null) return report;
    await this.#removeOld();
    this.options.onProgress?.({ ...report });
    return report;
  }

  async #makeOf(kind: MediaKind, file: MediaFileModel): Promise<void> {
    const { maker, variants, logger } = this.dependencies;
    const lacking: Recipe[] = [];
    for (const recipe of this.#recipes) {
      const of = { kind, fileId: file.id, recipe: recipe.name, digest: recipe.digest };
      const state = await variants.state(of);
      if (state !== null && state.variant === null) lacking.push(recipe);
    }
    const rendering = maker.rendering(kind, file, lacking);
    const made = await Promise.allSettled(
      lacking.map((recipe) => maker.make(kind, file, recipe, rendering)),
    );
    const report = this.#report;
    report.files += 1;
    report.cursor = this.#walk.cursor;
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
