import { randomBytes } from "node:crypto";

import { type Connections, ModelColumns, PreparedStatement } from "@repo/database";

import { OwnerNotFoundError } from "../errors.js";
import { MEDIA_KINDS, type MediaKind, OWNER_TYPE, TABLES } from "../kinds.js";
import type { JournalModel } from "../models/journal.model.js";
import { guarded } from "./database-failure.js";
import { modelsFor } from "./models-for.js";
import type { Owner } from "./owner.js";
import { OwnedStatement } from "./owned-statement.js";
import type { OwnerRepo } from "./owner-repo.js";
import { SharedAnswers } from "./shared-answers.js";
import { fromNow, toRemoval } from "./sql.js";
import { isOfOneRow } from "./sql-state.js";
import { StatementGroup } from "./statement-group.js";

/** An upload that is to be recorded before a byte of it is sent. */
export interface NewUpload {
  kind: MediaKind;
  userId: Owner;
  /** What its key has before the id, and after it. */
  keyStart: string;
  keyEnd: string;
  leaseSeconds: number;
  /** Whether the caller's transaction sees the owner, whom others may not see yet. */
  isOwnerKnown: boolean;
}

/** An upload that holds an idempotency key. */
export interface KeyHolder {
  row: JournalModel;
  /** Its lease is over, on the database's clock. */
  isOver: boolean;
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

/** What the use cases ask of the journal. */
export type Journal = Pick<JournalRepo, keyof JournalRepo>;

/** The last 16 digits of an id of UUID version 7: its variant and 62 random bits. */
function randomTail(): string {
  const bytes = randomBytes(8);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x80, 0);
  return bytes.toString("hex");
}

/**
 * A UUID version 7 of the database's clock, to the microsecond, so that those of all processes
 * ascend as they are recorded.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-6.2 (method 3)
 */
const NEW_ID = `(
  lpad(to_hex(clock.microseconds / 1000), 12, '0')
  || '7' || lpad(to_hex((clock.microseconds % 1000) * 4096 / 1000), 3, '0')
  || given.tail
)::uuid`;

/**
 * The journal of what is unfinished. Every change is one statement that loses cleanly: it gives
 * false, null or fewer rows when another party was faster. None is in a caller's transaction.
 */
export class JournalRepo {
  readonly #connections: Connections;
  readonly #owners: OwnerRepo;
  readonly #columns: ModelColumns<JournalModel>;
  readonly #openings: StatementGroup<NewUpload, JournalModel | null>;
  readonly #looks = new SharedAnswers<KeyHolder | null>();
  readonly #locks = new SharedAnswers<boolean>();
  #open: PreparedStatement<[uploads: string]> | undefined;
  #openKeyed: OwnedStatement<[uploads: string]> | undefined;
  readonly #renew: PreparedStatement<[id: string, leaseSeconds: number]>;
  readonly #drop: PreparedStatement<[id: string]>;
  readonly #giveUp: PreparedStatement<
    [ids: readonly string[], leaseSeconds: number, settleSeconds: number]
  >;
  readonly #claimRemovals: PreparedStatement<
    [ids: readonly string[], leaseSeconds: number, kind: MediaKind | null, owner: Owner]
  >;
  readonly #forget: PreparedStatement<[ids: readonly string[]]>;
  readonly #ofKey: OwnedStatement<[idempotencyKey: string, owner: Owner]>;
  readonly #takeOver: PreparedStatement<[id: string, settleSeconds: number]>;
  readonly #unlocked: PreparedStatement<[id: string]>;

