import { randomUUID } from "node:crypto";

import { createDatabase, Migrator } from "@repo/database";
import { S3Provider } from "@repo/s3-provider";
import { QueryTypes, Sequelize } from "sequelize";

import {
  objectStoreProvider,
  type ObjectStoreProvider,
  type OwnerType,
  type TableNames,
  type TableOptions,
} from "../../src/index.js";
import { objectStoreMaintenance, type ObjectStoreMaintenance } from "../../src/maintenance.js";
import { objectStoreMigrations } from "../../src/migrations.js";
import { poolerOf, services, urlOf } from "./services.js";

/** An application that was there before the module: its database, its Sequelize and its accounts. */
export interface Application<Type extends OwnerType> {
  database: Sequelize;
  s3: S3Provider;
  layout: TableOptions<Type>;
  migrator: Migrator;
  /** Migrates, and makes the module's public face. */
  install: () => Promise<{
    store: ObjectStoreProvider<Type>;
    maintenance: ObjectStoreMaintenance<Type>;
  }>;
  select: (sql: string) => Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** What an application may have set for all of its own models. */
const DEFAULTS = {
  paranoid: true,
  underscored: false,
  freezeTableName: true,
  schema: "shop",
  createdAt: "made",
  updatedAt: "changed",
  deletedAt: "removed",
  defaultScope: { where: { hidden: false } },
  hooks: {
    beforeFind: () => {
      throw new Error("a hook of the application ran");
    },
  },
};

interface ApplicationOptions {
  columnType?: string;
  /** Makes the Sequelize of the application; with defaults for all of its models when absent. */
  open?: (url: string) => Sequelize;
  /** The option `schema` of the store; null leaves the search path to decide. */
  schema?: string | null;
  /** The option `tables` of the store; some names of its own when absent. */
  tables?: TableNames;
}

const TABLES: TableNames = {
  images: "pictures",
  directUploads: 'sent "directly"',
  journal: "unfinished",
};

const openWithDefaults = (url: string): Sequelize =>
  new Sequelize(url, { logging: false, define: DEFAULTS });

/**
 * A database whose `accounts` have ids of some type, with tables `images` and `audio` of its own, and
 * the Sequelize of that application.
 */
export async function openApplication<Type extends OwnerType>(
  type: Type,
  given: ApplicationOptions = {},
): Promise<Application<Type>> {
  const { columnType = type, open = openWithDefaults, schema = "media", tables = TABLES } = given;
  const { postgres, s3: server } = services();
  const name = `application_${randomUUID().replaceAll("-", "")}`;
  const admin = createDatabase({ url: postgres.adminUrl });
  await admin.query(`CREATE DATABASE ${name} STRATEGY file_copy`);
  const database = open(urlOf(name));
  await database.query(`
    CREATE SCHEMA shop; CREATE SCHEMA media;
    CREATE DOMAIN names AS varchar(40) CHECK (value <> '');
    CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE shop.accounts (number ${columnType} PRIMARY KEY, hidden boolean DEFAULT false);
    CREATE TABLE public.images (id serial PRIMARY KEY, caption text);
    CREATE TABLE public.audio (id serial PRIMARY KEY);
    INSERT INTO public.images (caption) VALUES ('mine');
  `);
  const s3 = new S3Provider({
    bucket: name.replace("_", "-").slice(0, 40),
    client: {
      endpoint: server.endpoint,
      region: server.region,
      credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
      forcePathStyle: true,
    },
  });
  await s3.ensureBucket();
  const layout: TableOptions<Type> = {
    ...(schema !== null && { schema }),
    tables,
    owner: { schema: "shop", table: "accounts", column: "number", type },
  };
  const migrator = new Migrator({
    database,
    migrations: objectStoreMigrations(layout),
    ...poolerOf(),
  });
  const options = { database, s3, ...layout, ...poolerOf() };
  return {
    database,
    s3,
    layout,
    migrator,
    async install() {
      await migrator.up();
      return { store: objectStoreProvider(options), maintenance: objectStoreMaintenance(options) };
    },
    select: (sql) => database.query(sql, { type: QueryTypes.SELECT }),
    async close() {
      s3.destroy();
      await database.close();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.close();
    },
  };
}
