import {
  type ModelColumns,
  type PreparedOptions,
  PreparedStatement,
  type SqlParameter,
} from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";
import type { ModelCtor } from "sequelize-typescript";

import { OwnerNotFoundError } from "../errors.js";
import type { Layout } from "../layout.js";
import { EVERY_OWNER, type Owner, type OwnerId, type Reader } from "../owner-types.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { MediaModels } from "../models/media-models.js";
import type { VariantModel } from "../models/variant.model.js";
import { isOfOneRow, sqlStateOf, withDatabaseErrors } from "./database-failure.js";
import { type Removal, type RemovalOptions, removeInHalves } from "./file-removal.js";
import { ModelRepo } from "./model-repo.js";
import { StatementGroup } from "./statement-group.js";
import {
  fromNow,
  intoJournal,
  LockingStatement,
  OwnedStatement,
  type StatementOptions,
} from "./statements.js";
import type { Tables } from "./tables.js";
import {
  FILE_COLUMNS,
  MAX_ATTEMPTS,
  READ_WITH_FILE,
  type RecipeName,
  removedVariants,
  variantOf,
} from "./variant-repo.js";

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

/** The direct upload that becomes the file, and the claim of who completes it. */
export interface ClaimedDirectUpload {
  id: string;
  claim: string | null;
}

/** Where callers' reads run outside of a transaction. */
export type Reads = "primary" | "replica";

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

/** An owner's files and system-wide files; with null as the owner, only the latter. */
const VISIBLE = "(user_id = $2 OR user_id IS NULL)";

/** The action of every read, for messages. */
const READ = "read files";

const FOREIGN_KEY_VIOLATION = "23503";

/** The columns that do not come with the values of a {@link Completion}. */
const NOT_GIVEN = new Set([
  ...["id", "userId", "s3Key", "idempotencyKey", "createdAt", "updatedAt", "unansweredUntil"],
]);

type CreateParameters = [
  rows: string,
  ids: readonly string[],
  unansweredSeconds: readonly number[],
];
type DirectParameters = [direct: string, claim: string | null];
type VariantParameters = [
  variants: string,
  variantIds: readonly string[],
  variantsUnansweredSeconds: readonly number[],
];
type OfIds = [ids: readonly string[], recipe: string, digest: string];
type DeleteParameters = [ids: readonly string[], owner: Owner, leaseSeconds: number];

interface Sql {
  layout: Layout;
  kind: MediaKind;
  columns: ModelColumns<MediaFileModel>;
  /** The columns that come with the values of a {@link Completion}. */
  given: readonly string[];
}

