import { randomBytes } from "node:crypto";

import { PreparedStatement } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";

import { OwnerNotFoundError, QuotaExceededError } from "../errors.js";
import { keyPrefix, MEDIA_KINDS, type ServedKind } from "../kinds.js";
import type { Layout } from "../layout.js";
import type { Owner } from "../owner-types.js";
import { least, type Quota, type Reservation } from "../quota/quota.js";
import type { JournalModel } from "../models/journal.model.js";
import { giveBack, reserve } from "./counter-statements.js";
import { MODELS } from "./models.js";
import { isOfOneRow, withDatabaseErrors } from "./database-failure.js";
import { ModelRepo } from "./model-repo.js";
import type { OwnerRepo } from "./owner-repo.js";
import { SharedAnswers, StatementGroup } from "./statement-group.js";
import { fromNow, OwnedStatement, toRemoval } from "./statements.js";
import type { Tables } from "./tables.js";

/** An upload to record before its first byte is sent. */
export interface NewUpload {
  kind: ServedKind;
  userId: Owner;
  /** The parts of its key before and after the id. */
  keyStart: string;
  keyEnd: string;
  leaseSeconds: number;
  /** Skips the check for the owner, whose row may be visible only in the caller's transaction. */
  isOwnerKnown: boolean;
  /** What the upload holds of its owner's quota; nothing when absent. */
  reservation?: Reservation | undefined;
}

/** An upload that holds an idempotency key. */
export interface KeyHolder {
  row: JournalModel;
  /** Whether its lease is over, by the database's clock. */
  isOver: boolean;
}

/** A variant to make; whoever records it first makes it. */
export interface NewVariant extends Omit<NewUpload, "kind" | "isOwnerKnown" | "reservation"> {
  claim: string;
}

/** Who makes a variant. */
export interface VariantHolder {
  id: string;
  /** Whether its lease is over, by the database's clock. */
  isOver: boolean;
}

/** What an upload reserves in all. */
interface Held {
  bytes: number;
  files: number;
}

interface KeyOfOwner {
  userId: Owner;
  idempotencyKey: string;
}

/** The files of one kind of one owner. */
export interface FilesOfOwner {
  kind: MediaKind;
  userId: Owner;
}

/** The object of a deleted file, or of a variant of it. */
export interface RemovalOfFile {
  id: string;
  s3Key: string;
  fileId: string;
}

/** Its public methods, which the store in memory implements too. */
export type Journal = Pick<JournalRepo, keyof JournalRepo>;

/** The last 16 digits of a UUID version 7: its variant and 62 random bits. */
function randomTail(): string {
  const bytes = randomBytes(8);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x80, 0);
  return bytes.toString("hex");
}

/**
 * SQL for a UUID version 7 with the time of the database's clock to the microsecond, so that ids from
 * all processes ascend in the order of recording.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-6.2 (method 3)
 */
const NEW_ID = `(
  lpad(to_hex(clock.microseconds / 1000), 12, '0')
  || '7' || lpad(to_hex((clock.microseconds % 1000) * 4096 / 1000), 3, '0')
  || given.tail
)::uuid`;

