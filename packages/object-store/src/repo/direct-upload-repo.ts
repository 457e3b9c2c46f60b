import {
  type Connections,
  ModelColumns,
  PreparedStatement,
  type SqlParameter,
} from "@repo/database";
import { v7 as uuidv7 } from "uuid";

import { type MediaKind, TABLES } from "../kinds.js";
import type { DirectUploadModel } from "../models/direct-upload.model.js";
import { withDatabaseErrors } from "./database-failure.js";
import { LockingStatement, type StatementOptions } from "./statements.js";
import { modelsFor } from "./models-for.js";
import type { Owner } from "./owner.js";
import { fromNow } from "./sql.js";

export interface NewDirectUpload {
  id: string;
  kind: MediaKind;
  userId: Owner;
  s3Key: string;
  originalFilename: string | null;
  contentType: string;
  byteSize: number;
  md5: Buffer | null;
  sha256: Buffer | null;
  partByteSize: number | null;
}

/** Identifies a direct upload of an owner and a kind of file. */
export interface DirectUploadPlace {
  id: string;
  kind: MediaKind;
  userId: Owner;
}

/** A direct upload and its state by the database's clock. */
export interface SeenDirectUpload {
  row: DirectUploadModel;
  /** Whether the time to complete it is over. */
  isExpired: boolean;
  /** Whether a completion is in flight. */
  isClaimed: boolean;
}

const PLACE = "id = $1 AND kind = $2 AND user_id IS NOT DISTINCT FROM $3";
const HELD = "id = $1 AND claim = $2 AND status = 'pending'";
const CLAIM_OVER = "claim = NULL, claim_expires_at = NULL, updated_at = clock_timestamp()";

/** Extends the lease with the claim, so that no sweep takes over a direct upload with a claim. */
function claimFor(seconds: string): string {
  return `
    claim_expires_at = ${fromNow(seconds)},
    lease_expires_at = GREATEST(lease_expires_at, ${fromNow(seconds)}),
    updated_at = clock_timestamp()
  `;
}

type Place = [id: string, kind: MediaKind, owner: Owner];

/** What the use cases need of it. */
export type DirectUploads = Pick<DirectUploadRepo, keyof DirectUploadRepo>;

/**
 * Direct uploads. A completion holds a claim, a lease within the lease; every transition is a
 * compare-and-set on the claim and the database's clock.
 */
export class DirectUploadRepo {
  readonly #connections: Connections;
  readonly #columns: ModelColumns<DirectUploadModel>;
  readonly #insert: PreparedStatement<
    [
      ...place: Place,
      s3Key: string,
      originalFilename: string | null,
      contentType: string,
      byteSize: number,
      md5: Buffer | null,
      sha256: Buffer | null,
      partByteSize: number | null,
      seconds: number,
    ]
  >;
  readonly #setMultipartId: PreparedStatement<[id: string, multipartId: string]>;
  readonly #find: PreparedStatement<Place>;
  readonly #claim: PreparedStatement<[...place: Place, claim: string, leaseSeconds: number]>;
  readonly #renew: PreparedStatement<[id: string, claim: string | null, leaseSeconds: number]>;
  readonly #release: PreparedStatement<[id: string, claim: string | null]>;
  readonly #refuse: PreparedStatement<
    [id: string, claim: string | null, code: string, message: string]
  >;
  readonly #cancel: LockingStatement<Place>;

