import { type Connections, PreparedStatement } from "@repo/database";

import { SERVED_KINDS } from "../kinds.js";
import type { Layout } from "../layout.js";
import type { JournalPurpose } from "../models/journal.model.js";
import { withDatabaseErrors } from "./database-failure.js";
import { PURPOSE_OF_DIRECT_UPLOAD } from "./statements.js";
import type { Tables } from "./tables.js";

/** What a key belongs to. */
export type KeyPurpose = "file" | JournalPurpose;

/** An unfinished row that no sweep has handled in time. */
export interface DeadRow {
  id: string;
  s3Key: string;
  purpose: JournalPurpose;
  leaseExpiresAt: Date;
}

// As JSON: no setting of the session changes its format.
const CLOCK = new PreparedStatement("SELECT to_json(clock_timestamp())");

function statementsWith(layout: Layout) {
  const journal = layout.table("journal");
  const directUploads = layout.table("direct_upload");
  const files = SERVED_KINDS.map(
    (kind) => `UNION ALL SELECT s3_key, 'file' FROM ${layout.table(kind)} WHERE s3_key = ANY ($1)`,
  );
  return {
    purposes: new PreparedStatement<[keys: readonly string[]]>(`
      SELECT s3_key, purpose FROM ${journal} WHERE s3_key = ANY ($1)
      ${files.join(" ")}
      UNION ALL
      SELECT s3_key, ${PURPOSE_OF_DIRECT_UPLOAD} FROM ${directUploads} WHERE s3_key = ANY ($1)
    `),
    running: new PreparedStatement<[keys: readonly string[]]>(`
      SELECT s3_key FROM ${journal}
      WHERE s3_key = ANY ($1) AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
      UNION ALL
      SELECT s3_key FROM ${directUploads}
      WHERE s3_key = ANY ($1) AND status = 'pending' AND lease_expires_at > clock_timestamp()
    `),
    dead: new PreparedStatement<[seconds: number, after: string, limit: number]>(`
      SELECT id, s3_key AS "s3Key", purpose, to_json(lease) AS lease
      FROM (
        SELECT id, s3_key, purpose, GREATEST(lease_expires_at, settled_at) AS lease
        FROM ${journal}
        UNION ALL
        SELECT id, s3_key, ${PURPOSE_OF_DIRECT_UPLOAD}, lease_expires_at FROM ${directUploads}
      ) AS unfinished
      WHERE lease <= clock_timestamp() - make_interval(secs => $1) AND s3_key > $2
      ORDER BY s3_key LIMIT $3
    `),
  };
}

/** Its public methods, which the store in memory implements too. */
export type Keys = Pick<KeyRepo, keyof KeyRepo>;

/** Looks keys up in all tables. */
export class KeyRepo {
  readonly #connections: Connections;
  readonly #sql: ReturnType<typeof statementsWith>;

  constructor({ connections, layout }: Tables) {
    this.#connections = connections;
    this.#sql = statementsWith(layout);
  }

  /** The database's clock in ISO 8601, to the microsecond. */
  async clock(): Promise<string> {
    const [row] = await withDatabaseErrors("read the clock", () =>
      CLOCK.arrays<[now: string]>(this.#connections, []),
    );
    if (row === undefined) throw new Error("PostgreSQL returned no time");
    return row[0];
  }

  /** What each key belongs to. Keys without a row are left out. */
  async purposesOf(keys: readonly string[]): Promise<Map<string, KeyPurpose>> {
    const rows = await withDatabaseErrors("look for the rows of keys", () =>
      this.#sql.purposes.arrays<[s3Key: string, purpose: KeyPurpose]>(this.#connections, [keys]),
    );
    return new Map(rows);
  }

  /** Those of these keys whose upload or direct upload holds its lease. */
  async runningAmong(keys: readonly string[]): Promise<Set<string>> {
    const rows = await withDatabaseErrors("look for running uploads", () =>
      this.#sql.running.arrays<[s3Key: string]>(this.#connections, [keys]),
    );
    return new Set(rows.map(([s3Key]) => s3Key));
  }

  /** Unfinished rows that expired at least that many seconds ago, by key. */
  async deadRows(
    seconds: number,
    { after = "", limit }: { after?: string | undefined; limit: number },
  ): Promise<DeadRow[]> {
    const rows = await withDatabaseErrors("look for dead rows", () =>
      this.#sql.dead.rows<Omit<DeadRow, "leaseExpiresAt"> & { lease: string }>(this.#connections, [
        seconds,
        after,
        limit,
      ]),
    );
    return rows.map(({ lease, ...row }) => ({ ...row, leaseExpiresAt: new Date(lease) }));
  }
}