function statementsWith(layout: Layout, columns: string) {
  const table = layout.table("journal");
  return {
    renew: new PreparedStatement<[id: string, leaseSeconds: number]>(`
      UPDATE ${table} SET lease_expires_at = ${fromNow("$2")}
      WHERE id = $1 AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
    `),
    reserve: new PreparedStatement<
      [id: string, bytes: number, files: number, maxBytes: number | null, maxFiles: number | null]
    >(`
      WITH entry AS (
        SELECT id, user_id, $2::int - reserved_bytes AS bytes, $3::int - reserved_files AS files
        FROM ${table}
        WHERE id = $1 AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
        FOR UPDATE
      ), room AS (
        ${reserve(layout, "entry", { bytes: "$4", files: "$5" })}
      ), held AS (
        UPDATE ${table} AS upload SET reserved_bytes = $2, reserved_files = $3
        FROM room WHERE upload.id = $1
      )
      SELECT EXISTS (SELECT FROM room) FROM entry
    `),
    drop: new PreparedStatement<[id: string]>(`
      WITH gone AS (
        DELETE FROM ${table} WHERE id = $1 AND purpose = 'upload'
        RETURNING user_id, reserved_bytes, reserved_files
      ), ${giveBack(layout, "gone")}
      SELECT FROM gone
    `),
    takeOver: new PreparedStatement<[id: string, settleSeconds: number]>(`
      UPDATE ${table} SET ${toRemoval({ lease: "clock_timestamp()", settled: fromNow("$2") })}
      WHERE id IN (
        SELECT id FROM ${table}
        WHERE id = $1 AND purpose = 'upload' AND lease_expires_at <= clock_timestamp()
        FOR UPDATE SKIP LOCKED
      )
    `),
    // Skips rows that an open transaction has locked by making a file of the upload.
    giveUp: new PreparedStatement<
      [ids: readonly string[], leaseSeconds: number, settleSeconds: number]
    >(`
      UPDATE ${table} SET ${toRemoval({ lease: fromNow("$2"), settled: fromNow("$3") })}
      WHERE id IN (
        SELECT id FROM ${table} WHERE id = ANY ($1) AND purpose = 'upload'
        ORDER BY id FOR UPDATE SKIP LOCKED
      )
      RETURNING ${columns}
    `),
    claimRemovals: new PreparedStatement<[ids: readonly string[], leaseSeconds: number]>(`
      UPDATE ${table} SET lease_expires_at = ${fromNow("$2")}
      WHERE id = ANY ($1) AND purpose = 'removal'
      RETURNING ${columns}
    `),
    // Locks in the order of the ids, as concurrent deletions of the same files do. PostgreSQL, which
    // expects few, would join in quadratic time. "~" sorts after all that a key consists of.
    claimFiles: new PreparedStatement<
      [
        ids: readonly string[],
        variants: string,
        leaseSeconds: number,
        kind: MediaKind,
        owner: Owner,
      ]
    >(`
      WITH files AS (
        SELECT id FROM ${table}
        WHERE id = ANY ($1) AND purpose = 'removal'
          AND kind = $4 AND user_id IS NOT DISTINCT FROM $5::${layout.ownerType}
      ), claimed AS (
        SELECT id FROM ${table}
        WHERE purpose = 'removal' AND id = ANY (ARRAY (
          SELECT id FROM files
          UNION ALL
          SELECT variant.id FROM files JOIN ${table} AS variant
            ON s3_key > $2 || files.id || '/' AND s3_key < $2 || files.id || '/~'
        ))
        ORDER BY id FOR UPDATE
      )
      UPDATE ${table} SET lease_expires_at = ${fromNow("$3")}
      WHERE id = ANY (ARRAY (SELECT id FROM claimed))
      RETURNING id, s3_key
    `),
    forget: new PreparedStatement<[ids: readonly string[]]>(`
      WITH gone AS (
        DELETE FROM ${table}
        WHERE id = ANY ($1) AND purpose = 'removal' AND settled_at <= clock_timestamp()
        RETURNING id, user_id, reserved_bytes, reserved_files
      ), ${giveBack(layout, "gone")}
      SELECT id FROM gone
    `),
    byIdempotencyKey: new OwnedStatement<[idempotencyKey: string, owner: Owner]>(
      layout.ownerType,
      (ownedBy) => `
        SELECT ${columns}, lease_expires_at <= clock_timestamp() FROM ${table}
        WHERE idempotency_key = $1 AND ${ownedBy("$2")}
      `,
    ),
    maker: new PreparedStatement<[claim: string]>(`
      SELECT id, lease_expires_at <= clock_timestamp() FROM ${table} WHERE variant_claim = $1
    `),
    unlocked: new PreparedStatement<[id: string]>(
      `SELECT FROM ${table} WHERE id = $1 FOR UPDATE SKIP LOCKED`,
    ),
  };
}

/** The statements that record uploads, for owners' tables of one name. */
interface Recording {
  isOwnerThere: string;
  open: PreparedStatement<[uploads: string]>;
  openReserved: PreparedStatement<
    [uploads: string, maxBytes: number | null, maxFiles: number | null]
  >;
  openKeyed: OwnedStatement<[uploads: string]>;
}

/**
 * Raised inside the module when uploads do not fit into their owner's quota together: each may alone.
 */
class NoRoomTogetherError extends Error {}

/**
 * The journal of unfinished uploads and removals. Every change is one compare-and-set statement: it
 * returns false, null or fewer rows when another party was faster. None runs in a caller's transaction.
 */
