import {
  type Connections,
  ModelColumns,
  PreparedStatement,
  type SqlParameter,
} from "@repo/database";
import { v7 as uuidv7 } from "uuid";

import { type MediaKind, TABLES } from "../kinds.js";
import type { DirectUploadModel } from "../models/direct-upload.model.js";
import { guarded } from "./database-failure.js";
import { LockingStatement } from "./locking-statement.js";
import { modelsFor } from "./models-for.js";
import type { Owner } from "./owner.js";
import { fromNow } from "./sql.js";
import type { StatementOptions } from "./statement-options.js";

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

/** Whose direct upload, and of which kind of file. */
export interface DirectUploadPlace {
  id: string;
  kind: MediaKind;
  userId: Owner;
}

/** A direct upload, and what the database's clock says of it. */
export interface SeenDirectUpload {
  row: DirectUploadModel;
  /** The time to complete it is over. */
  isExpired: boolean;
  /** Somebody is completing it. */
  isClaimed: boolean;
}

const PLACE = "id = $1 AND kind = $2 AND user_id IS NOT DISTINCT FROM $3";
const HELD = "id = $1 AND claim = $2 AND status = 'pending'";
const CLAIM_OVER = "claim = NULL, claim_expires_at = NULL, updated_at = clock_timestamp()";

/** The sweep takes nothing over whose claim is held. */
function claimFor(seconds: string): string {
  return `
    claim_expires_at = ${fromNow(seconds)},
    lease_expires_at = GREATEST(lease_expires_at, ${fromNow(seconds)}),
    updated_at = clock_timestamp()
  `;
}

type Place = [id: string, kind: MediaKind, owner: Owner];

/** What the use cases ask of it. */
export type DirectUploads = Pick<DirectUploadRepo, keyof DirectUploadRepo>;

/**
 * The rows of direct uploads. Who completes one holds a claim, which is a lease within the lease;
 * every transition is a compare-and-set on it and on the database's clock.
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
    // What an open transaction has completed is locked, and nobody waits for it.
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

  /** @param seconds until when it has to be completed */
  async create(upload: NewDirectUpload, seconds: number): Promise<DirectUploadModel> {
    const { id, kind, userId, s3Key, originalFilename, contentType, byteSize } = upload;
    const { md5, sha256, partByteSize } = upload;
    const row = await guarded("record the direct upload", () =>
      this.#insert.arrays(this.#connections, [
        ...([id, kind, userId, s3Key, originalFilename, contentType, byteSize] as const),
        ...([md5, sha256, partByteSize, seconds] as const),
      ]),
    );
    return this.#columns.instance(row[0] ?? []);
  }

  /** Records what S3 calls the multipart upload. */
  async setMultipartId(id: string, multipartId: string): Promise<void> {
    await this.#change(this.#setMultipartId, [id, multipartId]);
  }

  async find(
    { id, kind, userId }: DirectUploadPlace,
    options: StatementOptions = {},
  ): Promise<SeenDirectUpload | null> {
    const [found] = await guarded("read the direct upload", () =>
      this.#find.arrays(this.#connections, [id, kind, userId], options),
    );
    if (found === undefined) return null;
    const [isExpired, isClaimed] = found.slice(-2);
    const row = this.#columns.instance(found);
    return { row, isExpired: isExpired === true, isClaimed: isClaimed === true };
  }

  /** Takes the completion on, or gives null when there is nothing to complete or somebody does. */
  async claim(
    { id, kind, userId }: DirectUploadPlace,
    leaseSeconds: number,
  ): Promise<DirectUploadModel | null> {
    const [row] = await guarded("claim the direct upload", () =>
      this.#claim.arrays(this.#connections, [id, kind, userId, uuidv7(), leaseSeconds]),
    );
    return row === undefined ? null : this.#columns.instance(row);
  }

  /** Pushes the end of a claim out, or gives false when it is another's by now. */
  async renew({ id, claim }: DirectUploadModel, leaseSeconds: number): Promise<boolean> {
    return this.#change(this.#renew, [id, claim, leaseSeconds]);
  }

  /** Gives a claim back, for somebody else to complete the upload. */
  async release({ id, claim }: DirectUploadModel): Promise<boolean> {
    return this.#change(this.#release, [id, claim]);
  }

  /** What came is no file of ours, and never will be. */
  async refuse(
    { id, claim }: DirectUploadModel,
    { code, message }: { code: string; message: string },
  ): Promise<boolean> {
    return this.#change(this.#refuse, [id, claim, code, message]);
  }

  /** Ends an upload that is not completed; who is completing it has lost its claim. */
  async cancel({ id, kind, userId }: DirectUploadPlace): Promise<boolean> {
    const ended = await guarded("cancel the direct upload", () =>
      this.#cancel.arrays(this.#connections, [id, kind, userId]),
    );
    return ended.length > 0;
  }

  async #change<Parameters extends readonly SqlParameter[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
  ): Promise<boolean> {
    const changed = await guarded("change the direct upload", () =>
      statement.execute(this.#connections, parameters),
    );
    return changed > 0;
  }
}
