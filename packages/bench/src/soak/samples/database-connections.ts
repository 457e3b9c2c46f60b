import { createDatabase } from "@repo/database";
import { QueryTypes } from "sequelize";

/** Counts who is connected to a database, over a connection of its own that does not count. */
export class DatabaseConnections {
  readonly #database: ReturnType<typeof createDatabase>;

  constructor(url: string) {
    this.#database = createDatabase({ url, pool: { max: 1 } });
  }

  async count(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend'
         AND pid <> pg_backend_pid()`,
      { type: QueryTypes.SELECT },
    );
    if (row === undefined) throw new Error("pg_stat_activity gave no count");
    return row.count;
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
