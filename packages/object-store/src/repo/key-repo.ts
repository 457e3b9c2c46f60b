import { type Connections, PreparedStatement } from "@repo/database";

import { MEDIA_KINDS, TABLES } from "../kinds.js";
import type { JournalPurpose } from "../models/journal.model.js";
import { guarded } from "./database-failure.js";

/** What a key stands for. */
export type KeyPurpose = "file" | JournalPurpose;

/** What is unfinished and has been left alone. */
export interface DeadRow {
  id: string;
  s3Key: string;
  purpose: JournalPurpose;
  leaseExpiresAt: Date;
}

// Dates come as JSON has them, which no setting changes.
const CLOCK = new PreparedStatement("SELECT to_json(clock_timestamp())");

const STAGED_PURPOSE = "CASE status WHEN 'pending' THEN 'upload' ELSE 'removal' END";

const PURPOSES = new PreparedStatement<[keys: readonly string[]]>(`
  SELECT s3_key, purpose FROM ${TABLES.journal} WHERE s3_key = ANY ($1)
  ${MEDIA_KINDS.map((kind) => `UNION ALL SELECT s3_key, 'file' FROM ${TABLES[kind]} WHERE s3_key = ANY ($1)`).join(" ")}
  UNION ALL SELECT s3_key, ${STAGED_PURPOSE} FROM ${TABLES.direct_upload} WHERE s3_key = ANY ($1)
`);

const DEAD = new PreparedStatement<[seconds: number, after: string, limit: number]>(`
  SELECT id, s3_key AS "s3Key", purpose, to_json(lease) AS lease
  FROM (
    SELECT id, s3_key, purpose, GREATEST(lease_expires_at, settled_at) AS lease
    FROM ${TABLES.journal}
    UNION ALL
    SELECT id, s3_key, ${STAGED_PURPOSE}, lease_expires_at FROM ${TABLES.direct_upload}
  ) AS unfinished
  WHERE lease <= clock_timestamp() - make_interval(secs => $1) AND s3_key > $2
  ORDER BY s3_key LIMIT $3
`);

/** What the rows of all tables say of keys. */
export class KeyRepo {
  constructor(private readonly connections: Connections) {}

  /** The database's clock. */
  async clock(): Promise<Date> {
    const [row] = await guarded("tell the time", () =>
      CLOCK.arrays<[now: string]>(this.connections, []),
    );
    if (row === undefined) throw new Error("PostgreSQL told no time");
    return new Date(row[0]);
  }

  /** What each key stands for; those without a row are left out. */
  async purposesOf(keys: readonly string[]): Promise<Map<string, KeyPurpose>> {
    const rows = await guarded("look for the rows of keys", () =>
      PURPOSES.arrays<[s3Key: string, purpose: KeyPurpose]>(this.connections, [keys]),
    );
    return new Map(rows);
  }

  /** What nobody has cared for during so many seconds, by key. */
  async deadRows(
    seconds: number,
    { after = "", limit }: { after?: string | undefined; limit: number },
  ): Promise<DeadRow[]> {
    const rows = await guarded("look for dead rows", () =>
      DEAD.rows<Omit<DeadRow, "leaseExpiresAt"> & { lease: string }>(this.connections, [
        seconds,
        after,
        limit,
      ]),
    );
    return rows.map(({ lease, ...row }) => ({ ...row, leaseExpiresAt: new Date(lease) }));
  }
}
