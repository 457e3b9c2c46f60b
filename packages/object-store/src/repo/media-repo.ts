import type { PreparedOptions, SqlParameter } from "@repo/database";
import type { MediaKind, Privacy } from "@repo/media-inspection";
import type { ModelCtor } from "sequelize-typescript";

import { OwnerNotFoundError } from "../errors.js";
import { EVERY_OWNER, type Owner, type OwnerId, type Reader } from "../owner-types.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { MediaModels } from "../models/media-models.js";
import type { VariantModel } from "../models/variant.model.js";
import type { PrivacyLevel } from "../privacy.js";
import { isOfOneRow, sqlStateOf, withDatabaseErrors } from "./database-failure.js";
import {
  type HalvingOptions,
  type Removal,
  type RemovalOptions,
  removeInHalves,
} from "./file-removal.js";
import {
  type CreateParameters,
  type ForReaders,
  mediaStatements,
  type VariantParameters,
} from "./media-statements.js";
import { ModelRepo } from "./model-repo.js";
import { StatementGroup } from "./statement-group.js";
import type { LockingStatement, StatementOptions } from "./statements.js";
import type { Tables } from "./tables.js";
import { MAX_ATTEMPTS, READ_WITH_FILE, type RecipeName } from "./variant-repo.js";

/** What the row of a file needs besides what the journal's row of its upload has. */
export interface Completion {
  id: string;
  userId: Owner;
  /** For how many seconds a request of the upload may still arrive; 0 if all were answered. */
  unansweredSeconds: number;
  /** By attribute of the model. */
  values: Readonly<Record<string, unknown>>;
  /** What becomes a variant with it; none when absent. */
  variants?: readonly NewVariantRow[];
}

/** What the row of a new file's variant needs besides what the journal's row of its upload has. */
export interface NewVariantRow {
  id: string;
  recipe: string;
  digest: string;
  contentType: string;
  byteSize: number;
  sha256: Buffer;
  width: number;
  height: number;
  pageCount: number;
  /** For how many seconds a request of the upload may still arrive; 0 if all were answered. */
  unansweredSeconds: number;
}

/** Another object in the place of the one that a file has. */
export interface Replacement {
  id: string;
  /** The key of the object that the file has. */
  s3Key: string;
  /** The upload of the new object. */
  uploadId: string;
  /** For how many seconds a request of the upload may still arrive; 0 if all were answered. */
  unansweredSeconds: number;
  leaseSeconds: number;
  /** By attribute of the model, what is known of the new object's content. */
  values: Readonly<Record<string, unknown>>;
}

/** The direct upload that becomes the file, and the claim of who completes it. */
export interface ClaimedDirectUpload {
  id: string;
  claim: string | null;
}

/** How long files stay in the trash. */
export interface TrashOptions extends StatementOptions {
  restorableFor: number;
}

/** A file in the trash, in the order in which their time is over. */
export interface TrashPosition {
  /** ISO 8601, to the microsecond. */
  time: string;
  id: string;
}

/** Which files in the trash are to be removed. */
export interface OverdueFiles {
  /** Whose time was over then. */
  at: string;
  /** The last of those before; null at first. */
  after: TrashPosition | null;
  limit: number;
}

export interface TrashBatch extends Pick<Removal<string>, "inUse"> {
  /** Where to continue; null after the last batch. */
  last: TrashPosition | null;
}

/** Where callers' reads run outside of a transaction. */
export type Reads = "primary" | "replica";

/** How callers read. */
export interface Reading {
  reads?: Reads;
  /** Whether they see what is shared with them. */
  sharing?: boolean;
}

/** The application's own connections to it. */
export function placeOf(reads: Reads): "pool" | "replica" {
  return reads === "primary" ? "pool" : "replica";
}

export interface ReadingOptions extends StatementOptions {
  /** Whether the module's next step depends on the result, so that it must not come from a replica. */
  decides?: boolean;
  /** The recipe whose variant is read with each file. */
  variant?: RecipeName | undefined;
}

/** Its public methods, which the store in memory implements too. */
export type Files<K extends MediaKind = MediaKind> = Pick<MediaRepo<K>, keyof MediaRepo<K>>;

