import { PreparedStatement } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";
import { v7 as uuidv7 } from "uuid";

import { OwnerNotFoundError } from "../errors.js";
import type { Layout } from "../layout.js";
import type { GrantModel } from "../models/grant.model.js";
import type { OwnerId } from "../owner-types.js";
import { sqlStateOf, withDatabaseErrors } from "./database-failure.js";
import { isLive } from "./grant-statements.js";
import { ModelRepo } from "./model-repo.js";
import { MODELS } from "./models.js";
import { LockingStatement, NOT_TRASHED, type StatementOptions } from "./statements.js";
import type { Tables } from "./tables.js";
import { FILE_COLUMNS } from "./variant-repo.js";

/** A file of an owner, which is not in the trash. */
export interface SharedFile {
  kind: MediaKind;
  fileId: string;
  owner: OwnerId;
}

/** One grant of a file; a null grantee is everyone who is signed in. */
export interface GrantOf extends SharedFile {
  grantee: OwnerId | null;
}

/** Grants that a file can have at a time. */
export const MAX_GRANTS = 1000;

/** Its public methods, which the store in memory implements too. */
export type Grants = Pick<GrantRepo, keyof GrantRepo>;

const FOREIGN_KEY_VIOLATION = "23503";

type OfFile = [fileId: string, owner: OwnerId];

function statementsWith(layout: Layout, kind: MediaKind, list: (table: string) => string) {
  const grants = layout.table("grant");
  const column = FILE_COLUMNS[kind];
  const own = `SELECT id FROM ${layout.table(kind)} WHERE id = $1 AND user_id = $2 AND ${NOT_TRASHED}`;
  return {
    // The lock on the file's row waits for its deletion, and shows that it was not deleted.
    share: new LockingStatement<
      [...OfFile, grantee: OwnerId | null, until: Date | null, id: string, most: number]
    >(
      (wait) => `
        WITH file AS (
          ${own} AND ${wait} FOR NO KEY UPDATE
        ), granted AS (
          INSERT INTO ${grants} AS granted (
            id, ${column}, grantee, expires_at, created_at, updated_at
          )
          SELECT $5, file.id, $3, $4, clock_timestamp(), clock_timestamp() FROM file
          WHERE (
            SELECT count(*) FROM ${grants} AS other
            WHERE other.${column} = $1 AND other.grantee IS DISTINCT FROM $3 AND ${isLive("other")}
          ) < $6
          ON CONFLICT (${column}, grantee) WHERE ${column} IS NOT NULL
            DO UPDATE SET expires_at = $4, updated_at = clock_timestamp()
          RETURNING granted.*
        )
        SELECT ${list("granted")} FROM file LEFT JOIN granted ON true
      `,
    ),
    unshare: new LockingStatement<[...OfFile, grantee: OwnerId | null]>(
      (wait) => `
        WITH file AS (
          ${own} AND ${wait} FOR NO KEY UPDATE
        ), ended AS (
          DELETE FROM ${grants} AS granted USING file
          WHERE granted.${column} = file.id AND granted.grantee IS NOT DISTINCT FROM $3
        )
        SELECT id FROM file
      `,
    ),
    page: new PreparedStatement<[...OfFile, after: string, limit: number]>(`
      SELECT ${list("granted")} FROM (${own}) AS file LEFT JOIN LATERAL (
        SELECT * FROM ${grants} AS each
        WHERE each.${column} = file.id AND each.id > $3 AND ${isLive("each")}
        ORDER BY each.id LIMIT $4
      ) AS granted ON true
      ORDER BY granted.id
    `),
  };
}

/** Who may read the files of others. */
export class GrantRepo extends ModelRepo<GrantModel> {
  readonly #sql: Readonly<Record<MediaKind, ReturnType<typeof statementsWith>>>;
  readonly #endExpired: PreparedStatement<[at: string, limit: number]>;
  readonly #endOfUser: PreparedStatement<[userId: OwnerId, limit: number]>;

  constructor(tables: Tables) {
    super(tables, MODELS.grant);
    const statements = (kind: MediaKind) =>
      statementsWith(this.layout, kind, (table) => this.columns.list(table));
    this.#sql = { image: statements("image"), audio: statements("audio") };
    const grants = this.layout.table("grant");
    const ending = (condition: string): string => `
      DELETE FROM ${grants} WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM ${grants} WHERE ${condition} LIMIT $2 FOR UPDATE SKIP LOCKED
      ))
      RETURNING id
    `;
    this.#endExpired = new PreparedStatement(ending("expires_at <= $1::timestamptz"));
    this.#endOfUser = new PreparedStatement(ending("grantee = $1"));
  }

  /**
   * Grants a file, or changes the end of the grant. Null when the owner has no such file; "full" when it has
   * as many grants as it can.
   *
   * @throws OwnerNotFoundError (`owner_not_found`) when there is no such grantee
   */
  async share(
    { kind, fileId, owner, grantee }: GrantOf,
    until: Date | null,
    { transaction }: StatementOptions,
  ): Promise<GrantModel | "full" | null> {
    const parameters = [fileId, owner, grantee, until, uuidv7(), MAX_GRANTS] as const;
    const [row] = await withDatabaseErrors("share the file", async () => {
      try {
        const options = { transaction, inSavepoint: true };
        return await this.#sql[kind].share.arrays(this.connections, [...parameters], options);
      } catch (error) {
        throw sqlStateOf(error) === FOREIGN_KEY_VIOLATION ? new OwnerNotFoundError(error) : error;
      }
    });
    if (row === undefined) return null;
    return row[0] === null ? "full" : this.columns.instance(row);
  }

  /** Ends a grant, if there is one. False when the owner has no such file. */
  async unshare(
    { kind, fileId, owner, grantee }: GrantOf,
    { transaction }: StatementOptions,
  ): Promise<boolean> {
    const { unshare } = this.#sql[kind];
    const parameters: [...OfFile, OwnerId | null] = [fileId, owner, grantee];
    return (await this.arrays("share the file", unshare, parameters, { transaction })).length > 0;
  }

  /** The grants of a file that have not ended, by id. Null when the owner has no such file. */
  async page(
    { kind, fileId, owner }: SharedFile,
    { after, limit }: { after: string; limit: number },
    { transaction }: StatementOptions,
  ): Promise<GrantModel[] | null> {
    const { page } = this.#sql[kind];
    const parameters: [...OfFile, string, number] = [fileId, owner, after, limit];
    const rows = await this.arrays("read the grants", page, parameters, { transaction });
    if (rows.length === 0) return null;
    return this.columns.instances(rows.filter(([id]) => id !== null));
  }

  /** Ends a batch of grants whose time was over then, and gives their number. Those that are locked are skipped. */
  async endExpired({ at, limit }: { at: string; limit: number }): Promise<number> {
    return (await this.arrays("end grants", this.#endExpired, [at, limit])).length;
  }

  /** Ends a batch of what was granted to a user, and gives their number. Those that are locked are skipped. */
  async endOfUser(userId: OwnerId, limit: number): Promise<number> {
    return (await this.arrays("end grants", this.#endOfUser, [userId, limit])).length;
  }
}
