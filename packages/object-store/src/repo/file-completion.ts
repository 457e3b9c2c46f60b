import { type Connections, ModelColumns } from "@repo/database";
import type { ModelCtor } from "sequelize-typescript";

import { TABLES } from "../kinds.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { LockingStatement } from "./locking-statement.js";
import type { Owner } from "./owner.js";
import { fromNow } from "./sql.js";
import { isOfOneRow } from "./sql-state.js";
import { StatementGroup } from "./statement-group.js";
import type { StatementOptions } from "./statement-options.js";

/** An upload that is to become a file: what the file's row has and the journal's has not. */
export interface Completion {
  id: string;
  userId: Owner;
  /** Seconds for which a request of the upload may still land; 0 where all were answered. */
  unansweredSeconds: number;
  /** By attribute of the model. */
  values: Readonly<Record<string, unknown>>;
}

/** The direct upload that becomes the file, and who holds it. */
export interface ClaimedDirectUpload {
  id: string;
  claim: string | null;
}

/** What the journal's row gives, or the statement itself. */
const FROM_JOURNAL = new Set([
  ...["id", "userId", "s3Key", "idempotencyKey", "createdAt", "updatedAt", "unansweredUntil"],
]);

type Parameters = [rows: string, ids: readonly string[], unansweredSeconds: readonly number[]];

/**
 * Moves uploads from the journal to the files, in one statement: those whose lease is held. Values
 * come as JSON, which PostgreSQL reads as rows of the table.
 *
 * @see https://www.postgresql.org/docs/current/functions-json.html (json_populate_recordset)
 */
export class FileCompletion<Row extends MediaFileModel> {
  readonly #connections: Connections;
  readonly #columns: ModelColumns<Row>;
  readonly #fields: ReadonlyMap<string, string>;
  readonly #complete: LockingStatement<Parameters>;
  readonly #completeDirect: LockingStatement<[...Parameters, direct: string, claim: string | null]>;
  /** One of each owner: an owner whose row somebody has locked delays its own uploads alone. */
  readonly #groups = new Map<Owner, StatementGroup<Completion, Row | null>>();

  constructor(connections: Connections, model: ModelCtor<Row>) {
    this.#connections = connections;
    this.#columns = new ModelColumns(model);
    const attributes = Object.entries(model.getAttributes() as Record<string, { field?: string }>);
    this.#fields = new Map(attributes.map(([name, { field }]) => [name, field ?? name]));
    this.#complete = new LockingStatement((wait) => this.#text(model, wait));
    this.#completeDirect = new LockingStatement((wait) => this.#text(model, wait, true));
  }

  /** The new file, or null when its lease is over. */
  async complete(completion: Completion, options: StatementOptions): Promise<Row | null> {
    if (options.transaction === undefined) return this.#grouped(completion);
    const [row] = await this.#run([completion], (parameters) =>
      this.#complete.arrays(this.#connections, parameters, { ...options, inSavepoint: true }),
    );
    return row ?? null;
  }

  /** The same of a direct upload, which is completed by it; null also when its claim is another's. */
  async completeDirect(
    completion: Completion,
    { id, claim }: ClaimedDirectUpload,
    options: StatementOptions,
  ): Promise<Row | null> {
    const [row] = await this.#run([completion], (parameters) =>
      this.#completeDirect.arrays(this.#connections, [...parameters, id, claim], {
        ...options,
        inSavepoint: true,
      }),
    );
    return row ?? null;
  }

  async #grouped(completion: Completion): Promise<Row | null> {
    const { userId } = completion;
    let group = this.#groups.get(userId);
    if (group === undefined) {
      const run = (completions: readonly Completion[]): Promise<(Row | null)[]> =>
        this.#run(completions, (parameters) =>
          this.#complete.arrays(this.#connections, parameters),
        );
      group = new StatementGroup(run, isOfOneRow, () => this.#groups.delete(userId));
      this.#groups.set(userId, group);
    }
    return group.add(completion);
  }

  async #run(
    completions: readonly Completion[],
    execute: (parameters: Parameters) => Promise<(readonly unknown[])[]>,
  ): Promise<(Row | null)[]> {
    const ids = completions.map(({ id }) => id);
    const unanswered = completions.map(({ unansweredSeconds }) => unansweredSeconds);
    const rows = this.#columns.instances(await execute([this.#json(completions), ids, unanswered]));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  #json(completions: readonly Completion[]): string {
    const rows = completions.map(({ id, values }) =>
      Object.fromEntries<unknown>([
        ["id", id],
        ...Object.entries(values).map(([name, value]): [string, unknown] => [
          this.#fields.get(name) ?? name,
          encoded(value),
        ]),
      ]),
    );
    return JSON.stringify(rows);
  }

  #text(model: ModelCtor<Row>, wait: string, isDirect = false): string {
    const table = `"${model.getTableName() as string}"`;
    const facts = [...this.#fields].flatMap(([name, field]) =>
      FROM_JOURNAL.has(name) ? [] : [`"${field}"`],
    );
    const held = "purpose = 'upload' AND lease_expires_at > clock_timestamp()";
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
        WHERE id = ANY ($2::uuid[]) AND ${held} AND ${wait}
          ${isDirect ? "AND EXISTS (SELECT FROM claimed)" : ""}
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

function encoded(value: unknown): unknown {
  // The hexadecimal form of bytea.
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  // As node-postgres encodes a lone surrogate; JSON would escape it, which PostgreSQL refuses.
  return typeof value === "string" ? Buffer.from(value).toString() : value;
}
