import { ModelColumns, PreparedStatement } from "@repo/database";
import {
  DatabaseError,
  ForeignKeyConstraintError,
  type Sequelize,
  UniqueConstraintError,
} from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { MediaFileModel } from "../models/media-file.model.js";
import type { NewFile, StatementOptions } from "./media-repo.js";
import { StatementGroup } from "./statement-group.js";

const INTENT = ["id", "userId", "s3Key", "originalFilename", "contentType", "idempotencyKey"];
/** What completion leaves alone, or sets by itself. */
const NO_FACTS = new Set([...INTENT, "status", "leaseExpiresAt", "createdAt", "updatedAt"]);

interface Intent {
  file: NewFile;
  leaseSeconds: number;
}

type Completion = { id: string } & Record<string, unknown>;

/**
 * The two statements of every upload, for one file or for many at once, whose values come as JSON:
 * PostgreSQL reads them as rows of the table.
 *
 * @see https://www.postgresql.org/docs/current/functions-json.html (json_populate_recordset)
 */
export class UploadStatements<Row extends MediaFileModel> {
  readonly #database: Sequelize;
  readonly #columns: ModelColumns<Row>;
  readonly #fields: ReadonlyMap<string, string>;
  readonly #insert: PreparedStatement<[rows: string, leaseSeconds: readonly number[]]>;
  readonly #complete: PreparedStatement<[rows: string, ids: readonly string[]]>;
  readonly #intents: StatementGroup<Intent, Row | null>;
  readonly #completions: StatementGroup<Completion, Row | null>;

  constructor(model: ModelCtor<Row>) {
    if (model.sequelize === undefined) throw new Error("the model is not bound to a connection");
    this.#database = model.sequelize;
    this.#columns = new ModelColumns(model);
    const attributes = Object.entries(model.getAttributes() as Record<string, { field?: string }>);
    this.#fields = new Map(attributes.map(([name, { field }]) => [name, field ?? name]));
    const table = `"${model.getTableName() as string}"`;
    const rows = `json_populate_recordset(NULL::${table}, $1) WITH ORDINALITY AS given`;
    const intent = INTENT.map((name) => `"${this.#field(name)}"`);
    this.#insert = new PreparedStatement(
      `INSERT INTO ${table} (${intent.join(", ")}, status, lease_expires_at, created_at, updated_at)
       SELECT ${intent.map((field) => `given.${field}`).join(", ")}, 'pending',
         clock_timestamp() + ($2::int[])[given.ordinality] * interval '1 second',
         clock_timestamp(), clock_timestamp()
       FROM ${rows}
       RETURNING ${this.#columns.list()}`,
    );
    const facts = [...this.#fields.keys()].filter((name) => !NO_FACTS.has(name));
    const changes = facts.map((name) => `"${this.#field(name)}" = given."${this.#field(name)}"`);
    // The ids once more: of the rows alone, PostgreSQL expects a hundred, and reads the whole table.
    this.#complete = new PreparedStatement(
      `UPDATE ${table} AS file
       SET ${changes.join(", ")}, status = 'ready', lease_expires_at = NULL,
         updated_at = clock_timestamp()
       FROM ${rows}
       WHERE file.id = ANY($2::uuid[]) AND file.id = given.id AND file.status = 'pending'
         AND file.lease_expires_at > clock_timestamp()
       RETURNING ${this.#columns.list("file")}`,
    );
    this.#intents = new StatementGroup((items) => this.#runInsert(items, {}), isOfOneRow);
    this.#completions = new StatementGroup((items) => this.#runComplete(items, {}), isOfOneRow);
  }

  /** Inserts the pending row of a file with a lease of so many seconds. */
  async insert(intent: Intent, options: StatementOptions): Promise<Row> {
    const row = options.transaction
      ? (await this.#runInsert([intent], options))[0]
      : await this.#intents.add(intent);
    if (!row) throw new Error("PostgreSQL gave no row for an insert");
    return row;
  }

  /** pending → ready, while the lease is held. */
  async complete(completion: Completion, options: StatementOptions): Promise<Row | null> {
    if (!options.transaction) return this.#completions.add(completion);
    const [row] = await this.#runComplete([completion], options);
    return row ?? null;
  }

  async #runInsert(
    intents: readonly Intent[],
    { transaction }: StatementOptions,
  ): Promise<(Row | null)[]> {
    const files = intents.map(({ file }) => file);
    const leases = intents.map(({ leaseSeconds }) => leaseSeconds);
    const parameters: [string, number[]] = [this.#json(files), leases];
    const rows = await this.#insert.arrays(this.#database, parameters, { transaction });
    return this.#inOrder(files, rows);
  }

  async #runComplete(
    completions: readonly Completion[],
    { transaction }: StatementOptions,
  ): Promise<(Row | null)[]> {
    const ids = completions.map(({ id }) => id);
    const parameters: [string, string[]] = [this.#json(completions), ids];
    const rows = await this.#complete.arrays(this.#database, parameters, { transaction });
    return this.#inOrder(completions, rows);
  }

  #inOrder(
    items: readonly { id: string }[],
    rows: readonly (readonly unknown[])[],
  ): (Row | null)[] {
    const byId = new Map(this.#columns.instances(rows).map((row) => [row.id, row]));
    return items.map(({ id }) => byId.get(id) ?? null);
  }

  #json(items: readonly object[]): string {
    const rows = items.map((item) =>
      Object.fromEntries(
        Object.entries(item).map(([name, value]) => [this.#field(name), encoded(value)]),
      ),
    );
    return JSON.stringify(rows);
  }

  #field(name: string): string {
    const field = this.#fields.get(name);
    if (field === undefined) throw new TypeError(`there is no attribute ${name}`);
    return field;
  }
}

function encoded(value: unknown): unknown {
  // The hexadecimal form of bytea.
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  // As node-postgres encodes a lone surrogate; JSON would escape it, which PostgreSQL refuses.
  return typeof value === "string" ? Buffer.from(value).toString() : value;
}

/**
 * PostgreSQL's classes 22 and 23, and the timeout of a statement: it waited for the lock of an owner.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const OF_ONE_ROW = /^(2[23]|57014$)/;

/** Whether a statement failed because of a single row. */
function isOfOneRow(error: unknown): boolean {
  if (error instanceof ForeignKeyConstraintError || error instanceof UniqueConstraintError) {
    return true;
  }
  if (!(error instanceof DatabaseError) || !("code" in error.parent)) return false;
  return OF_ONE_ROW.test(String(error.parent.code));
}