export class JournalRepo extends ModelRepo<JournalModel> {
  readonly #owners: OwnerRepo;
  readonly #sql: ReturnType<typeof statementsWith>;
  readonly #openings: StatementGroup<NewUpload, JournalModel | null>;
  /** One group for each owner, whose counter a statement locks. */
  readonly #reservations = new Map<Owner, StatementGroup<NewUpload, JournalModel | null>>();
  readonly #holders = new SharedAnswers<KeyHolder | null>();
  readonly #locks = new SharedAnswers<boolean>();
  #recording: Recording | undefined;
  #openVariant: PreparedStatement<[uploads: string]> | undefined;

  constructor(tables: Tables, owners: OwnerRepo) {
    super(tables, MODELS.journal);
    this.#owners = owners;
    this.#sql = statementsWith(this.layout, this.columns.list());
    this.#openings = new StatementGroup((uploads) => this.#runOpen(uploads), isOfOneRow);
  }

  /**
   * Records an upload, which gets its id and key, with what it reserves.
   *
   * @throws OwnerNotFoundError (`owner_not_found`), QuotaExceededError (`quota_exceeded`)
   */
  async open(upload: NewUpload): Promise<JournalModel> {
    const { userId, reservation } = upload;
    const group = reservation === undefined ? this.#openings : this.#reservationsOf(userId);
    const row = await withDatabaseErrors("record the upload", () => group.add(upload));
    if (row !== null) return row;
    if (reservation === undefined || !(await this.#isOwnerThere(upload))) {
      throw new OwnerNotFoundError();
    }
    throw new QuotaExceededError(reservation.quota);
  }

  /**
   * Has an upload hold so much of its owner's quota in all. False when that has no room, null when the lease
   * is over.
   */
  async reserve(id: string, held: Held, { bytes, files }: Quota): Promise<boolean | null> {
    const [row] = await this.arrays("reserve room for the upload", this.#sql.reserve, [
      ...([id, held.bytes, held.files, bytes ?? null, files ?? null] as const),
    ]);
    return row === undefined ? null : row[0] === true;
  }

