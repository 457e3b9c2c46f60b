import { PreparedStatement, type SqlParameter } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";
import { v7 as uuidv7 } from "uuid";

import { QuotaExceededError } from "../errors.js";
import type { Owner } from "../owner-types.js";
import type { DirectUploadModel } from "../models/direct-upload.model.js";
import type { Reservation } from "../quota/quota.js";
import { giveBack, reserve } from "./counter-statements.js";
import { MODELS } from "./models.js";
import type { Layout } from "../layout.js";
import { ModelRepo } from "./model-repo.js";
import { fromNow, LockingStatement, type StatementOptions } from "./statements.js";
import type { Tables } from "./tables.js";

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
  /** What it holds of its owner's quota; nothing when absent. */
  reservation?: Reservation | undefined;
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
  /** Seconds that are left to complete it; 0 or less when they are over. */
  secondsLeft: number;
  /** Whether a completion is in flight. */
  isClaimed: boolean;
}

/** Its public methods, which the store in memory implements too. */
export type DirectUploadRows = Pick<DirectUploadRepo, keyof DirectUploadRepo>;

type Place = [id: string, kind: MediaKind, owner: Owner];
type Declared = [
  s3Key: string,
  originalFilename: string | null,
  contentType: string,
  byteSize: number,
  md5: Buffer | null,
  sha256: Buffer | null,
  partByteSize: number | null,
];

type Create = [...Place, ...Declared, seconds: number];

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

function statementsWith(layout: Layout, columns: string) {
  const table = layout.table("direct_upload");
  const creation = (held: string, condition: string): string => `
    INSERT INTO ${table} (
      id, kind, user_id, s3_key, original_filename, content_type, byte_size, md5, sha256,
      part_byte_size, reserved_bytes, reserved_files, status, lease_expires_at, created_at, updated_at
    )
    SELECT
      $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ${held}, 'pending', ${fromNow("$11")}, clock_timestamp(),
      clock_timestamp()
    ${condition}
    RETURNING ${columns}
  `;
  const ending = (condition: string, values: string): string => `
    WITH ended AS (
      SELECT id, user_id, reserved_bytes, reserved_files FROM ${table} WHERE ${condition} FOR UPDATE
    ), ${giveBack(layout, "ended")}
    UPDATE ${table} AS direct SET
      status = 'deleting', reserved_bytes = 0, reserved_files = 0, ${values} ${CLAIM_OVER}
    FROM ended WHERE direct.id = ended.id RETURNING direct.id
  `;
  return {
    create: new PreparedStatement<Create>(creation("0, 0", "")),
    createReserved: new PreparedStatement<
      [...Create, maxBytes: number | null, maxFiles: number | null]
    >(`
      WITH wanted AS (
        SELECT $3::${layout.ownerType} AS user_id, $7::int AS bytes, 1 AS files
      ), room AS (
        ${reserve(layout, "wanted", { bytes: "$12", files: "$13" })}
      )
      ${creation("$7, 1", "FROM room")}
    `),
    setMultipartId: new PreparedStatement<[id: string, multipartId: string]>(
      `UPDATE ${table} SET multipart_id = $2, updated_at = clock_timestamp() WHERE id = $1`,
    ),
    find: new PreparedStatement<Place>(`
      SELECT ${columns}, extract(epoch FROM lease_expires_at - clock_timestamp())::float8,
        coalesce(claim_expires_at > clock_timestamp(), false)
      FROM ${table} WHERE ${PLACE}
    `),
    // Skips a row that an open transaction has locked by completing it.
    claim: new PreparedStatement<[...Place, claim: string, leaseSeconds: number]>(`
      UPDATE ${table} SET claim = $4, ${claimFor("$5")}
      WHERE id IN (
        SELECT id FROM ${table}
        WHERE ${PLACE} AND status = 'pending' AND lease_expires_at > clock_timestamp()
          AND (claim IS NULL OR claim_expires_at <= clock_timestamp())
        FOR UPDATE SKIP LOCKED
      )
      RETURNING ${columns}
    `),
    renew: new PreparedStatement<[id: string, claim: string | null, leaseSeconds: number]>(
      `UPDATE ${table} SET ${claimFor("$3")} WHERE ${HELD}`,
    ),
    release: new PreparedStatement<[id: string, claim: string | null]>(`
      UPDATE ${table} SET ${CLAIM_OVER}
      WHERE id IN (SELECT id FROM ${table} WHERE ${HELD} FOR UPDATE SKIP LOCKED)
    `),
    refuse: new PreparedStatement<
      [id: string, claim: string | null, code: string, message: string]
    >(ending(HELD, "refusal_code = $3, refusal_message = $4,")),
    cancel: new LockingStatement<Place>((wait) =>
      ending(`${PLACE} AND status = 'pending' AND ${wait}`, ""),
    ),
  };
}