  constructor(connections: Connections, owners: OwnerRepo) {
    const columns = new ModelColumns(modelsFor(connections.sequelize).journal);
    this.#connections = connections;
    this.#owners = owners;
    this.#columns = columns;
    this.#openings = new StatementGroup((uploads) => this.#runOpen(uploads), isOfOneRow);
    this.#renew = new PreparedStatement(`
      UPDATE ${TABLES.journal} SET lease_expires_at = ${fromNow("$2")}
      WHERE id = $1 AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
    `);
    this.#drop = new PreparedStatement(
      `DELETE FROM ${TABLES.journal} WHERE id = $1 AND purpose = 'upload'`,
    );
    // What an open transaction has made a file of is locked, and nobody waits for it here.
    this.#giveUp = new PreparedStatement(`
      UPDATE ${TABLES.journal} SET
        ${toRemoval({ lease: fromNow("$2"), settled: fromNow("$3") })}
      WHERE id IN (
        SELECT id FROM ${TABLES.journal} WHERE id = ANY ($1) AND purpose = 'upload'
        ORDER BY id FOR UPDATE SKIP LOCKED
      )
      RETURNING ${columns.list()}
    `);
    this.#claimRemovals = new PreparedStatement(`
      UPDATE ${TABLES.journal} SET lease_expires_at = ${fromNow("$2")}
      WHERE id = ANY ($1) AND purpose = 'removal'
        AND ($3::text IS NULL OR (kind = $3 AND user_id IS NOT DISTINCT FROM $4::${OWNER_TYPE}))
      RETURNING ${columns.list()}
    `);
    this.#forget = new PreparedStatement(`
      DELETE FROM ${TABLES.journal}
      WHERE id = ANY ($1) AND purpose = 'removal' AND settled_at <= clock_timestamp()
      RETURNING id
    `);
    this.#ofKey = new OwnedStatement(
      (ownedBy) => `
        SELECT ${columns.list()}, lease_expires_at <= clock_timestamp() FROM ${TABLES.journal}
        WHERE idempotency_key = $1 AND ${ownedBy("$2")}
      `,
    );
    this.#takeOver = new PreparedStatement(`
      UPDATE ${TABLES.journal} SET
        ${toRemoval({ lease: "clock_timestamp()", settled: fromNow("$2") })}
      WHERE id IN (
        SELECT id FROM ${TABLES.journal}
        WHERE id = $1 AND purpose = 'upload' AND lease_expires_at <= clock_timestamp()
        FOR UPDATE SKIP LOCKED
      )
    `);
    this.#unlocked = new PreparedStatement(
      `SELECT FROM ${TABLES.journal} WHERE id = $1 FOR UPDATE SKIP LOCKED`,
    );
  }

  /**
   * Records an upload and makes its id and key.
   *
   * @throws OwnerNotFoundError (`owner_not_found`)
   */
  async open(upload: NewUpload): Promise<JournalModel> {
    const row = await guarded("record the upload", () => this.#openings.add(upload));
    if (row === null) throw new OwnerNotFoundError();
    return row;
  }

  /** The same under an idempotency key that neither a file nor an upload of the owner has, or null. */
  async openKeyed(upload: NewUpload, idempotencyKey: string): Promise<JournalModel | null> {
    const { userId } = upload;
    const isOwnerThere = await this.#ownerCondition();
    this.#openKeyed ??= new OwnedStatement((ownedBy) => this.#opening(isOwnerThere, ownedBy));
    const statement = this.#openKeyed.of(userId);
    const given = { ...upload, tail: randomTail(), idempotencyKey };
    const [row] = await guarded("record the upload", () =>
      statement.arrays(this.#connections, [JSON.stringify([given])]),
    );
    if (row !== undefined) return this.#columns.instance(row);
    const isThere = upload.isOwnerKnown || userId === null || (await this.#owners.exists(userId));
    if (!isThere) throw new OwnerNotFoundError();
    return null;
  }

  /** The upload that holds a key; those who ask at the same time share an answer. */
  findByIdempotencyKey({ userId, idempotencyKey }: KeyOfOwner): Promise<KeyHolder | null> {
    return this.#looks.share(`${userId ?? ""} ${idempotencyKey}`, async () => {
      const [found] = await guarded("look for the idempotency key", () =>
        this.#ofKey.of(userId).arrays(this.#connections, [idempotencyKey, userId]),
      );
      if (found === undefined) return null;
      return { row: this.#columns.instance(found), isOver: found.at(-1) === true };
    });
  }

  /** Whether an open transaction has made a file of an upload: its row is locked until the end. */
  isLocked(id: string): Promise<boolean> {
    return this.#locks.share(id, async () => {
      const rows = await guarded("look at the upload", () =>
        this.#unlocked.arrays(this.#connections, [id]),
      );
      return rows.length === 0;
    });
  }

  /** Pushes the lease of an upload out, or gives false when it is over. */
  async renew(id: string, leaseSeconds: number): Promise<boolean> {
    return (
      (await guarded("renew the lease", () =>
        this.#renew.execute(this.#connections, [id, leaseSeconds]),
      )) > 0
    );
  }

  /** Forgets an upload that cannot have left anything. */
  async drop(id: string): Promise<boolean> {
    return (
      (await guarded("give up the upload", () => this.#drop.execute(this.#connections, [id]))) > 0
    );
  }

  /** Takes an upload over whose lease is over; false when it is not, or when somebody holds the row. */
  async takeOver(id: string, settleSeconds: number): Promise<boolean> {
    return (
      (await guarded("take over an expired upload", () =>
        this.#takeOver.execute(this.#connections, [id, settleSeconds]),
      )) > 0
    );
  }

  /**
   * Makes removals of those that are uploads in the committed state.
   *
   * @param settleSeconds for which a request may still be on its way
   */
  async giveUp(
    ids: readonly string[],
    leaseSeconds: number,
    settleSeconds: number,
  ): Promise<JournalModel[]> {
    return this.#columns.instances(
      await guarded("give up the upload", () =>
        this.#giveUp.arrays(this.#connections, [ids, leaseSeconds, settleSeconds]),
      ),
    );
  }

  /**
   * Takes the lease of those that are removals in the committed state.
   *
   * @param of only files of one kind and owner; all when absent
   */
  async claimRemovals(
    ids: readonly string[],
    leaseSeconds: number,
    of?: FilesOfOwner,
  ): Promise<JournalModel[]> {
    const { kind = null, userId = null } = of ?? {};
    return this.#columns.instances(
      await guarded("remove a file", () =>
        this.#claimRemovals.arrays(this.#connections, [ids, leaseSeconds, kind, userId]),
      ),
    );
  }

  /** Ends removals whose objects are gone and can be made by no request any more; gives their ids. */
  async forget(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await guarded("end the removal", () =>
      this.#forget.arrays<[id: string]>(this.#connections, [ids]),
    );
    return new Set(rows.map(([id]) => id));
  }

  async #runOpen(uploads: readonly NewUpload[]): Promise<(JournalModel | null)[]> {
    const isOwnerThere = await this.#ownerCondition();
    this.#open ??= new PreparedStatement(this.#opening(isOwnerThere));
    const given = uploads.map((upload) => ({ ...upload, tail: randomTail() }));
    const rows = await this.#open.arrays(this.#connections, [JSON.stringify(given)]);
    const byTail = new Map(
      this.#columns.instances(rows).map((row) => [row.id.replaceAll("-", "").slice(16), row]),
    );
    return given.map(({ tail }) => byTail.get(tail) ?? null);
  }

  /**
   * Uploads come as JSON, so that one statement serves any number.
   *
   * @see https://www.postgresql.org/docs/current/functions-json.html (json_to_recordset)
   */
  #opening(isOwnerThere: string, ownedBy?: (expression: string) => string): string {
    const holdsKey =
      ownedBy && `${ownedBy('given."userId"')} AND idempotency_key = given."idempotencyKey"`;
    const free = [...MEDIA_KINDS, "journal" as const].map(
      (kind) => `NOT EXISTS (SELECT FROM ${TABLES[kind]} WHERE ${holdsKey ?? "false"})`,
    );
    return `
      INSERT INTO ${TABLES.journal} (
        id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, idempotency_key,
        created_at, updated_at
      )
      SELECT
        made.id, given.kind, given."userId", given."keyStart" || made.id || given."keyEnd", 'upload',
        clock.now + make_interval(secs => given."leaseSeconds"), clock.now, given."idempotencyKey",
        clock.now, clock.now
      FROM json_to_recordset($1) AS given (
        kind text, "userId" ${OWNER_TYPE}, "keyStart" text, "keyEnd" text, "leaseSeconds" int,
        "isOwnerKnown" boolean, tail text, "idempotencyKey" text
      )
      CROSS JOIN LATERAL (
        SELECT now, (extract(epoch FROM now) * 1000000)::bigint AS microseconds
        FROM (SELECT clock_timestamp() AS now) AS read
      ) AS clock
      CROSS JOIN LATERAL (SELECT ${NEW_ID} AS id) AS made
      WHERE (given."userId" IS NULL OR given."isOwnerKnown" OR ${isOwnerThere})
      ${holdsKey ? `AND ${free.join(" AND ")} ON CONFLICT DO NOTHING` : ""}
      RETURNING ${this.#columns.list()}
    `;
  }

  #ownerCondition(): Promise<string> {
    return this.#owners.condition(`given."userId"`);
  }
}
