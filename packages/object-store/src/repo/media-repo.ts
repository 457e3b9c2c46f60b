import {
  type Connections,
  ModelColumns,
  PreparedStatement,
  type SqlParameter,
} from "@repo/database";
import type { ModelCtor } from "sequelize-typescript";

import { OwnerNotFoundError } from "../errors.js";
import type { MediaKind } from "../kinds.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { guarded } from "./database-failure.js";
import { type ClaimedDirectUpload, type Completion, FileCompletion } from "./file-completion.js";
import { FileRemoval, type Removal, type RemovalOptions } from "./file-removal.js";
import type { LockingStatement } from "./locking-statement.js";
import { OwnedStatement } from "./owned-statement.js";
import type { Owner } from "./owner.js";
import { sqlStateOf } from "./sql-state.js";
import type { StatementOptions } from "./statement-options.js";

/** What every kind of file records besides where it is. */
export interface StoredFacts {
  byteSize: number;
  sha256: Buffer;
}

/** Its own and system-wide files; with null for the owner, system-wide ones only. */
const VISIBLE = "(user_id = $2 OR user_id IS NULL)";

const FOREIGN_KEY_VIOLATION = "23503";

/** Where callers' reads go, without a transaction. */
export type Reads = "primary" | "replica";

/** On the application's own connections. */
export function placeOf(reads: Reads): "pool" | "replica" {
  return reads === "primary" ? "pool" : "replica";
}

export interface ReadingOptions extends StatementOptions {
  /** Whether the module's next step depends on it: no replica is asked. */
  decides?: boolean;
}

/** What the use cases ask of the files of one kind. */
export type Files<Row extends MediaFileModel> = Pick<MediaRepo<Row>, keyof MediaRepo<Row>>;

/** The files of one kind. */
export abstract class MediaRepo<Row extends MediaFileModel> {
  readonly #connections: Connections;
  readonly #place: "pool" | "replica";
  readonly #columns: ModelColumns<Row>;
  readonly #completion: FileCompletion<Row>;
  readonly #removal: FileRemoval<Row>;
  readonly #byId: PreparedStatement<[id: string]>;
  readonly #visible: PreparedStatement<[id: string, owner: Owner]>;
  readonly #allVisible: PreparedStatement<[ids: readonly string[], owner: Owner]>;
  readonly #exists: PreparedStatement<[id: string, owner: Owner]>;
  readonly #page: PreparedStatement<[owner: string, after: string, limit: number]>;
  readonly #ofKey: OwnedStatement<[idempotencyKey: string, owner: Owner]>;

  constructor(connections: Connections, model: ModelCtor<Row>, kind: MediaKind, reads: Reads) {
    this.#connections = connections;
    this.#place = placeOf(reads);
    this.#columns = new ModelColumns(model);
    this.#completion = new FileCompletion(connections, model);
    this.#removal = new FileRemoval(connections, model, kind);
    const table = `"${model.getTableName() as string}"`;
    const files = `SELECT ${this.#columns.list()} FROM ${table} WHERE`;
    this.#byId = new PreparedStatement(`${files} id = $1`);
    this.#visible = new PreparedStatement(`${files} id = $1 AND ${VISIBLE}`);
    this.#allVisible = new PreparedStatement(`${files} id = ANY ($1) AND ${VISIBLE}`);
    this.#exists = new PreparedStatement(`SELECT 1 FROM ${table} WHERE id = $1 AND ${VISIBLE}`);
    this.#page = new PreparedStatement(
      `${files} (user_id, id) > ($1, $2) AND user_id = $1 ORDER BY user_id, id LIMIT $3`,
    );
    this.#ofKey = new OwnedStatement(
      (ownedBy) => `${files} idempotency_key = $1 AND ${ownedBy("$2")}`,
    );
  }

  /** A file, whoever owns it. */
  async findById(id: string): Promise<Row | null> {
    return this.#first(await this.#decide(this.#byId, [id]));
  }

  /** A file of this owner or system-wide. */
  async findVisible(id: string, owner: Owner, options: ReadingOptions): Promise<Row | null> {
    return this.#first(await this.#read(this.#visible, [id, owner], options));
  }

  /** The files among these ids that are this owner's or system-wide, in no order. */
  async findAllVisible(
    ids: readonly string[],
    owner: Owner,
    options: ReadingOptions,
  ): Promise<Row[]> {
    return this.#columns.instances(await this.#read(this.#allVisible, [ids, owner], options));
  }

  /** Whether a file of this owner or system-wide has this id. */
  async exists(id: string, owner: Owner, options: ReadingOptions): Promise<boolean> {
    return (await this.#read(this.#exists, [id, owner], options)).length > 0;
  }

  /** A page of a user's files by id. */
  async page(owner: string, after: string, limit: number): Promise<Row[]> {
    return this.#columns.instances(await this.#decide(this.#page, [owner, after, limit]));
  }

  /** The owner's file that was uploaded under an idempotency key. */
  async findByIdempotencyKey(
    { userId, idempotencyKey }: { userId: Owner; idempotencyKey: string },
    options: StatementOptions,
  ): Promise<Row | null> {
    return this.#first(
      await this.#decide(this.#ofKey.of(userId), [idempotencyKey, userId], options),
    );
  }

  /**
   * upload → file, or null when the lease is over.
   *
   * @throws OwnerNotFoundError (`owner_not_found`)
   */
  async complete(completion: Completion, options: StatementOptions): Promise<Row | null> {
    return this.#completed(completion, () => this.#completion.complete(completion, options));
  }

  /** The same of a direct upload, which is completed by it; null also when its claim is another's. */
  async completeDirect(
    completion: Completion,
    direct: ClaimedDirectUpload,
    options: StatementOptions,
  ): Promise<Row | null> {
    return this.#completed(completion, () =>
      this.#completion.completeDirect(completion, direct, options),
    );
  }

  /** file → removal, for those of the owner that nothing of the application's refers to. */
  async remove(
    ids: readonly string[],
    owner: Owner,
    options: RemovalOptions,
  ): Promise<Removal<Row>> {
    return guarded("delete files", () => this.#removal.remove(ids, owner, options));
  }

  async #completed(
    { userId }: Completion,
    complete: () => Promise<Row | null>,
  ): Promise<Row | null> {
    return guarded("complete the upload", async () => {
      try {
        return await complete();
      } catch (error) {
        const isOwnerGone = sqlStateOf(error) === FOREIGN_KEY_VIOLATION && userId !== null;
        throw isOwnerGone ? new OwnerNotFoundError(error) : error;
      }
    });
  }

  protected async change<Parameters extends readonly SqlParameter[]>(
    action: string,
    statement: LockingStatement<Parameters>,
    parameters: Parameters,
    options: StatementOptions,
  ): Promise<Row | null> {
    return this.#first(
      await guarded(action, () => statement.arrays(this.#connections, parameters, options)),
    );
  }

  /** What a caller wants to see. */
  #read<Parameters extends readonly SqlParameter[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
    { transaction, decides = false }: ReadingOptions,
  ): Promise<(readonly unknown[])[]> {
    const on = decides ? "own" : this.#place;
    return guarded("read files", () =>
      statement.arrays(this.#connections, parameters, { transaction, on }),
    );
  }

  /** What the module has to know for its next step. */
  #decide<Parameters extends readonly SqlParameter[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
    options: StatementOptions = {},
  ): Promise<(readonly unknown[])[]> {
    return guarded("read files", () => statement.arrays(this.#connections, parameters, options));
  }

  #first([row]: readonly (readonly unknown[])[]): Row | null {
    return row === undefined ? null : this.#columns.instance(row);
  }
}
