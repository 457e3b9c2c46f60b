import {
  type Connections,
  ModelColumns,
  PreparedStatement,
  type SqlParameter,
} from "@repo/database";
import type { ModelCtor } from "sequelize-typescript";

import { OwnerNotFoundError } from "../errors.js";
import { type MediaKind, TABLES } from "../kinds.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { withDatabaseErrors, isOfOneRow, sqlStateOf } from "./database-failure.js";
import { type Removal, type RemovalOptions, removeInHalves } from "./file-removal.js";
import type { Owner } from "./owner.js";
import { fromNow, intoJournal } from "./sql.js";
import { StatementGroup } from "./statement-group.js";
import { LockingStatement, OwnedStatement, type StatementOptions } from "./statements.js";

/** What every kind of file records besides its place. */
export interface StoredFacts {
  byteSize: number;
  sha256: Buffer;
}

/** What the row of a file needs besides what the journal's row of its upload has. */
export interface Completion {
  id: string;
  userId: Owner;
  /** For how many seconds a request of the upload may still arrive; 0 if all were answered. */
  unansweredSeconds: number;
  /** By attribute of the model. */
  values: Readonly<Record<string, unknown>>;
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
}

/** What the use cases need of the files of one kind. */
export type Files<Row extends MediaFileModel> = Pick<MediaRepo<Row>, keyof MediaRepo<Row>>;

/** An owner's files and system-wide files; with null as the owner, only the latter. */
const VISIBLE = "(user_id = $2 OR user_id IS NULL)";

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
type DeleteParameters = [ids: readonly string[], owner: Owner, leaseSeconds: number];

/** The files of one kind. */
export abstract class MediaRepo<Row extends MediaFileModel> {
  readonly #connections: Connections;
  readonly #place: "pool" | "replica";
  readonly #columns: ModelColumns<Row>;
  /** Columns by attribute. */
  readonly #fields: ReadonlyMap<string, string>;
  readonly #byId: PreparedStatement<[id: string]>;
  readonly #visibleById: PreparedStatement<[id: string, owner: Owner]>;
  readonly #visibleByIds: PreparedStatement<[ids: readonly string[], owner: Owner]>;
  readonly #exists: PreparedStatement<[id: string, owner: Owner]>;
  readonly #listByUser: PreparedStatement<[userId: string, after: string, limit: number]>;
  readonly #byIdempotencyKey: OwnedStatement<[idempotencyKey: string, owner: Owner]>;
  readonly #create: LockingStatement<CreateParameters>;
  readonly #createDirect: LockingStatement<
    [...CreateParameters, direct: string, claim: string | null]
  >;
  readonly #delete: LockingStatement<DeleteParameters>;
  readonly #deleteUnlocked: LockingStatement<DeleteParameters>;
  /** One group for each owner: a lock on an owner's row delays only that owner's uploads. */
  readonly #groups = new Map<Owner, StatementGroup<Completion, Row | null>>();