/** The action of every read, for messages. */
const READ = "read files";

/** Before every file in the trash. */
const TRASH_START: TrashPosition = {
  time: "-infinity",
  id: "00000000-0000-0000-0000-000000000000",
};

const FOREIGN_KEY_VIOLATION = "23503";

/** The columns that do not come with the values of a {@link Completion}. */
const NOT_GIVEN = new Set([
  ...["id", "userId", "s3Key", "idempotencyKey", "createdAt", "updatedAt", "unansweredUntil"],
  "restorableUntil",
]);

/** The files of one kind. */
export abstract class MediaRepo<K extends MediaKind> extends ModelRepo<MediaModels[K]> {
  readonly #place: "pool" | "replica";
  /** Columns by attribute. */
  readonly #fields: ReadonlyMap<string, string>;
  readonly #sql: ReturnType<typeof mediaStatements>;
  /** One group for each owner: a lock on an owner's row delays only that owner's uploads. */
  readonly #groups = new Map<Owner, StatementGroup<Completion, MediaModels[K] | null>>();

  constructor(tables: Tables, model: ModelCtor<MediaModels[K]>, kind: K, reading: Reading) {
    super(tables, model);
    const { reads = "primary", sharing: isSharing = false } = reading;
    const attributes = Object.entries(model.getAttributes() as Record<string, { field?: string }>);
    this.#place = placeOf(reads);
    this.#fields = new Map(attributes.map(([name, { field }]) => [name, field ?? name]));
    const given = [...this.#fields].flatMap(([name, field]) =>
      NOT_GIVEN.has(name) ? [] : [`"${field}"`],
    );
    const { layout, columns, tells } = this;
    this.#sql = mediaStatements({ layout, kind, columns, given, tells, isSharing });
  }

  /** A file of any owner. */
  byId(id: string): Promise<MediaModels[K] | null> {
    return this.first(READ, this.#sql.byId, [id]);
  }

  /** A file that the reader may see; an owner sees its own, system-wide ones and those shared with it. */
  async visibleById(
    id: string,
    reader: Reader,
    options: ReadingOptions,
  ): Promise<MediaModels[K] | null> {
    if (options.variant !== undefined) {
      return (await this.visibleByIds([id], reader, options))[0] ?? null;
    }
    const [row] = await this.#visible(this.#sql.visibleById, id, reader, options);
    return row === undefined ? null : this.columns.instance(row);
  }

  /** The files that the reader may see among these ids, in no order. */
  async visibleByIds(
    ids: readonly string[],
    reader: Reader,
    options: ReadingOptions,
  ): Promise<MediaModels[K][]> {
    const { variant } = options;
    if (variant !== undefined) return this.#withVariant(ids, reader, variant, options);
    const rows = await this.#visible(this.#sql.visibleByIds, ids, reader, options);
    return this.columns.instances(rows);
  }

  async #withVariant(
    ids: readonly string[],
    reader: Reader,
    { name, digest }: RecipeName,
    options: ReadingOptions,
  ): Promise<MediaModels[K][]> {
    const { owner, application } = this.#sql.withVariant;
    const how = this.#howToRead(options);
    const rows = await (reader === EVERY_OWNER
      ? this.arrays(READ, application, [ids, name, digest], how)
      : this.arrays(READ, owner, [ids, name, digest, reader], how));
    return rows.map((row) => withVariant(this.columns.instance(row), row.at(-1)));
  }