  /**
   * The same with an idempotency key, and without its reservation. Null when a file or an upload of the
   * owner has the key.
   */
  async openKeyed(upload: NewUpload, idempotencyKey: string): Promise<JournalModel | null> {
    const { userId } = upload;
    const statement = (await this.#recordingNow()).openKeyed.of(userId);
    const given = { ...upload, tail: randomTail(), idempotencyKey };
    const row = await this.#owners.using(() =>
      this.first("record the upload", statement, [JSON.stringify([given])]),
    );
    if (row !== null) return row;
    if (!(await this.#isOwnerThere(upload))) throw new OwnerNotFoundError();
    return null;
  }

  /** Records the making of a variant. Null while another call makes it. */
  openVariant(variant: NewVariant): Promise<JournalModel | null> {
    this.#openVariant ??= new PreparedStatement(this.#opening("true", "true"));
    const given = { ...variant, kind: "variant", isOwnerKnown: true, tail: randomTail() };
    const parameters: [string] = [JSON.stringify([given])];
    return this.first("record a variant", this.#openVariant, parameters);
  }

  /** Who makes a variant at present. */
  async holderOfVariant(claim: string): Promise<VariantHolder | null> {
    const [row] = await this.arrays("look for who makes a variant", this.#sql.maker, [claim]);
    return row === undefined ? null : { id: row[0] as string, isOver: row[1] === true };
  }

  /** The upload that holds a key. Concurrent calls share one query. */
  byIdempotencyKey({ userId, idempotencyKey }: KeyOfOwner): Promise<KeyHolder | null> {
    return this.#holders.share(JSON.stringify([userId, idempotencyKey]), async () => {
      const statement = this.#sql.byIdempotencyKey.of(userId);
      const parameters: [string, Owner] = [idempotencyKey, userId];
      const [found] = await this.arrays("look for the idempotency key", statement, parameters);
      if (found === undefined) return null;
      return { row: this.columns.instance(found), isOver: found.at(-1) === true };
    });
  }

  /** Whether an open transaction has made a file of an upload, which locks its row. */
  isLocked(id: string): Promise<boolean> {
    return this.#locks.share(id, async () => {
      return (await this.arrays("look at the upload", this.#sql.unlocked, [id])).length === 0;
    });
  }

  /** Renews the lease of an upload. False when it is over. */
  renew(id: string, leaseSeconds: number): Promise<boolean> {
    return this.changes("renew the lease", this.#sql.renew, [id, leaseSeconds]);
  }

  /** Deletes the row of an upload that cannot have created an object. */
  drop(id: string): Promise<boolean> {
    return this.changes("give up the upload", this.#sql.drop, [id]);
  }

  /** Takes over an expired upload. False when it is not expired, or its row is locked. */
  takeOver(id: string, settleSeconds: number): Promise<boolean> {
    return this.changes("take over an expired upload", this.#sql.takeOver, [id, settleSeconds]);
  }

  /**
   * Turns uploads into removals and takes their lease. Skips what is locked, and what is no upload in
   * the committed state.
   *
   * @param settleSeconds how long a request may still arrive
   */
  giveUp(
    ids: readonly string[],
    leaseSeconds: number,
    settleSeconds: number,
  ): Promise<JournalModel[]> {
    return this.rows("give up the upload", this.#sql.giveUp, [ids, leaseSeconds, settleSeconds]);
  }

  /** Takes the lease of those that are removals in the committed state. */
  claimRemovals(ids: readonly string[], leaseSeconds: number): Promise<JournalModel[]> {
    return this.rows("remove a file", this.#sql.claimRemovals, [ids, leaseSeconds]);
  }

  /** The same for deleted files of one kind and owner, and for their variants. */
  async claimFiles(
    ids: readonly string[],
    leaseSeconds: number,
    { kind, userId }: FilesOfOwner,
  ): Promise<RemovalOfFile[]> {
    const variants = keyPrefix("variant", userId, this.layout.ownerType);
    const parameters = [ids, variants, leaseSeconds, kind, userId] as const;
    const rows = await this.arrays("remove a file", this.#sql.claimFiles, [...parameters]);
    const fileOf = new Map(ids.map((id) => [`${variants}${id}`, id]));
    return (rows as [id: string, s3Key: string][]).map(([id, s3Key]) => {
      const fileId = fileOf.get(s3Key.slice(0, s3Key.lastIndexOf("/"))) ?? id;
      return { id, s3Key, fileId };
    });
  }

  /**
   * Deletes removals whose objects are gone, unless a request may still create the object.
   *
   * @returns the ids of the deleted rows
   */
  async forget(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.arrays("end the removal", this.#sql.forget, [ids]);
    return new Set(rows.map(([id]) => id as string));
  }

  async #isOwnerThere({ isOwnerKnown, userId }: NewUpload): Promise<boolean> {
    return isOwnerKnown || userId === null || this.#owners.exists(userId);
  }

  #reservationsOf(owner: Owner): StatementGroup<NewUpload, JournalModel | null> {
    const known = this.#reservations.get(owner);
    if (known !== undefined) return known;
    const group = new StatementGroup<NewUpload, JournalModel | null>(
      (uploads) => this.#runOpenReserved(uploads),
      (error) => error instanceof NoRoomTogetherError || isOfOneRow(error),
      () => this.#reservations.delete(owner),
    );
    this.#reservations.set(owner, group);
    return group;
  }

  async #runOpen(uploads: readonly NewUpload[]): Promise<(JournalModel | null)[]> {
    const { open } = await this.#recordingNow();
    return this.#record(uploads, (given) => open.arrays(this.connections, [given]));
  }

  async #runOpenReserved(uploads: readonly NewUpload[]): Promise<(JournalModel | null)[]> {
    const { openReserved } = await this.#recordingNow();
    const { bytes, files } = least(uploads.map(({ reservation }) => reservation?.quota ?? {}));
    const rows = await this.#record(uploads, (given) =>
      openReserved.arrays(this.connections, [given, bytes ?? null, files ?? null]),
    );
    if (uploads.length > 1 && rows.every((row) => row === null)) throw new NoRoomTogetherError();
    return rows;
  }

  async #record(
    uploads: readonly NewUpload[],
    run: (given: string) => Promise<(readonly unknown[])[]>,
  ): Promise<(JournalModel | null)[]> {
    const given = uploads.map(({ reservation, ...upload }) => ({
      ...upload,
      tail: randomTail(),
      bytes: reservation?.bytes ?? 0,
      files: reservation?.files ?? 0,
    }));
    const rows = await this.#owners.using(() => run(JSON.stringify(given)));
    const byTail = new Map(
      this.columns.instances(rows).map((row) => [row.id.replaceAll("-", "").slice(16), row]),
    );
    return given.map(({ tail }) => byTail.get(tail) ?? null);
  }

  /**
   * The statement that records uploads, which it takes as JSON, so that it serves any number.
   *
   * @param unlessTaken SQL for whether a key or claim is free, for uploads that have one
   *
   * @see https://www.postgresql.org/docs/current/functions-json.html (json_to_recordset)
   */
  #opening(isOwnerThere: string, unlessTaken?: string): string {
    return this.#insertion(
      `json_to_recordset($1) AS given (${this.#given})`,
      `
        ${this.#mayOwn(isOwnerThere)}
        ${unlessTaken === undefined ? "" : `AND ${unlessTaken} ON CONFLICT DO NOTHING`}
      `,
    );
  }

  /** The same for uploads of one owner that reserve: for all of them, or for none. */
  #reservedOpening(isOwnerThere: string): string {
    return `
      WITH given AS MATERIALIZED (
        SELECT * FROM json_to_recordset($1) AS given (${this.#given})
        WHERE ${this.#mayOwn(isOwnerThere)}
      ), wanted AS (
        SELECT "userId" AS user_id, sum(bytes) AS bytes, sum(files) AS files FROM given GROUP BY "userId"
      ), room AS (
        ${reserve(this.layout, "wanted", { bytes: "$2", files: "$3" })}
      )
      ${this.#insertion("given", "EXISTS (SELECT FROM room)")}
    `;
  }

