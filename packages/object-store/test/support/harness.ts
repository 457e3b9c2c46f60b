import { randomUUID } from "node:crypto";

import { createDatabase } from "@repo/database";
import { S3Provider } from "@repo/s3-provider";
import { QueryTypes } from "sequelize";
import type { Sequelize } from "sequelize-typescript";
import { v7 as uuidv7 } from "uuid";

import {
  type ObjectStoreOptions,
  objectStoreProvider,
  type ObjectStoreProvider,
} from "../../src/index.js";
import {
  type MaintenanceOptions,
  objectStoreMaintenance,
  type ObjectStoreMaintenance,
} from "../../src/maintenance.js";
import { poolerOf, services, type TestServices, urlOf } from "./services.js";
import { type Stored, storedIn } from "./stored.js";

/** The module over a database and a bucket of its own. */
export interface Harness {
  database: Sequelize;
  databaseUrl: string;
  s3: S3Provider;
  store: ObjectStoreProvider;
  maintenance: ObjectStoreMaintenance;
  /** A provider over the same database and bucket with other options. */
  storeWith(options: Partial<ObjectStoreOptions>): ObjectStoreProvider;
  /** Maintenance of the same database and bucket with other options. */
  maintenanceWith(options: Partial<MaintenanceOptions>): ObjectStoreMaintenance;
  /** Adds a user and gives its id. */
  addUser(): Promise<string>;
  /** Every key in the bucket. */
  keys(): Promise<string[]>;
  /** Every file, and what is unfinished. */
  rows(): Promise<{ id: string; state: "file" | "upload" | "removal"; s3_key: string }[]>;
  /** All rows, objects and multipart uploads. */
  stored(): Promise<Stored>;
  close(): Promise<void>;
}

/**
 * @param options of every provider that the harness makes
 * @param servers others than those of the global setup
 */
export async function openHarness(
  options: Partial<ObjectStoreOptions> = {},
  servers: Partial<TestServices> = {},
): Promise<Harness> {
  const { postgres, s3: server } = { ...services(), ...servers };
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  // Far less work than to log every page, where nothing is flushed.
  await administer(
    postgres.adminUrl,
    `CREATE DATABASE ${name} TEMPLATE ${postgres.template} STRATEGY file_copy`,
  );
  const pooler = poolerOf(postgres);
  const databaseUrl = urlOf(name, postgres);
  const database = createDatabase({ url: databaseUrl, ...pooler });

  const s3 = new S3Provider({
    bucket: name.replace("_", "-").slice(0, 40),
    client: {
      endpoint: server.endpoint,
      region: server.region,
      credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
      forcePathStyle: true,
    },
    postForms: server.postForms,
  });
  await s3.ensureBucket();

  const storeWith = (more: Partial<ObjectStoreOptions>): ObjectStoreProvider =>
    objectStoreProvider({ database, s3, ...pooler, ...options, ...more });
  const maintenanceWith = (more: Partial<MaintenanceOptions>): ObjectStoreMaintenance =>
    objectStoreMaintenance({ database, s3, ...pooler, ...more });
  const maintenance = maintenanceWith({});
  return {
    database,
    databaseUrl,
    s3,
    store: storeWith({}),
    maintenance,
    maintenanceWith,
    storeWith,
    async addUser() {
      const id = uuidv7();
      await database.query(
        `INSERT INTO users (id, email, created_at, updated_at)
         VALUES ('${id}', '${id}@example.com', now(), now())`,
      );
      return id;
    },
    async keys() {
      const keys: string[] = [];
      for await (const object of s3.list()) keys.push(object.key);
      return keys.sort();
    },
    rows: () =>
      database.query(
        `SELECT id, 'file' AS state, s3_key FROM images
         UNION ALL SELECT id, 'file', s3_key FROM audio
         UNION ALL SELECT id, purpose, s3_key FROM object_store_journal WHERE kind <> 'direct_upload'
         ORDER BY s3_key`,
        { type: QueryTypes.SELECT },
      ),
    stored: () => storedIn({ database, s3, maintenance }),
    async close() {
      s3.destroy();
      await database.close();
      await administer(postgres.adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** On a new connection: a server may have been replaced since the last one. */
async function administer(url: string, statement: string): Promise<void> {
  const admin = createDatabase({ url });
  await admin.query(statement);
  await admin.close();
}