  /** Whether there is a file with this id that the reader may see. */
  async exists(id: string, reader: Reader, options: ReadingOptions): Promise<boolean> {
    return (await this.#visible(this.#sql.exists, id, reader, options)).length > 0;
  }

  /** The owner's files among these, those in the trash as well, and others that the owner may see. */
  ownOrVisible(
    ids: readonly string[],
    owner: Owner,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K][]> {
    const how = { transaction, on: "own" } as const;
    return this.rows(READ, this.#sql.ownOrVisible, [ids, owner], how);
  }

  /** A page of a user's files, by id, those in the trash as well. */
  listByUser(userId: OwnerId, after: string, limit: number): Promise<MediaModels[K][]> {
    return this.rows(READ, this.#sql.listByUser, [userId, after, limit]);
  }

  /**
   * Files of all owners that lack a variant, by id. Those are left out whose recipes failed too often, and
   * those in the trash.
   *
   * @param staleToo whether a variant of a recipe as it was before is as good as none
   */
  lackingVariants(
    recipes: readonly RecipeName[],
    { after, limit, staleToo }: { after: string; limit: number; staleToo: boolean },
  ): Promise<MediaModels[K][]> {
    const names = recipes.map(({ name }) => name);
    const digests = recipes.map(({ digest }) => digest);
    const parameters = [after, limit, names, digests, staleToo, MAX_ATTEMPTS] as const;
    return this.rows(READ, this.#sql.lackingVariants, [...parameters]);
  }

  /** Files of all owners with one of these privacies, by id, those in the trash as well. */
  withPrivacy(
    privacy: readonly PrivacyLevel[],
    { after, limit }: { after: string; limit: number },
  ): Promise<MediaModels[K][]> {
    return this.rows(READ, this.#sql.withPrivacy, [after, limit, privacy]);
  }

  /** Remembers that there was nothing to remove from a file. False when it was changed meanwhile. */
  async markStripped(
    { id, s3Key, privacy: before }: Pick<MediaFileModel, "id" | "s3Key" | "privacy">,
    privacy: Privacy,
  ): Promise<boolean> {
    const { markStripped } = this.#sql;
    const parameters: [string, string, PrivacyLevel, Privacy] = [id, s3Key, before, privacy];
    return (await this.arrays("change the file", markStripped, parameters)).length > 0;
  }

  /**
   * Gives a file the object of an upload, whose row in the journal becomes the removal of the object before.
   * Null when the lease is over, or the file has another object by now.
   */
  replaceObject(replacement: Replacement): Promise<MediaModels[K] | null> {
    const { id, s3Key, uploadId, leaseSeconds, unansweredSeconds, values } = replacement;
    const given = JSON.stringify(this.#given(id, values));
    return this.first("change the file", this.#sql.replaceObject, [
      ...([id, s3Key, uploadId] as const),
      ...([leaseSeconds, unansweredSeconds, given] as const),
    ]);
  }

  /**
   * Changes what the owner has said of a file. Null when the owner has no such file, or in the trash only.
   *
   * @param values by attribute of the model; those that are absent stay as they are
   */
  update(
    id: string,
    owner: Owner,
    values: Readonly<Record<string, unknown>>,
    options: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    const given = JSON.stringify(this.#given(id, values));
    return this.first("change the file", this.#sql.update, [id, owner, given], options);
  }

  /** The owner's file that was uploaded with an idempotency key. */
  byIdempotencyKey(
    { userId, idempotencyKey }: { userId: Owner; idempotencyKey: string },
    options: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    const statement = this.#sql.byIdempotencyKey.of(userId);
    return this.first(READ, statement, [idempotencyKey, userId], options);
  }

  /**
   * Moves an upload from the journal to the files. Returns null when its lease is over.
   *
   * @throws OwnerNotFoundError (`owner_not_found`)
   */
  create(
    completion: Completion,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    return translated(completion, async () => {
      const options = { transaction, inSavepoint: true };
      const variants = variantParameters(completion);
      if (variants !== undefined) {
        return this.#insertOne(completion, (parameters) =>
          this.#sql.createWithVariants.arrays(
            this.connections,
            [...parameters, ...variants],
            options,
          ),
        );
      }
      if (transaction === undefined) return this.#groupOf(completion.userId).add(completion);
      return this.#insertOne(completion, (parameters) =>
        this.#sql.create.arrays(this.connections, parameters, options),
      );
    });
  }

  /**
   * The same for a direct upload, which the statement completes. Returns null also when the claim was
   * lost.
   */
  createFromDirectUpload(
    completion: Completion,
    { id, claim }: ClaimedDirectUpload,
    { transaction }: StatementOptions,
  ): Promise<MediaModels[K] | null> {
    const options = { transaction, inSavepoint: true };
    const { createFromDirectUpload, createFromDirectUploadWithVariants } = this.#sql;
    const variants = variantParameters(completion);
    const { connections } = this;
    return translated(completion, () =>
      this.#insertOne(completion, (parameters) =>
        variants === undefined
          ? createFromDirectUpload.arrays(connections, [...parameters, id, claim], options)
          : createFromDirectUploadWithVariants.arrays(
              connections,
              [...parameters, id, claim, ...variants],
              options,
            ),
      ),
    );
  }

  async #insertOne(
    completion: Completion,
    execute: (parameters: CreateParameters) => Promise<(readonly unknown[])[]>,
  ): Promise<MediaModels[K] | null> {
    const [row] = await this.#insert([completion], execute);
    return row ?? null;
  }

  /** Moves an owner's files to the journal, unless rows of the application refer to them. */
  delete(
    ids: readonly string[],
    owner: Owner,
    options: RemovalOptions,
  ): Promise<Removal<MediaModels[K]>> {
    const { delete: waiting, deleteUnlocked: skipping } = this.#sql;
    return this.#inHalves({ waiting, skipping }, ids, options, {
      parameters: (some) => [
        ...([some, owner, options.leaseSeconds] as const),
        ...(this.tells
          ? [options.isErasure ? ("file.erased" as const) : ("file.deleted" as const)]
          : []),
      ],
      read: (rows) => {
        const files = rows.filter((row) => row.at(-1) === null);
        return withVariants(this.columns.instances(files), rows);
      },
    });
  }