  constructor(connections: Connections) {
    const columns = new ModelColumns(modelsFor(connections.sequelize).direct_upload);
    this.#connections = connections;
    this.#columns = columns;
    this.#insert = new PreparedStatement(`
      INSERT INTO ${TABLES.direct_upload} (
        id, kind, user_id, s3_key, original_filename, content_type, byte_size, md5, sha256,
        part_byte_size, status, lease_expires_at, created_at, updated_at
      )
      VALUES (
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', ${fromNow("$11")}, clock_timestamp(),
        clock_timestamp()
      )
      RETURNING ${columns.list()}
    `);
    this.#setMultipartId = new PreparedStatement(
      `UPDATE ${TABLES.direct_upload} SET multipart_id = $2, updated_at = clock_timestamp() WHERE id = $1`,
    );
    this.#find = new PreparedStatement(`
      SELECT ${columns.list()}, lease_expires_at <= clock_timestamp(),
        coalesce(claim_expires_at > clock_timestamp(), false)
      FROM ${TABLES.direct_upload} WHERE ${PLACE}
    `);
    // Skips a row that an open transaction has locked by completing it.
    this.#claim = new PreparedStatement(`
      UPDATE ${TABLES.direct_upload} SET claim = $4, ${claimFor("$5")}
      WHERE id IN (
        SELECT id FROM ${TABLES.direct_upload}
        WHERE ${PLACE} AND status = 'pending' AND lease_expires_at > clock_timestamp()
          AND (claim IS NULL OR claim_expires_at <= clock_timestamp())
        FOR UPDATE SKIP LOCKED
      )
      RETURNING ${columns.list()}
    `);
    this.#renew = new PreparedStatement(
      `UPDATE ${TABLES.direct_upload} SET ${claimFor("$3")} WHERE ${HELD}`,
    );
    this.#release = new PreparedStatement(`
      UPDATE ${TABLES.direct_upload} SET ${CLAIM_OVER}
      WHERE id IN (SELECT id FROM ${TABLES.direct_upload} WHERE ${HELD} FOR UPDATE SKIP LOCKED)
    `);
    this.#refuse = new PreparedStatement(`
      UPDATE ${TABLES.direct_upload}
      SET status = 'deleting', refusal_code = $3, refusal_message = $4, ${CLAIM_OVER}
      WHERE ${HELD}
    `);
    this.#cancel = new LockingStatement(
      (wait) => `
        UPDATE ${TABLES.direct_upload} SET status = 'deleting', ${CLAIM_OVER}
        WHERE ${PLACE} AND status = 'pending' AND ${wait} RETURNING id
      `,
    );
  }

  /** @param seconds the time to complete it */
  async create(upload: NewDirectUpload, seconds: number): Promise<DirectUploadModel> {
    const { id, kind, userId, s3Key, originalFilename, contentType, byteSize } = upload;
    const { md5, sha256, partByteSize } = upload;
    const row = await withDatabaseErrors("record the direct upload", () =>
      this.#insert.arrays(this.#connections, [
        ...([id, kind, userId, s3Key, originalFilename, contentType, byteSize] as const),
        ...([md5, sha256, partByteSize, seconds] as const),
      ]),
    );
    return this.#columns.instance(row[0] ?? []);
  }

  /** Records the id that S3 gave the multipart upload. */
  async setMultipartId(id: string, multipartId: string): Promise<void> {
    await this.#change(this.#setMultipartId, [id, multipartId]);
  }

  async find(
    { id, kind, userId }: DirectUploadPlace,
    options: StatementOptions = {},
  ): Promise<SeenDirectUpload | null> {
    const [found] = await withDatabaseErrors("read the direct upload", () =>
      this.#find.arrays(this.#connections, [id, kind, userId], options),
    );
    if (found === undefined) return null;
    const [isExpired, isClaimed] = found.slice(-2);
    const row = this.#columns.instance(found);
    return { row, isExpired: isExpired === true, isClaimed: isClaimed === true };
  }

  /** Claims the completion. Null when there is nothing to complete, or the claim is held. */
  async claim(
    { id, kind, userId }: DirectUploadPlace,
    leaseSeconds: number,
  ): Promise<DirectUploadModel | null> {
    const [row] = await withDatabaseErrors("claim the direct upload", () =>
      this.#claim.arrays(this.#connections, [id, kind, userId, uuidv7(), leaseSeconds]),
    );
    return row === undefined ? null : this.#columns.instance(row);
  }

  /** Renews a claim. False when it was lost. */
  async renew({ id, claim }: DirectUploadModel, leaseSeconds: number): Promise<boolean> {
    return this.#change(this.#renew, [id, claim, leaseSeconds]);
  }

  /** Releases a claim, so that another call can complete the upload. */
  async release({ id, claim }: DirectUploadModel): Promise<boolean> {
    return this.#change(this.#release, [id, claim]);
  }

  /** Rejects the staged bytes for good. */
  async refuse(
    { id, claim }: DirectUploadModel,
    { code, message }: { code: string; message: string },
  ): Promise<boolean> {
    return this.#change(this.#refuse, [id, claim, code, message]);
  }

  /** Ends a pending direct upload; a completion in flight loses its claim. */
  async cancel({ id, kind, userId }: DirectUploadPlace): Promise<boolean> {
    const ended = await withDatabaseErrors("cancel the direct upload", () =>
      this.#cancel.arrays(this.#connections, [id, kind, userId]),
    );
    return ended.length > 0;
  }

  async #change<Parameters extends readonly SqlParameter[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
  ): Promise<boolean> {
    const changed = await withDatabaseErrors("change the direct upload", () =>
      statement.execute(this.#connections, parameters),
    );
    return changed > 0;
  }
}