function statementsWith({ layout, kind, columns, given }: Sql) {
  const table = layout.table(kind);
  const files = `SELECT ${columns.list()} FROM ${table} WHERE`;
  const variant = variantOf(layout, kind, table, ["$2", "$3"]);
  const filesWithVariant = `SELECT ${columns.list()}, ${variant} FROM ${table} WHERE`;
  const noFile = Array(columns.length).fill("NULL").join(", ");
  // Locks in the order of the ids, so that concurrent deletions of the same files do not deadlock. Gives
  // the files and then the variants: PostgreSQL, which expects few, joins them in quadratic time.
  const deletion = (lock: string) => (wait: string) => `
    WITH wanted AS (
      SELECT id FROM ${table}
      WHERE id = ANY ($1) AND user_id IS NOT DISTINCT FROM $2 AND ${wait}
      ORDER BY id ${lock}
    ), gone AS (
      DELETE FROM ${table} AS file USING wanted WHERE file.id = wanted.id RETURNING file.*
    ), written AS (
      ${intoJournal(layout, "gone", {
        kind,
        mayHaveParts: "false",
        lease: fromNow("$3"),
        settled: "GREATEST(unanswered_until, clock_timestamp())",
      })}
    ), variants AS (
      DELETE FROM ${layout.table("variant")} AS variant USING gone
      WHERE variant.${FILE_COLUMNS[kind]} = gone.id RETURNING variant.*
    ), variants_written AS (
      ${removedVariants(layout, "variants", "$3")}
    )
    SELECT ${columns.list("gone")}, NULL::uuid, NULL::json, NULL::bytea FROM gone
    UNION ALL
    SELECT ${noFile}, ${FILE_COLUMNS[kind]}, ${READ_WITH_FILE.json()}, sha256 FROM variants
  `;
  return {
    byId: new PreparedStatement<[id: string]>(`${files} id = $1`),
    visibleById: forReaders<string>((visible) => `${files} id = $1 AND ${visible}`),
    visibleByIds: forReaders<readonly string[]>(
      (visible) => `${files} id = ANY ($1) AND ${visible}`,
    ),
    withVariant: {
      owner: new PreparedStatement<[...OfIds, owner: Owner]>(
        `${filesWithVariant} id = ANY ($1) AND (user_id = $4 OR user_id IS NULL)`,
      ),
      application: new PreparedStatement<OfIds>(`${filesWithVariant} id = ANY ($1)`),
    },
    exists: forReaders<string>((visible) => `SELECT 1 FROM ${table} WHERE id = $1 AND ${visible}`),
    listByUser: new PreparedStatement<[userId: OwnerId, after: string, limit: number]>(
      `${files} (user_id, id) > ($1, $2) AND user_id = $1 ORDER BY user_id, id LIMIT $3`,
    ),
    lackingVariants: new PreparedStatement<
      [
        after: string,
        limit: number,
        recipes: readonly string[],
        digests: readonly string[],
        staleToo: boolean,
        maxAttempts: number,
      ]
    >(`
      SELECT ${columns.list("file")} FROM ${table} AS file
      WHERE id > $1 AND EXISTS (
        SELECT FROM unnest($3::text[], $4::text[]) AS wanted (recipe, digest)
        WHERE NOT EXISTS (
          SELECT FROM ${layout.table("variant")} AS variant
          WHERE variant.${FILE_COLUMNS[kind]} = file.id AND variant.recipe = wanted.recipe
            AND (variant.digest = wanted.digest OR NOT $5)
        ) AND NOT EXISTS (
          SELECT FROM ${layout.table("variant_failure")} AS failure
          WHERE failure.${FILE_COLUMNS[kind]} = file.id AND failure.recipe = wanted.recipe
            AND failure.digest = wanted.digest AND failure.attempts >= $6
        )
      )
      ORDER BY id LIMIT $2
    `),
    byIdempotencyKey: new OwnedStatement<[idempotencyKey: string, owner: Owner]>(
      layout.ownerType,
      (ownedBy) => `${files} idempotency_key = $1 AND ${ownedBy("$2")}`,
    ),
    create: new LockingStatement<CreateParameters>((wait) =>
      creation({ layout, kind, columns, given }, wait),
    ),
    createWithVariants: new LockingStatement<[...CreateParameters, ...VariantParameters]>((wait) =>
      creation({ layout, kind, columns, given }, wait, { hasVariants: true }),
    ),
    createFromDirectUpload: new LockingStatement<[...CreateParameters, ...DirectParameters]>(
      (wait) => creation({ layout, kind, columns, given }, wait, { isDirect: true }),
    ),
    createFromDirectUploadWithVariants: new LockingStatement<
      [...CreateParameters, ...DirectParameters, ...VariantParameters]
    >((wait) =>
      creation({ layout, kind, columns, given }, wait, { isDirect: true, hasVariants: true }),
    ),
    delete: new LockingStatement<DeleteParameters>(deletion("FOR UPDATE")),
    deleteUnlocked: new LockingStatement<DeleteParameters>(deletion("FOR UPDATE SKIP LOCKED")),
  };
}

/** A statement about files that a reader may see. */
interface ForReaders<Ids extends SqlParameter> {
  owner: PreparedStatement<[ids: Ids, owner: Owner]>;
  application: PreparedStatement<[ids: Ids]>;
}

function forReaders<Ids extends SqlParameter>(text: (visible: string) => string): ForReaders<Ids> {
  return {
    owner: new PreparedStatement(text(VISIBLE)),
    application: new PreparedStatement(text("true")),
  };
}

/**
 * Moves uploads that hold their lease to the files. Values come as JSON, which PostgreSQL reads as rows.
 *
 * @see https://www.postgresql.org/docs/current/functions-json.html (json_populate_recordset)
 */
