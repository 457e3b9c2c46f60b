import { createDatabase, User } from "@repo/database";
import { type ObjectStoreProvider, objectStoreProvider } from "@repo/object-store";
import { type S3ConnectionOptions, S3Provider } from "@repo/s3-provider";

export interface App {
  database: ReturnType<typeof createDatabase>;
  s3: S3Provider;
  store: ObjectStoreProvider;
  close: () => Promise<void>;
}

export function openApp(config: {
  databaseUrl: string;
  bucket: string;
  s3: S3ConnectionOptions;
}): App {
  const database = createDatabase({ url: config.databaseUrl });
  database.addModels([User]);
  const s3 = new S3Provider({ bucket: config.bucket, client: config.s3 });
  const store = objectStoreProvider({ database, s3 });
  const close = async () => {
    await store.close();
    s3.destroy();
    await database.close();
  };
  return { database, s3, store, close };
}
