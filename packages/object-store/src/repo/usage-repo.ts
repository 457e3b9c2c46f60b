import { type Connections, PreparedStatement } from "@repo/database";

import { SERVED_KINDS, type ServedKind } from "../kinds.js";
import type { Layout } from "../layout.js";
import type { Owner } from "../owner-types.js";
import { withDatabaseErrors } from "./database-failure.js";
import type { Tables } from "./tables.js";

/** The files of one kind, or the variants, of all owners or of one. */
export interface UsageRow {
  kind: ServedKind;
  owner: Owner;
  files: number;
  bytes: number;
  unfinished: number;
}

/** The usage by kind and owner. */
function usageBy(layout: Layout, condition: string): string {
  const files = SERVED_KINDS.map(
    (kind) => `
      SELECT '${kind}' AS kind, user_id, count(*) AS files, sum(byte_size) AS bytes, 0 AS unfinished
      FROM ${layout.table(kind)} WHERE ${condition} GROUP BY user_id
    `,
  );
  return `
    SELECT kind, user_id AS owner, sum(files) AS files, sum(bytes) AS bytes, sum(unfinished) AS unfinished
    FROM (
      ${files.join(" UNION ALL ")}
      UNION ALL
      SELECT kind, user_id, 0, 0, count(*) FROM ${layout.table("journal")}
      WHERE kind <> 'direct_upload' AND ${condition} GROUP BY kind, user_id
    ) AS counts
    GROUP BY kind, user_id
  `;
}

type Whose = "everybody" | "system" | "user";

type OfOwners<Parameters extends readonly [owner: Owner, ...rest: number[]]> = Readonly<
  Record<Whose, PreparedStatement<Parameters>>
>;

function statementsWith(layout: Layout) {
  const nobody = `$1::${layout.ownerType} IS NULL`;
  const ofOwners = <Parameters extends readonly [owner: Owner, ...rest: number[]]>(
    text: (usage: string) => string,
  ): OfOwners<Parameters> => {
    const where = (condition: string) =>
      new PreparedStatement<Parameters>(text(usageBy(layout, condition)));
    return {
      everybody: where(nobody),
      system: where(`user_id IS NULL AND ${nobody}`),
      user: where("user_id = $1"),
    };
  };
  return {
    totals: ofOwners<[owner: Owner]>(
      (usage) => `
        WITH usage AS (${usage})
        SELECT kind, sum(files) AS files, sum(bytes) AS bytes, sum(unfinished) AS unfinished
        FROM usage GROUP BY kind
      `,
    ),
    largest: ofOwners<[owner: Owner, limit: number]>(
      (usage) => `
        WITH usage AS (${usage}), largest AS (
          SELECT owner, sum(bytes) AS bytes FROM usage
          GROUP BY owner ORDER BY bytes DESC, owner LIMIT $2
        )
        SELECT usage.* FROM usage JOIN largest ON usage.owner IS NOT DISTINCT FROM largest.owner
        ORDER BY largest.bytes DESC, largest.owner
      `,
    ),
  };
}

/** Its public methods, which the store in memory implements too. */
export type UsageCounts = Pick<UsageRepo, keyof UsageRepo>;

/** Counts files, on the pool of the application because it may take long: O(n) in the files counted. */
export class UsageRepo {
  readonly #connections: Connections;
  readonly #sql: ReturnType<typeof statementsWith>;

  constructor({ connections, layout }: Tables) {
    this.#connections = connections;
    this.#sql = statementsWith(layout);
  }

  /** A row for each kind that has files, of all owners (undefined) or of one. */
  async totals(owner: Owner | undefined): Promise<UsageRow[]> {
    const rows = await withDatabaseErrors("count files", () =>
      this.#sql.totals[whose(owner)].rows<CountedRow>(this.#connections, [owner ?? null], {
        on: "pool",
      }),
    );
    return rows.map(toUsage);
  }

  /** A row for each kind of the owners with the most bytes, in descending order. */
  async largestOwners(owner: Owner | undefined, limit: number): Promise<UsageRow[]> {
    const rows = await withDatabaseErrors("count files", () =>
      this.#sql.largest[whose(owner)].rows<CountedRow>(this.#connections, [owner ?? null, limit], {
        on: "pool",
      }),
    );
    return rows.map(toUsage);
  }
}

/** Sums come as text. */
type CountedRow = Pick<UsageRow, "kind" | "owner"> &
  Record<"files" | "bytes" | "unfinished", string>;

function toUsage({ files, bytes, unfinished, ...row }: CountedRow): UsageRow {
  return { ...row, files: Number(files), bytes: Number(bytes), unfinished: Number(unfinished) };
}

function whose(owner: Owner | undefined): Whose {
  if (owner === undefined) return "everybody";
  return owner === null ? "system" : "user";
}
