import { QueryTypes, type Sequelize } from "sequelize";

import type { Owner } from "./conditions.js";
import { guarded } from "./database-failure.js";

/** The files of one kind, of everybody or of one owner. */
export interface UsageRow {
  kind: "image" | "audio";
  owner: Owner;
  files: number;
  bytes: number;
  unfinished: number;
}

interface Wanted {
  /** Of this owner only. */
  owner?: Owner | undefined;
}

/** Counts the rows of both kinds. Each call reads all that are wanted. */
export class UsageRepo {
  constructor(private readonly database: Sequelize) {}

  /** A row for each kind that has files. */
  async totals({ owner }: Wanted): Promise<UsageRow[]> {
    return this.#select(
      `
        WITH usage AS (${usageOf(owner)})
        SELECT kind, sum(files) AS files, sum(bytes) AS bytes, sum(unfinished) AS unfinished
        FROM usage GROUP BY kind
      `,
      { owner },
    );
  }

  /** A row for each kind of those owners that have the most bytes, most first. */
  async largestOwners({ owner, limit }: Wanted & { limit: number }): Promise<UsageRow[]> {
    return this.#select(
      `
        WITH usage AS (${usageOf(owner)}), largest AS (
          SELECT owner, sum(bytes) AS bytes FROM usage
          GROUP BY owner ORDER BY bytes DESC, owner LIMIT :limit
        )
        SELECT usage.* FROM usage JOIN largest ON usage.owner IS NOT DISTINCT FROM largest.owner
        ORDER BY largest.bytes DESC, largest.owner
      `,
      { owner, limit },
    );
  }

  async #select(sql: string, replacements: object): Promise<UsageRow[]> {
    return guarded("count files", () =>
      this.database.query<UsageRow>(sql, {
        replacements: { ...replacements },
        type: QueryTypes.SELECT,
        transaction: null,
      }),
    );
  }
}

/** Doubles hold counts and bytes exactly up to 2^53, and come as numbers. */
function usageOf(owner: Owner | undefined): string {
  const condition =
    owner === undefined ? "true" : owner === null ? "user_id IS NULL" : "user_id = :owner";
  return (["image", "audio"] as const)
    .map(
      (kind) => `
        SELECT
          '${kind}' AS kind,
          user_id AS owner,
          count(*) FILTER (WHERE status = 'ready')::float8 AS files,
          coalesce(sum(byte_size) FILTER (WHERE status = 'ready'), 0)::float8 AS bytes,
          count(*) FILTER (WHERE status <> 'ready')::float8 AS unfinished
        FROM ${kind === "image" ? "images" : "audio"}
        WHERE ${condition}
        GROUP BY user_id
      `,
    )
    .join(" UNION ALL ");
}