  /** The columns of uploads as JSON. */
  get #given(): string {
    return `
      kind text, "userId" ${this.layout.ownerType}, "keyStart" text, "keyEnd" text, "leaseSeconds" int,
      "isOwnerKnown" boolean, tail text, "idempotencyKey" text, claim text, bytes int, files int
    `;
  }

  #mayOwn(isOwnerThere: string): string {
    return `(given."userId" IS NULL OR given."isOwnerKnown" OR ${isOwnerThere})`;
  }

  #insertion(given: string, condition: string): string {
    return `
      INSERT INTO ${this.layout.table("journal")} (
        id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, idempotency_key, variant_claim,
        reserved_bytes, reserved_files, created_at, updated_at
      )
      SELECT
        made.id, given.kind, given."userId", given."keyStart" || made.id || given."keyEnd", 'upload',
        clock.now + make_interval(secs => given."leaseSeconds"), clock.now, given."idempotencyKey",
        given.claim, coalesce(given.bytes, 0), coalesce(given.files, 0), clock.now, clock.now
      FROM ${given}
      CROSS JOIN LATERAL (
        SELECT now, (extract(epoch FROM now) * 1000000)::bigint AS microseconds
        FROM (SELECT clock_timestamp() AS now) AS read
      ) AS clock
      CROSS JOIN LATERAL (SELECT ${NEW_ID} AS id) AS made
      WHERE ${condition}
      RETURNING ${this.columns.list()}
    `;
  }

  /** SQL for whether no file and no upload of the owner has the idempotency key. */
  #hasNoKey(ownedBy: (expression: string) => string): string {
    const holdsKey = `${ownedBy('given."userId"')} AND idempotency_key = given."idempotencyKey"`;
    return [...MEDIA_KINDS, "journal" as const]
      .map((name) => `NOT EXISTS (SELECT FROM ${this.layout.table(name)} WHERE ${holdsKey})`)
      .join(" AND ");
  }

  async #recordingNow(): Promise<Recording> {
    const isOwnerThere = await this.#owners.condition(`given."userId"`);
    if (this.#recording?.isOwnerThere !== isOwnerThere) {
      this.#recording = {
        isOwnerThere,
        open: new PreparedStatement(this.#opening(isOwnerThere)),
        openReserved: new PreparedStatement(this.#reservedOpening(isOwnerThere)),
        openKeyed: new OwnedStatement(this.layout.ownerType, (ownedBy) =>
          this.#opening(isOwnerThere, this.#hasNoKey(ownedBy)),
        ),
      };
    }
    return this.#recording;
  }
}