  /** Moves an owner's files to the trash. Those that are there keep their time. Gives their ids. */
  trash(ids: readonly string[], owner: Owner, options: TrashOptions): Promise<Removal<string>> {
    const { trash: waiting, trashUnlocked: skipping } = this.#sql;
    return this.#inHalves({ waiting, skipping }, ids, options, {
      parameters: (some) => [some, owner, options.restorableFor],
      read: (rows) => rows.map(([id]) => id as string),
    });
  }

  /** Takes a file out of the trash. Null when the owner has none there, or its time is over. */
  restore(id: string, owner: Owner, options: StatementOptions): Promise<MediaModels[K] | null> {
    return this.first("restore the file", this.#sql.restore, [id, owner], options);
  }

  /**
   * Moves a batch of files whose time in the trash is over to the journal, unless rows of the application
   * refer to them, or they are locked. Their leases are over then, so that the same sweep claims them.
   */
  async endTrash({ at, after, limit }: OverdueFiles): Promise<TrashBatch> {
    const { time, id: afterId } = after ?? TRASH_START;
    const { overdue, deleteOverdue } = this.#sql;
    const rows = await this.arrays(READ, overdue, [at, time, afterId, limit]);
    const found = rows.map(([id, until]) => ({ id: id as string, time: until as string }));
    const { inUse } = await this.#inHalves(
      { waiting: deleteOverdue, skipping: deleteOverdue },
      found.map(({ id }) => id),
      { skipLocked: true },
      { parameters: (some) => [some, at], read: (gone) => gone.map(([id]) => id as string) },
    );
    return { inUse, last: found.at(-1) ?? null };
  }

  /** Runs a statement about files, which skips those that are locked or waits for them, in halves. */
  #inHalves<Parameters extends readonly SqlParameter[], Row>(
    { waiting, skipping }: Record<"waiting" | "skipping", LockingStatement<Parameters>>,
    ids: readonly string[],
    options: HalvingOptions,
    {
      parameters,
      read,
    }: {
      parameters: (ids: readonly string[]) => Parameters;
      read: (rows: (readonly unknown[])[]) => Row[];
    },
  ): Promise<Removal<Row>> {
    const run = async (
      some: readonly string[],
      { transaction, skipLocked = false }: HalvingOptions,
    ): Promise<Row[]> => {
      const statement = skipLocked ? skipping : waiting;
      const how = { transaction, isPatient: !skipLocked, inSavepoint: true };
      return read(await statement.arrays(this.connections, parameters(some), how));
    };
    return withDatabaseErrors("delete files", () =>
      removeInHalves(run, ids, options, this.layout.names),
    );
  }

  /** Reads for callers may run on a replica; reads that decide on the next step may not. */
  #visible<Ids extends SqlParameter>(
    { owner, application }: ForReaders<Ids>,
    ids: Ids,
    reader: Reader,
    given: ReadingOptions,
  ): Promise<(readonly unknown[])[]> {
    const options = this.#howToRead(given);
    return reader === EVERY_OWNER
      ? this.arrays(READ, application, [ids], options)
      : this.arrays(READ, owner, [ids, reader], options);
  }

  #howToRead({ transaction, decides = false }: ReadingOptions): PreparedOptions {
    return { transaction, on: decides ? "own" : this.#place };
  }

  #groupOf(userId: Owner): StatementGroup<Completion, MediaModels[K] | null> {
    const known = this.#groups.get(userId);
    if (known !== undefined) return known;
    const run = (completions: readonly Completion[]): Promise<(MediaModels[K] | null)[]> =>
      this.#insert(completions, (parameters) =>
        this.#sql.create.arrays(this.connections, parameters),
      );
    const group = new StatementGroup(run, isOfOneRow, () => this.#groups.delete(userId));
    this.#groups.set(userId, group);
    return group;
  }

  async #insert(
    completions: readonly Completion[],
    execute: (parameters: CreateParameters) => Promise<(readonly unknown[])[]>,
  ): Promise<(MediaModels[K] | null)[]> {
    const ids = completions.map(({ id }) => id);
    const unanswered = completions.map(({ unansweredSeconds }) => unansweredSeconds);
    const given = completions.map(({ id, values }) => this.#given(id, values));
    const rows = await execute([JSON.stringify(given), ids, unanswered]);
    const byId = new Map(this.columns.instances(rows).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  /** Values by column, as JSON holds them. */
  #given(id: string, values: Completion["values"]): Record<string, unknown> {
    const columns = Object.entries(values).map(([name, value]): [string, unknown] => [
      this.#fields.get(name) ?? name,
      toJson(value),
    ]);
    return Object.fromEntries<unknown>([["id", id], ...columns]);
  }
}

/** Reads the values of {@link variantOf}. */
export function withVariant<Row extends Pick<MediaFileModel, "variant">>(
  file: Row,
  values: unknown,
): Row {
  file.variant = values === null ? null : READ_WITH_FILE.instance(values as readonly unknown[]);
  return file;
}

/** Gives the deleted files their variants. */
function withVariants<Row extends Pick<MediaFileModel, "id" | "variants">>(
  files: Row[],
  rows: readonly (readonly unknown[])[],
): Row[] {
  const variants = new Map<unknown, VariantModel[]>();
  for (const file of files) variants.set(file.id, (file.variants = []));
  for (const [fileId, values, sha256] of rows.map((row) => row.slice(-3))) {
    const of = variants.get(fileId);
    if (of === undefined) continue;
    const variant = READ_WITH_FILE.instance(values as readonly unknown[]);
    variant.sha256 = sha256 as Buffer;
    of.push(variant);
  }
  return files;
}

/** Maps a violation of the owner's foreign key to OwnerNotFoundError. */
async function translated<Result>(
  { userId }: Completion,
  create: () => Promise<Result>,
): Promise<Result> {
  return withDatabaseErrors("complete the upload", async () => {
    try {
      return await create();
    } catch (error) {
      const isOwnerGone = sqlStateOf(error) === FOREIGN_KEY_VIOLATION && userId !== null;
      throw isOwnerGone ? new OwnerNotFoundError(error) : error;
    }
  });
}

/** Undefined where the file has no variants. */
function variantParameters({ variants = [] }: Completion): VariantParameters | undefined {
  if (variants.length === 0) return undefined;
  const rows = variants.map(({ contentType, byteSize, sha256, pageCount, ...variant }) => ({
    ...variant,
    content_type: contentType,
    byte_size: byteSize,
    sha256: toJson(sha256),
    page_count: pageCount,
  }));
  const ids = variants.map(({ id }) => id);
  return [JSON.stringify(rows), ids, variants.map(({ unansweredSeconds }) => unansweredSeconds)];
}

function toJson(value: unknown): unknown {
  // The hexadecimal form of bytea.
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  // As node-postgres encodes a lone surrogate; JSON would escape it, which PostgreSQL refuses.
  return typeof value === "string" ? Buffer.from(value).toString() : value;
}