  constructor(connections: Connections, model: ModelCtor<Row>, kind: MediaKind, reads: Reads) {
    const table = `"${TABLES[kind]}"`;
    const columns = new ModelColumns(model);
    const attributes = Object.entries(model.getAttributes() as Record<string, { field?: string }>);
    this.#connections = connections;
    this.#place = placeOf(reads);
    this.#columns = columns;
    this.#fields = new Map(attributes.map(([name, { field }]) => [name, field ?? name]));
    const files = `SELECT ${columns.list()} FROM ${table} WHERE`;
    this.#byId = new PreparedStatement(`${files} id = $1`);
    this.#visibleById = new PreparedStatement(`${files} id = $1 AND ${VISIBLE}`);
    this.#visibleByIds = new PreparedStatement(`${files} id = ANY ($1) AND ${VISIBLE}`);
    this.#exists = new PreparedStatement(`SELECT 1 FROM ${table} WHERE id = $1 AND ${VISIBLE}`);
    this.#listByUser = new PreparedStatement(
      `${files} (user_id, id) > ($1, $2) AND user_id = $1 ORDER BY user_id, id LIMIT $3`,
    );
    this.#byIdempotencyKey = new OwnedStatement(
      (ownedBy) => `${files} idempotency_key = $1 AND ${ownedBy("$2")}`,
    );
    this.#create = new LockingStatement((wait) => this.#creation(table, wait));
    this.#createDirect = new LockingStatement((wait) => this.#creation(table, wait, true));
    // Locks in the order of the ids, so that concurrent deletions of the same files do not deadlock.
    const deletion = (lock: string) => (wait: string) => `
      WITH wanted AS (
        SELECT id FROM ${table}
        WHERE id = ANY ($1) AND user_id IS NOT DISTINCT FROM $2 AND ${wait}
        ORDER BY id ${lock}
      ), gone AS (
        DELETE FROM ${table} AS file USING wanted WHERE file.id = wanted.id RETURNING file.*
      ), written AS (
        ${intoJournal("gone", {
          kind,
          lease: fromNow("$3"),
          settled: "GREATEST(unanswered_until, clock_timestamp())",
        })}
      )
      SELECT ${columns.list("gone")} FROM gone
    `;
    this.#delete = new LockingStatement(deletion("FOR UPDATE"));
    this.#deleteUnlocked = new LockingStatement(deletion("FOR UPDATE SKIP LOCKED"));
  }

  /** A file of any owner. */
  async byId(id: string): Promise<Row | null> {
    return this.#first(await this.#decide(this.#byId, [id]));
  }

  /** A file that the owner may see: its own or a system-wide one. */
  async visibleById(id: string, owner: Owner, options: ReadingOptions): Promise<Row | null> {
    return this.#first(await this.#read(this.#visibleById, [id, owner], options));
  }

  /** The files that the owner may see among these ids, in no order. */
  async visibleByIds(
    ids: readonly string[],
    owner: Owner,
    options: ReadingOptions,
  ): Promise<Row[]> {
    return this.#columns.instances(await this.#read(this.#visibleByIds, [ids, owner], options));
  }

  /** Whether there is a file with this id that the owner may see. */
  async exists(id: string, owner: Owner, options: ReadingOptions): Promise<boolean> {
    return (await this.#read(this.#exists, [id, owner], options)).length > 0;
  }

  /** A page of a user's files, by id. */
  async listByUser(userId: string, after: string, limit: number): Promise<Row[]> {
    return this.#columns.instances(await this.#decide(this.#listByUser, [userId, after, limit]));
  }

  /** The owner's file that was uploaded with an idempotency key. */
  async byIdempotencyKey(
    { userId, idempotencyKey }: { userId: Owner; idempotencyKey: string },
    options: StatementOptions,
  ): Promise<Row | null> {
    const statement = this.#byIdempotencyKey.of(userId);
    return this.#first(await this.#decide(statement, [idempotencyKey, userId], options));
  }

  /**
   * Moves an upload from the journal to the files. Returns null when its lease is over.
   *
   * @throws OwnerNotFoundError (`owner_not_found`)
   */
  async create(completion: Completion, { transaction }: StatementOptions): Promise<Row | null> {
    return translated(completion, async () => {
      if (transaction === undefined) return this.#groupOf(completion.userId).add(completion);
      const options = { transaction, inSavepoint: true };
      const [row] = await this.#insert([completion], (parameters) =>
        this.#create.arrays(this.#connections, parameters, options),
      );
      return row ?? null;
    });
  }

  /**
   * The same for a direct upload, which the statement completes. Returns null also when the claim was
   * lost.
   */
  async createFromDirectUpload(
    completion: Completion,
    { id, claim }: ClaimedDirectUpload,
    { transaction }: StatementOptions,
  ): Promise<Row | null> {
    const options = { transaction, inSavepoint: true };
    return translated(completion, async () => {
      const [row] = await this.#insert([completion], (parameters) =>
        this.#createDirect.arrays(this.#connections, [...parameters, id, claim], options),
      );
      return row ?? null;
    });
  }

  /** Moves an owner's files to the journal, unless rows of the application refer to them. */
  async delete(
    ids: readonly string[],
    owner: Owner,
    options: RemovalOptions,
  ): Promise<Removal<Row>> {
    const run: Parameters<typeof removeInHalves<Row>>[0] = async (
      some,
      { transaction, leaseSeconds, skipLocked = false },
    ) => {
      const statement = skipLocked ? this.#deleteUnlocked : this.#delete;
      const parameters: DeleteParameters = [some, owner, leaseSeconds];
      const how = { transaction, isPatient: !skipLocked, inSavepoint: true };
      return this.#columns.instances(await statement.arrays(this.#connections, parameters, how));
    };
    return withDatabaseErrors("delete files", () => removeInHalves(run, ids, options));
  }

  protected async change<Parameters extends readonly SqlParameter[]>(
    action: string,
    statement: LockingStatement<Parameters>,
    parameters: Parameters,
    options: StatementOptions,
  ): Promise<Row | null> {
    return this.#first(
      await withDatabaseErrors(action, () =>
        statement.arrays(this.#connections, parameters, options),
      ),
    );
  }

  /** Reads for a caller. */
  #read<Parameters extends readonly SqlParameter[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
    { transaction, decides = false }: ReadingOptions,
  ): Promise<(readonly unknown[])[]> {
    const on = decides ? "own" : this.#place;
    return withDatabaseErrors("read files", () =>
      statement.arrays(this.#connections, parameters, { transaction, on }),
    );
  }

  /** Reads for the module's next step. */
  #decide<Parameters extends readonly SqlParameter[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
    { transaction }: StatementOptions = {},
  ): Promise<(readonly unknown[])[]> {
    return this.#read(statement, parameters, { transaction, decides: true });
  }

  #first([row]: readonly (readonly unknown[])[]): Row | null {
    return row === undefined ? null : this.#columns.instance(row);
  }

  #groupOf(userId: Owner): StatementGroup<Completion, Row | null> {
    const known = this.#groups.get(userId);
    if (known !== undefined) return known;
    const run = (completions: readonly Completion[]): Promise<(Row | null)[]> =>
      this.#insert(completions, (parameters) => this.#create.arrays(this.#connections, parameters));
    const group = new StatementGroup(run, isOfOneRow, () => this.#groups.delete(userId));
    this.#groups.set(userId, group);
    return group;
  }

  async #insert(
    completions: readonly Completion[],
    execute: (parameters: CreateParameters) => Promise<(readonly unknown[])[]>,
  ): Promise<(Row | null)[]> {
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
    const byId = new Map(this.#columns.instances(rows).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  /**
   * Moves the uploads that hold their lease. Values come as JSON, which PostgreSQL reads as rows.
   *
   * @see https://www.postgresql.org/docs/current/functions-json.html (json_populate_recordset)
   */
  #creation(table: string, wait: string, isDirect = false): string {
    const facts = [...this.#fields].flatMap(([name, field]) =>
      NOT_GIVEN.has(name) ? [] : [`"${field}"`],
    );
    const direct = `
      claimed AS (
        SELECT direct.id
        FROM ${TABLES.direct_upload} AS direct, ${TABLES.journal} AS upload
        WHERE direct.id = $4 AND direct.claim = $5 AND direct.status = 'pending'
          AND upload.id = ANY ($2::uuid[]) AND upload.purpose = 'upload'
          AND upload.lease_expires_at > clock_timestamp() AND ${wait}
        FOR UPDATE
      ), completed AS (
        UPDATE ${TABLES.direct_upload} AS direct SET
          status = 'deleting', file_id = ($2::uuid[])[1], claim = NULL, claim_expires_at = NULL,
          updated_at = clock_timestamp()
        FROM claimed WHERE direct.id = claimed.id
      ),
    `;
    return `
      WITH ${isDirect ? direct : ""} done AS (
        DELETE FROM ${TABLES.journal}
        WHERE id = ANY ($2::uuid[]) AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
          AND ${wait} ${isDirect ? "AND EXISTS (SELECT FROM claimed)" : ""}
        RETURNING id, user_id, s3_key, idempotency_key, created_at
      )
      INSERT INTO ${table} (
        id, user_id, s3_key, idempotency_key, created_at, updated_at, unanswered_until,
        ${facts.join(", ")}
      )
      SELECT
        done.id, done.user_id, done.s3_key, done.idempotency_key, done.created_at, clock_timestamp(),
        CASE WHEN ($3::int[])[given.ordinality] > 0 THEN ${fromNow("($3::int[])[given.ordinality]")} END,
        ${facts.map((field) => `given.${field}`).join(", ")}
      FROM json_populate_recordset(NULL::${table}, $1) WITH ORDINALITY AS given
      JOIN done ON done.id = given.id
      RETURNING ${this.#columns.list()}
    `;
  }
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

function toJson(value: unknown): unknown {
  // The hexadecimal form of bytea.
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  // As node-postgres encodes a lone surrogate; JSON would escape it, which PostgreSQL refuses.
  return typeof value === "string" ? Buffer.from(value).toString() : value;
}
