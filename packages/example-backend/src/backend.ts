import { fileURLToPath } from "node:url";

import { createDatabase, databaseMigrations, Migrator, User } from "@repo/database";
import { startLocalServices } from "@repo/local-services";
import { objectStoreProvider, type ObjectStoreProvider } from "@repo/object-store";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { S3Provider } from "@repo/s3-provider";

import { Tokens } from "./authentication.js";
import { MAX_PHOTO_BYTES } from "./limits.js";

/** A store over servers of its own, with two users. */
export interface Backend {
  readonly store: ObjectStoreProvider;
  readonly tokens: Tokens;
  /** Ids by name. */
  readonly users: { readonly ada: string; readonly grace: string };
  /** Ends the servers and the connections to them. Close the store before. */
  close(): Promise<void>;
}

/** Where the servers keep their data. */
const DATA_DIR = fileURLToPath(new URL("../.data", import.meta.url));

export async function openBackend(): Promise<Backend> {
  const services = await startLocalServices({ dataDir: DATA_DIR });
  const database = createDatabase({ url: services.databaseUrl });
  database.addModels([User]);
  const { bucket, endpoint, region, accessKeyId, secretAccessKey, forcePathStyle } = services.s3;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Provider({ bucket, client: { endpoint, region, credentials, forcePathStyle } });
  const close = async (): Promise<void> => {
    s3.destroy();
    await database.close();
    await services.stop();
  };
  try {
    const migrations = [...databaseMigrations, ...objectStoreMigrations()];
    await new Migrator({ database, migrations }).up();
    const users = { ada: await userIdOf("ada"), grace: await userIdOf("grace") };
    const variants = {
      thumb: { width: 320, height: 320, position: "attention", format: "webp" },
    } as const;
    const store = objectStoreProvider({ database, s3, variants, maxBytes: MAX_PHOTO_BYTES });
    const tokens = new Tokens(async (id) => (await User.findByPk(id)) !== null);
    return { store, tokens, users, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function userIdOf(name: string): Promise<string> {
  const [{ id }] = await User.findOrCreate({ where: { email: `${name}@example.org` } });
  return id;
}
