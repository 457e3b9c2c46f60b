import { type Connections, PreparedStatement } from "@repo/database";

import { SERVED_KINDS } from "../kinds.js";
import type { Layout } from "../layout.js";
import type { OwnerId } from "../owner-types.js";
import { isOfOneRow, withDatabaseErrors } from "./database-failure.js";
import { StatementGroup } from "./statement-group.js";
import type { Tables } from "./tables.js";

/** What an owner uses. */
export interface Used {
  bytes: number;
  files: number;
}

/** What was added to the counter of an owner that was wrong. */
export interface Correction extends Used {
  owner: OwnerId;
}

/** Whatever holds a part of a counter: SQL for its bytes and files. */
const HOLDERS = [
  ...SERVED_KINDS.map((kind) => [kind, "byte_size", kind === "variant" ? "0" : "1"] as const),
  ...(["journal", "direct_upload"] as const).map(
    (name) => [name, "reserved_bytes", "reserved_files"] as const,
  ),
];

function statementsWith(layout: Layout) {
  const counters = layout.table("usage");
  const tables = [...HOLDERS.map(([name]) => layout.table(name)), counters];
  const owners = (condition: string, limit: string): string => `
    SELECT user_id FROM (
      ${tables
        .map(
          (table) => `(
            SELECT DISTINCT user_id FROM ${table}
            WHERE user_id IS NOT NULL AND ${condition} ORDER BY user_id LIMIT ${limit}
          )`,
        )
        .join(" UNION ")}
    ) AS owners
    ORDER BY user_id LIMIT ${limit}
  `;
  return {
    of: new PreparedStatement<[owners: readonly OwnerId[]]>(
      `SELECT user_id, bytes, files FROM ${counters} WHERE user_id = ANY ($1)`,
    ),
    firstOwners: new PreparedStatement<[limit: number]>(owners("true", "$1")),
    nextOwners: new PreparedStatement<[after: OwnerId, limit: number]>(
      owners("user_id > $1", "$2"),
    ),
    // One snapshot shows counters and rows, and nothing that is under way changes the difference between
    // them. So it may be added to what the counter is by then, unless another recount was faster.
    recount: new PreparedStatement<[owners: readonly OwnerId[]]>(`
      WITH held AS (
        SELECT user_id, sum(bytes) AS bytes, sum(files) AS files
        FROM (
          ${HOLDERS.map(
            ([name, bytes, files]) => `
              SELECT user_id, sum(${bytes}) AS bytes, sum(${files}) AS files
              FROM ${layout.table(name)} WHERE user_id = ANY ($1) GROUP BY user_id
            `,
          ).join(" UNION ALL ")}
        ) AS parts
        GROUP BY user_id
      ), missing AS (
        SELECT
          user_id, coalesce(held.bytes, 0) - coalesce(counter.bytes, 0) AS bytes,
          coalesce(held.files, 0) - coalesce(counter.files, 0) AS files,
          coalesce(counter.recounts, 0) AS recounts
        FROM held FULL JOIN (SELECT * FROM ${counters} WHERE user_id = ANY ($1)) AS counter USING (user_id)
      ), corrected AS (
        INSERT INTO ${counters} AS counter (user_id, bytes, files, recounts, created_at, updated_at)
        SELECT user_id, bytes, files, recounts + 1, clock_timestamp(), clock_timestamp()
        FROM missing WHERE bytes <> 0 OR files <> 0 ORDER BY user_id
        ON CONFLICT (user_id) DO UPDATE SET
          bytes = counter.bytes + EXCLUDED.bytes,
          files = counter.files + EXCLUDED.files,
          recounts = EXCLUDED.recounts,
          updated_at = EXCLUDED.updated_at
        WHERE counter.recounts = EXCLUDED.recounts - 1
        RETURNING user_id
      )
      SELECT missing.user_id AS owner, missing.bytes, missing.files
      FROM missing JOIN corrected USING (user_id) ORDER BY missing.user_id
    `),
    end: new PreparedStatement<[owner: OwnerId]>(
      `DELETE FROM ${counters} WHERE user_id = $1 AND bytes = 0 AND files = 0`,
    ),
  };
}

/** Its public methods, which the store in memory implements too. */
export type Counters = Pick<CounterRepo, keyof CounterRepo>;

/** The counters of what owners use. Whoever changes what is counted changes them in the same statement. */
export class CounterRepo {
  readonly #connections: Connections;
  readonly #sql: ReturnType<typeof statementsWith>;
  readonly #reads: StatementGroup<OwnerId, Used>;

  constructor({ connections, layout }: Tables) {
    this.#connections = connections;
    this.#sql = statementsWith(layout);
    this.#reads = new StatementGroup((owners) => this.#read(owners), isOfOneRow);
  }

  /** What an owner uses, by its counter. */
  of(owner: OwnerId): Promise<Used> {
    return withDatabaseErrors("read what an owner uses", () => this.#reads.add(owner));
  }

  async #read(owners: readonly OwnerId[]): Promise<Used[]> {
    const rows = await this.#sql.of.arrays<[owner: OwnerId, bytes: string, files: string]>(
      this.#connections,
      [[...new Set(owners)]],
    );
    const used = new Map(
      rows.map(([owner, bytes, files]) => [
        owner,
        { bytes: Math.max(0, Number(bytes)), files: Math.max(0, Number(files)) },
      ]),
    );
    return owners.map((owner) => used.get(owner) ?? { bytes: 0, files: 0 });
  }

  /** Owners that use something or have a counter, in an order of the database's. */
  async owners(after: OwnerId | undefined, limit: number): Promise<OwnerId[]> {
    const { firstOwners, nextOwners } = this.#sql;
    const on = "pool";
    const rows = await withDatabaseErrors("find owners", () =>
      after === undefined
        ? firstOwners.arrays<[OwnerId]>(this.#connections, [limit], { on })
        : nextOwners.arrays<[OwnerId]>(this.#connections, [after, limit], { on }),
    );
    return rows.map(([owner]) => owner);
  }

  /** Counts what owners use, O(n) in their rows, on the pool of the application. Corrects their counters. */
  async recount(owners: readonly OwnerId[]): Promise<Correction[]> {
    const rows = await withDatabaseErrors("count what owners use", () =>
      this.#sql.recount.rows<{ owner: OwnerId; bytes: string; files: string }>(
        this.#connections,
        [owners],
        { on: "pool" },
      ),
    );
    return rows.map(({ owner, bytes, files }) => ({
      owner,
      bytes: Number(bytes),
      files: Number(files),
    }));
  }

  /** Deletes the counter of an owner that uses nothing. */
  async end(owner: OwnerId): Promise<void> {
    await withDatabaseErrors("delete a counter", () =>
      this.#sql.end.execute(this.#connections, [owner]),
    );
  }
}