function creation(
  { layout, kind, columns, given }: Sql,
  wait: string,
  { isDirect = false, hasVariants = false } = {},
): string {
  const table = layout.table(kind);
  const journal = layout.table("journal");
  const directUploads = layout.table("direct_upload");
  const direct = `
    claimed AS (
      SELECT direct.id
      FROM ${directUploads} AS direct, ${journal} AS upload
      WHERE direct.id = $4 AND direct.claim = $5 AND direct.status = 'pending'
        AND upload.id = ANY ($2::uuid[]) AND upload.purpose = 'upload'
        AND upload.lease_expires_at > clock_timestamp() AND ${wait}
      FOR UPDATE
    ), completed AS (
      UPDATE ${directUploads} AS direct SET
        status = 'deleting', file_id = ($2::uuid[])[1], claim = NULL, claim_expires_at = NULL,
        updated_at = clock_timestamp()
      FROM claimed WHERE direct.id = claimed.id
    ),
  `;
  const [rows, ids, unanswered] = isDirect ? ["$6", "$7", "$8"] : ["$4", "$5", "$6"];
  // All of them or none, as the file is shown with them.
  const sent = `
    sent AS (
      SELECT id FROM ${journal}
      WHERE id = ANY (${ids}::uuid[]) AND purpose = 'upload'
        AND lease_expires_at > clock_timestamp() AND ${wait}
      ORDER BY id FOR UPDATE
    ),
  `;
  const variants = `
    , variants_done AS (
      DELETE FROM ${journal} AS entry USING sent
      WHERE entry.id = sent.id AND EXISTS (SELECT FROM done)
      RETURNING entry.id, entry.user_id, entry.s3_key, entry.created_at
    ), variants AS (
      INSERT INTO ${layout.table("variant")} (
        id, user_id, s3_key, created_at, updated_at, ${FILE_COLUMNS[kind]}, recipe, digest, content_type,
        byte_size, sha256, width, height, page_count, unanswered_until
      )
      SELECT
        sent.id, sent.user_id, sent.s3_key, sent.created_at, clock_timestamp(), ($2::uuid[])[1],
        given.recipe, given.digest, given.content_type, given.byte_size, given.sha256, given.width,
        given.height, given.page_count, ${unansweredUntil(`(${unanswered}::int[])[given.ordinality]`)}
      FROM json_populate_recordset(NULL::${layout.table("variant")}, ${rows}) WITH ORDINALITY AS given
      JOIN variants_done AS sent ON sent.id = given.id
    )
  `;
  return `
    WITH ${isDirect ? direct : ""} ${hasVariants ? sent : ""} done AS (
      DELETE FROM ${journal}
      WHERE id = ANY ($2::uuid[]) AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
        AND ${wait} ${isDirect ? "AND EXISTS (SELECT FROM claimed)" : ""}
        ${hasVariants ? `AND (SELECT count(*) FROM sent) = cardinality(${ids}::uuid[])` : ""}
      RETURNING id, user_id, s3_key, idempotency_key, created_at
    )${hasVariants ? variants : ""}
    INSERT INTO ${table} (
      id, user_id, s3_key, idempotency_key, created_at, updated_at, unanswered_until,
      ${given.join(", ")}
    )
    SELECT
      done.id, done.user_id, done.s3_key, done.idempotency_key, done.created_at, clock_timestamp(),
      ${unansweredUntil("($3::int[])[given.ordinality]")},
      ${given.map((column) => `given.${column}`).join(", ")}
    FROM json_populate_recordset(NULL::${table}, $1) WITH ORDINALITY AS given
    JOIN done ON done.id = given.id
    RETURNING ${columns.list()}
  `;
}

/** SQL for until when a request may still arrive; null if all were answered. */
function unansweredUntil(seconds: string): string {
  return `CASE WHEN ${seconds} > 0 THEN ${fromNow(seconds)} END`;
}

/** The files of one kind. */
export abstract class MediaRepo<K extends MediaKind> extends ModelRepo<MediaModels[K]> {
  readonly #place: "pool" | "replica";
  /** Columns by attribute. */
  readonly #fields: ReadonlyMap<string, string>;
  readonly #sql: ReturnType<typeof statementsWith>;
  /** One group for each owner: a lock on an owner's row delays only that owner's uploads. */
  readonly #groups = new Map<Owner, StatementGroup<Completion, MediaModels[K] | null>>();

  constructor(tables: Tables, model: ModelCtor<MediaModels[K]>, kind: K, reads: Reads) {
    super(tables, model);
    const attributes = Object.entries(model.getAttributes() as Record<string, { field?: string }>);
    this.#place = placeOf(reads);
    this.#fields = new Map(attributes.map(([name, { field }]) => [name, field ?? name]));
    const given = [...this.#fields].flatMap(([name, field]) =>
      NOT_GIVEN.has(name) ? [] : [`"${field}"`],
    );
    this.#sql = statementsWith({ layout: this.layout, kind, columns: this.columns, given });
  }

  /** A file of any owner. */
  byId(id: string): Promise<MediaModels[K] | null> {
    return this.first(READ, this.#sql.byId, [id]);
  }

  /** A file that the reader may see; an owner sees its own and system-wide ones. */
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

  /** A page of a user's files, by id. */
  listByUser(userId: OwnerId, after: string, limit: number): Promise<MediaModels[K][]> {
    return this.rows(READ, this.#sql.listByUser, [userId, after, limit]);
  }

  /**
   * Files of all owners that lack a variant, by id. Those are left out whose recipes failed too often.
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
    const run = async (
      some: readonly string[],
      { transaction, leaseSeconds, skipLocked = false }: RemovalOptions,
    ): Promise<MediaModels[K][]> => {
      const statement = skipLocked ? this.#sql.deleteUnlocked : this.#sql.delete;
      const how = { transaction, isPatient: !skipLocked, inSavepoint: true };
      const rows = await statement.arrays(this.connections, [some, owner, leaseSeconds], how);
      const files = rows.filter((row) => row.at(-1) === null);
      return withVariants(this.columns.instances(files), rows);
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
    const given = completions.map(({ id, values }) => {
      const columns = Object.entries(values).map(([name, value]): [string, unknown] => [
        this.#fields.get(name) ?? name,
        toJson(value),
      ]);
      return Object.fromEntries<unknown>([["id", id], ...columns]);
    });
    const rows = await execute([JSON.stringify(given), ids, unanswered]);
    const byId = new Map(this.columns.instances(rows).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
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
