import { createDatabase, User } from "@repo/database";
import { objectStoreProvider } from "@repo/object-store";
import { type S3ConnectionOptions, S3Provider } from "@repo/s3-provider";

export type App = ReturnType<typeof openApp>;

export function openApp(config: { databaseUrl: string; bucket: string; s3: S3ConnectionOptions }) {
  const database = createDatabase({ url: config.databaseUrl });
  database.addModels([User]);
  const s3 = new S3Provider({ bucket: config.bucket, client: config.s3 });
  const store = objectStoreProvider({ database, s3 });
  const close = async () => {
    s3.destroy();
    await database.close();
  };
  return { database, s3, store, close };
}