/**
 * Direct uploads. A completion holds a claim, a lease within the lease; every transition is a
 * compare-and-set on the claim and the database's clock.
 */
export class DirectUploadRepo extends ModelRepo<DirectUploadModel> {
  readonly #sql: ReturnType<typeof statementsWith>;

  constructor(tables: Tables) {
    super(tables, MODELS.direct_upload);
    this.#sql = statementsWith(this.layout, this.columns.list());
  }

  /**
   * @param seconds the time to complete it
   * @throws QuotaExceededError (`quota_exceeded`)
   */
  async create(upload: NewDirectUpload, seconds: number): Promise<DirectUploadModel> {
    const { id, kind, userId, s3Key, originalFilename, contentType, byteSize } = upload;
    const { md5, sha256, partByteSize, reservation } = upload;
    const action = "record the direct upload";
    const { create, createReserved } = this.#sql;
    const parameters: Create = [
      ...([id, kind, userId, s3Key, originalFilename, contentType, byteSize] as const),
      ...([md5, sha256, partByteSize, seconds] as const),
    ];
    if (reservation === undefined) {
      return (await this.first(action, create, parameters)) as DirectUploadModel;
    }
    const { quota } = reservation;
    const limits = [quota.bytes ?? null, quota.files ?? null] as const;
    const row = await this.first(action, createReserved, [...parameters, ...limits]);
    if (row === null) throw new QuotaExceededError(quota);
    return row;
  }

  /** Records the id that S3 gave the multipart upload. */
  async setMultipartId(id: string, multipartId: string): Promise<void> {
    await this.#change(this.#sql.setMultipartId, [id, multipartId]);
  }

  async find(
    { id, kind, userId }: DirectUploadPlace,
    options: StatementOptions = {},
  ): Promise<SeenDirectUpload | null> {
    const place: Place = [id, kind, userId];
    const [found] = await this.arrays("read the direct upload", this.#sql.find, place, options);
    if (found === undefined) return null;
    const [secondsLeft, isClaimed] = found.slice(-2);
    const row = this.columns.instance(found);
    return { row, secondsLeft: secondsLeft as number, isClaimed: isClaimed === true };
  }

  /** Claims the completion. Null when there is nothing to complete, or the claim is held. */
  claim(
    { id, kind, userId }: DirectUploadPlace,
    leaseSeconds: number,
  ): Promise<DirectUploadModel | null> {
    const parameters: [...Place, string, number] = [id, kind, userId, uuidv7(), leaseSeconds];
    return this.first("claim the direct upload", this.#sql.claim, parameters);
  }

  /** Renews a claim. False when it was lost. */
  renew({ id, claim }: DirectUploadModel, leaseSeconds: number): Promise<boolean> {
    return this.#change(this.#sql.renew, [id, claim, leaseSeconds]);
  }

  /** Releases a claim, so that another call can complete the upload. */
  release({ id, claim }: DirectUploadModel): Promise<boolean> {
    return this.#change(this.#sql.release, [id, claim]);
  }

  /** Rejects the staged bytes for good. */
  refuse(
    { id, claim }: DirectUploadModel,
    { code, message }: { code: string; message: string },
  ): Promise<boolean> {
    return this.#change(this.#sql.refuse, [id, claim, code, message]);
  }

  /** Ends a pending direct upload; a completion in flight loses its claim. */
  async cancel({ id, kind, userId }: DirectUploadPlace): Promise<boolean> {
    const place: Place = [id, kind, userId];
    return (await this.arrays("cancel the direct upload", this.#sql.cancel, place)).length > 0;
  }

  #change<Parameters extends readonly SqlParameter[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
  ): Promise<boolean> {
    return this.changes("change the direct upload", statement, parameters);
  }
}
