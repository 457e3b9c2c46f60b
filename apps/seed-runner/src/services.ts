import { createDatabase, databaseMigrations, Migrator, User } from "@repo/database";
import { type ObjectStoreProvider, objectStoreProvider } from "@repo/object-store";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { S3Provider } from "@repo/s3-provider";

import { SetupError } from "@repo/command-line/setup-error";
import type { Configuration, ExternalConfiguration } from "./configuration.js";
import { VARIANTS } from "./contact-sheet/thumbnails.js";
import { errorMessage } from "./errors.js";
import { seedMigrations } from "./importing/migrations.js";

export type Database = ReturnType<typeof createDatabase>;

/** What a run works with, ready for use. */
export interface Services {
  database: Database;
  store: ObjectStoreProvider;
  /** Frees everything, and stops what was started. */
  stop(): Promise<void>;
}

export interface ServicesOptions {
  configuration: Configuration;
  dataDir: string;
  concurrency: number;
  /** Seconds that signed URLs work. */
  urlExpiresIn: number;
  warn: (message: string) => void;
}

/** Connects, or starts the embedded services, and brings bucket and schema up to date. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { configuration, dataDir } = options;
  if (configuration.kind === "external") return connect(configuration, options);

  const { startLocalServices } = await import("@repo/local-services");
  const local = await startLocalServices({ dataDir });
  try {
    const services = await connect(local, options);
    const stop = async (): Promise<void> => {
      try {
        await services.stop();
      } finally {
        await local.stop();
      }
    };
    return { ...services, stop };
  } catch (error) {
    await local.stop();
    throw error;
  }
}

async function connect(
  { databaseUrl, s3: settings }: Omit<ExternalConfiguration, "kind">,
  { concurrency, urlExpiresIn, warn }: ServicesOptions,
): Promise<Services> {
  const { bucket, accessKeyId, secretAccessKey, ...connection } = settings;
  const database = createDatabase({
    url: databaseUrl,
    // An upload works on a second connection while its transaction holds one.
    pool: { max: 2 * concurrency + 1 },
    applicationName: "seed-runner",
  });
  const s3 = new S3Provider({
    bucket,
    client: { ...connection, credentials: { accessKeyId, secretAccessKey } },
  });
  const disconnect = async (): Promise<void> => {
    s3.destroy();
    await database.close();
  };
  try {
    await ensureBucket(s3);
    await migrate(database);
    database.addModels([User]);
    const logger = {
      warn: (message: string, { error }: Readonly<Record<string, unknown>>) => {
        warn(error === undefined ? message : `${message}: ${errorMessage(error)}`);
      },
    };
    const store = objectStoreProvider({
      ...{ database, s3, urlExpiresIn, logger, variants: VARIANTS },
    });
    const stop = async (): Promise<void> => {
      // Ends the thumbnail that an interrupted run makes, so that the next run need not wait for it.
      await store.close({ timeoutSeconds: 0 });
      await disconnect();
    };
    return { database, store, stop };
  } catch (error) {
    await disconnect();
    throw error;
  }
}

async function ensureBucket(s3: S3Provider): Promise<void> {
  try {
    await s3.ensureBucket();
  } catch (cause) {
    throw new SetupError(
      "The bucket cannot be used. Check S3_ENDPOINT, S3_BUCKET and the credentials.",
      { cause },
    );
  }
}

async function migrate(database: Database): Promise<void> {
  const migrations = [...databaseMigrations, ...objectStoreMigrations(), ...seedMigrations];
  try {
    await new Migrator({ database, migrations }).up();
  } catch (cause) {
    throw new SetupError(
      "The database cannot be prepared. Check that PostgreSQL runs at DATABASE_URL and that its " +
        "user may create tables.",
      { cause },
    );
  }
}
