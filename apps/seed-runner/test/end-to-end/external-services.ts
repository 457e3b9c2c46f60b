import { join } from "node:path";

import { createDatabase, User } from "@repo/database";
import { startLocalServices } from "@repo/local-services";
import { type ObjectStoreProvider, objectStoreProvider } from "@repo/object-store";
import { S3Provider } from "@repo/s3-provider";

/** Services that outlive the runs of a test, as those of an environment do. */
export interface ExternalServices {
  /** The variables that name them. */
  env: Record<string, string>;
  /** The parts of the store, as any other application would use them. */
  withStore<Result>(use: (parts: StoreParts) => Promise<Result>): Promise<Result>;
  stop(): Promise<void>;
}

export interface StoreParts {
  store: ObjectStoreProvider;
  s3: S3Provider;
}

export async function startExternalServices(folder: string): Promise<ExternalServices> {
  const services = await startLocalServices({ dataDir: join(folder, "data"), durable: false });
  const { bucket, accessKeyId, secretAccessKey, ...connection } = services.s3;
  return {
    env: {
      DATABASE_URL: services.databaseUrl,
      S3_ENDPOINT: connection.endpoint,
      S3_REGION: connection.region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      S3_FORCE_PATH_STYLE: String(connection.forcePathStyle),
    },
    async withStore(use) {
      const credentials = { accessKeyId, secretAccessKey };
      const s3 = new S3Provider({ bucket, client: { ...connection, credentials } });
      const database = createDatabase({ url: services.databaseUrl });
      try {
        database.addModels([User]);
        return await use({ store: objectStoreProvider({ database, s3 }), s3 });
      } finally {
        s3.destroy();
        await database.close();
      }
    },
    stop: () => services.stop(),
  };
}
