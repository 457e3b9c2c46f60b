import { randomBytes } from "node:crypto";

import { Client } from "pg";
import { QueryTypes } from "sequelize";
import { Sequelize } from "sequelize-typescript";

import { createDatabase, type DatabaseOptions } from "../../src/index.js";

type Tuning = Partial<Extract<DatabaseOptions, { url: string }>>;

/** An empty database of a test's own, and the pools that were opened on it. */
export class TestDatabase {
  readonly #pools: Sequelize[] = [];

  private constructor(readonly url: string) {}

  static async create(): Promise<TestDatabase> {
    const name = `test_${randomBytes(6).toString("hex")}`;
    await administer(`CREATE DATABASE ${name} STRATEGY file_copy`);
    const url = new URL(serverUrl());
    url.pathname = name;
    return new TestDatabase(url.href);
  }

  open(tuning: Tuning = {}): Sequelize {
    const database = createDatabase({ url: this.url, ...tuning });
    this.#pools.push(database);
    return database;
  }

  /** A Sequelize whose reads go to another database of the server, in place of a replica. */
  openReplicated(replica: TestDatabase = this): Sequelize {
    const [write, read] = [this, replica].map(({ url }) => {
      const { hostname, port, pathname, username, password } = new URL(url);
      return {
        host: hostname,
        port,
        database: pathname.slice(1),
        username,
        password: decodeURIComponent(password),
      };
    });
    const pool = new Sequelize({
      dialect: "postgres",
      logging: false,
      replication: { write: write ?? {}, read: [read ?? {}] },
    });
    this.#pools.push(pool);
    return pool;
  }

  async drop(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()));
    await administer(`DROP DATABASE ${new URL(this.url).pathname.slice(1)} WITH (FORCE)`);
  }
}

/** The names of the tables in the public schema. */
export async function tables(database: Sequelize): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY name",
    { type: QueryTypes.SELECT },
  );
  return rows.map(({ name }) => name);
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl(), ssl: false });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env["TEST_POSTGRES_URL"];
  if (url === undefined) throw new Error("jest's global setup has not run");
  return url;
}
